/** How many rows of either sample have a value, or a smaller one: made once, so that each bin and each rank is found by halving. */
import type { PairedNumbers } from './samples';

export interface Cumulative {
  /** At the place of each value. */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

const known = new WeakMap<PairedNumbers, Cumulative>();

export function cumulativeOf(samples: PairedNumbers): Cumulative {
  const before = known.get(samples);
  if (before) return before;
  const made = { reference: summed(samples.reference), current: summed(samples.current) };
  known.set(samples, made);
  return made;
}

function summed(counts: Float64Array): Float64Array {
  const sums = new Float64Array(counts.length);
  let sum = 0;
  for (let at = 0; at < counts.length; at++) {
    sum += counts[at] ?? 0;
    sums[at] = sum;
  }
  return sums;
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
