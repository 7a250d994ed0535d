/** Bins to be drawn. */
import type { PairedNumbers } from '../samples';
import { binned, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';
import { valuesOfRows } from './quantiles';

const BINS = 40;
/** Of either sample lies beyond each end at most: one value far away would leave all others in one bin. */
const TAIL = 0.005;

/**
 * Over the range that all but a tail on each side of either sample lies in. What is folded into the outer bins is in their counts,
 * and told as `outside`.
 *
 * @param count how many bins at most. @param tail a share below 0.5
 */
export function chartBins(samples: PairedNumbers, count = BINS, tail = TAIL): NumberBins {
  const { values, reference, current, referenceCount, currentCount } = samples;
  const ends = (rows: number): number[] => [Math.floor(tail * rows), rows - 1 - Math.floor(tail * rows)];
  const [low = NaN, high = NaN] = valuesOfRows(values, reference, ends(referenceCount));
  const [lowest = NaN, highest = NaN] = valuesOfRows(values, current, ends(currentCount));
  const edges = equalWidthEdges(Math.min(low, lowest), Math.max(high, highest), count);
  const inside = binned(samples, edges);
  const [last, end] = [edges.length - 2, edges.at(-1) ?? NaN];
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    if (value >= (edges[0] ?? NaN) && value <= end) continue;
    const bin = value > end ? last : 0;
    inside.reference[bin] = (inside.reference[bin] ?? 0) + (reference[at] ?? 0);
    inside.current[bin] = (inside.current[bin] ?? 0) + (current[at] ?? 0);
  }
  return inside;
}
