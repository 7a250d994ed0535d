/** Whether two samples are of one distribution, by the squared distance of their cumulative shares, over all values. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { cramerVonMisesTail } from '../special/cramerVonMises';
import { exactCramerVonMises } from './cramerVonMisesExact';

/** Up to so many values of either sample the p-value is exact, as in scipy. */
const EXACT = 20;

/**
 * The two-sample Cramér-von Mises test: Anderson's T ("On the Distribution of the Two-Sample Cramer-von Mises Criterion", 1962,
 * equation 9) of midranks. Its p-value is exact where both samples are small, else that of the limiting distribution of T with its
 * mean and variance (equations 11, 14 and 15). Of a single value of either sample nothing can be told.
 */
export const cramerVonMises: NumbersTest = (samples) => {
  const { referenceCount: n, currentCount: m } = samples;
  if (Math.min(n, m) < 2) return { statistic: 0, pValue: 1 };
  const statistic = statisticOf(samples);
  if (Math.max(n, m) <= EXACT) return { statistic, pValue: exactCramerVonMises(statistic, n, m) };
  const all = n + m;
  const variance = ((all + 1) * (4 * all - 3 * (n / m + m / n) - 2)) / (180 * all * all);
  const standard = 1 / 6 + (statistic - (1 + 1 / all) / 6) / Math.sqrt(45 * variance);
  return { statistic, pValue: cramerVonMisesTail(standard) };
};

/**
 * Equation 10 takes off Anderson's sum of squared ranks what is nearly all of it where samples are large. Written over the middles of
 * the steps of both cumulative shares, both of that cancels before it is computed: what is left are their squared distances, weighted
 * by how many values each step has, and corrections for the height of the steps.
 */
function statisticOf({ reference, current, referenceCount: n, currentCount: m }: PairedNumbers): number {
  let [own, other, distance, ownCubes, otherCubes, crossed] = [0, 0, 0, 0, 0, 0];
  for (let at = 0; at < reference.length; at++) {
    const [one, two] = [reference[at] ?? 0, current[at] ?? 0];
    const off = (own + one / 2) / n - (other + two / 2) / m;
    distance += (one + two) * off * off;
    ownCubes += one * one * one;
    otherCubes += two * two * two;
    crossed += one * two * (one + two);
    own += one;
    other += two;
  }
  const all = n + m;
  const within = (ownCubes - n) / m + (otherCubes - m) / n;
  const steps = (ownCubes * (m / n) + otherCubes * (n / m) - 3 * crossed) / all;
  return (n / all) * (m / all) * distance + (2 + within + steps) / (12 * all);
}
