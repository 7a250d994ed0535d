/** What the input holds, as its first rows tell: its columns with their types, and how its text is to be read. */
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import * as z from 'zod';
import { LoopwrightError } from '../protocol/errors';
import type { InputFile, PlannedColumn, ScoreOrder, TextForm } from '../protocol/score';
import { type Duck, duckSays, quoted } from '../tables/duck';
import { compressionOf, encodingOf, type FileKind } from '../tables/files';
import { parquetRows } from './pieces';
import { isJsonObject, readTextChunk } from './readText';
import { Slice } from './slice';
import { type TextChunk, textChunks } from './text';

/** What the types of columns are told from. */
const HEAD_ROWS = 20_000;
const MAX_COLUMNS = 5000;
const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface HeadParts {
  readonly duck: Duck;
  /** Names of files for a while. */
  readonly at: (name: string) => string;
  readonly signal: AbortSignal;
}

export interface Head {
  readonly columns: readonly Omit<PlannedColumn, 'type'>[];
  readonly text: TextForm | null;
  readonly rows: number | null;
}

/** @throws LoopwrightError `bad_request` for what can't be read, or a folder of tables with different columns */
export async function headOf(
  files: readonly InputFile[],
  kind: FileKind,
  order: ScoreOrder,
  parts: HeadParts,
): Promise<Head> {
  const heads: Head[] = [];
  for (const { path, size } of files) {
    if (size === 0) throw new LoopwrightError('bad_request', `${basename(path)} is empty.`);
    heads.push(
      kind === 'parquet'
        ? await parquetHead(path, parts)
        : await textHead(path, kind, order, parts, heads[0]?.text ?? null),
    );
  }
  const [first] = heads;
  if (!first) throw new LoopwrightError('bad_request', `${order.input} has no tables.`);
  const names = ({ columns }: Head) => columns.map(({ name }) => name).join('\n');
  const odd = heads.findIndex((head) => names(head) !== names(first));
  if (odd > 0)
    throw new LoopwrightError(
      'bad_request',
      `${basename(files[odd]?.path ?? '')} has other columns than ${basename(files[0]?.path ?? '')}. Score them one by one.`,
    );
  const rows = heads.reduce<number | null>(
    (sum, head) => (sum === null || head.rows === null ? null : sum + head.rows),
    0,
  );
  return { ...first, rows };
}

async function parquetHead(path: string, { duck, at }: HeadParts): Promise<Head> {
  const link = at('head-0.parquet');
  rmSync(link, { force: true });
  symlinkSync(path, link);
  const rows = await parquetRows(duck.writing, link, path);
  const columns = await described(duck.writing, `read_parquet(${quoted(link)}, hive_partitioning = false)`, path);
  return { columns, text: null, rows };
}

async function textHead(
  path: string,
  kind: FileKind,
  order: ScoreOrder,
  { duck, at, signal }: HeadParts,
  like: TextForm | null,
): Promise<Head> {
  const compression = compressionOf(path);
  const encoding = await encodingOf(path, compression, order.encoding);
  const own = { compression, encoding };
  const lines = kind === 'lines';
  const guess = {
    kind: lines ? ('lines' as const) : ('csv' as const),
    ...own,
    delimiter: order.delimiter ?? (kind === 'tsv' ? '\t' : ','),
    hasHeader: false,
  };
  const line = await firstChunk(path, guess, 1, signal);
  const first = line && Buffer.concat(line.parts);
  if (!first) throw new LoopwrightError('bad_request', `${basename(path)} is empty.`);
  if (!first.includes('\n') && first.includes('\r'))
    throw new LoopwrightError(
      'bad_request',
      `The lines of ${basename(path)} end with a carriage return alone, as on old Macs. Save it with line feeds.`,
    );
  const delimiter = order.delimiter ?? (kind === 'tsv' ? '\t' : (DELIMITERS.find((one) => first.includes(one)) ?? ','));
  const form: TextForm = { ...guess, delimiter };
  const chunk = await firstChunk(path, form, HEAD_ROWS, signal);
  if (chunk === null) throw new LoopwrightError('bad_request', `${basename(path)} is empty.`);
  const head = at('head-0.txt');
  if (lines) {
    writeFileSync(head, objectsOf(Buffer.concat(chunk.parts)));
    const columns = await described(duck.writing, `read_ndjson(${quoted(head)}, hive_partitioning = false)`, path);
    return { columns, text: form, rows: null };
  }
  await writeReadable(duck.writing, chunk, { path, form, head, raw: at('head-1.txt') });
  const hasHeader = order.hasHeader ?? like?.hasHeader ?? (await looksNamed(duck.writing, head));
  const columns = await described(duck.writing, csvHead(head, hasHeader), path);
  return { columns, text: { ...form, hasHeader }, rows: null };
}

