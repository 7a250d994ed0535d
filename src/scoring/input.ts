/** The rows of the input, a chunk after the other, in tables of DuckDB; with them what the model takes. */
import { basename } from 'node:path';
import type { DuckDBConnection, DuckDBResult, DuckDBVector } from '@duckdb/node-api';
import { type Datatype, DATATYPES, type NamedTensor, type Values } from '../inference/datatype';
import { halfOf } from '../inference/half';
import { LoopwrightError } from '../protocol/errors';
import type { BadRow, ScorePlan } from '../protocol/score';
import { duckSays, isAlike, quoted } from '../tables/duck';
import { type Piece, piecesOf, type Reached, type RowRange } from './pieces';
import { readTextChunk } from './readText';
import { type RowsSql, rowsSql } from './rowsSql';
import type { TextChunk } from './text';

/** A row that is bad, by its place in the chunk, from 0. */
export type Fault = Pick<BadRow, 'row' | 'column' | 'reason'>;

export interface InputChunk {
  readonly piece: Piece;
  /** Of the input, good and bad. */
  readonly rows: number;
  /** Where its rows are: those that are good, in their order. */
  readonly table: Rows;
  /** Places of its good rows among all of the chunk. */
  readonly good: readonly number[];
  readonly bad: readonly Fault[];
  readonly feeds: readonly NamedTensor[];
  /** What is told of a row of the chunk besides its place. */
  readonly tellOf: (row: number) => Pick<BadRow, 'file' | 'line' | 'text'>;
}

/** A name of DuckDB's. */
export interface Rows {
  readonly name: string;
  /** It is read where it is wanted: nothing of it can be deleted. */
  readonly isView: boolean;
}

export const dropSql = ({ name, isView }: Rows): string => `DROP ${isView ? 'VIEW' : 'TABLE'} ${name}`;

interface Parts {
  /** So many chunks are read at the same time. */
  readonly connections: readonly DuckDBConnection[];
  /** Names of files for a while. */
  readonly at: (name: string) => string;
  readonly signal: AbortSignal;
}

/** In their order. */
export async function* inputChunks(
  plan: ScorePlan,
  from: Reached,
  { connections, at, signal }: Parts,
): AsyncGenerator<InputChunk> {
  const [first] = connections;
  if (!first) return;
  const reader = { plan, at, sql: rowsSql(plan) };
  const pieces = piecesOf(plan, from, { connection: first, at, signal });
  const reading: Promise<InputChunk>[] = [];
  const readNext = async (count: number): Promise<boolean> => {
    const next = await pieces.next();
    if (next.done === true) return false;
    const number = count % connections.length;
    const chunk = readPiece(next.value, { ...reader, number, connection: connections[number] ?? first });
    chunk.catch(() => undefined); // told in its turn
    reading.push(chunk);
    return true;
  };
  try {
    let count = 0;
    for (let isMore = true; ;) {
      while (isMore && reading.length < connections.length) isMore = await readNext(count++);
      const chunk = reading.shift();
      if (!chunk) return;
      yield await chunk;
    }
  } finally {
    // Nothing is closed that is still used.
    await Promise.allSettled(reading);
  }
}

interface Reader {
  /** Among those that read at the same time. */
  readonly number: number;
  readonly plan: ScorePlan;
  readonly sql: RowsSql;
  readonly connection: DuckDBConnection;
  readonly at: (name: string) => string;
}

function readPiece(piece: Piece, reader: Reader): Promise<InputChunk> {
  const { content } = piece;
  if (content === null) return readNothing(piece, reader);
  return 'text' in content ? readText(piece, content.text, reader) : readRange(piece, content.range, reader);
}

async function readText(piece: Piece, text: TextChunk, reader: Reader): Promise<InputChunk> {
  const { plan, sql, connection, at } = reader;
  const path = plan.files[piece.file]?.path ?? '';
  const form = plan.text;
  if (!form) throw new LoopwrightError('internal', `${basename(path)} is no text.`);
  const table = tableOf(piece);
  const place = { path, form, columns: plan.columns, file: at(`slice-${String(reader.number)}.txt`) };
  const { slice, taken, bad } = await readTextChunk(connection, text, place, table, sql.columns);
  const count = await countOf(connection, table);
  const all = taken ?? placesTo(count);
  if (all.length !== count)
    throw new LoopwrightError(
      'internal',
      `${basename(path)}: ${String(count)} rows were read of ${String(all.length)}.`,
    );
  const tellOf = (row: number) => ({
    file: basename(path),
    line: slice.records[row]?.line ?? null,
    text: slice.textOf(row),
  });
  const faults = bad.map(({ record, column, reason }) => ({ row: record, column, reason }));
  return goodOf(piece, { rows: count + bad.length, all, faults, tellOf }, reader);
}

