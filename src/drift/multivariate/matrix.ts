/** Rows of numbers of several features, and what is done with them before they are compared. */
import { below, type Random } from '../random';

/** The value of a row and a column stands at `row * columns + column`. NaN is a missing value. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/** @throws RangeError for rows of different lengths */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * columns);
  for (const [at, row] of rows.entries()) {
    if (row.length !== columns)
      throw new RangeError(`Row ${String(at)} has ${String(row.length)} values, not ${String(columns)}.`);
    data.set(row, at * columns);
  }
  return { rows: rows.length, columns, data };
}

/** The rows of the one, and behind them those of the other. @throws RangeError for different numbers of columns */
export function stacked(one: Matrix, other: Matrix): Matrix {
  if (one.columns !== other.columns)
    throw new RangeError(`${String(one.columns)} columns can't be compared with ${String(other.columns)}.`);
  const data = new Float64Array(one.data.length + other.data.length);
  data.set(one.data);
  data.set(other.data, one.data.length);
  return { rows: one.rows + other.rows, columns: one.columns, data };
}

export function columnOf({ rows, columns, data }: Matrix, column: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0; row < rows; row++) values[row] = data[row * columns + column] ?? 0;
  return values;
}

export function selectedRows({ columns, data }: Matrix, rows: ArrayLike<number>): Matrix {
  const selected = new Float64Array(rows.length * columns);
  for (let at = 0; at < rows.length; at++) {
    const from = (rows[at] ?? 0) * columns;
    selected.set(data.subarray(from, from + columns), at * columns);
  }
  return { rows: rows.length, columns, data: selected };
}

/** At most that many rows, each with the same chance, in the order in which they stand. */
export function sampledRows(matrix: Matrix, most: number, random: Random): Matrix {
  if (matrix.rows <= most) return matrix;
  return selectedRows(matrix, shuffled(matrix.rows, random, most).sort());
}

/** Whole numbers from 0 to below `count`: the first `taken` of them in an order of chance (Fisher and Yates, by Durstenfeld 1964). */
export function shuffled(count: number, random: Random, taken = count): Int32Array {
  const order = Int32Array.from({ length: count }, (_, at) => at);
  for (let at = 0; at < taken; at++) {
    const other = at + below(random, count - at);
    const value = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = value;
  }
  return taken === count ? order : order.slice(0, taken);
}

/** Of each column, without its missing values. */
export interface Scaling {
  /** 0 for a column that has no values. */
  readonly means: Float64Array;
  /** Of the population; 0 for a column whose values differ by no more than rounding does. */
  readonly deviations: Float64Array;
}

/** @returns means and deviations that are right for values of any magnitude: their squares are never taken as they are. */
export function scalingOf(matrix: Matrix): Scaling {
  const [means, deviations] = [new Float64Array(matrix.columns), new Float64Array(matrix.columns)];
  for (let column = 0; column < matrix.columns; column++) {
    const { mean, deviation } = momentsOf(columnOf(matrix, column));
    means[column] = mean;
    deviations[column] = deviation;
  }
  return { means, deviations };
}

function momentsOf(values: Float64Array): { mean: number; deviation: number } {
  let [count, largest] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    largest = Math.max(largest, Math.abs(value));
  }
  if (largest === 0) return { mean: 0, deviation: 0 };
  // Powers of two, by which numbers are divided without rounding; two of them as one alone may lie below the smallest number.
  const unit = 2 ** Math.max(Math.floor(Math.log2(largest)), -1022);
  let sum = 0;
  for (const value of values) if (!Number.isNaN(value)) sum += value / unit;
  const mean = sum / count;
  let [squares, rest] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    const difference = value / unit - mean;
    squares += difference * difference;
    rest += difference;
  }
  // The second term takes the rounding of the mean away (Chan, Golub and LeVeque 1983, formula 1.7).
  const variance = (squares - (rest * rest) / count) / count;
  // What rounding makes of a variance of 0 (the same paper): such a column is constant, as scikit-learn's StandardScaler has it.
  const isConstant = variance <= count * Number.EPSILON * variance + (count * mean * Number.EPSILON) ** 2;
  return { mean: (mean + rest / count) * unit, deviation: isConstant ? 0 : Math.sqrt(variance) * unit };
}

/** With the given means, those of the reference, where values are missing. */
export function imputed({ rows, columns, data }: Matrix, means: Float64Array): Matrix {
  const full = Float64Array.from(data);
  for (let at = 0; at < full.length; at++) if (Number.isNaN(full[at])) full[at] = means[at % columns] ?? 0;
  return { rows, columns, data: full };
}

/** Columns that vary, by their numbers. */
export const varyingColumns = ({ deviations }: Scaling): number[] =>
  Array.from(deviations.keys()).filter((column) => (deviations[column] ?? 0) > 0);

/**
 * The columns that vary, each less its mean and divided by its deviation: both are those of the reference, for either side.
 * Missing values stay missing.
 */
export function standardised({ rows, columns, data }: Matrix, scaling: Scaling): Matrix {
  const kept = varyingColumns(scaling);
  const scaled = new Float64Array(rows * kept.length);
  for (const [at, column] of kept.entries()) {
    const [mean, deviation] = [scaling.means[column] ?? 0, scaling.deviations[column] ?? 1];
    for (let row = 0; row < rows; row++)
      scaled[row * kept.length + at] = ((data[row * columns + column] ?? 0) - mean) / deviation;
  }
  return { rows, columns: kept.length, data: scaled };
}

/** The mean of each column, of a matrix without missing values. */
export function columnMeans({ rows, columns, data }: Matrix): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] ?? 0) + (data[row * columns + column] ?? 0);
  return sums.map((sum) => sum / rows);
}

/**
 * Categories as numbers: where each lies when all of both samples are put in order, the most frequent first, from 0 to 1. Each has
 * its own, and which sample a value is of has no part in it: shares of the reference alone give away the rare values of the current
 * sample, which it never has. A missing value (null) is missing.
 */
export function orderEncoded(
  reference: readonly (string | null)[],
  current: readonly (string | null)[],
): { readonly reference: Float64Array; readonly current: Float64Array } {
  const counts = new Map<string, number>();
  for (const values of [reference, current])
    for (const value of values) if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  const ordered = [...counts].sort(([one, own], [two, other]) => other - own || (one < two ? -1 : 1));
  const all = ordered.reduce((sum, [, count]) => sum + count, 0);
  let before = 0;
  const places = new Map<string, number>();
  for (const [value, count] of ordered) {
    places.set(value, (before + count / 2) / all);
    before += count;
  }
  const of = (values: readonly (string | null)[]): Float64Array =>
    Float64Array.from(values, (value) => (value === null ? NaN : (places.get(value) ?? NaN)));
  return { reference: of(reference), current: of(current) };
}
