/** Distances between two samples by the area between their cumulative shares: of the values' own unit, without a p-value. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { momentsOfBoth } from './moments';

/**
 * Wasserstein's distance of order 1, the earth mover's (Vallender, "Calculation of the Wasserstein Distance Between Probability
 * Distributions on the Line", 1974). @returns in the unit of the values
 */
export const wasserstein: NumbersTest = (samples) => ({ statistic: areaBetween(samples, 1), pValue: null });

/** What Evidently takes for the deviation of a reference that has less. */
const LEAST_DEVIATION = 0.001;

/** The same in (population) standard deviations of the reference, as Evidently has it. */
export const normedWasserstein: NumbersTest = (samples) => {
  const { populationDeviation } = momentsOfBoth(samples).reference;
  const statistic = areaBetween(samples, 1) / Math.max(populationDeviation, LEAST_DEVIATION);
  return { statistic, pValue: null };
};

/**
 * The energy distance (Székely, "E-statistics: The Energy of Statistical Samples", 2003), as scipy has it: the square root of twice
 * the area between the cumulative shares, squared. @returns in the square root of the unit of the values; 0 for equal samples alone
 */
export const energyDistance: NumbersTest = (samples) => ({
  statistic: Math.sqrt(2 * areaBetween(samples, 2)),
  pValue: null,
});

function areaBetween(
  { values, reference, current, referenceCount, currentCount }: PairedNumbers,
  power: 1 | 2,
): number {
  let [own, other, area] = [0, 0, 0];
  for (let at = 0; at + 1 < values.length; at++) {
    own += reference[at] ?? 0;
    other += current[at] ?? 0;
    const distance = Math.abs(own / referenceCount - other / currentCount);
    area += (power === 1 ? distance : distance * distance) * ((values[at + 1] ?? 0) - (values[at] ?? 0));
  }
  return area;
}