/** What the model takes is read at once, what is kept when it is written: a table of both would cost as much as reading does. */
async function readRange(piece: Piece, { link, from, to }: RowRange, reader: Reader): Promise<InputChunk> {
  const { plan, sql, connection } = reader;
  const path = plan.files[piece.file]?.path ?? '';
  const source = `read_parquet(${quoted(link)}, file_row_number = true, hive_partitioning = false)`;
  const range = `file_row_number >= ${String(from)} AND file_row_number < ${String(to)}`;
  const rows = to - from;
  const tellOf = () => ({ file: basename(path), line: null, text: null });
  const name = tableOf(piece);
  const select = `SELECT ${sql.columns} FROM ${source} WHERE ${range}`;
  try {
    await connection.run(`CREATE VIEW ${name} AS ${select}`);
    // As a whole: each bit of a stream would be read when it is asked for, and that waits for our thread.
    const isChecked = sql.checks.length === 0;
    const result = await connection.run(
      `SELECT ${feedNames(plan)}${isChecked ? '' : ', coalesce(bad, 0)'} FROM ${name}`,
    );
    const feeds = await feedsOf(result, plan, { rows, isChecked });
    const table = { name, isView: true };
    if (feeds) return { piece, rows, table, good: placesTo(rows), bad: [], feeds, tellOf };
    await connection.run(`DROP VIEW ${name}; CREATE TABLE ${name} AS ${select}`);
  } catch (error) {
    const place = `rows ${String(from + 1)} to ${String(to)}`;
    throw new LoopwrightError('bad_request', `${basename(path)}, ${place}, can't be read: ${duckSays(error)}`);
  }
  return goodOf(piece, { rows, all: placesTo(rows), faults: [], tellOf }, reader);
}

async function readNothing(piece: Piece, { plan, sql, connection }: Reader): Promise<InputChunk> {
  const table = tableOf(piece);
  const nothing = plan.columns.map(({ name, type }) => `CAST(NULL AS ${type}) AS "${name.replaceAll('"', '""')}"`);
  await connection.run(`CREATE TABLE ${table} AS SELECT ${sql.columns} FROM (SELECT ${nothing.join(', ')} LIMIT 0)`);
  const tellOf = () => ({ file: '', line: null, text: null });
  return { piece, rows: 0, table: { name: table, isView: false }, good: [], bad: [], feeds: [], tellOf };
}

interface ReadRows extends Pick<InputChunk, 'rows' | 'tellOf'> {
  /** Places of the rows of the table. */
  readonly all: readonly number[];
  readonly faults: readonly Fault[];
}

/** What the model takes of the table; rows with a cell that it can't be given are taken out. */
async function goodOf(
  piece: Piece,
  { rows, all, faults, tellOf }: ReadRows,
  { plan, sql, connection }: Reader,
): Promise<InputChunk> {
  const table = tableOf(piece);
  const wrong = await takeOut(connection, plan, table, sql);
  const out = new Set(wrong.map(({ row }) => row));
  const good = wrong.length === 0 ? all : all.filter((_, place) => !out.has(place));
  const told = wrong.map((fault) => ({ ...fault, row: all[fault.row] ?? 0 }));
  const chunk = { piece, rows, table: { name: table, isView: false }, good, bad: [...faults, ...told], tellOf };
  if (good.length === 0) return { ...chunk, feeds: [] };
  const result = await connection.stream(`SELECT ${feedNames(plan)} FROM ${table}`);
  return { ...chunk, feeds: (await feedsOf(result, plan, { rows: good.length, isChecked: true })) ?? [] };
}

const tableOf = ({ chunk }: Piece): string => `rows${String(chunk)}`;
const placesTo = (count: number): number[] => Array.from({ length: count }, (_, row) => row);

async function countOf(connection: DuckDBConnection, table: string): Promise<number> {
  return Number((await connection.runAndReadAll(`SELECT count(*) FROM ${table}`)).getRowsJson()[0]?.[0]);
}

/** @returns by their places in the table */
async function takeOut(
  connection: DuckDBConnection,
  plan: ScorePlan,
  table: string,
  { checks }: RowsSql,
): Promise<Fault[]> {
  if (checks.length === 0) return [];
  const found = await connection.runAndReadAll(`SELECT rowid, bad FROM ${table} WHERE bad IS NOT NULL ORDER BY rowid`);
  const wrong = found.getRowsJson().map(([rowid, check]) => {
    const { column = 0, wanted = '' } = checks[Number(check) - 1] ?? {};
    return { row: Number(rowid), column: plan.columns[column]?.name ?? null, reason: `It is not ${wanted}.` };
  });
  if (wrong.length > 0) await connection.run(`DELETE FROM ${table} WHERE bad IS NOT NULL`);
  return wrong;
}

const feedNames = ({ inputs }: ScorePlan): string => inputs.map((_, index) => `feed${String(index)}`).join(', ');

/**
 * Lists of one length for each row, which DuckDB keeps one behind the other: what a tensor is.
 *
 * @param isChecked that no row is bad. @returns null where one is
 */
async function feedsOf(
  result: DuckDBResult,
  { inputs }: ScorePlan,
  { rows, isChecked }: { readonly rows: number; readonly isChecked: boolean },
): Promise<NamedTensor[] | null> {
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
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    if (!isChecked && hasBad(chunk.getColumnVector(inputs.length), chunk.rowCount)) return null;
    for (const [index, { datatype, data, width }] of made.entries()) {
      const { childData } = chunk.getColumnVector(index) as unknown as { childData: DuckDBVector };
      fill(data, datatype, childData, row * width, chunk.rowCount * width);
    }
    row += chunk.rowCount;
  }
  return made.map(({ name, datatype, shape, data }) => ({ name, datatype, shape, data }));
}

/** @param checks which of them fails first, as `rowsSql` has it; 0 where none does */
function hasBad(checks: unknown, count: number): boolean {
  const { items } = checks as { readonly items: Int32Array };
  return items.subarray(0, count).some((check) => check > 0);
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
