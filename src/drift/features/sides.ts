/** What either side of a feature of numbers is, and how it is drawn. Pure. */
import type { FeatureShares, SideFacts } from '../../protocol/drift';
import { chartBins } from '../binning/chart';
import { apartOf } from '../numbers/apart';
import type { Moments } from '../numbers/moments';
import { quantileOf, rangeOf } from '../ranks';
import type { PairedNumbers } from '../samples';
import type { SideName } from '../table';

type NumberFacts = NonNullable<SideFacts['numbers']>;

/** Of the values lie between `low` and `high`: a word for the usual range. */
const TAIL = 0.005;
/** So few different values are shown one by one. */
const FEW = 20;

/** @param infinite how many more there are than the sample has, which is not empty */
export function numberFacts(
  samples: PairedNumbers,
  side: SideName,
  { mean, populationDeviation: deviation }: Moments,
  infinite: number,
): NumberFacts {
  const [min, max] = rangeOf(samples, side);
  const quantile = (share: number): number => quantileOf(samples, side, share);
  return {
    ...{ min, max, mean, median: quantile(0.5), deviation, infinite },
    ...{ low: quantile(TAIL), high: quantile(1 - TAIL) },
  };
}

/** Null where one of the sides has no values. */
export function numberShares(samples: PairedNumbers, text: (value: number) => string): FeatureShares | null {
  const { referenceCount, currentCount } = samples;
  const { both } = apartOf(samples).distinct;
  if (both <= FEW && both > 0) {
    const { values, reference, current } = samples;
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
