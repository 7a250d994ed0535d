/** The regularized incomplete gamma function. */
import { continuedFraction } from './continuedFraction';
import { deviance, stirlingError } from './lnGamma';

/**
 * Q(a, x), the share above x: of the series below it (DLMF 8.11.4) where x is small, else a continued fraction (DLMF 8.9.2), whose
 * digits are those of what is small.
 *
 * @param a above 0
 */
export function gammaTail(a: number, x: number): number {
  if (x <= 0) return 1;
  if (x === Infinity) return 0;
  const share = poissonShare(a, x);
  if (x < a + 1) {
    let [term, sum] = [1, 1];
    for (let step = 1; term > sum * 1e-17; step++) sum += term *= x / (a + step);
    return Math.max(0, 1 - share * sum);
  }
  const fraction = continuedFraction((at, step) => {
    step.numerator = at === 0 ? 1 : -at * (at - a);
    step.denominator = x + 2 * at + 1 - a;
  });
  return Math.min(1, share * a * fraction);
}

/** x^a e^-x / Gamma(a + 1), as Loader has it (see `deviance`). */
export const poissonShare = (a: number, x: number): number =>
  Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a);
