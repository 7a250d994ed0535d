/** How many rows of either sample have a value, or a smaller one: made once, so that each bin and each rank is found by halving. */
import type { PairedNumbers } from './samples';

export interface Cumulative {
  /** At the place of each value. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
  /** How many values either of the samples has. */
  readonly distinct: { readonly reference: number; readonly current: number };
}

const known = new WeakMap<PairedNumbers, Cumulative>();

export function cumulativeOf(samples: PairedNumbers): Cumulative {
  const before = known.get(samples);
  if (before) return before;
  const [one, other] = [summed(samples.reference), summed(samples.current)];
  const distinct = { reference: one.distinct, current: other.distinct };
  const made = { reference: one.sums, current: other.sums, distinct };
  known.set(samples, made);
  return made;
}

function summed(counts: Float64Array): { readonly sums: Float64Array; readonly distinct: number } {
  const sums = new Float64Array(counts.length);
  let sum = 0;
  let distinct = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at] ?? 0;
    if (count > 0) distinct++;
    sum += count;
    sums[at] = sum;
  }
  return { sums, distinct };
}

/** How many of ascending numbers are smaller. */
export function below(numbers: Float64Array, limit: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((numbers[middle] ?? 0) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** How many of them are not larger. */
export function upTo(numbers: Float64Array, limit: number): number {
  let from = 0;
  let to = numbers.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((numbers[middle] ?? 0) <= limit) from = middle + 1;
    else to = middle;
  }
  return from;
}
