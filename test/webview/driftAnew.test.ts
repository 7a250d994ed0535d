/** Verdicts of a comparison by other thresholds, of the figures that are there. */
import { describe, expect, it } from 'vitest';
import { type DriftFeature, type DriftPage, type DriftSettings, type FoundTest } from '../../src/protocol/drift';
import { adjusted } from '../../src/protocol/driftAdjusted';
import { judgedAnew } from '../../webview/run/drift/anew';

const side = { rows: 1000, missing: 0, distinct: null, numbers: null };
const test = (name: FoundTest['name'], figures: Partial<FoundTest>): FoundTest => ({
  ...{ name, statistic: 0.2, p_value: null, threshold: null, drift: false, decides_by: null, adjusted_p_value: null },
  ...figures,
});

/** @param p of Kolmogorov-Smirnov @param effect of Wasserstein */
function feature(name: string, p: number, effect: number, least = 0.1): DriftFeature {
  const sure = test('ks', { p_value: p, threshold: 0.05, decides_by: 'adjusted_p_value' });
  const large = test('wasserstein_normed', { statistic: effect, threshold: least, decides_by: 'statistic' });
  return {
    ...{ name, type: 'number', role: 'feature', drift: false, needs: 'all', importance: null, words: 'it moved' },
    tests: [sure, large, test('psi', { statistic: effect * 2 })],
    effect: { name: 'wasserstein_normed', value: effect },
    ...{ reference: side, current: side, shares: null, appeared: null, vanished: null, notes: [] },
  };
}

function pageOf(features: readonly DriftFeature[], more: Partial<DriftPage> = {}): DriftPage {
  const values = adjusted(features.map(({ tests }) => tests[0]?.p_value ?? null));
  return {
    ...{
      drift: false,
      share: 0,
      sentence: '',
      rows: { reference: 1000, current: 1000 },
      seconds: 1,
      parts: 0,
      omitted: 0,
    },
    ...{ reference: { label: 'a', path: '/a' }, current: { label: 'b', path: '/b' }, rules: 'loopwright' },
    ...{ false_alarms: 0.05, left: [], whole: [], notes: [], from_file: [] },
    settings: { rules: 'loopwright', false_alarms: 0.05, least_effect: 0.1, whole: true },
    features: features.map((one, at) => ({
      ...one,
      tests: one.tests.map((each, place) => (place === 0 ? { ...each, adjusted_p_value: values[at] ?? null } : each)),
    })),
    ...more,
  };
}

const THREE = pageOf([feature('a', 0.001, 0.5), feature('b', 0.02, 0.15), feature('c', 0.6, 0.9)]);
const moved = (page: DriftPage, change: DriftSettings) => {
  const { page: anew, open } = judgedAnew(page, change);
  return [anew.features.filter(({ drift }) => drift).map(({ name }) => name), [...open]];
};

describe('by our own rules', () => {
  it('false alarms and the least effect are held against the figures that are there', () => {
    expect(moved(THREE, { false_alarms: 0.05 })).toEqual([['a', 'b'], []]);
    expect(moved(THREE, { false_alarms: 0.01 })).toEqual([['a'], []]);
    expect(moved(THREE, { least_effect: 0.2 })).toEqual([['a'], []]);
    expect(moved(THREE, { least_effect: 0.01, false_alarms: 0.5 })).toEqual([['a', 'b'], []]);
    expect(judgedAnew(THREE, { least_effect: 0.2 }).page).toMatchObject({
      ...{ drift: true, share: 1 / 3, sentence: '1 of 3 features moved: `a`, it moved.' },
      settings: { least_effect: 0.2, false_alarms: 0.05 },
    });
  });

  it('p-values are adjusted over the features that are left', () => {
    const page = pageOf([feature('a', 0.03, 0.5), ...['x', 'y', 'z'].map((name) => feature(name, 0.9, 0.5))]);
    expect(moved(page, { least_effect: 0.1 })).toEqual([[], []]);
    expect(moved(page, { ignore: ['x', 'y', 'z'] })).toEqual([['a'], []]);
    // Of those that are not here nobody knows the p-values.
    expect(moved({ ...page, omitted: 3 }, { ignore: ['x', 'y', 'z'] })).toEqual([[], []]);
  });

  it('a threshold of windows is known as far as it is above the least effect', () => {
    const wide = pageOf([feature('a', 0.001, 0.5, 0.3)], { rows: { reference: 20_000, current: 1000 } });
    expect(moved(wide, { least_effect: 0.05 })).toEqual([['a'], []]);
    expect(moved(wide, { false_alarms: 0.01 })).toEqual([['a'], ['a']]);
    const flat = pageOf([feature('a', 0.001, 0.5)], { rows: { reference: 20_000, current: 1000 } });
    expect(moved(flat, { least_effect: 0.6 })).toEqual([[], []]);
    expect(moved(flat, { least_effect: 0.05 })).toEqual([['a'], ['a']]);
  });
});

describe('by wished tests', () => {
  it('those that were shown only decide, any of them or all', () => {
    expect(moved(THREE, { tests: { c: { psi: 1.5 } } })).toEqual([['a', 'b', 'c'], []]);
    expect(moved(THREE, { tests: { c: { psi: 1.5, ks: 0.05, needs: 'all' } } })).toEqual([['a', 'b'], []]);
    expect(moved(THREE, { tests: { '*': { psi: 1 } } })).toEqual([['a', 'c'], []]);
    expect(moved(THREE, { tests: { '*': { psi: 1 }, a: { psi: 2 } } })).toEqual([['c'], []]);
  });

  it('one that was not computed takes another comparison, unless another decides already', () => {
    expect(moved(THREE, { tests: { c: { kuiper: 0.01 } } })).toEqual([['a', 'b'], ['c']]);
    expect(moved(THREE, { tests: { c: { kuiper: 0.01, psi: 1 } } })).toEqual([['a', 'b', 'c'], ['c']]);
  });

  it('that are taken away leave to the job what the rules would have', () => {
    const before = { ...THREE, settings: { ...THREE.settings, tests: { a: { psi: 9 } } } };
    expect(judgedAnew(before, { tests: { a: null } }).open).toEqual(new Set(['a']));
    expect(judgedAnew(THREE, { tests: { a: null } }).open).toEqual(new Set());
  });

  it('that a type does not have say nothing', () => {
    const page = pageOf([{ ...feature('k', 0.001, 0.5), type: 'category' }]);
    expect(moved(page, { tests: { '*': { ks: 0.05 } } })).toEqual([[], []]);
  });
});
