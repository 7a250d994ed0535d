/** Distances between two samples by the area between their cumulative shares: of the values' own unit, without a p-value. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { apartOf } from './apart';
import { momentsOfBoth } from './moments';

/**
 * Wasserstein's distance of order 1, the earth mover's (Vallender, "Calculation of the Wasserstein Distance Between Probability
 * Distributions on the Line", 1974). @returns in the unit of the values
 */
export const wasserstein: NumbersTest = (samples) => ({ statistic: apartOf(samples).area, pValue: null });

/** What Evidently takes for the deviation of a reference that has less. */
const LEAST_DEVIATION = 0.001;

/** The same in (population) standard deviations of the reference, as Evidently has it. */
export const normedWasserstein: NumbersTest = (samples) => ({
  statistic: apartOf(samples).area / normedUnit(samples),
  pValue: null,
});

/** What such a distance is divided by. */
export const normedUnit = (samples: PairedNumbers): number =>
  Math.max(momentsOfBoth(samples).reference.populationDeviation, LEAST_DEVIATION);

/**
 * The energy distance (Székely, "E-statistics: The Energy of Statistical Samples", 2003), as scipy has it: the square root of twice
 * the area between the cumulative shares, squared. @returns in the square root of the unit of the values; 0 for equal samples alone
 */
export const energyDistance: NumbersTest = (samples) => ({
  statistic: Math.sqrt(2 * apartOf(samples).squaredArea),
  pValue: null,
});
