/** Bins to be drawn. */
import type { PairedNumbers } from '../samples';
import { below, cumulativeOf } from '../cumulative';
import { binned, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';
import { valueOfRow } from './quantiles';

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
  const { values, referenceCount, currentCount } = samples;
  const { reference, current } = cumulativeOf(samples);
  const low = (sums: Float64Array, rows: number) => valueOfRow(values, sums, Math.floor(tail * rows));
  const high = (sums: Float64Array, rows: number) => valueOfRow(values, sums, rows - 1 - Math.floor(tail * rows));
  const edges = equalWidthEdges(
    Math.min(low(reference, referenceCount), low(current, currentCount)),
    Math.max(high(reference, referenceCount), high(current, currentCount)),
    count,
  );
  const inside = binned(samples, edges);
  const [low0, last] = [below(values, edges[0] ?? NaN), edges.length - 2];
  for (const side of ['reference', 'current'] as const) {
    const sums = side === 'reference' ? reference : current;
    const under = low0 === 0 ? 0 : (sums[low0 - 1] ?? 0);
    inside[side][0] = (inside[side][0] ?? 0) + under;
    inside[side][last] = (inside[side][last] ?? 0) + inside.outside[side] - under;
  }
  return inside;
}
