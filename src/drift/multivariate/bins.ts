/** Features as the numbers of a few bins each, in which trees look for splits. */
import { columnOf, type Matrix } from './matrix';

/** Number of the bin of missing values. */
export const MISSING = 255;
/** How many bins of values a feature can have. */
export const MOST_BINS = 255;

export interface Binned {
  readonly rows: number;
  readonly columns: number;
  /** The bin of a column's row stands at `column * rows + row`: ascending with its values, MISSING for none. */
  readonly codes: Uint8Array;
  /** How many bins of values each column has. */
  readonly bins: Uint8Array;
  readonly hasMissing: readonly boolean[];
  /** Of each column's bins: the smallest and the largest value in them. */
  readonly lowest: readonly Float64Array[];
  readonly highest: readonly Float64Array[];
}

/** A bin for each value of a column that has no more than `most`; otherwise bins of about equally many rows. */
export function binned(matrix: Matrix, most: number): Binned {
  const { rows, columns } = matrix;
  const codes = new Uint8Array(rows * columns);
  const bins = new Uint8Array(columns);
  const hasMissing: boolean[] = [];
  const [lowest, highest]: [Float64Array[], Float64Array[]] = [[], []];
  for (let column = 0; column < columns; column++) {
    const values = columnOf(matrix, column);
    const known = values.filter((value) => !Number.isNaN(value)).sort();
    const edges = upperEdges(known, most);
    bins[column] = edges.length;
    hasMissing.push(known.length < rows);
    highest.push(edges);
    lowest.push(edges.map((_, bin) => known[bin === 0 ? 0 : firstAbove(edges[bin - 1] ?? 0, known)] ?? 0));
    for (let row = 0; row < rows; row++) {
      const value = values[row] ?? NaN;
      codes[column * rows + row] = Number.isNaN(value) ? MISSING : firstNotBelow(value, edges);
    }
  }
  return { rows, columns, codes, bins, hasMissing, lowest, highest };
}

/** The largest value of each bin. @param sorted in ascending order */
function upperEdges(sorted: Float64Array, most: number): Float64Array {
  const distinct = sorted.filter((value, at) => at === 0 || value !== sorted[at - 1]);
  if (distinct.length <= most) return distinct;
  const edges = Float64Array.from(
    { length: most },
    (_, at) => sorted[Math.ceil(((at + 1) * sorted.length) / most) - 1] ?? 0,
  );
  return edges.filter((value, at) => at === 0 || value !== edges[at - 1]);
}

/** Where the first of them stands that is not below the value. */
const firstNotBelow = (value: number, sorted: Float64Array): number => first(sorted, (other) => other >= value);

const firstAbove = (value: number, sorted: Float64Array): number => first(sorted, (other) => other > value);

/** Where the first one stands that fits, as all behind it do; the last one where none does. */
function first(sorted: Float64Array, fits: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(sorted[middle] ?? 0)) high = middle;
    else low = middle + 1;
  }
  return low;
}
