/** Kuiper's test: as sensitive at the ends of the range as in its middle. */
import type { NumbersTest } from '../samples';

/** A smaller argument gives 1. */
const SMALL = 0.4;
const TERMS = 100;

/**
 * The largest distance above and that below, added up (Kuiper 1960); the p-value by his series, with Stephens' correction (1965)
 * for n = nm / (n + m) values.
 */
export const kuiper: NumbersTest = ({ reference, current, referenceCount, currentCount }) => {
  let [own, other, above, below] = [0, 0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    own += reference[at] ?? 0;
    other += current[at] ?? 0;
    const distance = own / referenceCount - other / currentCount;
    if (distance > above) above = distance;
    if (-distance > below) below = -distance;
  }
  const statistic = above + below;
  const root = Math.sqrt((referenceCount * currentCount) / (referenceCount + currentCount));
  return { statistic, pValue: seriesOf((root + 0.155 + 0.24 / root) * statistic) };
};

function seriesOf(lambda: number): number {
  if (lambda < SMALL) return 1;
  let sum = 0;
  for (let at = TERMS; at >= 1; at--) {
    const square = 2 * (at * lambda) ** 2;
    sum += 2 * (2 * square - 1) * Math.exp(-square);
  }
  return Math.min(1, Math.max(0, sum));
}
