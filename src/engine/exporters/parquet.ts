/** Parquet, written by DuckDB. Rows wait in a file of DuckDB's beside it, so that any number of them takes little memory. */
import type * as DuckDbModule from '@duckdb/node-api';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import type { ExportFiles } from './files';
import { type Format, NO_FOLDERS } from './format';
import { type Cell, type ColumnType, pointTable, runTable, type Table, type TableColumn } from './tables';

const MEMORY_LIMIT = '256MB';
/** Rows that are handed over at once. */
const FLUSH_ROWS = 20_000;

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  number: 'DOUBLE',
  integer: 'BIGINT',
  time: 'TIMESTAMP_MS',
  flag: 'BOOLEAN',
};

export const parquet: Format = {
  holdsDeleted: false,
  write: async (task) => {
    const { files, pace, source } = task;
    const ending = /\.pq$/i.test(files.main) ? '.pq' : '.parquet';
    pace.begin('runs', source.runCount + source.pointCount);
    const runs = files.draftOf(files.main);
    const points = files.draftOf(files.beside(`-points${ending}`));
    await withDuckDb(files, async (connection) => {
      await writeTable(connection, runTable(task), runs);
      await writeTable(connection, pointTable(task), points);
    });
    return NO_FOLDERS;
  },
};

type DuckDb = typeof DuckDbModule;

interface Connection {
  readonly duckDb: DuckDb;
  readonly connection: DuckDBConnection;
}

async function withDuckDb(files: ExportFiles, work: (duckDb: Connection) => Promise<void>): Promise<void> {
  // Loaded by the jobs that need it alone.
  const duckDb = await import('@duckdb/node-api');
  const database = files.scratch('.duckdb');
  const instance = await duckDb.DuckDBInstance.create(database, {
    threads: '1',
    memory_limit: MEMORY_LIMIT,
    temp_directory: files.scratch('.spill'),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await work({ duckDb, connection });
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function writeTable({ duckDb, connection }: Connection, { columns, rows }: Table, path: string): Promise<void> {
  const names = namesOf(columns);
  const definitions = columns.map(({ type }, index) => `${identifier(names[index] ?? '')} ${SQL_TYPES[type]}`);
  await connection.run(`CREATE OR REPLACE TABLE written (${definitions.join(', ')})`);
  const appender = await connection.createAppender('written');
  let count = 0;
  try {
    for await (const row of rows()) {
      row.forEach((cell, index) => append(duckDb, appender, cell, columns[index]));
      appender.endRow();
      if (++count % FLUSH_ROWS === 0) appender.flushSync();
    }
  } finally {
    appender.closeSync();
  }
  await connection.run(`COPY written TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION zstd)`);
  await connection.run('DROP TABLE written');
}

function append(
  { DuckDBTimestampMillisecondsValue: Time }: DuckDb,
  to: DuckDBAppender,
  cell: Cell,
  column?: TableColumn,
) {
  if (cell === null) to.appendNull();
  else if (typeof cell === 'string') to.appendVarchar(cell);
  else if (typeof cell === 'boolean') to.appendBoolean(cell);
  else if (column?.type === 'number') to.appendDouble(cell);
  else if (column?.type === 'time') to.appendTimestampMilliseconds(new Time(BigInt(Math.trunc(cell))));
  else to.appendBigInt(BigInt(Math.trunc(cell)));
}

/** DuckDB's names are the same in upper and lower case: of several, the later get a number. */
function namesOf(columns: readonly TableColumn[]): string[] {
  const taken = new Set<string>();
  return columns.map(({ name }) => {
    let free = name;
    for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name} (${String(number)})`;
    taken.add(free.toLowerCase());
    return free;
  });
}

const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;
