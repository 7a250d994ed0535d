/** Whether values of one sample tend to be larger than those of the other. */
import type { NumbersTest } from '../samples';
import { normalTail } from '../special/tails';

/** Where a sample has no more values, and no two are the same, the p-value is exact, as in scipy. */
const EXACT = 8;

/**
 * The Mann-Whitney U test (1947), two-sided: U counts pairs of which the reference's value is larger, ties by half. By the normal
 * approximation with corrections for ties and continuity (Hollander, Wolfe & Chicken 2014, 4.1).
 */
export const mannWhitney: NumbersTest = ({ reference, current, referenceCount: n, currentCount: m }) => {
  let [u, below, ties] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [own, other] = [reference[at] ?? 0, current[at] ?? 0];
    u += own * (below + other / 2);
    below += other;
    const all = own + other;
    ties += all * (all * all - 1);
  }
  const larger = Math.max(u, n * m - u);
  const all = n + m;
  if (Math.min(n, m) <= EXACT && ties === 0) return { statistic: u, pValue: exact(larger, n, m) };
  const deviation = Math.sqrt(((n * m) / 12) * (all + 1 - ties / (all * (all - 1))));
  // All values are the same.
  if (deviation === 0) return { statistic: u, pValue: 1 };
  return { statistic: u, pValue: Math.min(1, 2 * normalTail((larger - (n * m) / 2 - 0.5) / deviation)) };
};

/** Of all orders of the values, how many have a U as large: how often it is what, value by value (Mann and Whitney's recursion). */
function exact(u: number, n: number, m: number): number {
  const [few, many] = [Math.min(n, m), Math.max(n, m)];
  const most = few * many;
  // The Gaussian binomial coefficient: its numerator's factors multiplied, its denominator's divided out.
  const counts = new Float64Array(most + 1);
  counts[0] = 1;
  for (let factor = 1; factor <= few; factor++) {
    const [up, down] = [many + factor, factor];
    for (let at = most; at >= up; at--) counts[at] = (counts[at] ?? 0) - (counts[at - up] ?? 0);
    for (let at = down; at <= most; at++) counts[at] = (counts[at] ?? 0) + (counts[at - down] ?? 0);
  }
  let [all, far] = [0, 0];
  for (let at = 0; at <= most; at++) {
    all += counts[at] ?? 0;
    if (at >= u) far += counts[at] ?? 0;
  }
  return Math.min(1, (2 * far) / all);
}
