/** Bins whose number grows with the logarithm of the number of rows (Sturges 1926), as Evidently takes them. */
import { apartOf } from '../numbers/apart';
import { rangeOf } from '../ranks';
import type { PairedNumbers } from '../samples';
import { binned, type BinningOptions, binPerValue, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';

/** Numbers of so few different values in the reference have a bin for each. */
const FEW = 20;

/** Of all rows of both samples together; a bin for each value where the reference has no more than 20 different ones. */
export function sturgesBins(samples: PairedNumbers, options: BinningOptions = {}): NumberBins {
  if (apartOf(samples).distinct.reference <= FEW) return binPerValue(samples);
  return binned(samples, edgesFor(samples, samples.referenceCount + samples.currentCount, options));
}

/** As many bins as the different values ask for, each of which counts once: those of Evidently's Hellinger distance. */
export function sturgesBinsOfDistinct(samples: PairedNumbers, options: BinningOptions = {}): NumberBins {
  return binned(samples, edgesFor(samples, apartOf(samples).distinct.both, options));
}

function edgesFor(samples: PairedNumbers, rows: number, { areIntegers }: BinningOptions): Float64Array {
  const [own, other] = [rangeOf(samples, 'reference'), rangeOf(samples, 'current')];
  const [low, high] = [Math.min(own[0], other[0]), Math.max(own[1], other[1])];
  const width = (high - low) / (Math.log2(rows) + 1);
  const isNarrow = width < 1 && width > 0;
  const isWhole = isNarrow && (areIntegers ?? samples.values.every(Number.isInteger));
  return equalWidthEdges(low, high, binsOf(low, high, isWhole ? 1 : width));
}

/** How many bins of a width a range has; one where the width is none. */
export const binsOf = (low: number, high: number, width: number): number =>
  width > 0 ? Math.ceil((high - low) / width) : 1;
