/** Bins that are more where the distribution is skewed (Doane 1976, "Aesthetic frequency classifications"), as NannyML takes them. */
import { momentsOfBoth } from '../numbers/moments';
import type { PairedNumbers } from '../samples';
import { rangeOf } from '../ranks';
import { binned, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';
import { binsOf } from './sturges';

/** Over the range of the reference alone: values of the current sample beyond it are told as outside. */
export function doaneBins(samples: PairedNumbers): NumberBins {
  return binned(samples, doaneEdges(samples));
}

/** The same reference is held against many samples where thresholds are made of its chunks. */
const known = new WeakMap<Float64Array, Float64Array>();

function doaneEdges(samples: PairedNumbers): Float64Array {
  const key = samples.sorted?.reference ?? samples.reference;
  const before = known.get(key);
  if (before) return before;
  const made = newEdges(samples);
  known.set(key, made);
  return made;
}

function newEdges(samples: PairedNumbers): Float64Array {
  const rows = samples.referenceCount;
  const [low, high] = rangeOf(samples, 'reference');
  const skewness = rows > 2 ? skewnessOf(samples) : null;
  if (skewness === null) return equalWidthEdges(low, high, 1);
  // The standard error of the skewness of a normal distribution.
  const error = Math.sqrt((6 * (rows - 2)) / ((rows + 1) * (rows + 3)));
  const width = (high - low) / (1 + Math.log2(rows) + Math.log2(1 + Math.abs(skewness) / error));
  return equalWidthEdges(low, high, binsOf(low, high, width));
}

/** The third standardized moment, by the population's deviation. Null where all values are the same, or too far apart. */
function skewnessOf(samples: PairedNumbers): number | null {
  const { mean, populationDeviation: deviation } = momentsOfBoth(samples).reference;
  if (!(deviation > 0 && deviation < Infinity)) return null;
  const values = samples.sorted?.reference ?? samples.values;
  const counts = samples.sorted ? null : samples.reference;
  let cubes = 0;
  for (let at = 0; at < values.length; at++) {
    const off = ((values[at] ?? 0) - mean) / deviation;
    cubes += (counts === null ? 1 : (counts[at] ?? 0)) * off * off * off;
  }
  return cubes / samples.referenceCount;
}