/** What else stands between them is told of when its turn comes. */
const objectsOf = (lines: Buffer): string =>
  lines
    .toString()
    .split('\n')
    .filter(isJsonObject)
    .map((line) => `${line}\n`)
    .join('');

interface Written {
  readonly path: string;
  readonly form: TextForm;
  /** Where it is written, and where for a while. */
  readonly head: string;
  readonly raw: string;
}

/** The lines that can be read at all and are as long as the first: each of the others is told of when its turn comes. */
async function writeReadable(
  connection: DuckDBConnection,
  chunk: TextChunk,
  { path, form, head, raw }: Written,
): Promise<void> {
  const slice = Slice.of(chunk, form);
  writeFileSync(raw, slice.bytesOf([0]));
  const width = (await described(connection, csvHead(raw, false, form.delimiter), path)).length;
  const columns = Array.from({ length: width }, (_, at) => ({
    name: `c${String(at)}`,
    type: 'VARCHAR',
    sniffed: 'VARCHAR',
  }));
  await readTextChunk(connection, chunk, { path, form, columns, file: raw }, 'head', '*');
  await connection.run(`COPY head TO ${quoted(head)} (FORMAT csv, HEADER false)`);
  await connection.run('DROP TABLE head');
}

async function firstChunk(path: string, form: TextForm, rows: number, signal: AbortSignal): Promise<TextChunk | null> {
  for await (const chunk of textChunks(path, form, { offset: 0, lines: 0 }, { rows }, signal)) return chunk;
  return null;
}

const csvHead = (head: string, hasHeader: boolean, delimiter = ','): string =>
  `read_csv(${quoted(head)}, delim = ${quoted(delimiter)}, quote = '"', escape = '"', header = ${String(hasHeader)}, skip = 0, ` +
  'strict_mode = true, null_padding = false, sample_size = -1, hive_partitioning = false)';

/** Whether the first line has names: DuckDB says so where the others look unlike it; where all are texts nobody can tell, and most have one. */
async function looksNamed(connection: DuckDBConnection, head: string): Promise<boolean> {
  const asValues = csvHead(head, false);
  const types = await connection.runAndReadAll(`SELECT * FROM (DESCRIBE SELECT * FROM ${asValues})`);
  // With names in it no column is one of numbers.
  return types.getRowObjectsJson().every((row) => row.column_type === 'VARCHAR');
}

const Described = z.array(z.object({ column_name: z.string(), column_type: z.string() }));

async function described(connection: DuckDBConnection, source: string, path: string): Promise<Head['columns']> {
  try {
    const found = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
    const columns = Described.parse(found.getRowObjectsJson());
    if (columns.length > MAX_COLUMNS)
      throw new LoopwrightError('bad_request', `${basename(path)} has more than ${String(MAX_COLUMNS)} columns.`);
    return columns.map((row) => ({ name: row.column_name, sniffed: row.column_type }));
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    throw new LoopwrightError('bad_request', `${basename(path)} can't be read: ${duckSays(error)}`);
  }
}
