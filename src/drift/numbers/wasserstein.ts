/** How far the values of one sample must be moved to be those of the other. */
import type { NumbersTest, PairedNumbers } from '../samples';
import { momentsOf } from './moments';

/** The first Wasserstein distance (earth mover's), in the unit of the values: the area between the cumulative shares (Vallender 1974). */
export const wasserstein: NumbersTest = (samples) => ({ statistic: areaBetween(samples, Math.abs), pValue: null });

/** Evidently's floor, below which a constant would make every distance endless. */
const LEAST_DEVIATION = 0.001;

/** In (population) standard deviations of the reference, as Evidently has it. */
export const normedWasserstein: NumbersTest = (samples) => {
  const { count, squares } = momentsOf(samples, samples.reference);
  const unit = Math.max(Math.sqrt(squares / count), LEAST_DEVIATION);
  return { statistic: areaBetween(samples, Math.abs) / unit, pValue: null };
};

/**
 * The energy distance (Székely and Rizzo 2013), as scipy has it: the square root of twice the area between the cumulative shares,
 * squared. It is 0 for equal samples alone.
 */
export const energyDistance: NumbersTest = (samples) => ({
  statistic: Math.sqrt(2 * areaBetween(samples, (distance) => distance * distance)),
  pValue: null,
});

function areaBetween(
  { values, reference, current, referenceCount, currentCount }: PairedNumbers,
  of: (distance: number) => number,
): number {
  let [own, other, area] = [0, 0, 0];
  for (let at = 0; at + 1 < values.length; at++) {
    own += reference[at] ?? 0;
    other += current[at] ?? 0;
    area += of(own / referenceCount - other / currentCount) * ((values[at + 1] ?? 0) - (values[at] ?? 0));
  }
  return area;
}
