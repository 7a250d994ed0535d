/**
 * How far a feature moves by itself: windows of the reference, as long as the current table is and as they lie in it, each
 * measured against the whole of it. A threshold made of them leaves alone what seasons and runs of like rows do anyhow.
 */
import { valueOfRow } from './ranks';
import type { PairedNumbers } from './samples';
import { finiteSorted } from './sort';

/** Fewer windows say nothing; more say little more. */
const LEAST_WINDOWS = 10;
const MOST_WINDOWS = 100;

export interface Windows {
  /** The row that the first of them begins with. */
  readonly from: number;
  /** Rows of each; the next begins where one ends. */
  readonly size: number;
  readonly count: number;
}

/**
 * The last ones: they end with the reference, and begin where a current table that goes on after it would, so that what is a day there is
 * a day here. Null where the reference has no room for enough of them.
 */
export function windowsIn(rows: number, size: number): Windows | null {
  const count = Math.min(size === 0 ? 0 : Math.floor(rows / size), MOST_WINDOWS);
  return count < LEAST_WINDOWS ? null : { from: rows - count * size, size, count };
}

/** Of how many windows a threshold is to be above, so that among all features none is called drifting more often than wished. */
export const windowShare = (falseAlarms: number, features: number): number => 1 - falseAlarms / Math.max(features, 1);

/**
 * What `share` of such windows stay below: the figure at that rank, where there are enough of them to have one, and never less
 * than the mean and as many standard deviations as a normal distribution has there.
 *
 * @param figures NaN where a window has none; @param share of windows, such as 0.95
 */
export function thresholdOf(figures: readonly number[], share: number): number | null {
  const known = figures.filter((figure) => !Number.isNaN(figure));
  if (known.length < LEAST_WINDOWS) return null;
  const mean = known.reduce((sum, one) => sum + one, 0) / known.length;
  const deviation = Math.sqrt(known.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (known.length - 1));
  const sorted = known.toSorted((one, other) => one - other);
  const rank = sorted[Math.min(Math.ceil(share * (known.length + 1)) - 1, known.length - 1)] ?? mean;
  return Math.max(rank, mean + normalQuantile(share) * deviation);
}

/** Abramowitz & Stegun, 26.2.23: within 4.5e-4, which is far finer than forty windows tell. @param share from 0.5 to below 1 */
export function normalQuantile(share: number): number {
  const t = Math.sqrt(-2 * Math.log(1 - share));
  const above = 2.515517 + t * (0.802853 + t * 0.010328);
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}

/**
 * Wasserstein distance of each window to the whole, by the whole's quantile at each rank of the window: within the distance
 * between neighbours of the whole.
 *
 * @param values of the reference in the order of the table, with NaN for what is missing
 */
export function windowDistances(values: Float64Array, samples: PairedNumbers, windows: Windows): number[] {
  return windowsOf(values, windows).flatMap((window) => {
    const own = finiteSorted(window).sorted;
    if (own.length === 0) return [];
    let sum = 0;
    for (let at = 0; at < own.length; at++) {
      const row = Math.floor(((at + 0.5) / own.length) * samples.referenceCount);
      sum += Math.abs((own[at] ?? 0) - valueOfRow(samples, 'reference', row));
    }
    return [sum / own.length];
  });
}

/** Copies of them. */
export const windowsOf = (values: Float64Array, { from, size, count }: Windows): Float64Array[] =>
  Array.from({ length: count }, (_, at) => values.slice(from + at * size, from + (at + 1) * size));
