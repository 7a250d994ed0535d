/** Numbers in bins: as counts of both samples, which the tests of shares take. */
import { pairedCounts, type PairedCounts } from '../categories/counts';
import { rowsBelow, rowsUpTo } from '../ranks';
import type { PairedNumbers, TestOptions, TestResult } from '../samples';
import type { SideName } from '../table';

export interface NumberBins {
  /** In ascending order, one more than there are bins; the outer ones are infinite where the outer bins are open. */
  readonly edges: Float64Array;
  /** How many values of either sample lie in each bin. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** How many lie in none. */
  readonly outside: { readonly reference: number; readonly current: number };
}

export interface BinningOptions {
  /**
   * Whether both columns are of whole numbers and have none missing: numpy makes no bin of such narrower than 1. Without it that
   * is what the values look like.
   */
  readonly areIntegers?: boolean;
}

export type Binning = (samples: PairedNumbers, options: BinningOptions) => NumberBins;

/** A `NumbersTest` that can be told more of its columns. */
export type BinnedTest = (samples: PairedNumbers, options: TestOptions & BinningOptions) => TestResult;

/** Which of its edges belongs to a bin. With `left` the last bin has both, as a histogram does, and with `right` the first. */
export type Closed = 'left' | 'right';

/** @param edges ascending; two that are the same make an empty bin, or one of the value alone at the end */
export function binned(samples: PairedNumbers, edges: Float64Array, closed: Closed = 'left'): NumberBins {
  const bins = edges.length - 1;
  const ofSide = (side: SideName): { counts: Float64Array; outside: number } => {
    // Rows before each edge: an outer edge belongs to its bin either way.
    const sums = edges.map((edge, at) => {
      const isBelow = at === 0 || (closed === 'left' && at < bins);
      return isBelow ? rowsBelow(samples, side, edge) : rowsUpTo(samples, side, edge);
    });
    const counts = Float64Array.from({ length: bins }, (_, at) => (sums[at + 1] ?? 0) - (sums[at] ?? 0));
    return { counts, outside: samples[`${side}Count`] - ((sums[bins] ?? 0) - (sums[0] ?? 0)) };
  };
  const [reference, current] = [ofSide('reference'), ofSide('current')];
  return {
    ...{ edges, reference: reference.counts, current: current.counts },
    outside: { reference: reference.outside, current: current.outside },
  };
}

/** A bin for each value. The last edge is there twice: it closes the bin of the last value. */
export function binPerValue(samples: PairedNumbers): NumberBins {
  const { values, reference, current } = samples;
  const edges = new Float64Array(values.length + 1);
  edges.set(values);
  edges[values.length] = values.at(-1) ?? NaN;
  return { edges, reference, current, outside: { reference: 0, current: 0 } };
}

/** The counts of bins, with one more for what lies outside where there is any. */
export function countsOf({ reference, current, outside }: NumberBins): PairedCounts {
  if (outside.reference + outside.current === 0) return pairedCounts(reference, current);
  return pairedCounts([...reference, outside.reference], [...current, outside.current]);
}

/** A test of shares as one of numbers. */
export const overBins =
  (binning: Binning, test: (counts: PairedCounts, options: TestOptions) => TestResult): BinnedTest =>
  (samples, options) =>
    test(countsOf(binning(samples, options)), options);
