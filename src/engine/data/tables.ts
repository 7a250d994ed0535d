/**
 * What a table holds: its columns with their types, and how many rows. DuckDB reads it, with no way to the network and to
 * no file but this one, and little memory.
 */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod';
import type { Column } from '../../protocol/capture';

export interface TableFacts {
  readonly rows: number | null;
  readonly columns: Column[] | null;
  /** Why a part of it is not known. */
  readonly problem: string | null;
}

/** Counting the rows of a text means reading all of it. */
const COUNTED_TEXT_BYTES = 2e9;
/** JSON that is one document is parsed as a whole. */
const JSON_DOCUMENT_BYTES = 1e8;
const PATIENCE_MS = 60_000;
const MAX_COLUMNS = 5000;

const Described = z.array(z.object({ column_name: z.string(), column_type: z.string() }));

export type Reader = 'csv' | 'tsv' | 'parquet' | 'lines' | 'json';

const READERS: readonly (readonly [RegExp, Reader])[] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.(tsv|tab)(\.gz)?$/i, 'tsv'],
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'lines'],
  [/\.json(\.gz)?$/i, 'json'],
];

export function readerOf(path: string): Reader | null {
  return READERS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
}

/** @returns null for what is no table; a JSON file that holds something else is none */
export async function describeTable(path: string, sizeBytes: number): Promise<TableFacts | null> {
  const reader = readerOf(path);
  if (reader === null || sizeBytes === 0) return null;
  if (reader === 'json' && sizeBytes > JSON_DOCUMENT_BYTES) return null;
  return onTable(path, (connection, link) => describe(connection, sourceOf(reader, link), reader, sizeBytes));
}

/** @param work is given a name of the file that has no character which means something to DuckDB */
export async function onTable<T>(
  path: string,
  work: (connection: DuckDBConnection, link: string) => Promise<T>,
): Promise<T> {
  // A link with a plain name: the path itself may have characters that mean something in a pattern.
  const folder = mkdtempSync(join(tmpdir(), 'lw-table-'));
  const link = join(folder, `table${/\.gz$/i.test(path) ? '.gz' : ''}`);
  try {
    symlinkSync(path, link);
    return await withDuckDb(link, (connection) => work(connection, link));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withDuckDb<T>(file: string, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  // Loaded by the jobs that need it alone.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: '256MB',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    await connection.run("SET temp_directory = ''");
    await connection.run(`SET allowed_paths = [${quoted(file)}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function describe(
  connection: DuckDBConnection,
  source: string,
  reader: Reader,
  sizeBytes: number,
): Promise<TableFacts | null> {
  const timer = setTimeout(() => connection.interrupt(), PATIENCE_MS);
  let columns: Column[] | null = null;
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
    columns = Described.parse(described.getRowObjectsJson())
      .slice(0, MAX_COLUMNS)
      .map((row) => ({ name: row.column_name, type: row.column_type }));
    if (reader === 'json' && columns.length === 1 && columns[0]?.name === 'json') return null;
    if (reader !== 'parquet' && sizeBytes > COUNTED_TEXT_BYTES)
      return { rows: null, columns, problem: 'rows not counted: larger than 2 GB' };
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${source}`);
    return { rows: Number(counted.getRowsJson()[0]?.[0]), columns, problem: null };
  } catch (error) {
    if (reader === 'json') return null; // most JSON files are no tables
    return {
      rows: null,
      columns,
      problem: `${columns ? 'rows not counted' : 'not read as a table'}: ${whyNot(error)}`,
    };
  } finally {
    clearTimeout(timer);
  }
}

function sourceOf(reader: Reader, file: string): string {
  switch (reader) {
    case 'csv':
      return `read_csv(${quoted(file)}, hive_partitioning = false)`;
    case 'tsv':
      return `read_csv(${quoted(file)}, delim = '\t', hive_partitioning = false)`;
    case 'parquet':
      return `read_parquet(${quoted(file)}, hive_partitioning = false)`;
    case 'lines':
      return `read_ndjson(${quoted(file)}, hive_partitioning = false)`;
    case 'json':
      return `read_json(${quoted(file)}, format = 'array', hive_partitioning = false)`;
  }
}

/** The first line of what DuckDB says, without the name that we gave the file. */
export function whyNot(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replaceAll(/\S*lw-table-\S*/g, 'the file').slice(0, 200);
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
