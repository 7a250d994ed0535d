/** Whether one value is as frequent in both samples. */
import { normalTail } from '../special/tails';
import type { TestResult } from '../samples';
import type { PairedCounts } from './counts';

/**
 * The pooled z test of two proportions, two-sided, uncorrected (Fleiss, Levin & Paik, "Statistical Methods for Rates and
 * Proportions", 2.3.1). Of two values it does not matter which; of more, the first is held against all others.
 *
 * @returns z, positive where the reference has more of the first value
 */
export function twoProportions({ reference, current, referenceCount, currentCount }: PairedCounts): TestResult {
  const [own, other] = [reference[0] ?? 0, current[0] ?? 0];
  const pooled = (own + other) / (referenceCount + currentCount);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / referenceCount + 1 / currentCount));
  // Nobody has it, or everybody.
  if (error === 0) return { statistic: 0, pValue: 1 };
  const statistic = (own / referenceCount - other / currentCount) / error;
  return { statistic, pValue: Math.min(1, 2 * normalTail(Math.abs(statistic))) };
}
