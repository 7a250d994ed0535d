/** DuckDB as a job of ours uses it: little memory, few threads, no network, and no files but those of the job. */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

export interface DuckLimits {
  readonly threads: number;
  readonly memoryMb: number;
  /** A folder for what does not fit; null: it fails then. */
  readonly spill: string | null;
}

const FEW: DuckLimits = { threads: 1, memoryMb: 256, spill: null };

/** Chunks that are read at the same time: of text that is what costs most. */
const READERS = 2;

export interface Duck {
  /** For reading chunks while another is written: each of them does one thing at a time. */
  readonly reading: readonly DuckDBConnection[];
  readonly writing: DuckDBConnection;
  /** What they are doing ends with an error. */
  interrupt(): void;
  close(): void;
}

/** @param folders what it may read and write */
export async function openDuck(
  folders: readonly string[],
  files: readonly string[],
  { threads, memoryMb, spill }: DuckLimits = FEW,
): Promise<Duck> {
  const { DuckDBInstance: Instance } = await import('@duckdb/node-api');
  const instance: DuckDBInstance = await Instance.create(':memory:', {
    threads: String(threads),
    memory_limit: `${String(memoryMb)}MB`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  const writing = await instance.connect();
  for (const statement of [
    `SET temp_directory = ${quoted(spill ?? '')}`,
    'SET preserve_insertion_order = true',
    // Of a table with a thousand columns reading its footer costs as much as reading one of them.
    'SET parquet_metadata_cache = true',
    // The system keeps what was read of files as it is; a second copy would fill the memory that is allowed.
    'SET enable_external_file_cache = false',
    `SET allowed_directories = [${folders.map((folder) => quoted(`${folder}/`)).join(', ')}]`,
    `SET allowed_paths = [${files.map(quoted).join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ])
    await writing.run(statement);
  const reading = await Promise.all(Array.from({ length: READERS }, () => instance.connect()));
  const all = [...reading, writing];
  return {
    reading,
    writing,
    interrupt: () => {
      for (const connection of all) connection.interrupt();
    },
    close: () => {
      for (const connection of all) connection.closeSync();
      instance.closeSync();
    },
  };
}

export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
export const identifier = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The first line of what DuckDB says, without the names that we gave files. */
export function duckSays(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return line.replaceAll(/\S*[/\\](slice|head)-\S*/g, 'the file').slice(0, 300);
}

/** Whether a vector of DuckDB has its values in an array of the same type as ours: they are copied as a whole then. */
export const isAlike = (items: unknown, values: object): boolean =>
  ArrayBuffer.isView(items) && !Array.isArray(values) && items.constructor === values.constructor;
