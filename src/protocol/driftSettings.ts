/** Settings of a comparison: where they come from, and the order that they make. Pure. */
import {
  DEFAULT_FALSE_ALARMS,
  DEFAULT_LEAST_EFFECT,
  DEFAULT_SEED,
  DRIFT_TESTS,
  type DriftNeeds,
  type DriftOrder,
  type DriftSettings,
  type FeatureTests,
  type WishedTest,
} from './drift';
import type { DriftSides } from './driftSides';

/** What later ones say holds; tests and types of other features stay, and what is ignored is ignored. */
export function mergedSettings(under: DriftSettings, over: DriftSettings): DriftSettings {
  const tests = { ...under.tests, ...over.tests };
  const types = { ...under.types, ...over.types };
  const ignore = [
    ...new Set([...(under.ignore ?? []).filter((name) => !over.columns?.includes(name)), ...(over.ignore ?? [])]),
  ];
  return {
    ...under,
    ...over,
    ...(Object.keys(tests).length > 0 ? { tests } : {}),
    ...(Object.keys(types).length > 0 ? { types } : {}),
    ...(ignore.length > 0 ? { ignore } : {}),
  };
}

/** Without what others say: it is looked up where they stand. */
export function settingsBeside(settings: DriftSettings, others: DriftSettings): DriftSettings {
  const { tests = {}, types = {}, ...plain } = settings;
  const besides = <T>(own: Readonly<Record<string, T>>, other: object = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(own).filter(([key]) => !Object.hasOwn(other, key)));
  return mergedSettings(besides(plain, others), {
    tests: besides(tests, others.tests),
    types: besides(types, others.types),
  });
}

/** Each by its name, as people read it: `false_alarms`, `tests.amount`. */
export function settingNames({ tests = {}, types = {}, ...settings }: DriftSettings): string[] {
  return [
    ...Object.keys(settings),
    ...Object.keys(types).map((feature) => `types.${feature}`),
    ...Object.keys(tests).map((feature) => `tests.${feature}`),
  ];
}

export const wishedTests = (tests: FeatureTests): WishedTest[] =>
  DRIFT_TESTS.flatMap((test) => {
    const threshold = tests[test];
    return threshold === undefined ? [] : [{ test, threshold: threshold === 'default' ? null : threshold }];
  });

export interface OrderParts extends Pick<DriftOrder, 'threads'> {
  /** What is known of them holds where nobody says otherwise. */
  readonly sides: DriftSides;
  /** Of `loopwright.yaml`. */
  readonly file: DriftSettings;
  /** Of this comparison alone: it wins. */
  readonly given: DriftSettings;
  readonly seed?: number | null;
}

export function driftOrder({ sides, file, given, seed, threads }: OrderParts): DriftOrder {
  const { reference, current, importances, taken } = sides;
  const said = mergedSettings(file, given);
  const wished = Object.entries(said.tests ?? {}).flatMap(([feature, tests]) => (tests ? [{ feature, tests }] : []));
  const names = new Set(settingNames(given));
  return {
    ...{ reference, current, importances, threads },
    ...(taken === undefined ? {} : { taken }),
    columns: said.columns ?? null,
    ignored: said.ignore ?? [],
    prediction: said.prediction ?? sides.prediction,
    label: said.label ?? sides.label,
    rules: said.rules ?? 'loopwright',
    tests: Object.fromEntries(wished.map(({ feature, tests }) => [feature, wishedTests(tests)])),
    needs: Object.fromEntries(
      wished.map(({ feature, tests }): [string, DriftNeeds] => [feature, tests.needs ?? 'any']),
    ),
    types: said.types ?? {},
    falseAlarms: said.false_alarms ?? DEFAULT_FALSE_ALARMS,
    leastEffect: said.least_effect ?? DEFAULT_LEAST_EFFECT,
    share: said.share ?? null,
    multivariate: said.whole ?? true,
    seed: seed ?? DEFAULT_SEED,
    given,
    fromFile: settingNames(file).filter((name) => !names.has(name)),
  };
}

/** All that an order says, in the form of `loopwright.yaml`. */
export function settingsOf(order: DriftOrder): DriftSettings {
  const { columns, ignored, prediction, label, rules, types, falseAlarms, leastEffect, share, multivariate } = order;
  const tests = Object.entries(order.tests).map(([feature, wished]): [string, FeatureTests] => [
    feature,
    {
      ...Object.fromEntries(wished.map(({ test, threshold }) => [test, threshold ?? 'default'])),
      needs: order.needs[feature] ?? 'any',
    },
  ]);
  return {
    ...{ rules, false_alarms: falseAlarms, least_effect: leastEffect },
    ...(share === null ? {} : { share }),
    ...(columns === null ? {} : { columns }),
    ...(ignored.length > 0 ? { ignore: ignored } : {}),
    ...(prediction === null ? {} : { prediction }),
    ...(label === null ? {} : { label }),
    ...(Object.keys(types).length > 0 ? { types } : {}),
    ...(tests.length > 0 ? { tests: Object.fromEntries(tests) } : {}),
    whole: multivariate,
  };
}
