/** A chunk of a text file as rows in DuckDB; what can't be read of it, by line and column. */
import { constants, open } from 'node:fs/promises';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod';
import { LoopwrightError } from '../protocol/errors';
import type { PlannedColumn, TextForm } from '../protocol/score';
import { duckSays, identifier, quoted } from '../tables/duck';
import { Slice } from './slice';
import type { TextChunk } from './text';

/** Where more are beyond DuckDB's reader in one chunk, the file is of another form than its first lines. */
const MAX_UNREADABLE = 200;
const STRICT = 'strict_mode = true, null_padding = false, hive_partitioning = false';

export interface Unread {
  /** Of the slice. */
  readonly record: number;
  readonly column: string | null;
  readonly reason: string;
}

export interface ReadRows {
  readonly slice: Slice;
  /** Records that became rows of the table, in its order; null where all did. */
  readonly taken: readonly number[] | null;
  readonly bad: readonly Unread[];
}

interface Place {
  readonly path: string;
  readonly form: TextForm;
  readonly columns: readonly PlannedColumn[];
  /** Where the slice is written, over what is there. */
  readonly file: string;
}

/** Makes the table of what stands in the file of the slice. @returns what is not in it, by its place in the file */
type Read = (connection: DuckDBConnection, place: Place, into: string, select: string) => Promise<Unread[]>;

/**
 * Makes the table `into` of what can be read.
 *
 * @param select columns of the table as SQL of the file's columns
 * @throws LoopwrightError `bad_request` where much of it is of another form
 */
export async function readTextChunk(
  connection: DuckDBConnection,
  chunk: TextChunk,
  place: Place,
  into: string,
  select: string,
): Promise<ReadRows> {
  const slice = Slice.of(chunk, place.form);
  const isCsv = place.form.kind === 'csv';
  const read: Read = isCsv ? readCsv : readLines;
  const attempt = async (parts: readonly Buffer[]): Promise<Unread[]> => {
    await connection.run(`DROP TABLE IF EXISTS ${into}`);
    await writeOver(place.file, isCsv ? [headerOf(place), ...parts] : parts);
    return read(connection, place, into, select);
  };
  try {
    const whole = await attempt(slice.parts).catch((thrown: unknown) => ({ thrown }));
    if (Array.isArray(whole)) return { slice, taken: whole.length === 0 ? null : without(slice, whole), bad: whole };
    // A line of it is beyond its reader: which, is found by reading less and less.
    const wrong = (record: number, error: unknown) =>
      isCsv ? duckSays(error) : whyNoObject(slice.textOf(record) ?? '');
    const unread = await unreadable(slice, whole.thrown, (records) => attempt([slice.bytesOf(records)]), wrong);
    const others = without(slice, unread);
    const bad = (await attempt([slice.bytesOf(others)])).map((one) => ({ ...one, record: others[one.record] ?? 0 }));
    const all = [...unread, ...bad];
    return { slice, taken: without(slice, all), bad: all };
  } catch (error) {
    const lines = `lines ${String(chunk.firstLine + 1)} to ${String(chunk.lines)}`;
    throw new LoopwrightError('bad_request', `${basename(place.path)}, ${lines}, can't be read: ${duckSays(error)}`);
  }
}

