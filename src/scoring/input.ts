/** The rows of the input, a chunk after the other, in tables of DuckDB; with them what the model takes. */
import { rmSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import { type Datatype, DATATYPES, type NamedTensor, type Values } from '../inference/datatype';
import { halfOf } from '../inference/half';
import { LoopwrightError } from '../protocol/errors';
import type { BadRow, ScoreCommit, ScorePlan, TextForm } from '../protocol/score';
import { duckSays, isAlike, quoted } from './duck';
import { readTextChunk } from './readText';
import { type RowsSql, rowsSql } from './rowsSql';
import type { Slice } from './slice';
import { textChunks } from './text';

export interface InputChunk {
  readonly chunk: number;
  /** Of the plan's files. */
  readonly file: number;
  readonly end: number;
  readonly lines: number;
  readonly isLast: boolean;
  /** Of the input, good and bad. */
  readonly rows: number;
  /** Of its file, before it. */
  readonly rowsBefore: number;
  /** Where its rows are: those that are good, in their order. */
  readonly table: string;
  /** Places of its good rows among all of the chunk. */
  readonly good: readonly number[];
  readonly bad: readonly BadRow[];
  readonly feeds: readonly NamedTensor[];
  /** What is told of a row that the model refuses. */
  readonly tellOf: (row: number) => Pick<BadRow, 'file' | 'line' | 'row' | 'text'>;
}

/** Where a file's chunks go on. */
export interface Reached {
  readonly chunk: number;
  readonly file: number;
  readonly end: number;
  readonly lines: number;
  /** Rows of the file before it. */
  readonly rows: number;
}

export const beginning: Reached = { chunk: 0, file: 0, end: 0, lines: 0, rows: 0 };

/** Behind the last of what is committed. */
export function reachedBy(commits: readonly ScoreCommit[]): Reached {
  const last = commits.at(-1);
  if (!last) return beginning;
  if (last.isLast) return { chunk: last.chunk + 1, file: last.file + 1, end: 0, lines: 0, rows: 0 };
  const rows = commits.filter(({ file }) => file === last.file).reduce((sum, one) => sum + one.rows, 0);
  return { chunk: last.chunk + 1, file: last.file, end: last.end, lines: last.lines, rows };
}

interface Parts {
  readonly connection: DuckDBConnection;
  /** Names of files for a while. */
  readonly at: (name: string) => string;
  readonly signal: AbortSignal;
}

export async function* inputChunks(plan: ScorePlan, from: Reached, parts: Parts): AsyncGenerator<InputChunk> {
  const sql = rowsSql(plan);
  let { chunk } = from;
  for (let file = from.file; file < plan.files.length; file++) {
    const at = file === from.file ? from : { ...beginning, file };
    const chunks = plan.text
      ? textOfFile(plan, plan.text, at, chunk, sql, parts)
      : parquetOfFile(plan, at, chunk, sql, parts);
    for await (const one of chunks) {
      chunk = one.chunk + 1;
      yield one;
    }
  }
}

async function* textOfFile(
  plan: ScorePlan,
  form: TextForm,
  from: Reached,
  firstChunk: number,
  sql: RowsSql,
  { connection, at, signal }: Parts,
): AsyncGenerator<InputChunk> {
  const path = plan.files[from.file]?.path ?? '';
  const limits = { rows: plan.order.chunkRows };
  const start =
    from.end === 0 && form.hasHeader ? await behindHeader(path, form, signal) : { offset: from.end, lines: from.lines };
  let chunk = firstChunk;
  let { rows } = from;
  if (start === null) {
    // Nothing but a header: it is a file of no rows.
    yield await empty(plan, from.file, chunk, sql, connection);
    return;
  }
  for await (const text of textChunks(path, form, start, limits, signal)) {
    const table = tableOf(chunk);
    const place = { path, form, columns: plan.columns, file: at(`slice-${String(chunk)}.txt`) };
    const read = await readTextChunk(connection, text, place, table, sql.columns);
    const count = await countOf(connection, table);
    const all = read.taken ?? Array.from({ length: count }, (_, row) => row);
    if (read.taken && read.taken.length !== count)
      throw new LoopwrightError(
        'internal',
        `${basename(path)}: ${String(count)} rows were read of ${String(read.taken.length)}.`,
      );
    const total = count + read.bad.length;
    const before = rows;
    const tellOf = (row: number) => told(path, before, row, read.slice);
    const unread = read.bad.map(({ record, column, reason }) => ({ ...tellOf(record), column, reason }));
    const wrong = await takeOut(connection, plan, table, sql, all, tellOf);
    const good = wrong.length === 0 ? all : without(all, wrong);
    yield {
      ...{
        chunk,
        file: from.file,
        end: text.end,
        lines: text.lines,
        isLast: text.isLast,
        rows: total,
        rowsBefore: before,
        table,
        good,
      },
      bad: [...unread, ...wrong.map(({ bad }) => bad)].sort((one, other) => one.row - other.row),
      feeds: await feedsOf(connection, plan, table, good.length),
      tellOf,
    };
    rows += total;
    chunk++;
  }
}

function told(path: string, before: number, row: number, slice: Slice) {
  const line = slice.records[row]?.line ?? null;
  return { file: basename(path), line, row: before + row + 1, text: slice.textOf(row) };
}

/** Null where nothing follows it. */
async function behindHeader(path: string, form: TextForm, signal: AbortSignal) {
  for await (const { end, lines, isLast } of textChunks(path, form, { offset: 0, lines: 0 }, { rows: 1 }, signal))
    return isLast ? null : { offset: end, lines };
  return null;
}

async function* parquetOfFile(
  plan: ScorePlan,
  from: Reached,
  firstChunk: number,
  sql: RowsSql,
  { connection, at }: Parts,
): AsyncGenerator<InputChunk> {
  const path = plan.files[from.file]?.path ?? '';
  const link = at(`slice-${String(from.file)}.parquet`);
  rmSync(link, { force: true });
  // A link with a plain name: the path itself may have characters that mean something in a pattern.
  symlinkSync(path, link);
  const total = await parquetRows(connection, link, path);
  if (total === 0) yield await empty(plan, from.file, firstChunk, sql, connection);
  const step = plan.order.chunkRows;
  for (let before = from.end, chunk = firstChunk; before < total; before += step, chunk++) {
    const end = Math.min(before + step, total);
    const table = tableOf(chunk);
    const source = `read_parquet(${quoted(link)}, file_row_number = true, hive_partitioning = false)`;
    const range = `file_row_number >= ${String(before)} AND file_row_number < ${String(end)}`;
    try {
      await connection.run(`CREATE TABLE ${table} AS SELECT ${sql.columns} FROM ${source} WHERE ${range}`);
    } catch (error) {
      const rows = `rows ${String(before + 1)} to ${String(end)}`;
      throw new LoopwrightError('bad_request', `${basename(path)}, ${rows}, can't be read: ${duckSays(error)}`);
    }
    const all = Array.from({ length: end - before }, (_, row) => row);
    const first = before;
    const tellOf = (row: number) => ({ file: basename(path), line: null, row: first + row + 1, text: null });
    const wrong = await takeOut(connection, plan, table, sql, all, tellOf);
    const good = wrong.length === 0 ? all : without(all, wrong);
    yield {
      ...{
        chunk,
        file: from.file,
        end,
        lines: 0,
        isLast: end === total,
        rows: end - before,
        rowsBefore: before,
        table,
        good,
      },
      bad: wrong.map(({ bad }) => bad),
      feeds: await feedsOf(connection, plan, table, good.length),
      tellOf,
    };
  }
}

/** @throws LoopwrightError `bad_request` for a file that is no Parquet, or was cut short */
export async function parquetRows(connection: DuckDBConnection, link: string, path: string): Promise<number> {
  try {
    const counted = await connection.runAndReadAll(`SELECT num_rows FROM parquet_file_metadata(${quoted(link)})`);
    return Number(counted.getRowsJson()[0]?.[0]);
  } catch (error) {
    throw new LoopwrightError(
      'bad_request',
      `${basename(path)} can't be read: ${duckSays(error)} It may have been cut short.`,
    );
  }
}

async function empty(
  plan: ScorePlan,
  file: number,
  chunk: number,
  sql: RowsSql,
  connection: DuckDBConnection,
): Promise<InputChunk> {
  const table = tableOf(chunk);
  const nothing = plan.columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS "${name.replaceAll('"', '""')}"`);
  await connection.run(`CREATE TABLE ${table} AS SELECT ${sql.columns} FROM (SELECT ${nothing.join(', ')} LIMIT 0)`);
  return {
    ...{ chunk, file, end: 0, lines: 0, isLast: true, rows: 0, rowsBefore: 0, table, good: [], bad: [], feeds: [] },
    tellOf: (row) => ({ file: '', line: null, row, text: null }),
  };
}

const tableOf = (chunk: number): string => `rows${String(chunk)}`;

async function countOf(connection: DuckDBConnection, table: string): Promise<number> {
  return Number((await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRowsJson()[0]?.[0]);
}

interface Wrong {
  /** In the table. */
  readonly at: number;
  readonly bad: BadRow;
}

/** Takes rows with a cell that the model can't be given out of the table. */
async function takeOut(
  connection: DuckDBConnection,
  plan: ScorePlan,
  table: string,
  { checks }: RowsSql,
  all: readonly number[],
  tellOf: InputChunk['tellOf'],
): Promise<Wrong[]> {
  if (checks.length === 0) return [];
  const found = await connection.runAndReadAll(`SELECT rowid, bad FROM ${table} WHERE bad IS NOT NULL ORDER BY rowid`);
  const wrong = found.getRowsJson().map(([rowid, check]) => {
    const at = Number(rowid);
    const { column = 0, wanted = '' } = checks[Number(check) - 1] ?? {};
    const told = tellOf(all[at] ?? 0);
    return { at, bad: { ...told, column: plan.columns[column]?.name ?? null, reason: `It is not ${wanted}.` } };
  });
  if (wrong.length > 0) await connection.run(`DELETE FROM ${table} WHERE bad IS NOT NULL`);
  return wrong;
}

function without(all: readonly number[], wrong: readonly Wrong[]): number[] {
  const out = new Set(wrong.map(({ at }) => at));
  return all.filter((_, at) => !out.has(at));
}

/** Lists of one length for each row, which DuckDB keeps one behind the other: what a tensor is. */
async function feedsOf(
  connection: DuckDBConnection,
  { inputs }: ScorePlan,
  table: string,
  rows: number,
): Promise<NamedTensor[]> {
  if (rows === 0) return [];
  const made = inputs.map(({ name, datatype, shape, at }) => {
    const of = datatype as Datatype;
    return {
      name,
      datatype: of,
      shape: [rows, ...shape],
      width: at.length,
      data: DATATYPES[of].make(rows * at.length),
    };
  });
  const names = inputs.map((_, index) => `feed${String(index)}`).join(', ');
  const result = await connection.stream(`SELECT ${names} FROM ${table}`);
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    for (const [index, { datatype, data, width }] of made.entries()) {
      const { childData } = chunk.getColumnVector(index) as unknown as { childData: DuckDBVector };
      fill(data, datatype, childData, row * width, chunk.rowCount * width);
    }
    row += chunk.rowCount;
  }
  return made.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data }));
}

function fill(data: Values, datatype: Datatype, vector: DuckDBVector, from: number, count: number): void {
  const { items } = vector as unknown as { readonly items?: unknown };
  if (datatype !== 'FP16' && isAlike(items, data)) {
    // Of one type, as was just seen.
    (data as Float32Array).set((items as Float32Array).subarray(0, count), from);
    return;
  }
  const values = data as unknown[];
  for (let at = 0; at < count; at++) {
    const value = vector.getItem(at);
    values[from + at] = datatype === 'FP16' ? halfOf(Number(value)) : datatype === 'BOOL' ? Number(value) : value;
  }
}
