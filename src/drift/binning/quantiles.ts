/** Bins that hold as many rows of the reference each, and ranks of it. */
import type { PairedNumbers } from '../samples';
import { binned, type NumberBins } from './bins';

const BINS = 10;

/**
 * Those of scorecards (Siddiqi, "Credit Risk Scorecards", 2006): by quantiles of the reference, the outer bins open. Each has its
 * upper edge, so that a value which many rows have lies in the bin that ends with it; a bin without a row of the reference is one
 * with the next.
 *
 * Where the lowest or the highest value of the reference fills a bin by itself, what lies beyond it is a bin of its own. Without
 * it a column that is always 0 in the reference had one bin, and nothing could move.
 *
 * @param count how many bins at most, 2 or more
 */
export function quantileBins(samples: PairedNumbers, count = BINS): NumberBins {
  const { values, reference, referenceCount } = samples;
  const shares = Array.from({ length: count - 1 }, (_, at) => (at + 1) / count);
  const quantiles = quantilesOf(values, reference, referenceCount, shares);
  const first = reference.findIndex((rows) => rows > 0);
  const last = reference.findLastIndex((rows) => rows > 0);
  const [before, isBeyond] = [values[first - 1], last < values.length - 1];
  const edges = [-Infinity];
  if (before !== undefined && quantiles[0] === values[first]) edges.push(before);
  let [at, highest] = [0, -Infinity];
  for (const edge of quantiles) {
    for (; (values[at] ?? Infinity) <= edge; at++) if ((reference[at] ?? 0) > 0) highest = values[at] ?? 0;
    if (highest > (edges.at(-1) ?? 0) && (at <= last || isBeyond)) edges.push(edge);
  }
  edges.push(Infinity);
  return binned(samples, Float64Array.from(edges), 'right');
}

/**
 * Between two rows in proportion (Hyndman & Fan 1996, type 7, which is numpy's).
 *
 * @param values ascending. @param counts how often each is there; `rows` is their sum, not 0. @param shares ascending, 0 to 1
 */
export function quantilesOf(
  values: Float64Array,
  counts: Float64Array,
  rows: number,
  shares: readonly number[],
): number[] {
  const places = shares.map((share) => share * (rows - 1));
  const around = places.flatMap((place) => [Math.floor(place), Math.ceil(place)]);
  const found = valuesOfRows(values, counts, around);
  return places.map((place, at) => {
    const [low = NaN, high = NaN] = [found[2 * at], found[2 * at + 1]];
    return high > low ? between(low, high, place % 1) : low;
  });
}

/** Of rows in ascending order of their values. One walk. @param rows from 0, ascending but for neighbours */
export function valuesOfRows(values: Float64Array, counts: Float64Array, rows: readonly number[]): number[] {
  let [at, until] = [0, counts[0] ?? 0];
  return rows.map((row) => {
    // Places that lie between the same two rows ask for the lower one again.
    while (row < until - (counts[at] ?? 0)) until -= counts[at--] ?? 0;
    while (row >= until && at < values.length - 1) until += counts[++at] ?? 0;
    return values[at] ?? NaN;
  });
}

/** From the nearer end, so that the end itself is exact; of doubles whose difference is infinite, too. */
function between(low: number, high: number, part: number): number {
  if (high - low === Infinity) return low * (1 - part) + high * part;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
