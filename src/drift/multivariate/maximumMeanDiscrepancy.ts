/** Whether two samples are of the same distribution, by the distance of their means in a kernel's feature space (Gretton et al. 2012). */
import { type Random, randomFrom } from '../random';
import { type Matrix, sampledRows, shuffled, stacked } from './matrix';

export interface DiscrepancyOptions {
  readonly seed: number;
  readonly permutations: number;
  /** Of a side at most: others are left out, by chance. */
  readonly rows: number;
  /** Null: by the median of distances. */
  readonly sigma: number | null;
}

export const DISCREPANCY: Omit<DiscrepancyOptions, 'seed'> = { permutations: 199, rows: 2000, sigma: null };
/** Products of pairs of rows and columns at most: what a second or two is enough for. Rows of many columns are fewer. */
const MOST_WORK = 1.5e9;
const MEDIAN_ROWS = 1000;
/** Sums of the same numbers in another order differ by rounding. */
const ROUNDING = 1e-12;

export interface Discrepancy {
  /** The unbiased estimate of the squared discrepancy: about 0 for equal distributions, below 0 as often as above; 2 at most. */
  readonly statistic: number;
  /**
   * The share of permutations of the sides with a statistic as large, that of the rows as they are among them: never below
   * 1 / (permutations + 1).
   */
  readonly pValue: number;
  /** Of the kernel exp(-d² / (2 sigma²)). */
  readonly sigma: number;
  /** Rows that were used. */
  readonly rows: { readonly reference: number; readonly current: number };
}

/**
 * Distances are taken as columns are: standardise those of different units first. Memory is 8 bytes for each pair of rows
 * (64 MB at 2,000 rows of either side).
 * @param reference, current without missing values
 * @returns null where a side has less than two rows: no unbiased estimate is there
 */
export function maximumMeanDiscrepancy(
  reference: Matrix,
  current: Matrix,
  options: Partial<DiscrepancyOptions> & { readonly seed: number },
): Discrepancy | null {
  const { permutations, rows, sigma: wished, seed } = { ...DISCREPANCY, ...options };
  if (reference.rows < 2 || current.rows < 2) return null;
  const random = randomFrom(seed);
  const most = Math.max(Math.min(rows, Math.floor(Math.sqrt(MOST_WORK / (2 * Math.max(reference.columns, 1))))), 2);
  const [own, other] = [sampledRows(reference, most, random), sampledRows(current, most, random)];
  const all = stacked(own, other);
  const kernel = squaredDistances(all);
  const sigma = wished ?? medianSigma(kernel, all.rows);
  const factor = -1 / (2 * sigma * sigma);
  for (let at = 0; at < kernel.length; at++) kernel[at] = Math.exp((kernel[at] ?? 0) * factor);
  const { statistic, pValue } = permuted(kernel, own.rows, all.rows, permutations, random);
  return { statistic, pValue, sigma, rows: { reference: own.rows, current: other.rows } };
}

/** Of each row and those before it: that of `row` and `before` stands at `row * (row - 1) / 2 + before`. */
function squaredDistances({ rows, columns, data }: Matrix): Float64Array {
  const distances = new Float64Array((rows * (rows - 1)) / 2);
  let at = 0;
  for (let row = 1; row < rows; row++) {
    const own = data.subarray(row * columns, (row + 1) * columns);
    for (let before = 0; before < row; before++) {
      const place = before * columns;
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        const difference = (own[column] ?? 0) - (data[place + column] ?? 0);
        sum += difference * difference;
      }
      distances[at++] = sum;
    }
  }
  return distances;
}

/**
 * The square root of half the median of the squared distances that are not 0, of all rows together: Gretton's heuristic
 * (Garreau, Jitkrittum and Kanagawa 2017). Of more than 1,000 rows every so many are looked at. 1 where all rows are equal.
 */
function medianSigma(distances: Float64Array, rows: number): number {
  const step = Math.ceil(rows / MEDIAN_ROWS);
  const some: number[] = [];
  for (let row = step; row < rows; row += step)
    for (let before = 0; before < row; before += step) {
      const distance = distances[(row * (row - 1)) / 2 + before] ?? 0;
      if (distance > 0) some.push(distance);
    }
  if (some.length === 0) return 1;
  const sorted = Float64Array.from(some).sort();
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return Math.sqrt((median ?? 1) / 2);
}

/** @param first rows of the reference, which come first */
function permuted(kernel: Float64Array, first: number, rows: number, permutations: number, random: Random) {
  const sums = rowSums(kernel, rows);
  const whole = sums.reduce((sum, value) => sum + value, 0) / 2;
  const second = rows - first;
  // Any side tells of the other: the sum of its rows has each of its own pairs twice, and each pair with the other side once.
  const size = Math.min(first, second);
  const pairs = (count: number): number => (count * (count - 1)) / 2;
  const of = (side: Int32Array): number => {
    const own = sumWithin(kernel, side);
    const between = side.reduce((sum, row) => sum + (sums[row] ?? 0), 0) - 2 * own;
    const others = whole - own - between;
    return own / pairs(size) + others / pairs(rows - size) - (2 * between) / (first * second);
  };
  const smaller = Int32Array.from({ length: size }, (_, at) => (first <= second ? at : first + at));
  const statistic = of(smaller);
  let hits = 1;
  for (let round = 0; round < permutations; round++)
    if (of(shuffled(rows, random, size).sort()) >= statistic - ROUNDING) hits++;
  return { statistic, pValue: hits / (permutations + 1) };
}

function rowSums(kernel: Float64Array, rows: number): Float64Array {
  const sums = new Float64Array(rows);
  let at = 0;
  for (let row = 1; row < rows; row++) {
    let own = 0;
    for (let before = 0; before < row; before++) {
      const value = kernel[at++] ?? 0;
      own += value;
      sums[before] = (sums[before] ?? 0) + value;
    }
    sums[row] = (sums[row] ?? 0) + own;
  }
  return sums;
}

/** @param side rows in ascending order */
function sumWithin(kernel: Float64Array, side: Int32Array): number {
  let sum = 0;
  for (let at = 1; at < side.length; at++) {
    const row = side[at] ?? 0;
    const place = (row * (row - 1)) / 2;
    for (let before = 0; before < at; before++) sum += kernel[place + (side[before] ?? 0)] ?? 0;
  }
  return sum;
}
