/** A feature of numbers, or of times, of tables too large to be sorted. Pure. */
import type { DriftOrder } from '../../protocol/drift';
import type { ComparedColumn } from '../columns';
import type { FeatureFigures } from '../figures';
import { type BinCounts, pairedBins } from '../large/bins';
import { finiteSorted } from '../sort';
import { percent } from '../words';
import { type BySide, figuresOfNumbers, isCounter, isOrderAskedFor } from './numbers';

/** Values of some rows, to be counted in bins. */
export interface CountsAsked {
  readonly ends: Float64Array;
  readonly values: Float64Array;
}

export interface BinsAsked {
  readonly column: ComparedColumn;
  readonly order: DriftOrder;
  readonly features: number;
  readonly ends: Float64Array;
  readonly bins: BySide<BinCounts>;
  /** Values of every `thin` rows, in the order of the table; NaN where there is none. They are sorted in place. */
  readonly sampled: BySide<Float64Array>;
  readonly thin: BySide<number>;
}

export function binsFigures({ column, order, features, ends, bins, sampled, thin }: BinsAsked): FeatureFigures {
  const of = <Value>(value: (one: BinCounts) => Value): BySide<Value> => ({
    reference: value(bins.reference),
    current: value(bins.current),
  });
  const rows = of((one) => one.rows);
  const { samples, error } = pairedBins(ends, bins);
  const inOrder = isOrderAskedFor(order, rows) ? { values: sampled.reference.slice(), step: thin.reference } : null;
  const [one, other] = [finiteSorted(sampled.reference).sorted, finiteSorted(sampled.current).sorted];
  return figuresOfNumbers(column, order, {
    ...{
      samples,
      rows,
      missing: of(({ missing }) => missing),
      infinite: of(({ infinite }) => infinite),
      inOrder,
      features,
    },
    isCounter: isCounter(one, samples.referenceCount) && isCounter(other, samples.currentCount),
    notes:
      error === 0
        ? []
        : [
            `Its rows were counted in ${String(samples.values.length)} bins: between two of them shares may be off by ${percent(error)}.`,
          ],
  });
}
