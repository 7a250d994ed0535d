/** Bins that hold as many rows of the reference each, and ranks of it. */
import type { PairedNumbers } from '../samples';
import { quantileOf, rangeOf, rowsBelow, rowsUpTo, valueOfRow } from '../ranks';
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
  const [least, most] = rangeOf(samples, 'reference');
  const [lowest, highest] = rangeOf(samples, 'current');
  const quantiles = Array.from({ length: count - 1 }, (_, at) => quantileOf(samples, 'reference', (at + 1) / count));
  const edges = [-Infinity];
  // What lies below, up to the last value that does.
  if (lowest < least && quantiles[0] === least)
    edges.push(valueOfRow(samples, 'current', rowsBelow(samples, 'current', least) - 1));
  for (const edge of quantiles) {
    // The last value up to the edge that the reference has.
    const own = valueOfRow(samples, 'reference', rowsUpTo(samples, 'reference', edge) - 1);
    if (own > (edges.at(-1) ?? 0) && (edge < most || highest > most)) edges.push(edge);
  }
  edges.push(Infinity);
  return binned(samples, Float64Array.from(edges), 'right');
}
