/** Which rows of a sample are smaller than a value, and which value a row has: by halving. */
import type { PairedNumbers } from './samples';
import type { SideName } from './table';

export function rowsBelow(samples: PairedNumbers, side: SideName, limit: number): number {
  if (samples.sorted) return below(samples.sorted[side], limit);
  return before(samples, side, below(samples.values, limit));
}

/** Those that are not larger. */
export function rowsUpTo(samples: PairedNumbers, side: SideName, limit: number): number {
  if (samples.sorted) return upTo(samples.sorted[side], limit);
  return before(samples, side, upTo(samples.values, limit));
}

/** Of rows in ascending order of their values, from 0; NaN of one that there is not. */
export function valueOfRow(samples: PairedNumbers, side: SideName, row: number): number {
  if (samples.sorted) return samples.sorted[side][row] ?? NaN;
  return samples.values[upTo(sumsOf(samples, side), row)] ?? NaN;
}

/** The smallest and the largest value. NaN of an empty sample. */
export const rangeOf = (samples: PairedNumbers, side: SideName): readonly [number, number] => [
  valueOfRow(samples, side, 0),
  valueOfRow(samples, side, samples[`${side}Count`] - 1),
];

/**
 * Between two rows in proportion (Hyndman & Fan 1996, type 7, which is numpy's). NaN of an empty sample.
 *
 * @param share 0 to 1
 */
export function quantileOf(samples: PairedNumbers, side: SideName, share: number): number {
  const place = share * (samples[`${side}Count`] - 1);
  const low = valueOfRow(samples, side, Math.floor(place));
  const high = valueOfRow(samples, side, Math.ceil(place));
  return high > low ? between(low, high, place % 1) : low;
}

/** From the nearer end, so that the end itself is exact; of doubles whose difference is infinite, too. */
function between(low: number, high: number, part: number): number {
  if (high - low === Infinity) return low * (1 - part) + high * part;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}

const before = (samples: PairedNumbers, side: SideName, place: number): number =>
  place === 0 ? 0 : (sumsOf(samples, side)[place - 1] ?? 0);

/** Several bins and ranks ask for them. */
const known = new WeakMap<Float64Array, Float64Array>();

/** How many rows have each of the values, or a smaller one. */
function sumsOf(samples: PairedNumbers, side: SideName): Float64Array {
  const counts = samples[side];
  const made = known.get(counts);
  if (made) return made;
  let sum = 0;
  const sums = counts.map((count) => (sum += count));
  known.set(counts, sums);
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
