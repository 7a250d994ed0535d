/** Divergences that are infinite where a share is 0, and so need something in its place. None has a p-value. */
import type { TestResult } from '../samples';
import { type PairedCounts, sharesOf, type SharePair } from './counts';
import { excessEntropy } from './series';
import { evidentlyFill, filled, halfRow, type ZeroFill } from './zeroFill';

/**
 * The population stability index (Siddiqi, "Credit Risk Scorecards", 2006): the sum of (r - c) ln(r / c) over all values, which
 * is Jeffreys' divergence. 0.1 is said to be little and 0.25 much, whatever the sizes of the samples are.
 *
 * @param fill what stands for a share of 0
 * @returns 0 or more
 */
export function psi(counts: PairedCounts, fill: ZeroFill = halfRow): TestResult {
  const { reference, current } = filledShares(counts, fill);
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const [one, other] = [reference[at] ?? 0, current[at] ?? 0];
    sum += (one - other) * Math.log(one / other);
  }
  return { statistic: sum, pValue: null };
}

/**
 * The divergence of the reference from the current sample (Kullback & Leibler 1951), in nats: 0 or more. Shares that were filled
 * are made to sum to 1 again.
 */
export function kullbackLeibler(counts: PairedCounts, fill: ZeroFill = halfRow): TestResult {
  const { reference, current } = filledShares(counts, fill);
  const [all, other] = [sum(reference), sum(current)];
  let divergence = 0;
  for (let at = 0; at < reference.length; at++) {
    const [expected, observed] = [(current[at] ?? 0) / other, (reference[at] ?? 0) / all];
    // observed ln(observed / expected), less what vanishes in the sum.
    divergence += expected * excessEntropy((observed - expected) / expected);
  }
  return { statistic: divergence, pValue: null };
}

export const psiEvidently = (counts: PairedCounts): TestResult => psi(counts, evidentlyFill);
export const kullbackLeiblerEvidently = (counts: PairedCounts): TestResult => kullbackLeibler(counts, evidentlyFill);

function filledShares(counts: PairedCounts, fill: ZeroFill): SharePair {
  const { referenceCount, currentCount } = counts;
  const { reference, current } = sharesOf(counts);
  const isPresent = (_: number, at: number): boolean =>
    fill.isForBothEmpty || (reference[at] ?? 0) + (current[at] ?? 0) > 0;
  return {
    reference: filled(reference.filter(isPresent), referenceCount, fill),
    current: filled(current.filter(isPresent), currentCount, fill),
  };
}

const sum = (shares: Float64Array): number => shares.reduce((all, share) => all + share, 0);
