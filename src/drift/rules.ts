/** Which tests a feature gets, and what they must reach: by our own rules, or by another tool's. Pure. */
import type { DriftOrder, DriftTestName, FeatureType, FoundTest, WishedTest } from '../protocol/drift';
import { isByPValue, usualThreshold } from '../protocol/driftTests';
import { evidentlyTest } from './presets/evidently';
import { nannymlTests } from './presets/nannyml';

export interface RuleFacts {
  readonly name: string;
  readonly type: FeatureType;
  /** That have a value. */
  readonly referenceRows: number;
  /** Different values in both tables. */
  readonly distinct: number;
  /** Whether each value occurs once: a number of a row, or the like. */
  readonly isIdentifier: boolean;
}

export interface ChosenTest {
  readonly test: DriftTestName;
  /** Null: it is shown, and decides nothing. */
  readonly threshold: number | null;
  readonly decidesBy: FoundTest['decides_by'];
}

export interface Chosen {
  readonly tests: readonly ChosenTest[];
  /** Whether all that decide must say so, or any. */
  readonly needs: 'all' | 'any';
}

/** Of texts a smaller AUC does not matter. */
const LEAST_AUC = 0.55;

/** Numbers of so few different values are compared as categories are. */
export const FEW_VALUES = 10;

/** Whether the feature has tests, and thresholds, that somebody wants in place of those of the rules. */
export const isWished = ({ tests }: DriftOrder, feature: string): boolean =>
  (tests[feature] ?? tests['*'] ?? []).length > 0;

export function chosenTests(facts: RuleFacts, order: DriftOrder): Chosen {
  const of = order.tests[facts.name] ? facts.name : '*';
  const wished = order.tests[of];
  if (wished && wished.length > 0) return { tests: wished.map(asWished), needs: order.needs[of] ?? 'any' };
  switch (order.rules) {
    case 'loopwright':
      return { tests: ownTests(facts, order), needs: 'all' };
    case 'evidently':
      return { tests: evidentlyTest(facts), needs: 'any' };
    case 'nannyml':
      return { tests: nannymlTests(facts), needs: 'any' };
  }
}

const asWished = ({ test, threshold }: WishedTest): ChosenTest => ({
  test,
  threshold: threshold ?? usualThreshold(test),
  decidesBy: isByPValue(test) ? 'p_value' : 'statistic',
});

/**
 * Sure and large enough, both: a test whose p-values are adjusted over all features, and a distance. With many rows the first is
 * always sure, with few of them the second large.
 */
function ownTests({ type, distinct, isIdentifier }: RuleFacts, order: DriftOrder): ChosenTest[] {
  const { falseAlarms, leastEffect } = order;
  if (type === 'text')
    return [
      { test: 'text_domain_classifier', threshold: falseAlarms, decidesBy: 'adjusted_p_value' },
      { test: 'text_domain_classifier', threshold: LEAST_AUC, decidesBy: 'statistic' },
    ];
  const isOfNumbers = (type === 'number' || type === 'date') && distinct > FEW_VALUES;
  const [sure, large, ...shown] = isOfNumbers
    ? (['ks', 'wasserstein_normed', 'psi', 'jensen_shannon_base2'] as const)
    : (['chi_squared', 'jensen_shannon_base2', 'psi', 'l_infinity'] as const);
  const only = (test: DriftTestName): ChosenTest => ({ test, threshold: null, decidesBy: null });
  if (isIdentifier) return [sure, large, ...shown].map(only);
  return [
    { test: sure, threshold: falseAlarms, decidesBy: 'adjusted_p_value' },
    { test: large, threshold: leastEffect, decidesBy: 'statistic' },
    ...shown.map(only),
  ];
}
