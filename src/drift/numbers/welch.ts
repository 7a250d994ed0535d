/** Whether the means of two samples are the same. */
import type { NumbersTest } from '../samples';
import { studentTail } from '../special/tails';
import { momentsOfBoth } from './moments';

/**
 * Welch's t-test ("The generalization of 'Student's' problem when several different population variances are involved", 1947),
 * two-sided: the variances need not be the same. A single value has no variance, so nothing can be told of it.
 *
 * @returns the statistic: above 0 where the reference's mean is the larger one; infinite where means without any spread differ
 */
export const welch: NumbersTest = (samples) => {
  const { reference: one, current: two } = momentsOfBoth(samples);
  if (Math.min(one.count, two.count) < 2) return { statistic: 0, pValue: 1 };
  const difference = one.offset - two.offset;
  // Errors of both means, in a unit in which their squares are numbers.
  const unit = Math.max(one.sampleDeviation, two.sampleDeviation);
  // Constants: as far as the samples tell there is no chance in them, so the means are known. They are the same, or they are not.
  if (unit === 0) return difference === 0 ? SAME : { statistic: Math.sign(difference) * Infinity, pValue: 0 };
  const own = (one.sampleDeviation / unit) ** 2 / one.count;
  const other = (two.sampleDeviation / unit) ** 2 / two.count;
  const statistic = difference / unit / Math.sqrt(own + other);
  const df = (own + other) ** 2 / (own ** 2 / (one.count - 1) + other ** 2 / (two.count - 1));
  return { statistic, pValue: studentTail(statistic, df) };
};

const SAME = { statistic: 0, pValue: 1 };
