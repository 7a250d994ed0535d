/** The directions in which rows vary most, and what of a row they do not tell (Pearson 1901; Jolliffe, Principal Component Analysis). */
import { EigenvalueDecomposition, Matrix as Square } from 'ml-matrix';
import { columnMeans, type Matrix } from './matrix';

export interface PrincipalComponents {
  readonly means: Float64Array;
  /** One behind the other, each of length 1 with as many numbers as there are columns: those that explain most come first. */
  readonly directions: Float64Array;
  readonly count: number;
  /** Variance along each of all components, in descending order, as a share of all variance. */
  readonly explained: readonly number[];
}

/**
 * How many components are kept: that many, or as few as explain more than that share of the variance, from above 0 to 1 (at 1 all
 * of them).
 */
export type Kept = { readonly share: number } | { readonly count: number };

/** @param matrix without missing values */
export function principalComponents(matrix: Matrix, kept: Kept): PrincipalComponents {
  const { columns } = matrix;
  const means = columnMeans(matrix);
  if (columns === 0) return { means, directions: new Float64Array(0), count: 0, explained: [] };
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    covariance(matrix, means),
    { assumeSymmetric: true },
  );
  const order = Array.from(values.keys()).toSorted((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
  // Rounding makes small negative numbers of variances that are 0.
  const variances = order.map((at) => Math.max(values[at] ?? 0, 0));
  const all = variances.reduce((sum, variance) => sum + variance, 0);
  const explained = variances.map((variance) => (all === 0 ? 0 : variance / all));
  const count = 'count' in kept ? kept.count : enough(explained, kept.share);
  const directions = new Float64Array(count * columns);
  for (let component = 0; component < count; component++)
    for (let column = 0; column < columns; column++)
      directions[component * columns + column] = vectors.get(column, order[component] ?? 0);
  return { means, directions, count, explained };
}

function enough(explained: readonly number[], share: number): number {
  let sum = 0;
  for (const [at, part] of explained.entries()) {
    sum += part;
    if (sum > share) return at + 1;
  }
  return explained.length;
}

function covariance({ rows, columns, data }: Matrix, means: Float64Array): Square {
  const sums = new Float64Array(columns * columns);
  const row = new Float64Array(columns);
  for (let at = 0; at < rows; at++) {
    for (let column = 0; column < columns; column++)
      row[column] = (data[at * columns + column] ?? 0) - (means[column] ?? 0);
    for (let one = 0; one < columns; one++) {
      const value = row[one] ?? 0;
      const place = one * columns;
      for (let other = 0; other <= one; other++)
        sums[place + other] = (sums[place + other] ?? 0) + value * (row[other] ?? 0);
    }
  }
  const square = new Square(columns, columns);
  for (let one = 0; one < columns; one++)
    for (let other = 0; other <= one; other++) {
      const value = (sums[one * columns + other] ?? 0) / Math.max(rows - 1, 1);
      square.set(one, other, value);
      square.set(other, one, value);
    }
  return square;
}

/** What the components do not tell of the rows: each row less its projection on them. */
export function residuals({ rows, columns, data }: Matrix, { means, directions, count }: PrincipalComponents): Matrix {
  const left = new Float64Array(data.length);
  for (let row = 0; row < rows; row++) {
    const place = row * columns;
    for (let column = 0; column < columns; column++)
      left[place + column] = (data[place + column] ?? 0) - (means[column] ?? 0);
    // Directions are at right angles: each is taken away from what the ones before it have left.
    for (let component = 0; component < count; component++) {
      let along = 0;
      for (let column = 0; column < columns; column++)
        along += (left[place + column] ?? 0) * (directions[component * columns + column] ?? 0);
      for (let column = 0; column < columns; column++)
        left[place + column] = (left[place + column] ?? 0) - along * (directions[component * columns + column] ?? 0);
    }
  }
  return { rows, columns, data: left };
}
