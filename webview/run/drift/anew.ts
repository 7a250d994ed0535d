/** A comparison judged by other thresholds, as far as its figures go: what nobody has computed takes another comparison. Pure. */
import {
  DEFAULT_FALSE_ALARMS,
  DEFAULT_LEAST_EFFECT,
  type DriftFeature,
  type DriftPage,
  type DriftSettings,
  type FeatureTests,
  type FoundTest,
} from '../../../src/protocol/drift';
import { adjusted } from '../../../src/protocol/driftAdjusted';
import { byWeight, driftSentence, hasMoved, isReached, wholeVerdict } from '../../../src/protocol/driftJudging';
import { mergedSettings, wishedTests } from '../../../src/protocol/driftSettings';
import { isByPValue, testsFor, usualThreshold } from '../../../src/protocol/driftTests';

export interface Anew {
  readonly page: DriftPage;
  /** Features whose verdict is not certain before another comparison. */
  readonly open: ReadonlySet<string>;
}

export const isNothing = (change: DriftSettings): boolean => Object.keys(change).length === 0;

/** The features stay in their places: who changes a threshold looks at one of them. */
export function judgedAnew(page: DriftPage, change: DriftSettings): Anew {
  const open = new Set<string>();
  if (isNothing(change)) return { page, open };
  const settings = mergedSettings(page.settings, change);
  const features = page.features
    .filter(({ name }) => settings.ignore?.includes(name) !== true)
    .map((feature): DriftFeature => {
      const { tests, needs, isCertain } = testsAnew(feature, page, settings);
      if (!isCertain) open.add(feature.name);
      return { ...feature, tests, needs };
    });
  const judged = withVerdicts(page, features);
  const falseAlarms = settings.false_alarms ?? DEFAULT_FALSE_ALARMS;
  const whole = page.whole.map((one) =>
    one.name === 'domain_classifier' && one.statistic !== null && one.threshold !== null && one.p_value !== null
      ? { ...one, drift: one.statistic >= one.threshold && one.p_value <= falseAlarms }
      : one,
  );
  const most = byWeight(judged);
  return {
    open,
    page: {
      ...page,
      ...wholeVerdict(judged, whole, page.rules, settings.share ?? null),
      ...{ features: judged, whole, settings },
      false_alarms: page.false_alarms === null ? null : falseAlarms,
      sentence: driftSentence({ features: most, whole }),
    },
  };
}

/** P-values are adjusted over those that are judged so now. Where not all of them are here they stay as they were. */
function withVerdicts({ omitted, features: before }: DriftPage, features: readonly DriftFeature[]): DriftFeature[] {
  const familyOf = (of: readonly DriftFeature[]) =>
    of.flatMap(({ tests }) => tests.filter(({ decides_by: by }) => by === 'adjusted_p_value'));
  const family = familyOf(features);
  const isOther = omitted === 0 && family.length !== familyOf(before).length;
  const values = isOther ? adjusted(family.map(({ p_value: p }) => p)) : [];
  const own = new Map(family.map((test, at) => [test, values[at] ?? test.adjusted_p_value]));
  return features.map((feature) => {
    const tests = feature.tests.map((test): FoundTest => {
      const figures = { ...test, adjusted_p_value: own.get(test) ?? test.adjusted_p_value };
      return { ...figures, drift: isReached(figures) };
    });
    return { ...feature, tests, drift: hasMoved(tests, feature.needs) };
  });
}

type Tests = Pick<DriftFeature, 'tests' | 'needs'> & { readonly isCertain: boolean };

export function wishOf({ tests = {} }: DriftSettings, feature: string): FeatureTests | null {
  const wish = tests[feature] ?? tests['*'];
  return wish && wishedTests(wish).length > 0 ? wish : null;
}

function testsAnew(feature: DriftFeature, page: DriftPage, settings: DriftSettings): Tests {
  const possible = testsFor(feature.type);
  if (possible.length === 0) return byRules(feature, page, settings);
  const [before, now] = [wishOf(page.settings, feature.name), wishOf(settings, feature.name)];
  // Which tests the rules have for it, and what they say, the job knows.
  if (now === null) return before === null ? byRules(feature, page, settings) : { ...feature, isCertain: false };
  const missing = feature.tests.filter(({ name }) => name === 'missing');
  // Those that it does not have, as Kolmogorov-Smirnov of categories, say nothing of it.
  const wished = wishedTests(now).filter(({ test }) => possible.includes(test));
  const found = wished.flatMap(({ test, threshold }) => {
    const known = feature.tests.find(({ name }) => name === test);
    const own = { threshold: threshold ?? usualThreshold(test), adjusted_p_value: null };
    return known
      ? [{ ...known, ...own, decides_by: isByPValue(test) ? ('p_value' as const) : ('statistic' as const) }]
      : [];
  });
  const shown = feature.tests
    .filter(({ name }) => name !== 'missing' && !wished.some(({ test }) => test === name))
    .map((test) => ({ ...test, threshold: null, decides_by: null, adjusted_p_value: null }));
  return {
    tests: [...found, ...shown, ...missing],
    needs: now.needs ?? 'any',
    isCertain: found.length === wished.length,
  };
}

/** Where the reference has room for so many windows they make a threshold, too, of which only its size is known. */
const LEAST_WINDOWS = 10;

/** By our own rules two figures make the thresholds. */
function byRules(feature: DriftFeature, page: DriftPage, settings: DriftSettings): Tests {
  if (page.rules !== 'loopwright') return { ...feature, isCertain: true };
  const old = limitsOf(page.settings);
  const now = limitsOf(settings);
  const hasWindows = page.rows.reference >= page.rows.current * LEAST_WINDOWS;
  let isCertain = true;
  const tests = feature.tests.map((test): FoundTest => {
    const { name, threshold, decides_by: by } = test;
    if (by === 'adjusted_p_value') return { ...test, threshold: now.alarms };
    if (by !== 'statistic' || threshold === null || !OF_EFFECT.has(name)) return test;
    if (!hasWindows) return { ...test, threshold: now.effect };
    const isOfWindows = threshold > old.effect;
    if (now.alarms !== old.alarms || (!isOfWindows && now.effect < old.effect)) isCertain = false;
    return { ...test, threshold: isOfWindows ? Math.max(threshold, now.effect) : now.effect };
  });
  return { tests, needs: feature.needs, isCertain };
}

const OF_EFFECT: ReadonlySet<string> = new Set(['wasserstein_normed', 'jensen_shannon_base2']);

const limitsOf = ({
  false_alarms: alarms = DEFAULT_FALSE_ALARMS,
  least_effect: effect = DEFAULT_LEAST_EFFECT,
}: DriftSettings) => ({ alarms, effect });
