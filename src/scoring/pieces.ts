/** What the input is cut into: chunks of its rows, as they lie in its files, from any of them on. */
import { rmSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { LoopwrightError } from '../protocol/errors';
import type { ScoreCommit, ScorePlan, TextForm } from '../protocol/score';
import { duckSays, quoted } from '../tables/duck';
import { type TextChunk, textChunks } from './text';

export interface RowRange {
  /** A name of the Parquet file. */
  readonly link: string;
  readonly from: number;
  readonly to: number;
}

export interface Piece {
  readonly chunk: number;
  /** Of the plan's files. */
  readonly file: number;
  /** Where it ends: bytes of the decoded text, or rows of the Parquet file. */
  readonly end: number;
  readonly lines: number;
  readonly isLast: boolean;
  /** Null: it has no rows. */
  readonly content: { readonly text: TextChunk } | { readonly range: RowRange } | null;
}

/** Where a file's pieces go on. */
export interface Reached {
  readonly chunk: number;
  readonly file: number;
  readonly end: number;
  readonly lines: number;
}

const beginning: Reached = { chunk: 0, file: 0, end: 0, lines: 0 };

/** Behind the last of what is committed. */
export function reachedBy(last: ScoreCommit | undefined): Reached {
  if (!last) return beginning;
  const chunk = last.chunk + 1;
  if (last.isLast) return { ...beginning, chunk, file: last.file + 1 };
  return { chunk, file: last.file, end: last.end, lines: last.lines };
}

export interface PieceParts {
  readonly connection: DuckDBConnection;
  /** Names of files for a while. */
  readonly at: (name: string) => string;
  readonly signal: AbortSignal;
}

export async function* piecesOf(plan: ScorePlan, from: Reached, parts: PieceParts): AsyncGenerator<Piece> {
  let { chunk } = from;
  for (let file = from.file; file < plan.files.length; file++) {
    const reached = file === from.file ? from : { ...beginning, file };
    const pieces = plan.text ? textPieces(plan, plan.text, reached, parts) : parquetPieces(plan, reached, parts);
    for await (const piece of pieces) yield { chunk: chunk++, file, ...piece };
  }
}

type InFile = Omit<Piece, 'chunk' | 'file'>;

/** A file of no rows is a piece, too: all that there is of it is done then. */
const nothing: InFile = { end: 0, lines: 0, isLast: true, content: null };

async function* textPieces(
  { files, order }: ScorePlan,
  form: TextForm,
  { file, end, lines }: Reached,
  { signal }: PieceParts,
): AsyncGenerator<InFile> {
  const path = files[file]?.path ?? '';
  const start = end === 0 && form.hasHeader ? await behindHeader(path, form, signal) : { offset: end, lines };
  if (start === null) {
    // Nothing but a header.
    yield nothing;
    return;
  }
  for await (const text of textChunks(path, form, start, { rows: order.chunkRows }, signal))
    yield { end: text.end, lines: text.lines, isLast: text.isLast, content: { text } };
}

/** Null where nothing follows it. */
async function behindHeader(path: string, form: TextForm, signal: AbortSignal) {
  for await (const { end, lines, isLast } of textChunks(path, form, { offset: 0, lines: 0 }, { rows: 1 }, signal))
    return isLast ? null : { offset: end, lines };
  return null;
}

async function* parquetPieces(
  { files, order, inputs, kept }: ScorePlan,
  { file, end }: Reached,
  { connection, at }: PieceParts,
): AsyncGenerator<InFile> {
  const path = files[file]?.path ?? '';
  const link = at(`slice-${String(file)}.parquet`);
  rmSync(link, { force: true });
  // A link with a plain name: the path itself may have characters that mean something in a pattern.
  symlinkSync(path, link);
  const total = await parquetRows(connection, link, path);
  if (total === 0) yield nothing;
  const taken = inputs.reduce((sum, { at: places }) => sum + places.length, kept.length);
  const most = Math.max(1, Math.min(order.chunkRows, Math.floor(MAX_CELLS / Math.max(taken, 1))));
  const ends = endsOf(await groupRows(connection, link), most);
  let from = end;
  for (const to of ends.filter((place) => place > end)) {
    yield { end: to, lines: 0, isLast: to === total, content: { range: { link, from, to } } };
    from = to;
  }
}

/** Values of a chunk of a Parquet file, so that one of many columns does not fill the memory. */
const MAX_CELLS = 8_000_000;
/** So many times as many rows as were asked for are a chunk, too, if that is what a row group has. */
const ROOM = 2;

/** Where chunks end: with row groups, which would be unpacked twice otherwise, unless those are large. */
export function endsOf(groups: readonly number[], most: number): number[] {
  const ends: number[] = [];
  let from = 0;
  let at = 0;
  for (const rows of groups) {
    if (at > from && at + rows - from > most) ends.push((from = at));
    at += rows;
    if (at - from > most * ROOM) while (at - from > most) ends.push((from += most));
  }
  if (at > from) ends.push(at);
  return ends;
}

async function groupRows(connection: DuckDBConnection, link: string): Promise<number[]> {
  const found = await connection.runAndReadAll(
    `SELECT any_value(row_group_num_rows) FROM parquet_metadata(${quoted(link)}) GROUP BY row_group_id ORDER BY row_group_id`,
  );
  return found.getRowsJson().map(([rows]) => Number(rows));
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
