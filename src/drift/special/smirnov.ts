/** The distribution of Smirnov's one-sided statistic of one sample of n values. */
import { binomialShare } from './beta';

/** Of the sum so many terms are taken at most. */
const MOST_TERMS = 4096;
/** In n x^2: below it the terms do not fade at the ends, and all of them are taken. */
const FADES_FROM = 1;
/** Beyond so many values scipy takes the limit, and so do we, to say the same. */
const LIMIT_FROM = 1_000_000;

/**
 * How likely the statistic is to be `x` or more: the sum of Birnbaum and Tingey ("One-sided confidence contours for probability
 * distribution functions", 1951), whose terms are all positive. They fade smoothly to nothing at both ends, so of many values every
 * k-th of them, times k, is the same sum: by Poisson's formula the error is that of the trapezoidal rule.
 *
 * @param n a whole number, 1 or more
 * @param x above 0
 */
export function smirnovTail(n: number, x: number): number {
  if (x >= 1) return 0;
  // Maag and Dicaire, "On Kolmogorov-Smirnov type one-sample statistics" (1971).
  if (n > LIMIT_FROM) return Math.exp(-((6 * n * x + 1) ** 2) / (18 * n));
  const stride = n * x * x < FADES_FROM ? 1 : Math.ceil(n / MOST_TERMS);
  const last = Math.floor(n * (1 - x));
  let sum = 0;
  for (let at = 0; at <= last; at += stride) {
    const below = x + at / n;
    sum += binomialShare(at, n, below, n * x) / below;
  }
  return Math.min(1, sum * stride * x);
}
