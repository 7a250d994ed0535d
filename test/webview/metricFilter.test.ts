import { describe, expect, it } from 'vitest';
import { filterMetrics, sameSummary, splitMetrics } from '../../webview/run/metricFilter';
import { curve, summary } from './fixtures/build';

const metrics = ['train/loss', 'val/Loss', 'val/auc'].map((key) =>
  summary(
    key,
    curve(3, (step) => step),
  ),
);
const keys = (filter: string) => filterMetrics(metrics, filter).map(({ key }) => key);

describe('the filter', () => {
  it('finds every word, whatever the case and the order', () => {
    expect(keys('loss')).toEqual(['train/loss', 'val/Loss']);
    expect(keys(' LOSS  val ')).toEqual(['val/Loss']);
    expect(keys('nothing')).toEqual([]);
    expect(keys('  ')).toHaveLength(3);
  });

  it('takes no character for more than itself', () => {
    expect(keys('.*')).toEqual([]);
  });
});

describe('metrics', () => {
  it('with one value are numbers, with more charts', () => {
    const { numbers, charts } = splitMetrics([...metrics, summary('once', [[0, 1]])]);
    expect(numbers.map(({ key }) => key)).toEqual(['once']);
    expect(charts).toHaveLength(3);
  });

  it('are the same as long as nothing that is shown differs', () => {
    const [first] = metrics;
    if (!first) throw new Error('no metric');
    expect(sameSummary(first, { ...first, timestampMs: 1 })).toBe(true);
    expect(sameSummary(first, { ...first, count: 4 })).toBe(false);
    expect(sameSummary(first, undefined)).toBe(false);
  });
});
