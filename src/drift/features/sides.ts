/** What either side of a feature of numbers is, and how it is drawn. Pure; on sorted values. */
import type { FeatureShares, SideFacts } from '../../protocol/drift';
import { chartBins } from '../binning/chart';
import type { Moments } from '../numbers/moments';
import type { PairedNumbers } from '../samples';

type NumberFacts = NonNullable<SideFacts['numbers']>;

/** Of the values lie between `low` and `high`: a word for the usual range. */
const TAIL = 0.005;
/** So few different values are shown one by one. */
const FEW = 20;

/** @param sorted in ascending order, finite, not empty; @param infinite how many more are not */
export function numberFacts(
  sorted: Float64Array,
  { mean, populationDeviation: deviation }: Moments,
  infinite: number,
): NumberFacts {
  return {
    ...{ min: sorted[0] ?? NaN, max: sorted.at(-1) ?? NaN, mean, median: quantile(sorted, 0.5) },
    ...{ deviation, infinite },
    ...{ low: quantile(sorted, TAIL), high: quantile(sorted, 1 - TAIL) },
  };
}

/** As numpy has it by default: between two values in proportion (Hyndman & Fan 1996, type 7). */
export function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, rest] = [Math.floor(place), place % 1];
  const value = sorted[below] ?? NaN;
  return rest === 0 ? value : value + rest * ((sorted[below + 1] ?? value) - value);
}

/** Null where one of the sides has no values. */
export function numberShares(samples: PairedNumbers, text: (value: number) => string): FeatureShares | null {
  const { values, reference, current, referenceCount, currentCount } = samples;
  if (values.length <= FEW && values.length > 0) {
    const share = (count: number | undefined, all: number) => (all === 0 ? 0 : (count ?? 0) / all);
    const rows = Array.from(values, (value, at) => ({
      value: text(value),
      reference: share(reference[at], referenceCount),
      current: share(current[at], currentCount),
    }));
    return { kind: 'values', values: rows, others: null };
  }
  if (referenceCount === 0 || currentCount === 0) return null;
  const bins = chartBins(samples);
  return {
    ...{ kind: 'numbers', edges: [...bins.edges] },
    reference: Array.from(bins.reference, (count) => count / referenceCount),
    current: Array.from(bins.current, (count) => count / currentCount),
    outside: {
      reference: bins.outside.reference / referenceCount,
      current: bins.outside.current / currentCount,
    },
  };
}
