import { describe, expect, it } from 'vitest';
import { bestOf, goalOf } from '../../src/protocol/goal';
import { headlineKey, PATTERNS } from '../../src/engine/tracking/headline';
import { CSV_HEAD, csvRows, fileNameOf } from '../../src/extension/panels/csv';
import { cardItems, changeOf } from '../../webview/run/cardMenu';
import {
  addToChart,
  EMPTY_LAYOUT,
  movePin,
  placePin,
  planCharts,
  removeFromChart,
  togglePin,
} from '../../webview/run/chartPlan';
import { sparkPath } from '../../webview/run/sparkline';
import { curve, summary } from './fixtures/build';

const metric = (key: string, count = 3) =>
  summary(
    key,
    curve(count, (step) => step),
  );
const ids = (charts: readonly { id: string }[]) => charts.map(({ id }) => id);

describe('the charts of a run', () => {
  const all = ['a', 'b', 'c', 'd'].map((key) => metric(key));

  it('are the pinned ones in the user’s order, then one for each other metric', () => {
    const charts = planCharts(all, all, [{ keys: ['c', 'a'] }, { keys: ['b'] }]);
    expect(ids(charts)).toEqual(['c', 'b', 'a', 'd']);
    expect(charts[0]?.summaries.map(({ key }) => key)).toEqual(['c', 'a']);
  });

  it('leave out single values, pinned metrics that this run lacks, and what the filter leaves out', () => {
    expect(ids(planCharts([metric('one', 1)], [metric('one', 1)], []))).toEqual([]);
    expect(ids(planCharts(all, all, [{ keys: ['gone'] }]))).toEqual(['a', 'b', 'c', 'd']);
    expect(ids(planCharts(all.slice(0, 1), all, [{ keys: ['b'] }, { keys: ['d', 'a'] }]))).toEqual(['d', 'a']);
  });

  it('are pinned, moved, put before each other, and joined', () => {
    const pinned = togglePin(togglePin([], 'a'), 'b');
    expect(pinned).toEqual([{ keys: ['a'] }, { keys: ['b'] }]);
    expect(togglePin(pinned, 'a')).toEqual([{ keys: ['b'] }]);
    expect(movePin(pinned, 'b', -1)).toEqual([{ keys: ['b'] }, { keys: ['a'] }]);
    expect(movePin(pinned, 'b', 1)).toEqual(pinned);
    expect(placePin(pinned, 'c', 'b')).toEqual([{ keys: ['a'] }, { keys: ['c'] }, { keys: ['b'] }]);
    expect(placePin(pinned, 'a', null)).toEqual([{ keys: ['b'] }, { keys: ['a'] }]);
    expect(addToChart([], 'x', 'y')).toEqual([{ keys: ['x', 'y'] }]);
    expect(addToChart([{ keys: ['x', 'y'] }], 'x', 'y')).toEqual([{ keys: ['x', 'y'] }]);
    expect(removeFromChart([{ keys: ['x', 'y'] }], 'x', 'y')).toEqual([{ keys: ['x'] }]);
    expect(removeFromChart([{ keys: ['x', 'y'] }], 'x', 'x')).toEqual([{ keys: ['x', 'y'] }]);
  });

  it('have a menu each of whose entries means something', () => {
    const layout = { ...EMPTY_LAYOUT, pinned: [{ keys: ['a', 'b'] }] };
    const items = cardItems({ id: 'a', summaries: all.slice(0, 2), isPinned: true }, layout, { log: true });
    expect(items.map(({ label }) => label)).toContain('Remove b');
    for (const { id } of items) expect(changeOf(id), id).not.toBeNull();
    expect(changeOf('constructor')).toBeNull();
  });
});

describe('what is best', () => {
  it.each([
    ['loss', 'min'], ['val/loss', 'min'], ['accuracy_loss', 'min'], ['rmse', 'min'], ['top5_error', 'min'], ['perplexity', 'min'],
    ['auc', 'max'], ['test/roc_auc', 'max'], ['val_accuracy', 'max'], ['f1', 'max'], ['ndcg@10', 'max'], ['mAP', 'max'],
    ['lr', null], ['tokens', null], ['epoch', null], ['system/loss', null], ['glossary', null],
  ] as const)('of %s is its %s', (key, goal) => {
    expect(goalOf(key)).toBe(goal);
  }); // prettier-ignore

  it('is told of every metric that stands in a run’s row by its name', () => {
    const keys = [
      'auc',
      'roc_auc',
      'ap',
      'acc',
      'accuracy',
      'balanced_accuracy',
      'f1',
      'r2',
      'mcc',
      'bleu',
      'map',
      'miou',
      'iou',
      'dice',
    ];
    for (const key of keys)
      expect([goalOf(key), PATTERNS.findIndex((one) => one.test(key)) < 2]).toEqual(['max', true]);
    for (const key of ['rmse', 'mae', 'mse', 'mape', 'log_loss', 'perplexity', 'wer', 'loss']) {
      expect(goalOf(key)).toBe('min');
      expect(headlineKey(['zzz', key])).toBe(key);
    }
  });

  it('is a finite value or none', () => {
    expect(bestOf('loss', { min: 1, max: 2 })).toBe(1);
    expect(bestOf('auc', { min: 1, max: 2 })).toBe(2);
    expect(bestOf('lr', { min: 1, max: 2 })).toBeNull();
    expect(bestOf('auc', { min: null, max: null })).toBeNull();
  });
});

describe('a sparkline', () => {
  const point = (x: number, value: number | 'NaN') => ({
    x,
    step: x,
    timestampMs: 0,
    value,
    min: null,
    max: null,
    count: 1,
    smooth: null,
  });

  it('is broken at gaps and empty where there is no line', () => {
    expect(sparkPath([0, 1, 2, 3].map((x) => point(x, x === 1 ? 'NaN' : x)))).toMatch(
      /^M[\d.]+,[\d.]+M[\d.]+,[\d.]+L[\d.]+,[\d.]+$/,
    );
    expect(sparkPath([point(0, 1)])).toBe('');
    expect(sparkPath([point(0, 1), point(0, 2)])).toBe('');
  });
});

describe('points as a file', () => {
  const points = [
    { x: 0, step: 0, timestampMs: 0, value: 0.1, min: 0, max: 0, count: 1, smooth: null },
    { x: 1, step: 1, timestampMs: 9e15, value: 'NaN' as const, min: null, max: null, count: 1, smooth: null },
  ];

  it('are rows of cells, quoted where they must be', () => {
    expect(CSV_HEAD.trim().split(',')).toHaveLength(6);
    expect(csvRows({ run: 'a "b", c', runId: 'r1', key: 'x\ny' }, points)).toBe(
      '"a ""b"", c",r1,"x\ny",0,1970-01-01T00:00:00.000Z,0.1\r\n"a ""b"", c",r1,"x\ny",1,9000000000000000,NaN\r\n',
    );
  });

  it.each([
    ['val/loss', 'val-loss.csv'], ['../../etc/passwd', 'etc-passwd.csv'], ['', 'chart.csv'], ['損失 Ünï', '損失-Ünï.csv'], ['a'.repeat(4000), `${'a'.repeat(60)}.csv`],
  ])('of %s have a name that every file system takes', (heading, name) => {
    expect(fileNameOf(heading, 'csv')).toBe(name);
  }); // prettier-ignore
});
