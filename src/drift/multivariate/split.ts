/** Sums of gradients by bin, and the split of a node that takes most of the loss away. */
import { type Binned, MISSING } from './bins';
import type { TreeOptions } from './tree';

/** Of each bin of each column three sums: of gradients, of hessians, and of rows. */
export type Histogram = Float64Array;

export interface Layout {
  /** Where the sums of a column begin. Its missing values have the last bin. */
  readonly starts: Int32Array;
  readonly size: number;
}

const SUMS = 3;
/** A side needs some hessian: what is certain already is not split further. */
const LEAST_HESSIAN = 1e-3;

export interface Split {
  readonly feature: number;
  readonly bin: number;
  readonly isMissingLeft: boolean;
  readonly gain: number;
}

export function layoutOf({ columns, bins }: Binned): Layout {
  const starts = new Int32Array(columns);
  let size = 0;
  for (let column = 0; column < columns; column++) {
    starts[column] = size;
    size += ((bins[column] ?? 0) + 1) * SUMS;
  }
  return { starts, size };
}

export function histogramOf(
  { columns, rows: all, codes, bins }: Binned,
  { starts }: Layout,
  rows: Int32Array,
  gradients: Float64Array,
  hessians: Float64Array,
  histogram: Histogram,
): Histogram {
  histogram.fill(0);
  const count = rows.length;
  for (let column = 0; column < columns; column++) {
    const own = codes.subarray(column * all, (column + 1) * all);
    const [start, missing] = [starts[column] ?? 0, bins[column] ?? 0];
    for (let at = 0; at < count; at++) {
      const row = rows[at] ?? 0;
      const code = own[row] ?? 0;
      const place = start + (code === MISSING ? missing : code) * SUMS;
      histogram[place] = (histogram[place] ?? 0) + (gradients[row] ?? 0);
      histogram[place + 1] = (histogram[place + 1] ?? 0) + (hessians[row] ?? 0);
      histogram[place + 2] = (histogram[place + 2] ?? 0) + 1;
    }
  }
  return histogram;
}

/** Takes the part away from the whole, in place. */
export function remainder(whole: Histogram, part: Histogram): Histogram {
  for (let at = 0; at < whole.length; at++) whole[at] = (whole[at] ?? 0) - (part[at] ?? 0);
  return whole;
}

/** Sums of all rows of a node. */
export interface Totals {
  readonly gradient: number;
  readonly hessian: number;
  readonly rows: number;
}

export function totalsOf(histogram: Histogram, { bins }: Binned): Totals {
  let [gradient, hessian, rows] = [0, 0, 0];
  // Each column has all rows: those of the first are summed.
  for (let bin = 0; bin <= (bins[0] ?? 0); bin++) {
    gradient += histogram[bin * SUMS] ?? 0;
    hessian += histogram[bin * SUMS + 1] ?? 0;
    rows += histogram[bin * SUMS + 2] ?? 0;
  }
  return { gradient, hessian, rows };
}

/** @returns null where no split gains anything */
export function bestSplit(
  histogram: Histogram,
  { gradient: allGradient, hessian: allHessian, rows: allRows }: Totals,
  binned: Binned,
  layout: Layout,
  { leastRows, l2 }: TreeOptions,
): Split | null {
  let [gain, feature, bin, isMissingLeft] = [0, -1, 0, false];
  const before = (allGradient * allGradient) / (allHessian + l2);
  for (let column = 0; column < binned.columns; column++) {
    const [start, bins] = [layout.starts[column] ?? 0, binned.bins[column] ?? 0];
    const hasMissing = binned.hasMissing[column] === true;
    for (let side = hasMissing ? 1 : 0; side >= 0; side--) {
      const missing = start + bins * SUMS;
      let gradient = side === 1 ? (histogram[missing] ?? 0) : 0;
      let hessian = side === 1 ? (histogram[missing + 1] ?? 0) : 0;
      let rows = side === 1 ? (histogram[missing + 2] ?? 0) : 0;
      // All values on the left is a split where missing ones are on the right.
      const last = hasMissing && side === 0 ? bins : bins - 1;
      for (let at = 0; at < last; at++) {
        const place = start + at * SUMS;
        gradient += histogram[place] ?? 0;
        hessian += histogram[place + 1] ?? 0;
        rows += histogram[place + 2] ?? 0;
        if (rows < leastRows || hessian < LEAST_HESSIAN) continue;
        if (allRows - rows < leastRows || allHessian - hessian < LEAST_HESSIAN) break;
        const rest = allGradient - gradient;
        const gained = (gradient * gradient) / (hessian + l2) + (rest * rest) / (allHessian - hessian + l2) - before;
        if (gained > gain) {
          gain = gained;
          feature = column;
          bin = at;
          isMissingLeft = side === 1;
        }
      }
    }
  }
  return feature === -1 ? null : { feature, bin, isMissingLeft, gain };
}

/**
 * The last bin on the left, of a split that lies half way between the values of its sides. Bins between them have none of the
 * node's rows, but rows that were held out may fall there.
 */
export function lastLeft({ feature, bin }: Split, histogram: Histogram, binned: Binned, { starts }: Layout): number {
  const [start, bins] = [starts[feature] ?? 0, binned.bins[feature] ?? 0];
  const [lowest, highest] = [binned.lowest[feature] ?? [], binned.highest[feature] ?? []];
  let right = bin + 1;
  while (right < bins && histogram[start + right * SUMS + 2] === 0) right++;
  // Only missing values are on the right.
  if (right === bins) return bins - 1;
  const middle = (highest[bin] ?? 0) / 2 + (lowest[right] ?? 0) / 2;
  let last = bin;
  while (last + 1 < right && (lowest[last + 1] ?? 0) <= middle) last++;
  return last;
}
