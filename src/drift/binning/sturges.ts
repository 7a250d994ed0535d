/** Bins whose number grows with the logarithm of the number of rows (Sturges 1926), as Evidently takes them. */
import type { PairedNumbers } from '../samples';
import { binned, type BinningOptions, binPerValue, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';

/** Numbers of so few different values in the reference have a bin for each. */
const FEW = 20;

/** Of all rows of both samples together; a bin for each value where the reference has no more than 20 different ones. */
export function sturgesBins(samples: PairedNumbers, options: BinningOptions = {}): NumberBins {
  if (distinctOf(samples.reference) <= FEW) return binPerValue(samples);
  return binned(samples, edgesFor(samples, samples.referenceCount + samples.currentCount, options));
}

/** As many bins as the different values ask for, each of which counts once: those of Evidently's Hellinger distance. */
export function sturgesBinsOfDistinct(samples: PairedNumbers, options: BinningOptions = {}): NumberBins {
  return binned(samples, edgesFor(samples, samples.values.length, options));
}

function edgesFor({ values }: PairedNumbers, rows: number, { areIntegers }: BinningOptions): Float64Array {
  const [low, high] = [values[0] ?? NaN, values.at(-1) ?? NaN];
  const width = (high - low) / (Math.log2(rows) + 1);
  const isWhole = areIntegers ?? values.every(Number.isInteger);
  return equalWidthEdges(low, high, binsOf(low, high, isWhole && width < 1 && width > 0 ? 1 : width));
}

/** How many bins of a width a range has; one where the width is none. */
export const binsOf = (low: number, high: number, width: number): number =>
  width > 0 ? Math.ceil((high - low) / width) : 1;

function distinctOf(counts: Float64Array): number {
  let distinct = 0;
  for (const count of counts) if (count > 0) distinct++;
  return distinct;
}
