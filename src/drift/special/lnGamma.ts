/** ln Gamma, and the parts of it that probabilities are made of. */
import { zetaMinusOne } from './zeta';

const HALF_LN_TAU = 0.5 * Math.log(2 * Math.PI);
/** Euler's constant. */
const EULER = 0.577_215_664_901_532_9;
/** From here on the series of Stirling is right to the last digit. */
const STIRLING_FROM = 15;
const TERMS = 32;
/** (zeta(n) - 1) / n, from n = 2 on. */
const COEFFICIENTS = Float64Array.from({ length: TERMS }, (_, at) => zetaMinusOne(at + 2) / (at + 2));

/** @param x above 0. @returns right to about 1e-15 of its size, near its zeros at 1 and 2, too */
export function lnGamma(x: number): number {
  if (!(x > 0)) return NaN;
  if (x === Infinity) return Infinity;
  // Above 1.5 the logarithm of DLMF 5.7.3 is that of lnGamma(x) = ln(x - 1) + lnGamma(x - 1), and both cancel.
  if (x >= 0.5 && x < 1.5) return taylor(x - 1) - Math.log1p(x - 1);
  if (x >= 1.5 && x < 2.5) return taylor(x - 2);
  if (x < 0.5) return taylor(x) - Math.log1p(x) - Math.log(x);
  if (x < STIRLING_FROM) {
    const steps = Math.floor(x - 1.5);
    let product = 1;
    for (let step = 1; step <= steps; step++) product *= x - step;
    return taylor(x - steps - 2) + Math.log(product);
  }
  return (x - 0.5) * Math.log(x) - x + HALF_LN_TAU + series(x);
}

/** lnGamma(z + 2), for z from -0.5 to 0.5 (DLMF 5.7.3). */
function taylor(z: number): number {
  let sum = 0;
  for (let at = TERMS - 1; at >= 0; at--) sum = (COEFFICIENTS[at] ?? 0) - z * sum;
  return z * (1 - EULER + z * sum);
}

/** What Stirling's formula, (a + 1/2) ln a - a + ln(2 pi) / 2, lacks of lnGamma(a + 1). @param a above 0 */
export function stirlingError(a: number): number {
  if (a >= STIRLING_FROM) return series(a);
  return lnGamma(a + 1) - (a + 0.5) * Math.log(a) + a - HALF_LN_TAU;
}

/** DLMF 5.11.1. */
function series(a: number): number {
  const square = 1 / (a * a);
  const inner = 1 / 1680 - square * (1 / 1188 - square * (691 / 360_360 - square / 156));
  return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * inner))) / a;
}

/**
 * a ln(a / x) + x - a, the exponent of Poisson's and the binomial distribution: Loader's "deviance" ("Fast and Accurate
 * Computation of Binomial Probabilities", 2000). Where both are near it is a series, since the closed form loses its digits.
 *
 * @param difference a - x, where it is known better than by subtraction
 */
export function deviance(a: number, x: number, difference = a - x): number {
  if (a === 0) return x;
  if (Math.abs(difference) >= 0.5 * (a + x)) return a * Math.log(a / x) - difference;
  const ratio = difference / (a + x);
  const square = ratio * ratio;
  let sum = difference * ratio;
  let power = 2 * a * ratio;
  for (let odd = 3; ; odd += 2) {
    power *= square;
    const next = sum + power / odd;
    if (next === sum) return sum;
    sum = next;
  }
}
