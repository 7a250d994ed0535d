/** Mean and spread of one of two samples. */
import type { PairedNumbers } from '../samples';

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

/**
 * In two walks, the second of which takes back what rounding has left of the first (Chan, Golub & LeVeque, "Algorithms for Computing
 * the Sample Variance", 1983), from an origin near the values and in a unit of their size: of numbers of any magnitude, and of a small
 * spread far from 0. A constant has a deviation of exactly 0.
 *
 * @param counts the reference's or the current sample's, not all 0
 * @param origin in or near the range of the values
 */
export function momentsOf(
  { values }: Pick<PairedNumbers, 'values'>,
  counts: Float64Array,
  origin: number = middleOf(values),
): Moments {
  const [first, last] = endsOf(counts);
  const [least, most] = [values[first] ?? NaN, values[last] ?? NaN];
  const half = Math.max(most - origin, origin - least);
  const unit = half === 0 || (half > SMALL && half < LARGE) ? 1 : 2 ** Math.floor(Math.log2(half));
  let [count, sum] = [0, 0];
  for (let at = first; at <= last; at++) {
    const times = counts[at] ?? 0;
    count += times;
    sum += times * (((values[at] ?? 0) - origin) / unit);
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
  for (let at = first; at <= last; at++) {
    const off = ((values[at] ?? 0) - origin) / unit - middle;
    const weighted = (counts[at] ?? 0) * off;
    rest += weighted;
    squares += weighted * off;
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
  const origin = middleOf(samples.values);
  const made = {
    reference: momentsOf(samples, samples.reference, origin),
    current: momentsOf(samples, samples.current, origin),
  };
  known.set(samples, made);
  return made;
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
