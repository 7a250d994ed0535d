/**
 * What NannyML takes in place of exact statistics where the reference has 10,000 rows and more: both over 10,000 bins of one
 * width over its range. Pure; none has a p-value.
 */
import { binned, type NumberBins } from '../binning/bins';
import { equalWidthEdges } from '../binning/equalWidth';
import type { NumbersTest, PairedNumbers } from '../samples';

const BINS = 10_000;

/** The largest difference of the distribution functions at the upper edges of the bins. */
export const estimatedKolmogorovSmirnov: NumbersTest = (samples) => {
  const { bins, below } = overReference(samples);
  const { referenceCount, currentCount } = samples;
  let [own, other, most] = [0, below, 0];
  for (let at = 0; at < bins.reference.length; at++) {
    own += bins.reference[at] ?? 0;
    other += bins.current[at] ?? 0;
    most = Math.max(most, Math.abs(own / referenceCount - other / currentCount));
  }
  return { statistic: most, pValue: null };
};

/**
 * The area between the distribution functions: by bins within the range of the reference, exact beyond it. NannyML counts a row
 * more than there are to what lies below the range, where any does: so does this.
 */
export const estimatedWasserstein: NumbersTest = (samples) => {
  const { bins, below } = overReference(samples);
  const { referenceCount, currentCount } = samples;
  const [low = 0, next = 0, high = 0] = [bins.edges[0], bins.edges[1], bins.edges.at(-1)];
  let [own, other, within] = [0, below > 0 ? below + 1 : 0, 0];
  for (let at = 0; at < bins.reference.length; at++) {
    own += bins.reference[at] ?? 0;
    other += bins.current[at] ?? 0;
    within += Math.abs(own / referenceCount - other / currentCount);
  }
  return { statistic: within * (next - low) + beyond(samples, low, high), pValue: null };
};

/** @returns bins of both, and how many values of the current sample lie below them */
function overReference(samples: PairedNumbers): { readonly bins: NumberBins; readonly below: number } {
  const { values, reference, current } = samples;
  const isThere = (count: number): boolean => count > 0;
  const low = values[reference.findIndex(isThere)] ?? NaN;
  const high = values[reference.findLastIndex(isThere)] ?? NaN;
  const bins = binned(samples, equalWidthEdges(low, high, BINS));
  let below = 0;
  for (let at = 0; at < values.length && (values[at] ?? NaN) < (bins.edges[0] ?? NaN); at++) below += current[at] ?? 0;
  return { bins, below };
}

/** How far the current values outside of a range lie from it, over all of them. */
function beyond({ values, current, currentCount }: PairedNumbers, low: number, high: number): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at] ?? 0;
    const distance = value < low ? low - value : value > high ? value - high : 0;
    sum += (current[at] ?? 0) * distance;
  }
  return sum / currentCount;
}
