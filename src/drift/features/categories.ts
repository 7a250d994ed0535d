/** A feature of categories, truth values or texts. Pure. */
import type { DriftFeature, DriftOrder, FeatureShares } from '../../protocol/drift';
import { categoryTest } from '../catalogue';
import type { ComparedColumn } from '../columns';
import type { FeatureFigures, TestFigures } from '../figures';
import { nannymlThreshold } from '../presets/nannyml';
import { formatNumber } from '../../protocol/format';
import type { CategoriesTest, TestOptions } from '../samples';
import type { SideName } from '../table';
import { chosenTests, type ChosenTest, isWished, type RuleFacts } from '../rules';
import type { CountedValues } from '../counted';
import { thresholdOf, windowShare } from '../windows';
import { missingTest } from './missing';

/** Values that are drawn one by one. */
const SHOWN = 20;
/** Values that are listed as new, or gone. */
const LISTED = 10;

interface Beside {
  /** How often parts of the reference have each value, where thresholds are made of what they reach. */
  readonly parts: readonly Float64Array[];
  /** That are compared with it: see `windowShare`. */
  readonly features: number;
}

export function categoryFigures(
  column: ComparedColumn,
  counted: CountedValues,
  order: DriftOrder,
  { parts, features }: Beside,
): FeatureFigures {
  const { missing, distinct, referenceCount, currentCount, buckets } = counted;
  const rows = { reference: referenceCount + missing.reference, current: currentCount + missing.current };
  const isComparable = referenceCount > 0 && currentCount > 0;
  const named = counted.values.length - buckets;
  const isIdentifier =
    column.type !== 'boolean' &&
    Math.min(referenceCount, currentCount) >= 20 &&
    distinct.reference >= referenceCount * ALL_DIFFER &&
    distinct.current >= currentCount * ALL_DIFFER;
  const facts: RuleFacts = {
    name: column.name,
    type: column.type,
    referenceRows: referenceCount,
    distinct: Math.max(counted.values.length, 1),
    isIdentifier,
  };
  const { tests, needs } = chosenTests(facts, order);
  const options = { seed: order.seed, permutations: PERMUTATIONS };
  const ran = (chosen: ChosenTest): TestFigures[] => {
    const test = isComparable ? categoryTest(chosen.test) : null;
    if (test === null) return [];
    const { threshold, decidesBy } = chosen;
    const reached = decidesBy === 'statistic' ? reachedBy(parts, test, counted, options) : [];
    const limit = threshold ?? (decidesBy === 'statistic' ? nannymlThreshold(reached) : null);
    const isOurs = order.rules === 'loopwright' && !isWished(order, column.name);
    const usual = isOurs ? thresholdOf(reached, windowShare(order.falseAlarms, features)) : null;
    const highest = limit === null || usual === null ? limit : Math.max(limit, usual);
    return [{ name: chosen.test, ...test(counted, options), threshold: highest, decidesBy }];
  };
  const figures = tests.flatMap(ran);
  const effect = figures.find(({ name }) => name === 'jensen_shannon_base2' || name === 'jensen_shannon');
  const side = (name: 'reference' | 'current') => ({
    ...{ rows: rows[name], missing: missing[name], distinct: distinct[name], numbers: null },
  });
  return {
    column: { name: column.name, type: column.type, role: column.role },
    ...{ needs, tests: [...figures, ...missingTest(rows, missing, order)] },
    effect: effect ? { name: effect.name, value: effect.statistic } : null,
    ...{ reference: side('reference'), current: side('current') },
    shares: named > 0 ? sharesOf(counted) : null,
    appeared: named > 0 && isComparable ? only(counted, counted.current, counted.reference, currentCount) : null,
    vanished: named > 0 && isComparable ? only(counted, counted.reference, counted.current, referenceCount) : null,
    words: null,
    notes: [
      ...column.notes,
      ...(isIdentifier ? ['Nearly every value occurs once: it is taken for an identifier, and decides nothing.'] : []),
      ...(buckets === 0 || isIdentifier ? [] : [rareWords(Math.max(distinct.reference, distinct.current), named)]),
    ],
  };
}

const rareWords = (distinct: number, named: number): string =>
  named === 0
    ? `It has about ${formatNumber(distinct)} different values: they are compared in groups.`
    : `It has about ${formatNumber(distinct)} different values: those that are not frequent are compared in groups.`;

/** NaN for a part without values. */
function reachedBy(
  parts: readonly Float64Array[],
  test: CategoriesTest,
  counted: CountedValues,
  options: TestOptions,
): number[] {
  return parts.map((current) => {
    const currentCount = current.reduce((sum, count) => sum + count, 0);
    return currentCount === 0 ? NaN : test({ ...counted, current, currentCount }, options).statistic;
  });
}

const ALL_DIFFER = 0.98;
export const PERMUTATIONS = 1000;

function sharesOf(counted: CountedValues): FeatureShares | null {
  const { values, reference, current, referenceCount, currentCount, buckets, distinct } = counted;
  if (values.length === 0) return null;
  const share = (counts: Float64Array, at: number, all: number) => (all === 0 ? 0 : (counts[at] ?? 0) / all);
  const named = values.length - buckets;
  const rows = values.slice(0, named).map((value, at) => ({
    value: value.slice(0, 100),
    reference: share(reference, at, referenceCount),
    current: share(current, at, currentCount),
  }));
  // The most frequent of either side, whatever the number of rows is.
  rows.sort((one, other) => other.reference + other.current - one.reference - one.current);
  const shown = rows.slice(0, SHOWN);
  const all = buckets === 0 ? values.length : Math.max(distinct.reference, distinct.current);
  const rest = (side: SideName, count: number) =>
    count === 0 ? 0 : Math.max(1 - shown.reduce((sum, one) => sum + one[side], 0), 0);
  const hasOthers = values.length > shown.length;
  return {
    ...{ kind: 'values', values: shown },
    others: hasOthers
      ? {
          count: all - shown.length,
          reference: rest('reference', referenceCount),
          current: rest('current', currentCount),
        }
      : null,
  };
}

/** Values that one side has and the other never. */
function only(
  { values, buckets }: CountedValues,
  own: Float64Array,
  other: Float64Array,
  all: number,
): NonNullable<DriftFeature['appeared']> {
  const found = values.slice(0, values.length - buckets).flatMap((value, at) => {
    const count = own[at] ?? 0;
    return count > 0 && (other[at] ?? 0) === 0 ? [{ value: value.slice(0, 100), share: count / all }] : [];
  });
  found.sort((one, two) => two.share - one.share);
  return { count: found.length, values: found.slice(0, LISTED) };
}
