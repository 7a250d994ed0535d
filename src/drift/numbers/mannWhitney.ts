/** Whether values of one sample tend to be larger than those of the other. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { normalTail } from '../special/tails';
import { exactMannWhitney } from './mannWhitneyExact';

/** Where either sample has no more values, and no two are the same, the p-value is exact, as in scipy. */
const EXACT = 8;
/** More pairs would take too long, and too much memory; scipy takes hours for them. */
const MOST_PAIRS = 16_000_000;

export interface Ranks {
  /** Of all pairs of a value of each sample, in how many that of the reference is the larger one. The same in both count half. */
  readonly u: number;
  /** The sum of t^3 - t over all values, of which there are t: 0 where no two are the same. */
  readonly ties: number;
}

/** In one walk. */
export function ranksOf({ reference, current }: PairedNumbers): Ranks {
  let [u, below, ties] = [0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [own, other] = [reference[at] ?? 0, current[at] ?? 0];
    u += own * (below + other / 2);
    below += other;
    const both = own + other;
    ties += both * (both * both - 1);
  }
  return { u, ties };
}

/**
 * The test of Mann and Whitney ("On a Test of Whether one of Two Random Variables is Stochastically Larger than the Other", 1947),
 * two-sided. Its p-value is exact where a sample has few values and there are no ties, else that of the normal distribution, with the
 * corrections for ties and for continuity (Hollander, Wolfe & Chicken, "Nonparametric Statistical Methods", 2014, section 4.1).
 *
 * @returns the statistic: U of the reference, from 0 to nm
 */
export const mannWhitney: NumbersTest = (samples) => {
  const { referenceCount: n, currentCount: m } = samples;
  const { u, ties } = ranksOf(samples);
  const larger = Math.max(u, n * m - u);
  if (Math.min(n, m) <= EXACT && ties === 0 && n * m <= MOST_PAIRS)
    return { statistic: u, pValue: exactMannWhitney(larger, n, m) };
  const all = n + m;
  const deviation = Math.sqrt((n / 12) * m * (all + 1 - ties / all / (all - 1)));
  // All values are the same.
  if (!(deviation > 0)) return { statistic: u, pValue: 1 };
  return { statistic: u, pValue: Math.min(1, 2 * normalTail((larger - (n * m) / 2 - 0.5) / deviation)) };
};
