/** The rows of a table, a few at a time. Read strictly: a line that has too few cells is an error, never a row of fewer. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { LoopwrightError } from '../../protocol/errors';
import { onTable, quoted, type Reader, readerOf, whyNot } from './tables';

const HEAD_BYTES = 65_536;
const DELIMITERS = [',', ';', '\t', '|'] as const;
const MAX_COLUMNS = 5000;

type Rows = readonly (readonly unknown[])[];

export interface OpenTable {
  /** Null where they are known by their place alone. */
  readonly columns: readonly string[] | null;
  readonly width: number;
  /** @param texts which columns are to be read as the texts that they are, where the file has nothing but text */
  rows(texts: readonly number[]): AsyncIterable<Rows> | Iterable<Rows>;
  /** Null where that can't be told. */
  count(): Promise<number | null>;
}

/** @throws LoopwrightError `not_found`, `bad_request` with what is wrong with it; `cancelled` */
export async function withRows<T>(
  path: string,
  signal: AbortSignal,
  work: (table: OpenTable) => Promise<T>,
): Promise<T> {
  const name = basename(path);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new LoopwrightError('not_found', `There is no file ${path}.`);
  const reader = readerOf(path);
  if (!found.isFile() || reader === null)
    throw new LoopwrightError(
      'bad_request',
      `${name} is no table that can be read. Choose CSV, TSV, Parquet, JSON or JSON lines.`,
    );
  if (found.size === 0) throw new LoopwrightError('bad_request', `${name} is empty.`);
  return onTable(path, async (connection, link) => {
    const stop = () => connection.interrupt();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await work(await opened(connection, { reader, path, link, name }));
    } finally {
      signal.removeEventListener('abort', stop);
    }
  });
}

interface Place {
  readonly reader: Reader;
  readonly path: string;
  readonly link: string;
  readonly name: string;
}

async function opened(connection: DuckDBConnection, place: Place): Promise<OpenTable> {
  const { reader, path, name } = place;
  const delimiter = reader === 'csv' || reader === 'tsv' ? delimiterOf(path, reader) : null;
  const source = (texts: readonly string[] = []) => sourceOf(place, delimiter, texts);
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw new LoopwrightError('bad_request', `${name} can't be read: ${await why(connection, place, error)}`, {
        cause: error,
      });
    }
  };
  const names = await attempt(async () =>
    (await connection.runAndReadAll(`SELECT * FROM ${source()} LIMIT 0`)).columnNames(),
  );
  if (names.length > MAX_COLUMNS)
    throw new LoopwrightError('bad_request', `${name} has more than ${String(MAX_COLUMNS)} columns.`);
  const hasNames = delimiter === null || !names.every((one, at) => one.replace(/^column0*(?=\d)/, '') === String(at));
  return {
    columns: hasNames ? names : null,
    width: names.length,
    rows: async function* (texts) {
      const wanted = delimiter === null ? [] : texts.flatMap((at) => names[at] ?? []);
      const result = await attempt(() => connection.stream(`SELECT * FROM ${source(wanted)}`));
      const chunks = result.yieldRowsJs()[Symbol.asyncIterator]();
      for (;;) {
        const next = await attempt(() => chunks.next());
        if (next.done === true) return;
        yield next.value;
      }
    },
    count: async () => {
      try {
        const counted = await connection.runAndReadAll(`SELECT count(*) FROM ${source()}`);
        return Number(counted.getRowsJson()[0]?.[0]);
      } catch {
        return null; // something is odd beyond the rows that were read
      }
    },
  };
}

/** The first line says it; DuckDB's guess would make one column of lines that differ in length. */
function delimiterOf(path: string, reader: Reader): string | null {
  if (reader === 'tsv') return '\t';
  if (/\.gz$/i.test(path)) return ',';
  const [line = ''] = headOf(path).split(/\r?\n/, 1);
  return DELIMITERS.find((one) => line.includes(one)) ?? ',';
}

function headOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    return head.toString('utf8', 0, readSync(descriptor, head, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(descriptor);
  }
}

const STRICT = 'skip = 0, strict_mode = true, null_padding = false, ignore_errors = false, hive_partitioning = false';

function sourceOf({ reader, link }: Place, delimiter: string | null, texts: readonly string[]): string {
  const file = quoted(link);
  switch (reader) {
    case 'csv':
    case 'tsv': {
      const types = texts.map((one) => `${quoted(one)}: 'VARCHAR'`).join(', ');
      return `read_csv(${file}, delim = ${quoted(delimiter ?? ',')}, ${STRICT}${types === '' ? '' : `, types = {${types}}`})`;
    }
    case 'parquet':
      return `read_parquet(${file}, hive_partitioning = false)`;
    case 'lines':
      return `read_ndjson(${file}, hive_partitioning = false)`;
    case 'json':
      return `read_json(${file}, format = 'array', hive_partitioning = false)`;
  }
}

/** DuckDB says of lines that differ in length that it can't guess; asked for nothing but columns of text it names the line. */
async function why(connection: DuckDBConnection, { path, link, reader }: Place, error: unknown): Promise<string> {
  if (!(error instanceof Error && error.message.includes('sniffing'))) return sentence(lineIn(error) ?? whyNot(error));
  const delimiter = delimiterOf(path, reader) ?? ',';
  const [line = ''] = headOf(path).split(/\r?\n/, 1);
  const columns = line.split(delimiter).map((_, at) => `'c${String(at)}': 'VARCHAR'`);
  const asTexts = `read_csv(${quoted(link)}, auto_detect = false, header = true, delim = ${quoted(delimiter)}, quote = '"', escape = '"', columns = {${columns.join(', ')}}, ${STRICT})`;
  try {
    await connection.runAndReadAll(`SELECT count(*) FROM (SELECT * FROM ${asTexts})`);
    await connection.runAndReadAll(`SELECT max(c0) FROM ${asTexts}`);
  } catch (found) {
    return sentence(lineIn(found) ?? whyNot(found));
  }
  return 'its lines are not of one form: some have more or fewer cells than others.';
}

function lineIn(error: unknown): string | null {
  const text = error instanceof Error ? error.message : '';
  const [, line] = /CSV Error on Line: (\d+)/.exec(text) ?? [];
  if (line === undefined) return null;
  const [, expected = '', found = ''] = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(text) ?? [];
  if (expected !== '') return `line ${line} has ${found} cells in place of ${expected}`;
  return `line ${line}: ${(text.split('\n').find((one) => /Error when|unterminated|Could not/i.test(one)) ?? 'it is of another form than the lines before it').slice(0, 160)}`;
}

const sentence = (text: string): string => (text.endsWith('.') ? text : `${text}.`);
