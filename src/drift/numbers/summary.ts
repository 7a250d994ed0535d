/** Numbers of two samples to be read by people: where each lies, and how far apart they are, whatever their sizes. */
import type { PairedNumbers } from '../samples';
import { ranksOf } from './mannWhitney';
import { momentsOfBoth } from './moments';

/** Of which sample. */
export type Side = 'reference' | 'current';

/**
 * Quantiles of a sample, between two values where they lie between: the seventh definition of Hyndman and Fan ("Sample Quantiles in
 * Statistical Packages", 1996), numpy's `linear`.
 *
 * @param shares from 0 to 1, ascending
 */
export function quantilesOf(samples: PairedNumbers, side: Side, shares: readonly number[]): number[] {
  const counts = samples[side];
  const count = side === 'reference' ? samples.referenceCount : samples.currentCount;
  let [at, through] = [-1, 0]; // `through` values are at most the value at `at`.
  const valueOf = (rank: number): number => {
    while (through <= rank && at + 1 < counts.length) through += counts[++at] ?? 0;
    return samples.values[at] ?? NaN;
  };
  return shares.map((share) => {
    const place = Math.min(Math.max(share, 0), 1) * (count - 1);
    const rank = Math.floor(place);
    const low = valueOf(rank);
    if (place === rank) return low;
    const [kept, passed] = [at, through];
    const high = valueOf(rank + 1);
    [at, through] = [kept, passed];
    return between(low, high, place - rank);
  });
}

/** From the nearer of both, as numpy does it, so that it never lies outside. */
function between(low: number, high: number, share: number): number {
  const difference = high - low;
  if (!Number.isFinite(difference)) return low * (1 - share) + high * share;
  return share >= 0.5 ? high - difference * (1 - share) : low + difference * share;
}

export const quantileOf = (samples: PairedNumbers, side: Side, share: number): number =>
  quantilesOf(samples, side, [share])[0] ?? NaN;

/**
 * By how many standard deviations the current mean lies above the reference's: Cohen's d, with the pooled deviation ("Statistical Power
 * Analysis for the Behavioral Sciences", 1988, formula 2.5.1). About 0.2 is called small, 0.5 medium, 0.8 large.
 *
 * @returns infinite where means without any spread differ
 */
export function standardizedMeanDifference(samples: PairedNumbers): number {
  const { reference: one, current: two } = momentsOfBoth(samples);
  const difference = two.offset - one.offset;
  const unit = Math.max(one.populationDeviation, two.populationDeviation);
  if (unit === 0) return difference === 0 ? 0 : Math.sign(difference) * Infinity;
  const squares = ({ count, populationDeviation }: typeof one): number => count * (populationDeviation / unit) ** 2;
  return difference / unit / Math.sqrt((squares(one) + squares(two)) / (one.count + two.count - 2));
}

/**
 * How likely a value of the current sample is to be larger than one of the reference, the same in both counting half: the common
 * language effect size (Vargha & Delaney, "A Critique and Improvement of the CL Common Language Effect Size Statistics", 2000).
 *
 * @returns from 0 to 1; 0.5 where neither tends to be larger
 */
export const probabilityOfSuperiority = (samples: PairedNumbers): number =>
  1 - ranksOf(samples).u / samples.referenceCount / samples.currentCount;

/**
 * By how much more likely it is to be larger than to be smaller (Cliff, "Dominance statistics: Ordinal analyses to answer ordinal
 * questions", 1993).
 *
 * @returns from -1, where all current values are smaller than those of the reference, to 1
 */
export const cliffsDelta = (samples: PairedNumbers): number => 2 * probabilityOfSuperiority(samples) - 1;
