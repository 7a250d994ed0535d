/** Whether two samples are of one distribution: as sensitive at the ends of the range as in its middle. */
import type { NumbersTest } from '../samples';

/** Below it the tail is 1, to the last digit. */
const CERTAIN = 0.3;
const ROUNDING = 1e-17;

/**
 * Kuiper's test ("Tests concerning random points on a circle", 1960): the largest distances of the cumulative shares above and below
 * each other, added up. The p-value is his limit with the correction of Stephens ("Use of the Kolmogorov-Smirnov, Cramér-Von Mises and
 * Related Statistics Without Extensive Tables", 1970) for nm / (n + m) values: of fewer than about ten it is a rough one.
 *
 * @returns the statistic, from 0 to 2 at most
 */
export const kuiper: NumbersTest = ({ reference, current, referenceCount, currentCount }) => {
  let [own, other, above, below] = [0, 0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    own += reference[at] ?? 0;
    other += current[at] ?? 0;
    const distance = own / referenceCount - other / currentCount;
    if (distance > above) above = distance;
    else if (-distance > below) below = -distance;
  }
  const statistic = above + below;
  const root = Math.sqrt((referenceCount / (referenceCount + currentCount)) * currentCount);
  return { statistic, pValue: kuiperTail((root + 0.155 + 0.24 / root) * statistic) };
};

/** Kuiper's series, of 2 (4 j^2 x^2 - 1) exp(-2 j^2 x^2). */
function kuiperTail(x: number): number {
  if (x < CERTAIN) return 1;
  let sum = 0;
  for (let j = 1; ; j++) {
    const square = 2 * (j * x) ** 2;
    const term = 2 * (2 * square - 1) * Math.exp(-square);
    sum += term;
    if (square > 1 && term <= sum * ROUNDING) return Math.min(1, sum);
  }
}
