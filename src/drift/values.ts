/** The values of columns, as the tests take them. */
import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';
import type { ComparedColumn } from './columns';
import { blocksIn, isPickedSql } from './picked';
import type { SideName, Table } from './table';

/** Doubles that one query brings: 64 MB. */
const AT_ONCE = 8_000_000;

/** How many columns of a table of so many rows are read at once. */
export const columnsAtOnce = (rows: number): number =>
  Math.max(1, Math.min(64, Math.floor(AT_ONCE / Math.max(rows, 1))));

/** Every row's value, in the order of the table; NaN where there is none. */
export async function numbersOf(
  connection: DuckDBConnection,
  columns: readonly ComparedColumn[],
  { side, rows }: Pick<Table, 'side' | 'rows'>,
): Promise<Float64Array[]> {
  const values = columns.map(() => new Float64Array(rows));
  const cells = columns.map(({ sql }) => sql[side]);
  const result = await connection.stream(`SELECT ${cells.join(', ')} FROM ${side}`);
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    for (const [at, to] of values.entries()) copy(chunk.getColumnVector(at), to, row, chunk.rowCount);
    row += chunk.rowCount;
  }
  return values;
}

/** That of one row of every so many. */
export async function everyOf(
  connection: DuckDBConnection,
  { sql }: Pick<ComparedColumn, 'sql'>,
  { side, rows }: Pick<Table, 'side' | 'rows'>,
  step: number,
): Promise<Float64Array> {
  const numbered = `SELECT ${sql[side]} AS value, row_number() OVER () - 1 AS place FROM ${side}`;
  const values = new Float64Array(blocksIn(rows, step));
  const whole = `place < ${String(values.length * step)}`;
  const result = await connection.stream(
    `SELECT value FROM (${numbered}) WHERE ${whole} AND ${isPickedSql('place', step)}`,
  );
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (!chunk || chunk.rowCount === 0) return values;
    copy(chunk.getColumnVector(0), values, row, chunk.rowCount);
    row += chunk.rowCount;
  }
}

/** The least and the largest of what is finite; none where nothing is. */
export async function extremesOf(
  connection: DuckDBConnection,
  { sql }: Pick<ComparedColumn, 'sql'>,
  side: SideName,
): Promise<number[]> {
  const found = await connection.runAndReadAll(
    `SELECT min(value), max(value) FROM (SELECT ${sql[side]} AS value FROM ${side}) WHERE isfinite(value)`,
  );
  return (found.getRows()[0] ?? []).filter((value) => typeof value === 'number');
}

/** Rows of a block. */
const BLOCK = 1 << 20;

/** Every row's value, a block after the other. */
export async function* blocksOf(
  connection: DuckDBConnection,
  { sql }: Pick<ComparedColumn, 'sql'>,
  side: SideName,
): AsyncGenerator<Float64Array> {
  const result = await connection.stream(`SELECT ${sql[side]} FROM ${side}`);
  let block = new Float64Array(BLOCK);
  let row = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    const isOver = !chunk || chunk.rowCount === 0;
    if (isOver || row + chunk.rowCount > BLOCK) {
      yield row === BLOCK ? block : block.slice(0, row);
      if (isOver) return;
      block = new Float64Array(BLOCK);
      row = 0;
    }
    copy(chunk.getColumnVector(0), block, row, chunk.rowCount);
    row += chunk.rowCount;
  }
}

/** Its values lie in an array of doubles, and beside it a bit for each that says whether there is one. */
interface Doubles {
  readonly items: Float64Array;
  readonly validity: { readonly data: unknown; itemValid(at: number): boolean };
}

function copy(vector: DuckDBVector, to: Float64Array, from: number, count: number): void {
  const { items, validity } = vector as unknown as Doubles;
  to.set(items.subarray(0, count), from);
  if (validity.data === null) return;
  for (let at = 0; at < count; at++) if (!validity.itemValid(at)) to[from + at] = NaN;
}

/** Values of some rows, from all over the table, and how many of all there are not. */
export interface SampledValues {
  readonly values: readonly unknown[];
  readonly rows: number;
  readonly missing: number;
}

/** @param most values at most */
export async function sampledOf(
  connection: DuckDBConnection,
  side: SideName,
  { sql }: Pick<ComparedColumn, 'sql'>,
  most: number,
): Promise<SampledValues> {
  const counted = await connection.runAndReadAll(`SELECT count(*), count(${sql[side]}) FROM ${side}`);
  const [rows = 0, filled = 0] = (counted.getRowsJson()[0] ?? []).map(Number);
  const step = Math.max(1, Math.ceil(filled / most));
  const there = `SELECT value, row_number() OVER () - 1 AS place FROM (SELECT ${sql[side]} AS value FROM ${side}) WHERE value IS NOT NULL`;
  const found = await connection.runAndReadAll(
    `SELECT value FROM (${there}) WHERE ${isPickedSql('place', step)} ORDER BY place`,
  );
  return { values: found.getRowsJson().map(([value]) => value), rows, missing: rows - filled };
}
