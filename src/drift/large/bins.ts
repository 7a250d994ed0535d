/** Samples that are too large to be sorted, as counts of narrow bins: exact counts, of values that are known within a bin. Pure. */
import type { PairedNumbers } from '../samples';
import { finiteSorted, sortNumbers } from '../sort';
import type { SideName } from '../table';

/** Values of either sample that bins are made of: a bin holds about one in so many of them. */
const QUANTILES = 32_768;
/** How often a value is among them that has a bin of its own. */
const OFTEN = 3;

/**
 * Upper ends of the bins, ascending; the last is infinite. A bin has its upper end and not its lower one. Values that many rows have
 * are bins of their own, so that ties are ties.
 *
 * @param samples finite numbers from all over either table, in any order
 * @param own values that are bins of their own in any case: the least and the largest of all rows, so that both are told as they are
 */
export function binEnds(samples: readonly Float64Array[], own: readonly number[]): Float64Array {
  const picked = samples.map((values) => {
    const step = Math.max(1, values.length / QUANTILES);
    return Float64Array.from(
      { length: Math.floor(values.length / step) },
      (_, at) => values[Math.floor(at * step)] ?? 0,
    );
  });
  const all = new Float64Array(picked.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const values of picked) {
    all.set(values, at);
    at += values.length;
  }
  sortNumbers(all);
  const ends = new Set<number>([Infinity]);
  const addOwn = (value: number): void => void ends.add(previousOf(value)).add(value);
  for (const value of own) addOwn(value);
  for (let from = 0; from < all.length;) {
    const value = all[from] ?? 0;
    const begun = from;
    while (from < all.length && all[from] === value) from++;
    if (from - begun >= OFTEN) addOwn(value);
    else ends.add(value);
  }
  return Float64Array.from(ends).sort();
}

const bits = new DataView(new ArrayBuffer(8));

/** The next smaller double. */
export function previousOf(value: number): number {
  if (value === 0) return -Number.MIN_VALUE;
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + (value > 0 ? -1n : 1n));
  return bits.getFloat64(0);
}

/** What is known of one sample. */
export interface BinCounts {
  /** Of each bin. */
  readonly counts: Float64Array;
  /** Of the values in each bin. */
  readonly sums: Float64Array;
  readonly rows: number;
  readonly missing: number;
  readonly infinite: number;
}

export const noCounts = (bins: number): BinCounts => ({
  ...{ counts: new Float64Array(bins), sums: new Float64Array(bins) },
  ...{ rows: 0, missing: 0, infinite: 0 },
});

/** @param values of rows; NaN is missing. They are sorted in place, which takes less time than finding the bin of each */
export function countsIn(ends: Float64Array, values: Float64Array): BinCounts {
  const counts = new Float64Array(ends.length);
  const sums = new Float64Array(ends.length);
  const { sorted, missing, infinite } = finiteSorted(values);
  let bin = 0;
  for (const value of sorted) {
    while (value > (ends[bin] ?? Infinity)) bin++;
    counts[bin] = (counts[bin] ?? 0) + 1;
    sums[bin] = (sums[bin] ?? 0) + value;
  }
  return { counts, sums, rows: values.length, missing, infinite };
}

/** @param all to which the others are added, in place of a new one */
export function added(all: BinCounts, more: BinCounts): BinCounts {
  for (const [at, count] of more.counts.entries()) {
    if (count === 0) continue;
    all.counts[at] = (all.counts[at] ?? 0) + count;
    all.sums[at] = (all.sums[at] ?? 0) + (more.sums[at] ?? 0);
  }
  const { rows, missing, infinite } = more;
  return { ...all, rows: all.rows + rows, missing: all.missing + missing, infinite: all.infinite + infinite };
}

export interface PairedBins {
  readonly samples: PairedNumbers;
  /** By how much a cumulative share may be off between two values: the largest share of a bin that holds more than one value. */
  readonly error: number;
}

/** Each bin as the mean of its values. */
export function pairedBins(
  ends: Float64Array,
  { reference, current }: Readonly<Record<SideName, BinCounts>>,
): PairedBins {
  const [referenceCount, currentCount] = [finiteOf(reference), finiteOf(current)];
  const filled: number[] = [];
  let error = 0;
  for (const [at, end] of ends.entries()) {
    const [own, other] = [reference.counts[at] ?? 0, current.counts[at] ?? 0];
    if (own + other === 0) continue;
    filled.push(at);
    if (previousOf(end) !== ends[at - 1])
      error = Math.max(error, own / (referenceCount || 1), other / (currentCount || 1));
  }
  const valueOf = (at: number): number => {
    const count = (reference.counts[at] ?? 0) + (current.counts[at] ?? 0);
    const [low, end] = [ends[at - 1] ?? -Infinity, ends[at] ?? Infinity];
    if (previousOf(end) === low) return end;
    return Math.min(Math.max(((reference.sums[at] ?? 0) + (current.sums[at] ?? 0)) / count, low), end);
  };
  const samples = {
    values: Float64Array.from(filled, valueOf),
    reference: Float64Array.from(filled, (at) => reference.counts[at] ?? 0),
    current: Float64Array.from(filled, (at) => current.counts[at] ?? 0),
    ...{ referenceCount, currentCount, sorted: null },
  };
  return { samples, error };
}

const finiteOf = ({ rows, missing, infinite }: BinCounts): number => rows - missing - infinite;
