/** Bins that hold as many rows of the reference each, and ranks of it. */
import type { PairedNumbers } from '../samples';
import { below, cumulativeOf, upTo } from '../cumulative';
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
  const { values, referenceCount } = samples;
  const { reference } = cumulativeOf(samples);
  const shares = Array.from({ length: count - 1 }, (_, at) => (at + 1) / count);
  const quantiles = quantilesOf(values, reference, referenceCount, shares);
  const [first, last] = [upTo(reference, 0), below(reference, referenceCount)];
  const [before, isBeyond] = [values[first - 1], last < values.length - 1];
  const edges = [-Infinity];
  if (before !== undefined && quantiles[0] === values[first]) edges.push(before);
  for (const edge of quantiles) {
    const at = upTo(values, edge);
    // The last value up to the edge that the reference has.
    const highest = values[below(reference, reference[at - 1] ?? 0)] ?? -Infinity;
    if (at > first && highest > (edges.at(-1) ?? 0) && (at <= last || isBeyond)) edges.push(edge);
  }
  edges.push(Infinity);
  return binned(samples, Float64Array.from(edges), 'right');
}

/**
 * Between two rows in proportion (Hyndman & Fan 1996, type 7, which is numpy's).
 *
 * @param values ascending. @param sums how often each is there, with those before it; `rows` is the last, not 0.
 * @param shares 0 to 1
 */
export function quantilesOf(
  values: Float64Array,
  sums: Float64Array,
  rows: number,
  shares: readonly number[],
): number[] {
  return shares.map((share) => {
    const place = share * (rows - 1);
    const [low, high] = [valueOfRow(values, sums, Math.floor(place)), valueOfRow(values, sums, Math.ceil(place))];
    return high > low ? between(low, high, place % 1) : low;
  });
}

/** Of rows in ascending order of their values, from 0. */
export const valueOfRow = (values: Float64Array, sums: Float64Array, row: number): number =>
  values[upTo(sums, row)] ?? NaN;

/** From the nearer end, so that the end itself is exact; of doubles whose difference is infinite, too. */
function between(low: number, high: number, part: number): number {
  if (high - low === Infinity) return low * (1 - part) + high * part;
  return part < 0.5 ? low + (high - low) * part : high - (high - low) * (1 - part);
}