/** What is there already keeps its place on the disk, which is faster than to make it anew. */
async function writeOver(path: string, parts: readonly Buffer[]): Promise<void> {
  const file = await open(path, constants.O_WRONLY | constants.O_CREAT);
  try {
    const { bytesWritten } = await file.writev(parts, 0);
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    if (bytesWritten !== size)
      throw new Error(`ENOSPC: ${String(bytesWritten)} of ${String(size)} bytes were written.`);
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/**
 * Those that are beyond DuckDB's reader, each alone.
 *
 * @param read makes the table of some records
 * @throws LoopwrightError `bad_request` where there are too many
 */
async function unreadable(
  { records }: Slice,
  first: unknown,
  read: (records: readonly number[]) => Promise<unknown>,
  whatIsWrong: (record: number, error: unknown) => string,
): Promise<Unread[]> {
  const found: Unread[] = [];
  const look = async (part: readonly number[], error: unknown): Promise<void> => {
    const [only] = part;
    if (part.length === 1 && only !== undefined) {
      found.push({ record: only, column: null, reason: whatIsWrong(only, error) });
      if (found.length > MAX_UNREADABLE) throw new LoopwrightError('bad_request', duckSays(first));
      return;
    }
    const half = Math.ceil(part.length / 2);
    for (const side of [part.slice(0, half), part.slice(half)]) {
      const why = await read(side).then(
        () => null,
        (thrown: unknown) => ({ thrown }),
      );
      if (why) await look(side, why.thrown);
    }
  };
  await look(
    records.map((_, record) => record),
    first,
  );
  return found;
}

function without({ records }: Slice, bad: readonly Unread[]): number[] {
  const out = new Set(bad.map(({ record }) => record));
  return records.map((_, record) => record).filter((record) => !out.has(record));
}

/** DuckDB takes the first line end of a file for that of all: this one is a line feed. */
const headerOf = ({ columns, form }: Place): Buffer => Buffer.from(`${columns.map(() => 'c').join(form.delimiter)}\n`);

const Rejected = z.array(
  z.object({
    line: z.coerce.number(),
    column_name: z.string().nullable(),
    error_type: z.string(),
    error_message: z.string(),
  }),
);
const REJECTED = 'SELECT line, column_name, error_type, error_message FROM rejected ORDER BY line, column_idx';

const readCsv: Read = async (connection, { form, columns, file }, into, select) => {
  const source =
    `read_csv(${quoted(file)}, auto_detect = false, header = true, delim = ${quoted(form.delimiter)}, quote = '"', escape = '"', ` +
    `columns = {${typesOf(columns)}}, ${STRICT}, store_rejects = true, rejects_limit = 0, rejects_table = 'rejected', rejects_scan = 'rejecting')`;
  await connection.run('DROP TABLE IF EXISTS rejected; DROP TABLE IF EXISTS rejecting;');
  await connection.run(`CREATE TABLE ${into} AS SELECT ${select} FROM ${source}`);
  const rejected = Rejected.parse((await connection.runAndReadAll(REJECTED)).getRowObjectsJson());
  const first = new Map<number, Unread>();
  for (const { line, column_name: column, error_type: type, error_message: message } of rejected) {
    // The first line of the file is ours.
    const record = line - 2;
    const told = { record, column: type === 'CAST' ? column : null, reason: whyRejected(type, message) };
    if (!first.has(record)) first.set(record, told);
  }
  return [...first.values()];
};

function whyRejected(type: string, message: string): string {
  const [, expected = '', found = ''] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message) ?? [];
  if (expected !== '') return `It has ${found} cells in place of ${expected}.`;
  if (type === 'INVALID ENCODING' || /unicode|utf-?8/i.test(message))
    return 'It is no UTF-8. Say what the file is with --encoding.';
  const [, value, wanted] = /Could not convert string "([\s\S]*)" to '(.*)'/.exec(message) ?? [];
  if (value !== undefined)
    return `${JSON.stringify(value.slice(0, 60))} is no ${wanted === 'BOOLEAN' ? 'truth value' : 'number'}.`;
  return message.split('\n')[0]?.slice(0, 200) ?? type;
}

const readLines: Read = async (connection, { columns, file }, into, select) => {
  const source = `read_ndjson(${quoted(file)}, columns = {${typesOf(columns)}}, hive_partitioning = false)`;
  await connection.run(`CREATE TABLE ${into} AS SELECT ${select} FROM ${source}`);
  return [];
};

const typesOf = (columns: readonly PlannedColumn[]): string =>
  columns.map(({ name, type }) => `${identifier(name)}: ${quoted(type)}`).join(', ');

export function whyNoObject(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? 'It is no JSON that can be read.' : 'It is no JSON object.';
  } catch (error) {
    return `It is no JSON: ${error instanceof Error ? error.message.slice(0, 120) : ''}.`;
  }
}

export function isJsonObject(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
