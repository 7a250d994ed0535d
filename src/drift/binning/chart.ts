/** Bins to be drawn. */
import type { PairedNumbers } from '../samples';
import { rowsBelow, valueOfRow } from '../ranks';
import type { SideName } from '../table';
import { binned, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';

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
  const low = (side: SideName) => valueOfRow(samples, side, Math.floor(tail * samples[`${side}Count`]));
  const high = (side: SideName) => {
    const rows = samples[`${side}Count`];
    return valueOfRow(samples, side, rows - 1 - Math.floor(tail * rows));
  };
  const edges = equalWidthEdges(
    Math.min(low('reference'), low('current')),
    Math.max(high('reference'), high('current')),
    count,
  );
  const inside = binned(samples, edges);
  const last = edges.length - 2;
  for (const side of ['reference', 'current'] as const) {
    const under = rowsBelow(samples, side, edges[0] ?? NaN);
    inside[side][0] = (inside[side][0] ?? 0) + under;
    inside[side][last] = (inside[side][last] ?? 0) + inside.outside[side] - under;
  }
  return inside;
}
