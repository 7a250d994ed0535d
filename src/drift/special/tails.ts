/** Upper tails of the distributions that tests need, right to 1e-12 of their size however small they are. */
import { betaShare } from './beta';
import { gammaTail } from './gamma';
import { lnGamma } from './lnGamma';

/** Beyond it a square is no double any more. */
const HUGE = 1e150;
/** Student's t with more degrees of freedom is the normal distribution, to the last digit. */
const NORMAL_FROM = 1e17;

/** How likely a standard normal number is to lie above `z` (DLMF 7.11.2). */
export function normalTail(z: number): number {
  if (Number.isNaN(z)) return NaN;
  if (z < 0) return 1 - normalTail(-z);
  return gammaTail(0.5, (z * z) / 2) / 2;
}

/** How likely a chi-squared number is to lie above `x`. @param df above 0, else NaN */
export function chiSquaredTail(x: number, df: number): number {
  if (Number.isNaN(x) || !(df > 0)) return NaN;
  return gammaTail(df / 2, x / 2);
}

/** How likely Student's t is to lie as far from 0 as `t`, on either side (DLMF 8.17, Abramowitz & Stegun 26.7.1). @param df above 0, else NaN */
export function studentTail(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return NaN;
  const size = Math.abs(t);
  if (size === Infinity) return 0;
  if (df > NORMAL_FROM) return 2 * normalTail(size);
  if (size > HUGE) return farTail(size, df);
  const square = t * t;
  return betaShare(df / 2, 0.5, df / (df + square), square / (df + square));
}

/** The first term of the series of the incomplete beta function: all others are too small to count. */
function farTail(size: number, df: number): number {
  const lnBeta = lnGamma(df / 2) + lnGamma(0.5) - lnGamma((df + 1) / 2);
  return Math.min(1, (2 / df) * Math.exp((df / 2) * (Math.log(df) - 2 * Math.log(size)) - lnBeta));
}
