/** A chunk of the output, as DuckDB writes it. */
import { rmSync } from 'node:fs';
import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api';
import { type Datatype, type NamedTensor } from '../inference/datatype';
import { ofHalf } from '../inference/half';
import type { ScoreFormat, ScorePlan } from '../protocol/score';
import { SQL_TYPES } from './cells';
import { identifier, isAlike, quoted } from '../tables/duck';
import { dropSql, type Rows } from './input';
import { partPattern } from './partitions';
import { outputSql } from './rowsSql';

const COPY_OPTIONS: Readonly<Record<ScoreFormat, string>> = {
  // Their header is written once.
  csv: `FORMAT csv, HEADER false, DELIMITER ',', QUOTE '"', ESCAPE '"'`,
  jsonl: 'FORMAT json',
  parquet: 'FORMAT parquet, COMPRESSION zstd',
};

/** Rows of a vector of DuckDB's. */
const VECTOR_ROWS = 2048;

/** Each part in a folder is a table of its own. */
function copyOptions({ order: { format, partitionBy } }: ScorePlan, chunk: number): string {
  const options = COPY_OPTIONS[format];
  if (partitionBy.length === 0) return options;
  const columns = partitionBy.map(identifier).join(', ');
  const own = format === 'csv' ? options.replace('HEADER false', 'HEADER true') : options;
  return `${own}, PARTITION_BY (${columns}), FILENAME_PATTERN ${quoted(partPattern(chunk))}`;
}

interface Scored {
  readonly chunk: number;
  /** It is gone then. */
  readonly table: Rows;
  readonly rows: number;
  /** Numbers of its rows in the input, from 1; null where nobody wants them. */
  readonly numbers: readonly number[] | null;
  /** Empty where there are no rows. */
  readonly outputs: readonly NamedTensor[];
}

/** @param path of the file that is written, or written over; of a folder where the output is in parts */
export async function writeChunk(
  connection: DuckDBConnection,
  plan: ScorePlan,
  scored: Scored,
  path: string,
): Promise<void> {
  const { name } = scored.table;
  const answers = `answers_${name}`;
  await makeAnswers(connection, plan, answers, scored);
  rmSync(path, { recursive: true, force: true });
  const rows = `SELECT ${outputSql(plan)} FROM ${name} POSITIONAL JOIN ${answers}`;
  await connection.run(`COPY (${rows}) TO ${quoted(path)} (${copyOptions(plan, scored.chunk)})`);
  await connection.run(`${dropSql(scored.table)}; DROP TABLE ${answers};`);
}

async function makeAnswers(
  connection: DuckDBConnection,
  plan: ScorePlan,
  table: string,
  { rows, numbers, outputs }: Scored,
): Promise<void> {
  const types = await import('@duckdb/node-api');
  const columns = plan.outputs.flatMap(({ columns: names, datatype, name }, index) =>
    names.map((_, at) => ({
      name: `answer${String(index)}_${String(at)}`,
      sql: SQL_TYPES[datatype as Datatype],
      tensor: outputs.find((one) => one.name === name),
      at,
      width: names.length,
    })),
  );
  const defined = columns.map(({ name, sql }) => `${name} ${sql}`);
  await connection.run(`CREATE TABLE ${table} (${[...defined, ...(numbers ? ['number BIGINT'] : [])].join(', ')})`);
  const vectorTypes = [...columns.map(({ sql }) => types[sql as 'FLOAT']), ...(numbers ? [types.BIGINT] : [])];
  const appender: DuckDBAppender = await connection.createAppender(table);
  try {
    for (let from = 0; from < rows; from += VECTOR_ROWS) {
      const count = Math.min(VECTOR_ROWS, rows - from);
      const chunk = types.DuckDBDataChunk.create(vectorTypes, count);
      for (const [index, { tensor, at, width }] of columns.entries())
        if (tensor) fillColumn(chunk, index, tensor, { from, count, at, width });
      if (numbers) chunk.setColumnValues(columns.length, numbers.slice(from, from + count).map(BigInt));
      appender.appendDataChunk(chunk);
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

interface Span {
  readonly from: number;
  readonly count: number;
  readonly at: number;
  readonly width: number;
}

function fillColumn(
  chunk: { getColumnVector(at: number): unknown; setColumnValues(at: number, values: never[]): void },
  index: number,
  { data, datatype }: NamedTensor,
  { from, count, at, width }: Span,
): void {
  const vector = chunk.getColumnVector(index) as { readonly items?: unknown; flush(): void };
  const { items } = vector;
  const first = from * width + at;
  if (datatype !== 'FP16' && datatype !== 'BOOL' && isAlike(items, data)) {
    const to = items as Float32Array; // of the same type as the data, as was just seen
    const values = data as Float32Array;
    for (let row = 0; row < count; row++) to[row] = values[first + row * width] ?? 0;
    vector.flush();
    return;
  }
  const values = Array.from({ length: count }, (_, row) => {
    const value = data[first + row * width];
    if (datatype === 'FP16') return ofHalf(Number(value));
    return datatype === 'BOOL' ? value !== 0 : value;
  });
  chunk.setColumnValues(index, values as never[]);
}
