import { describe, expect, it } from 'vitest';
import {
  bestIndex,
  bestOfRuns,
  firstAxes,
  type Known,
  likelyMetric,
  orderOf,
  sharedCurves,
} from '../../webview/compare/comparing';
import { readCompareState } from '../../webview/compare/state';
import { comparedTable, valueText } from '../../webview/compare/tableText';
import { row } from './fixtures/build';

const runs = ['a', 'b', 'c'].map((runId, index) =>
  row({ runId, name: `run ${String(10 - index)}`, headline: { key: 'val/auc', value: 0.5 } }),
);
const compared = (key: string, ...values: (number | string | null)[]) => ({
  key,
  values,
  differs: values.some((value) => value !== values[0]),
});
const known: Known = {
  params: [compared('lr', '0.1', '0.2', '0.1'), compared('seed', '1', '1', '1')],
  metrics: [
    compared('val/auc', 0.8, 0.9, 'NaN'),
    compared('loss', 0.3, 0.2, 0.1),
    compared('only', 1, null, null),
    compared('same', 1, 1, 1),
  ],
};

it('draws no curve of what was logged once, or by one run', () => {
  const once = { ...compared('test/auc', 0.9, 0.8, null), points: 1 };
  const often = { ...compared('val/loss', 0.9, 0.8, null), points: 2 };
  const alone = { ...compared('odd', null, 0.8, null), points: 9 };
  expect(sharedCurves({ params: [], metrics: [once, often, alone] })).toEqual([often]);
});

describe('the best of several runs', () => {
  it('is that of the metric that they have as their headline, by what its name says', () => {
    expect(likelyMetric(runs, known)).toBe('val/auc');
    expect(bestOfRuns(runs, known, { bestBy: null, goal: null })).toEqual({ key: 'val/auc', goal: 'max', runId: 'b' });
  });

  it('is by the metric and the direction that the user chose', () => {
    expect(bestOfRuns(runs, known, { bestBy: 'loss', goal: null })).toMatchObject({ goal: 'min', runId: 'c' });
    expect(bestOfRuns(runs, known, { bestBy: 'loss', goal: 'max' })).toMatchObject({ runId: 'a' });
    expect(bestOfRuns(runs, known, { bestBy: 'gone', goal: null })).toMatchObject({ key: 'val/auc' });
  });

  it('is none where no value is a finite number', () => {
    expect(bestIndex(['NaN', 'Infinity', null, '-Infinity'], 'max')).toBe(-1);
    expect(bestOfRuns(runs, { params: [], metrics: [] }, { bestBy: null, goal: null })).toBeNull();
  });

  it('stands first on request, those without a value last', () => {
    const best = bestOfRuns(runs, known, { bestBy: null, goal: null });
    expect(orderOf(runs, 'best', best, known)).toEqual([1, 0, 2]);
    expect(orderOf(runs, 'name', best, known)).toEqual([2, 1, 0]);
    expect(orderOf(runs, 'added', best, known)).toEqual([0, 1, 2]);
  });
});

it('axes at first are what differs, the metric of the best last', () => {
  const best = bestOfRuns(runs, known, { bestBy: null, goal: null });
  expect(firstAxes(known, best)).toEqual(['param lr', 'metric loss', 'metric only', 'metric val/auc']);
  const alone = compared('alone', null, null, 'x');
  expect(firstAxes({ ...known, params: [alone, ...known.params] }, best).slice(0, 2)).toEqual([
    'param lr',
    'param alone',
  ]);
});

describe('compared values as text', () => {
  it('read well, and are exact where they are copied', () => {
    expect(valueText('metric', 'auc', 0.123456789)).toBe('0.1235');
    expect(valueText('metric', 'auc', 'Infinity')).toBe('∞');
    expect(valueText('run', 'duration', 134_000)).toBe('2m 14s');
    expect(comparedTable(['a\tb', 'c'], [compared('x', 0.123456789, null)], '\t')).toBe('\ta b\tc\nx\t0.123456789\t');
    expect(comparedTable(['a,b', '"c"'], [compared('x\ny', 'p', 'q')], ',')).toBe(',"a,b","""c"""\n"x\ny",p,q');
  });
});

describe('the state of the page', () => {
  it('is taken from what was kept; the runs at first from what the extension says', () => {
    const given = '{"runIds":["a","b"]}';
    const kept = readCompareState({ tab: 'code', runIds: ['x'], hidden: ['x'] }, given);
    expect(kept).toMatchObject({ tab: 'code', runIds: ['x'], hidden: ['x'], onlyDifferences: true });
    expect(readCompareState(undefined, given)).toMatchObject({ tab: 'curves', runIds: ['a', 'b'] });
  });

  it('forgets what does not fit, and never throws', () => {
    expect(readCompareState({ tab: 'nonsense', brushes: 7, smoothing: 'much' }, 'no JSON')).toMatchObject({
      tab: 'curves',
      brushes: {},
      smoothing: 0,
      runIds: [],
    });
    expect(readCompareState(null, undefined).tab).toBe('curves');
  });
});
