/** Bins that are more where the distribution is skewed (Doane 1976, "Aesthetic frequency classifications"), as NannyML takes them. */
import { momentsOfBoth } from '../numbers/moments';
import type { PairedNumbers } from '../samples';
import { below, cumulativeOf, upTo } from '../cumulative';
import { binned, type NumberBins } from './bins';
import { equalWidthEdges } from './equalWidth';
import { binsOf } from './sturges';

/** Over the range of the reference alone: values of the current sample beyond it are told as outside. */
export function doaneBins(samples: PairedNumbers): NumberBins {
  return binned(samples, doaneEdges(samples));
}

function doaneEdges(samples: PairedNumbers): Float64Array {
  const { values, referenceCount: rows } = samples;
  const sums = cumulativeOf(samples).reference;
  const [low, high] = [values[upTo(sums, 0)] ?? NaN, values[below(sums, rows)] ?? NaN];
  const skewness = rows > 2 ? skewnessOf(samples) : null;
  if (skewness === null) return equalWidthEdges(low, high, 1);
  // The standard error of the skewness of a normal distribution.
  const error = Math.sqrt((6 * (rows - 2)) / ((rows + 1) * (rows + 3)));
  const width = (high - low) / (1 + Math.log2(rows) + Math.log2(1 + Math.abs(skewness) / error));
  return equalWidthEdges(low, high, binsOf(low, high, width));
}

/** The third standardized moment, by the population's deviation. Null where all values are the same, or too far apart. */
function skewnessOf(samples: PairedNumbers): number | null {
  const { values, reference: counts, referenceCount: rows } = samples;
  const { mean, populationDeviation: deviation } = momentsOfBoth(samples).reference;
  if (!(deviation > 0 && deviation < Infinity)) return null;
  let cubes = 0;
  for (let at = 0; at < values.length; at++) {
    const off = ((values[at] ?? 0) - mean) / deviation;
    cubes += (counts[at] ?? 0) * off * off * off;
  }
  return cubes / rows;
}
