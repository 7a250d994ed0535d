/** The distribution of Kolmogorov's two-sided statistic of one sample of n values. */
import { durbinShare } from './durbin';
import { stirlingError } from './lnGamma';
import { pelzGoodShare } from './pelzGood';
import { smirnovTail } from './smirnov';

/** Up to so many values Durbin's matrix is small enough to be taken throughout. */
const FEW = 140;
/** In n x^2: above it both sides together are rarer than the last digit of one of them (of few values and of many). */
const [ONE_SIDE_OF_FEW, ONE_SIDE_OF_MANY] = [4, 2.2];
/** In n x^2: below it a smaller statistic is rarer than the last digit of 1. */
const CERTAIN = 0.025;
/** In n x^2: above it the tail is less than the smallest double. */
const NEVER = 373;

/**
 * How likely the statistic is to be `x` or more, by whichever formula holds there, as Simard and L'Ecuyer choose among them
 * ("Computing the Two-Sided Kolmogorov-Smirnov Distribution", 2011, section 3). Tails below 0.01 are right to 1e-11 of their size
 * for up to a million values and by Maag and Dicaire's limit beyond; what is near 1 has an error below 1e-12, but for n above 140,
 * where Pelz and Good's series has one of about 1 / n^2.
 *
 * @param n a whole number, 1 or more
 */
export function kolmogorovTail(n: number, x: number): number {
  if (Number.isNaN(x) || !(n >= 1)) return NaN;
  const t = n * x;
  if (x >= 1) return 0;
  if (t <= 0.5) return 1;
  // Ruben and Gambino, "The exact distribution of Kolmogorov's statistic Dn for n <= 10" (1982).
  if (t <= 1) return 1 - Math.sqrt(2 * Math.PI * n) * Math.exp(n * Math.log(2 * t - 1) + stirlingError(n) - n);
  if (t >= n - 1) return 2 * Math.exp(n * Math.log1p(-x));
  const square = t * x;
  if (square >= NEVER) return 0;
  if (x >= 0.5 || square >= (n <= FEW ? ONE_SIDE_OF_FEW : ONE_SIDE_OF_MANY)) return Math.min(1, 2 * smirnovTail(n, x));
  if (square <= CERTAIN) return 1;
  const isDurbins = n <= FEW || (n <= 100_000 && n * x ** 1.5 <= 1.4);
  return 1 - (isDurbins ? durbinShare(n, x) : pelzGoodShare(n, x));
}
