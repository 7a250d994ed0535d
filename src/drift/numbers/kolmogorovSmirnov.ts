/** Whether two samples are of one distribution, by the largest distance of their cumulative shares. */
import type { NumbersTest } from '../samples';
import { kolmogorovTail } from '../special/kolmogorov';
import { apartOf } from './apart';
import { gcd, shareOutside } from './latticePaths';

/** Up to so many values of either sample the p-value is exact, as in scipy. */
const EXACT = 10_000;

/**
 * The two-sample test of Smirnov ("On the estimation of the discrepancy between empirical curves of distribution for two independent
 * samples", 1939), two-sided. The p-value is exact where both samples are small, else that of one sample of nm / (n + m) values. Ties
 * make it larger than it had to be.
 *
 * @returns the statistic, from 0 to 1
 */
export const kolmogorovSmirnov: NumbersTest = (samples) => {
  const { largest } = apartOf(samples);
  return { statistic: largest, pValue: pValueOf(largest, samples.referenceCount, samples.currentCount) };
};

function pValueOf(statistic: number, n: number, m: number): number {
  if (Math.max(n, m) > EXACT) return kolmogorovTail(roundedHalfToEven((n * m) / (n + m)), statistic);
  // All distances are multiples of one over the least common multiple.
  return shareOutside(n, m, Math.round(statistic * (n / gcd(n, m)) * m));
}

/** As numpy rounds, so that p-values are the same: a half to the even number. */
function roundedHalfToEven(value: number): number {
  const whole = Math.floor(value);
  if (value - whole === 0.5) return whole + (whole % 2);
  return Math.round(value);
}
