/** The regularized incomplete beta function. */
import { continuedFraction } from './continuedFraction';
import { deviance, stirlingError } from './lnGamma';

/**
 * I_x(a, b), by the continued fraction of Didonato and Morris ("Significant digit computation of the incomplete beta function
 * ratios", 1992, formula 9).
 *
 * @param y 1 - x, of which nothing is to be lost
 */
export function betaShare(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(b, a, y, x);
  const off = a * y - b * x;
  const fraction = continuedFraction((at, step) => {
    const middle = a + 2 * at;
    if (at === 0) {
      step.numerator = 1;
      step.denominator = (a / (a + 1)) * (off + 1);
      return;
    }
    step.numerator = (((a + at - 1) * (a + b + at - 1)) / (middle - 1)) * ((at * (b - at)) / (middle - 1)) * x * x;
    step.denominator = at + (at * (b - at) * x) / (middle - 1) + ((a + at) / (middle + 1)) * (off + 1 + at * (1 + y));
  });
  return Math.min(1, frontOf(a, b, x, y) * fraction);
}

/** x^a y^b / B(a, b), as Loader has it (see `deviance`). */
function frontOf(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const off = a * y - b * x;
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b);
  return (
    Math.exp(exponent - deviance(a, n * x, off) - deviance(b, n * y, -off)) * Math.sqrt((a * b) / (2 * Math.PI * n))
  );
}

/** The share of exactly k of n, each with chance p. @param excess n p - k, where it is known better than by subtraction */
export function binomialShare(k: number, n: number, p: number, excess: number): number {
  if (k === 0) return Math.exp(n * Math.log1p(-p));
  if (k === n) return Math.exp(n * Math.log(p));
  const others = n - k;
  if (!(others - excess > 0)) return 0;
  const exponent = stirlingError(n) - stirlingError(k) - stirlingError(others);
  return (
    Math.exp(exponent - deviance(k, k + excess, -excess) - deviance(others, others - excess, excess)) *
    Math.sqrt(n / (2 * Math.PI * k * others))
  );
}
