/**
 * How far a feature moves by itself: windows of the reference, as long as the current table is and as they lie in it, each
 * measured against the whole of it. A threshold made of them leaves alone what seasons and runs of like rows do anyhow.
 */
import { valueOfRow } from './ranks';
import type { PairedNumbers } from './samples';
import { finiteSorted } from './sort';

/** Fewer windows say nothing; more say little more. */
const LEAST_WINDOWS = 10;
const MOST_WINDOWS = 40;

/** Where they begin; none where the reference has no room for enough of them. */
export function windowStarts(rows: number, length: number): number[] {
  const room = length === 0 ? 0 : Math.floor(rows / length);
  if (room < LEAST_WINDOWS) return [];
  const count = Math.min(room, MOST_WINDOWS);
  const step = (rows - length) / (count - 1);
  return Array.from({ length: count }, (_, at) => Math.round(at * step));
}

/**
 * What `share` of such windows stay below: the figure at that rank, where there are enough of them to have one, and never less
 * than the mean and as many standard deviations as a normal distribution has there.
 *
 * @param share of windows, such as 0.95
 */
export function thresholdOf(figures: readonly number[], share: number): number | null {
  if (figures.length < LEAST_WINDOWS) return null;
  const mean = figures.reduce((sum, one) => sum + one, 0) / figures.length;
  const deviation = Math.sqrt(figures.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (figures.length - 1));
  const sorted = figures.toSorted((one, other) => one - other);
  const rank = sorted[Math.min(Math.ceil(share * (figures.length + 1)) - 1, figures.length - 1)] ?? mean;
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
 * @param values of the reference in the order of the table, with NaN for what is missing; @param length of a window, in such values
 */
export function windowDistances(values: Float64Array, samples: PairedNumbers, length: number): number[] {
  return windowStarts(values.length, length).flatMap((start) => {
    const own = finiteSorted(values.slice(start, start + length)).sorted;
    if (own.length === 0) return [];
    let sum = 0;
    for (let at = 0; at < own.length; at++) {
      const row = Math.floor(((at + 0.5) / own.length) * samples.referenceCount);
      sum += Math.abs((own[at] ?? 0) - valueOfRow(samples, 'reference', row));
    }
    return [sum / own.length];
  });
}
