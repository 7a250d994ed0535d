/** The rules of Evidently 0.7: which test a column gets by default, and what it must reach. Pure. */
import type { FeatureType } from '../../protocol/drift';
import { binPerValue, type BinningOptions, countsOf } from '../binning/bins';
import { jensenShannonSturges } from '../binning/tests';
import { chiSquaredGoodnessOfFit } from '../categories/chiSquared';
import { type PairedCounts, valuesPresent } from '../categories/counts';
import { jensenShannon } from '../categories/distances';
import { twoProportions } from '../categories/twoProportions';
import { kolmogorovSmirnov } from '../numbers/kolmogorovSmirnov';
import { normedWasserstein } from '../numbers/wasserstein';
import type { PairedNumbers, TestOptions, TestResult } from '../samples';
import { judged, type Rule, type Verdict } from './verdict';

/** A table drifts where so large a share of its columns does. */
export const EVIDENTLY_SHARE = 0.5;

/** Up to so many rows of the reference a test of significance is taken; beyond, a distance. */
const FEW_ROWS = 1000;
/** Numbers of so few different values are compared as categories are. */
const FEW_VALUES = 5;

const KS: Rule = { test: 'ks', decidesBy: 'p_value', isDrift: 'at most', threshold: 0.05 };
const WASSERSTEIN: Rule = { test: 'wasserstein_normed', decidesBy: 'statistic', isDrift: 'at least', threshold: 0.1 };
const CHI_SQUARED: Rule = { test: 'chi_squared_fit', decidesBy: 'p_value', isDrift: 'below', threshold: 0.05 };
const Z: Rule = { test: 'two_proportions', decidesBy: 'p_value', isDrift: 'below', threshold: 0.05 };
const JENSEN_SHANNON: Rule = { test: 'jensen_shannon', decidesBy: 'statistic', isDrift: 'at least', threshold: 0.1 };
/** An AUC beyond the 95th percentile of random scores is a p-value below 0.05. */
const TEXT_OF_FEW: Rule = { test: 'text_domain_classifier', decidesBy: 'p_value', isDrift: 'below', threshold: 0.05 };
const TEXT: Rule = { test: 'text_domain_classifier', decidesBy: 'statistic', isDrift: 'above', threshold: 0.55 };

export interface EvidentlyFacts {
  readonly type: FeatureType;
  /** Of the reference, that have a value. */
  readonly referenceRows: number;
  /** Different values of both samples together. */
  readonly distinct: number;
}

/** One test, or none: Evidently compares no times, and embeddings by other means. */
export function evidentlyTest({ type, referenceRows, distinct }: EvidentlyFacts): readonly Rule[] {
  const isSmall = referenceRows <= FEW_ROWS;
  switch (type) {
    case 'number':
      if (distinct > FEW_VALUES) return [isSmall ? KS : WASSERSTEIN];
      return [categoryRule(isSmall, distinct)];
    case 'category':
    case 'boolean':
      return [categoryRule(isSmall, distinct)];
    case 'text':
      return [isSmall ? TEXT_OF_FEW : TEXT];
    case 'date':
    case 'embedding':
      return [];
  }
}

function categoryRule(isSmall: boolean, distinct: number): Rule {
  if (!isSmall) return JENSEN_SHANNON;
  return distinct > 2 ? CHI_SQUARED : Z;
}

/** @param samples neither of them empty */
export function evidentlyNumbers(samples: PairedNumbers, options: TestOptions & BinningOptions): Verdict {
  const [distinct, isSmall] = [samples.values.length, samples.referenceCount <= FEW_ROWS];
  if (distinct > FEW_VALUES)
    return isSmall
      ? judged(KS, kolmogorovSmirnov(samples, options))
      : judged(WASSERSTEIN, normedWasserstein(samples, options));
  if (!isSmall) return judged(JENSEN_SHANNON, jensenShannonSturges(samples, options));
  return judged(categoryRule(isSmall, distinct), ofShares(countsOf(binPerValue(samples)), distinct));
}

/** @param counts neither sample empty */
export function evidentlyCategories(counts: PairedCounts): Verdict {
  const [distinct, isSmall] = [valuesPresent(counts), counts.referenceCount <= FEW_ROWS];
  return isSmall
    ? judged(categoryRule(isSmall, distinct), ofShares(counts, distinct))
    : judged(JENSEN_SHANNON, jensenShannon(counts));
}

const ofShares = (counts: PairedCounts, distinct: number): TestResult =>
  distinct > 2 ? chiSquaredGoodnessOfFit(counts) : twoProportions(counts);
