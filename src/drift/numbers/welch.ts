/** Whether two means are the same. */
import type { NumbersTest } from '../samples';
import { studentTail } from '../special/tails';
import { momentsOf } from './moments';

/** Welch's t test (1947), two-sided: variances need not be the same. NaN with fewer than two values of either sample. */
export const welch: NumbersTest = (samples) => {
  const [one, other] = [momentsOf(samples, samples.reference), momentsOf(samples, samples.current)];
  if (Math.min(one.count, other.count) < 2) return { statistic: NaN, pValue: NaN };
  const [own, others] = [one, other].map(({ squares, count }) => squares / (count - 1) / count) as [number, number];
  const difference = one.mean - other.mean;
  // Without any spread the means are known: they are the same, or not.
  if (own + others === 0)
    return difference === 0 ? { statistic: 0, pValue: 1 } : { statistic: Math.sign(difference) * Infinity, pValue: 0 };
  const statistic = difference / Math.sqrt(own + others);
  // Welch and Satterthwaite's, by the parts that either has of the variance: squares of squares may be no numbers.
  const part = own / (own + others);
  const df = 1 / (part ** 2 / (one.count - 1) + (1 - part) ** 2 / (other.count - 1));
  return { statistic, pValue: studentTail(statistic, df) };
};
