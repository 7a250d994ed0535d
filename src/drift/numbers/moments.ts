/** Mean and spread of one of two samples. */
import type { PairedNumbers } from '../samples';
import type { SideName } from '../table';

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** By how much the mean lies above the origin: it has digits that the mean has no room for, where both are far from 0. */
  readonly offset: number;
  /** That of the values there are: its square is their mean squared distance from the mean. */
  readonly populationDeviation: number;
  /** That of the distribution they are of, by n - 1. NaN of a single value. */
  readonly sampleDeviation: number;
  readonly least: number;
  readonly most: number;
}

/** Within them squares of what is summed neither overflow nor vanish. */
const [SMALL, LARGE] = [1e-140, 1e140];

/** Values that are summed before they are added to the others: what rounding takes grows with the number of additions to a sum. */
const BLOCK = 1024;

/**
 * In two walks, the second of which takes back what rounding has left of the first (Chan, Golub & LeVeque, "Algorithms for Computing
 * the Sample Variance", 1983), from an origin near the values and in a unit of their size: of numbers of any magnitude, and of a small
 * spread far from 0. A constant has a deviation of exactly 0.
 *
 * @param values ascending
 * @param counts how often each of them is there, not all 0; null: once
 * @param origin in or near the range of the values
 */
export function momentsOf(values: Float64Array, counts: Float64Array | null, origin = middleOf(values)): Moments {
  const [first, last] = counts ? endsOf(counts) : [0, values.length - 1];
  const [least, most] = [values[first] ?? NaN, values[last] ?? NaN];
  const half = Math.max(most - origin, origin - least);
  const unit = half === 0 || (half > SMALL && half < LARGE) ? 1 : 2 ** Math.floor(Math.log2(half));
  let [count, sum] = [0, 0];
  for (let from = first; from <= last; from += BLOCK) {
    let part = 0;
    for (let at = from; at < from + BLOCK && at <= last; at++) {
      const times = counts === null ? 1 : (counts[at] ?? 0);
      count += times;
      part += times * (((values[at] ?? 0) - origin) / unit);
    }
    sum += part;
  }
  const ends = { count, least, most };
  // Sums of many of the same are not quite a multiple of it.
  if (least === most)
    return {
      ...ends,
      mean: least,
      offset: least - origin,
      populationDeviation: 0,
      sampleDeviation: count > 1 ? 0 : NaN,
    };
  const middle = sum / count;
  let [squares, rest] = [0, 0];
  for (let from = first; from <= last; from += BLOCK) {
    let [part, partOfSquares] = [0, 0];
    for (let at = from; at < from + BLOCK && at <= last; at++) {
      const off = ((values[at] ?? 0) - origin) / unit - middle;
      const weighted = counts === null ? off : (counts[at] ?? 0) * off;
      part += weighted;
      partOfSquares += weighted * off;
    }
    rest += part;
    squares += partOfSquares;
  }
  squares = Math.max(0, squares - (rest * rest) / count);
  const offset = (middle + rest / count) * unit;
  return {
    ...{ ...ends, mean: origin + offset, offset },
    populationDeviation: Math.sqrt(squares / count) * unit,
    sampleDeviation: Math.sqrt(squares / (count - 1)) * unit,
  };
}

export interface PairedMoments {
  readonly reference: Moments;
  readonly current: Moments;
}

/** Several tests ask for them. */
const known = new WeakMap<PairedNumbers, PairedMoments>();

/** Those of both, from the same origin, so that their offsets can be subtracted from each other. */
export function momentsOfBoth(samples: PairedNumbers): PairedMoments {
  const before = known.get(samples);
  if (before) return before;
  const origin = originOf(samples);
  const of = (side: SideName): Moments =>
    samples.sorted ? momentsOf(samples.sorted[side], null, origin) : momentsOf(samples.values, samples[side], origin);
  const made = { reference: of('reference'), current: of('current') };
  known.set(samples, made);
  return made;
}

/** A value that lies among those of the one of them that has any. */
function originOf(samples: PairedNumbers): number {
  if (!samples.sorted) return middleOf(samples.values);
  const { reference, current } = samples.sorted;
  if (reference.length === 0 || current.length === 0) return middleOf(reference.length > 0 ? reference : current);
  const middle = middleOf(reference);
  return Number.isFinite((current.at(-1) ?? 0) - middle) && Number.isFinite(middle - (current[0] ?? 0)) ? middle : 0;
}

/** The middle one of the values, which lies among most of them however far others are; 0 where the way to those is no double. */
function middleOf(values: Float64Array): number {
  const [least, middle, most] = [values[0] ?? NaN, values[values.length >> 1] ?? NaN, values.at(-1) ?? NaN];
  return Number.isFinite(most - middle) && Number.isFinite(middle - least) ? middle : 0;
}

/** Where the first and the last value of a sample are. */
function endsOf(counts: Float64Array): readonly [number, number] {
  let [first, last] = [0, counts.length - 1];
  while (first < last && counts[first] === 0) first++;
  while (last > first && counts[last] === 0) last--;
  return [first, last];
}
