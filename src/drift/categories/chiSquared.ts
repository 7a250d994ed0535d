/** Tests of whether two samples have the same shares, by the chi-squared distribution. */
import { chiSquaredTail } from '../special/tails';
import type { TestResult } from '../samples';
import { type PairedCounts, valuesPresent } from './counts';
import { excessEntropy } from './series';

/**
 * Pearson's test of homogeneity of the table of two rows (Pearson 1911, "On the probability that two independent distributions
 * of frequency are really samples from the same population"): both samples are chance. Values that neither has do not count.
 *
 * @returns the statistic, 0 or more, and the share of such tables that lie as far off where nothing differs
 */
export function chiSquared(counts: PairedCounts): TestResult {
  const { reference, current, referenceCount, currentCount } = counts;
  const rows = referenceCount + currentCount;
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const own = reference[at] ?? 0;
    const both = own + (current[at] ?? 0);
    if (both === 0) continue;
    const off = own - (both * referenceCount) / rows;
    sum += (off * off) / both;
  }
  return tested(sum * (rows / referenceCount) * (rows / currentCount), valuesPresent(counts) - 1);
}

/**
 * The same with the correction for continuity where there are two values (Yates 1934): each count is moved towards what is
 * expected by a half, at most onto it.
 */
export function chiSquaredYates(counts: PairedCounts): TestResult {
  if (valuesPresent(counts) !== 2) return chiSquared(counts);
  const { reference, current, referenceCount, currentCount } = counts;
  const rows = referenceCount + currentCount;
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const own = reference[at] ?? 0;
    const both = own + (current[at] ?? 0);
    if (both === 0) continue;
    const off = Math.max(Math.abs(own - (both * referenceCount) / rows) - 0.5, 0);
    sum += (off * off) / both;
  }
  return tested(sum * (rows / referenceCount) * (rows / currentCount), 1);
}

/**
 * Pearson's test of goodness of fit (Pearson 1900) with the reference's shares for the truth, as Evidently has it: what they owe
 * to chance counts as certain, so it alarms more often than it says, twice as much variance as it expects where both are of one
 * size. A value that the reference lacks can not be: the p-value is 0.
 */
export function chiSquaredGoodnessOfFit(counts: PairedCounts): TestResult {
  const { reference, current, referenceCount, currentCount } = counts;
  const scale = currentCount / referenceCount;
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const [expected, observed] = [(reference[at] ?? 0) * scale, current[at] ?? 0];
    if (expected > 0) sum += (observed - expected) ** 2 / expected;
    else if (observed > 0) sum = Infinity;
  }
  return tested(sum, valuesPresent(counts) - 1);
}

/** Wilks' likelihood ratio of the table of two rows (Sokal & Rohlf, "Biometry", 17.4), uncorrected. */
export function gTest(counts: PairedCounts): TestResult {
  const { reference, current, referenceCount, currentCount } = counts;
  const rows = referenceCount + currentCount;
  let sum = 0;
  for (let at = 0; at < reference.length; at++) {
    const [own, other] = [reference[at] ?? 0, current[at] ?? 0];
    if (own + other === 0) continue;
    sum += deviance(own, ((own + other) * referenceCount) / rows);
    sum += deviance(other, ((own + other) * currentCount) / rows);
  }
  return tested(2 * sum, valuesPresent(counts) - 1);
}

/** observed ln(observed / expected) - observed + expected: the last two vanish in the sum over a table. */
const deviance = (observed: number, expected: number): number =>
  expected * excessEntropy((observed - expected) / expected);

/** Of a single value there is nothing to tell. */
const tested = (statistic: number, df: number): TestResult =>
  df <= 0 ? { statistic: 0, pValue: 1 } : { statistic, pValue: chiSquaredTail(statistic, df) };
