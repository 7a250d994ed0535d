/** How far apart the shares of two samples are. None of them has a p-value: chance alone makes each larger than 0. */
import type { TestResult } from '../samples';
import { type PairedCounts, sharesOf } from './counts';
import { symmetricEntropy } from './series';

const distance = (statistic: number): TestResult => ({ statistic, pValue: null });

/**
 * The Jensen-Shannon distance, which is the square root of the divergence (Lin 1991; a metric: Endres & Schindelin 2003), with
 * natural logarithms: from 0 to sqrt(ln 2) = 0.8326.
 */
export const jensenShannon = (counts: PairedCounts): TestResult => distance(Math.sqrt(divergence(counts)));

/** The same with logarithms to base 2: from 0 to 1. */
export const jensenShannonBase2 = (counts: PairedCounts): TestResult =>
  distance(Math.min(1, Math.sqrt(divergence(counts) / Math.LN2)));

/** In nats, from 0 to ln 2. */
function divergence(counts: PairedCounts): number {
  const { reference, current } = sharesOf(counts);
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const [one, other] = [reference[at] ?? 0, current[at] ?? 0];
    const both = one + other;
    // With m the mean of both and d = (one - other) / both: one is (1+d) m, the other (1-d) m.
    if (both > 0) sum += (both / 4) * symmetricEntropy((one - other) / both);
  }
  return sum;
}

/**
 * The Hellinger distance (Hellinger 1909): the square root of 1 less the Bhattacharyya coefficient, from 0 to 1. It is computed
 * as half of the squared differences of roots, which is the same and loses nothing where they are nearly equal.
 */
export function hellinger(counts: PairedCounts): TestResult {
  const { reference, current } = sharesOf(counts);
  let sum = 0;
  for (let at = 0; at < reference.length; at++)
    sum += (Math.sqrt(reference[at] ?? 0) - Math.sqrt(current[at] ?? 0)) ** 2;
  return distance(Math.sqrt(Math.min(1, sum / 2)));
}

/** The largest difference of a value's shares (the Chebyshev distance): from 0 to 1. */
export function lInfinity(counts: PairedCounts): TestResult {
  const { reference, current } = sharesOf(counts);
  let most = 0;
  for (let at = 0; at < reference.length; at++)
    most = Math.max(most, Math.abs((reference[at] ?? 0) - (current[at] ?? 0)));
  return distance(most);
}
