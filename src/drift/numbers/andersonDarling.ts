/** Whether two samples are of one distribution: as sensitive in the tails as in the middle. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { harmonic, harmonicOfSquares } from '../special/zeta';
import { levelOf } from './andersonDarlingLevels';

/** Of fewer values the statistic has no variance. */
const LEAST = 4;

/**
 * The Anderson-Darling test of two samples, with midranks, by its mean and variance made standard (Scholz & Stephens, "K-Sample
 * Anderson-Darling Tests", 1987, equations 4 and 7). Where all values are the same, or are three at most, nothing can be told.
 *
 * @returns the p-value is from 0.001 to 0.25, for what is less or more; 1 where nothing can be told
 */
export const andersonDarling: NumbersTest = (samples) => {
  if (samples.referenceCount + samples.currentCount < LEAST) return { statistic: 0, pValue: 1 };
  const sum = sumOf(samples);
  if (sum === null) return { statistic: 0, pValue: 1 };
  const statistic = (sum - 1) / Math.sqrt(varianceOf(samples));
  return { statistic, pValue: levelOf(statistic) };
};

/** Equation 7. Of two samples the distances of either from all of them differ by a factor. Null: all values are the same. */
function sumOf({ reference, current, referenceCount: n, currentCount: m }: PairedNumbers): number | null {
  const all = n + m;
  let [own, other, sum, seen] = [0, 0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [one, two] = [reference[at] ?? 0, current[at] ?? 0];
    const both = one + two;
    if (both === 0) continue;
    if (both < all) seen++;
    const before = own + other;
    const off = (own + one / 2) / n - (other + two / 2) / m;
    // middle (all - middle) - all both / 4, which is 0 for nothing but a single value.
    const spread = before * (all - before - both) + (both * (all - both)) / 4;
    sum += (both / spread) * off * off;
    own += one;
    other += two;
  }
  return seen === 0 ? null : (all - 1) * (n / all) * m * sum;
}

/** Equation 4, of two samples. */
function varianceOf({ referenceCount, currentCount }: PairedNumbers): number {
  const all = referenceCount + currentCount;
  const inverse = 1 / referenceCount + 1 / currentCount;
  const h = harmonic(all - 1);
  // Their double sum over 1 / ((N - i) j), in closed form: what 1 / (1 - x) ln(1 - x)^2 generates.
  const g = harmonicOfSquares(all) - (2 * harmonic(all) - 1 / all) / all;
  const a = 4 * g - 6 + (10 - 6 * g) * inverse;
  const b = 12 * g - 22 + 8 * h + (2 * g - 14 * h - 4) * inverse;
  const c = 36 * h + 4 + (2 * h - 6) * inverse;
  const d = 24;
  return (((a * all + b) * all + c) * all + d) / ((all - 1) * (all - 2) * (all - 3));
}
