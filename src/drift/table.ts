/** A table as drift reads it: a relation of DuckDB's whose columns can be asked for again and again. */
import { symlinkSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod';
import type { DriftSide } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import { duckSays, identifier, quoted } from '../tables/duck';
import { compressionOf, encodingOf, type FileKind } from '../tables/files';
import { writeLogged } from './logged';
import { filesOf, type SideFile } from './sideFiles';

export type SideName = 'reference' | 'current';

export interface Table {
  readonly side: SideName;
  readonly label: string;
  readonly rows: number;
  /** In their order; of two with one name the second has another. */
  readonly columns: readonly TableColumn[];
  /** What was odd about reading it. */
  readonly notes: readonly string[];
}

export interface TableColumn {
  readonly name: string;
  /** DuckDB's. */
  readonly type: string;
}

/** What is read of a table, besides Parquet of its own. */
const MAX_COLUMNS = 20_000;

/** Names of files for a while; the names of the user's may mean something in a pattern. */
function linked(folder: string, side: SideName, files: readonly SideFile[]): string[] {
  return files.map(({ path, name }, at) => {
    const ending = /\.[a-z]+(\.gz|\.zst)?$/i.exec(name)?.[0] ?? extname(name);
    const link = join(folder, `${side}-${String(at)}${ending.toLowerCase()}`);
    symlinkSync(path, link);
    return link;
  });
}

/**
 * Makes `reference` or `current` of it. Text is read once, into a Parquet file in the folder: every column that it has is read on
 * its own later.
 *
 * @throws LoopwrightError `not_found`, `bad_request` for what can't be read
 */
export async function openTable(
  connection: DuckDBConnection,
  of: DriftSide,
  side: SideName,
  folder: string,
): Promise<Table> {
  const { label, path } = of;
  try {
    const { source, notes } = await sourceOf(connection, of, { side, folder });
    await connection.run(`CREATE VIEW ${side} AS SELECT * FROM ${source}`);
    const columns = await columnsOf(connection, side);
    if (columns.length > MAX_COLUMNS)
      throw new LoopwrightError('bad_request', `${label} has more than ${String(MAX_COLUMNS)} columns.`);
    const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${side}`);
    const told = [...(of.notes ?? []), ...notes];
    return { side, label, rows: Number(counted.getRowsJson()[0]?.[0]), columns, notes: told };
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    if (/no space left|out of disk/i.test(duckSays(error)))
      throw new LoopwrightError(
        'internal',
        `There is no room in ${dirname(folder)} to unpack ${basename(path)}. Set TMPDIR to a folder with more of it.`,
        { cause: error },
      );
    throw new LoopwrightError('bad_request', `${basename(path)} can't be read: ${duckSays(error)}`, { cause: error });
  }
}

interface Source {
  /** What stands behind FROM. */
  readonly source: string;
  readonly notes: readonly string[];
}

async function sourceOf(connection: DuckDBConnection, of: DriftSide, place: Place): Promise<Source> {
  const { side, folder } = place;
  if (of.log) {
    const { files, types, notes } = await writeLogged(of, of.log, folder, side);
    const columns = [...types].map(([name, type]) => `${quoted(name)}: ${quoted(type)}`).join(', ');
    await unpack(connection, `read_ndjson([${files.map(quoted).join(', ')}], columns = {${columns}})`, place);
    return { source: parquet([unpackedFile(folder, side)]), notes };
  }
  const { files, kind } = filesOf(of);
  const empty = files.find(({ size }) => size === 0);
  if (empty) throw new LoopwrightError('bad_request', `${basename(empty.name)} is empty.`);
  const links = linked(folder, side, files);
  if (kind === 'parquet') return { source: parquet(links), notes: [] };
  const notes = await unpacked(connection, kind, files, links, place);
  return { source: parquet([unpackedFile(folder, side)]), notes };
}

const parquet = (files: readonly string[]): string =>
  `read_parquet([${files.map(quoted).join(', ')}], union_by_name = true, hive_partitioning = false)`;

const unpackedFile = (folder: string, side: SideName): string => join(folder, `${side}.unpacked.parquet`);

interface Place {
  readonly side: SideName;
  readonly folder: string;
}

/** @returns what could not be read */
async function unpacked(
  connection: DuckDBConnection,
  kind: Exclude<FileKind, 'parquet'>,
  files: readonly SideFile[],
  links: readonly string[],
  place: Place,
): Promise<string[]> {
  const { side } = place;
  const list = `[${links.map(quoted).join(', ')}]`;
  const source =
    kind === 'lines'
      ? `read_ndjson(${list}, sample_size = -1, ignore_errors = true, union_by_name = true)`
      : await csvSource(kind, files, list);
  await unpack(connection, source, place);
  if (kind === 'lines' || links.length > 1) return [];
  const rejected = await connection.runAndReadAll('SELECT count(DISTINCT (scan_id, line)) FROM reject_errors');
  const lines = Number(rejected.getRowsJson()[0]?.[0]);
  await connection.run('DROP TABLE reject_errors; DROP TABLE reject_scans');
  if (lines === 0) return [];
  return [`${lines === 1 ? 'A line' : `${String(lines)} lines`} of the ${side} table could not be read.`];
}

const unpack = (connection: DuckDBConnection, source: string, { side, folder }: Place) =>
  connection.run(
    `COPY (SELECT * FROM ${source}) TO ${quoted(unpackedFile(folder, side))} (FORMAT parquet, COMPRESSION snappy)`,
  );

/** Texts all: what a column is, all of its values say, not the first. */
async function csvSource(kind: FileKind, files: readonly SideFile[], list: string): Promise<string> {
  const { path, name } = files[0] ?? { path: '', name: '' };
  const encoding = (await encodingOf(path, compressionOf(name), 'utf-8')).startsWith('utf-16') ? 'utf-16' : 'utf-8';
  const delimiter = kind === 'tsv' ? ", delim = '\\t'" : '';
  // Of several files at once DuckDB keeps no account of what it could not read.
  const several = files.length > 1 ? 'union_by_name = true, ignore_errors = true' : 'store_rejects = true';
  return (
    `read_csv(${list}, all_varchar = true, ${several}, strict_mode = false, null_padding = false, ` +
    `hive_partitioning = false, encoding = '${encoding}'${delimiter})`
  );
}

const Described = z.array(z.object({ column_name: z.string(), column_type: z.string() }));

async function columnsOf(connection: DuckDBConnection, side: SideName): Promise<TableColumn[]> {
  const found = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${identifier(side)}`);
  return Described.parse(found.getRowObjectsJson()).map((row) => ({ name: row.column_name, type: row.column_type }));
}
