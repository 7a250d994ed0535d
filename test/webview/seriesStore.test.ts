import { describe, expect, it, vi } from 'vitest';
import { type MetricSeries } from '../../src/protocol/entities';
import { pointsPerLine, type SeriesSpec, SeriesStore, wholeOf } from '../../webview/run/seriesStore';

/** A store whose answers come when the test says so. */
function setUp() {
  const asked: { spec: SeriesSpec; answer: (series: MetricSeries) => void; fail: (error: Error) => void }[] = [];
  const store = new SeriesStore((spec) => new Promise((answer, fail) => asked.push({ spec, answer, fail })));
  return { store, asked };
}

const series = (key: string, count: number): MetricSeries => ({ key, points: [], count });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
const want = (key: string, count: number) => [{ spec: wholeOf(key), count }];
const card = {};

describe('the points of a metric', () => {
  it('are asked for once they come into view, and shown', async () => {
    const { store, asked } = setUp();
    const listener = vi.fn();
    store.watch(card, want('loss', 10), listener);
    expect(store.state(wholeOf('loss'))).toEqual({ series: null, problem: null, isLoading: true });
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(store.state(wholeOf('loss'))).toEqual({ series: series('loss', 10), problem: null, isLoading: false });
    expect(listener).toHaveBeenCalled();
  });

  it('are not asked for again while nothing was logged', async () => {
    const { store, asked } = setUp();
    store.watch(card, want('loss', 10), vi.fn());
    asked[0]?.answer(series('loss', 10));
    await settled();
    store.watch(card, want('loss', 10), vi.fn());
    expect(asked).toHaveLength(1);
  });

  it('are asked for again when more was logged, once at a time', async () => {
    const { store, asked } = setUp();
    for (const count of [10, 11, 12]) store.watch(card, want('loss', count), vi.fn());
    expect(asked).toHaveLength(1);
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.answer(series('loss', 12));
    await settled();
    expect(asked).toHaveLength(2);
  });

  it('are asked for once for all that show the same, and once more in the range of a zoom', async () => {
    const { store, asked } = setUp();
    const [first, second] = [vi.fn(), vi.fn()];
    store.watch({}, want('loss', 10), first);
    store.watch(card, want('loss', 10), second);
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(asked).toHaveLength(1);
    expect(first).toHaveBeenCalled();
    expect(second).toHaveBeenCalled();
    const zoomed = { ...wholeOf('loss'), from: 3, to: 5 };
    store.watch(card, [{ spec: zoomed, count: 10 }], second);
    expect(asked[1]?.spec).toEqual(zoomed);
    expect(store.state(wholeOf('loss')).series).toEqual(series('loss', 10));
  });

  it('out of view are not asked for again', async () => {
    const { store, asked } = setUp();
    store.watch(card, want('loss', 10), vi.fn());
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(store.isWatched('loss')).toBe(true);
    store.unwatch(card);
    expect(store.isWatched('loss')).toBe(false);
    expect(asked).toHaveLength(1);
  });

  it('that left the view before their turn are not asked for at all', async () => {
    const { store, asked } = setUp();
    const cards = Array.from({ length: 10 }, () => ({}));
    for (const [metric, one] of cards.entries()) store.watch(one, want(String(metric), 1), vi.fn());
    expect(asked).toHaveLength(4);
    for (const one of cards.slice(4)) store.unwatch(one);
    for (const { spec, answer } of [...asked]) answer(series(spec.key, 1));
    await settled();
    expect(asked).toHaveLength(4);
    expect(store.state(wholeOf('7')).isLoading).toBe(false);
  });

  it('that could not be read say why, and are asked for again on request only', async () => {
    const { store, asked } = setUp();
    store.watch(card, want('loss', 10), vi.fn());
    asked[0]?.fail(new Error('The engine is gone.'));
    await settled();
    expect(store.state(wholeOf('loss')).problem).toBe('The engine is gone.');
    store.watch(card, want('loss', 11), vi.fn());
    expect(asked).toHaveLength(1);
    store.retry(wholeOf('loss'));
    asked[1]?.answer(series('loss', 11));
    await settled();
    expect(store.state(wholeOf('loss')).problem).toBeNull();
  });

  it('of thousands of metrics are not all kept', async () => {
    const store = new SeriesStore(({ key }) => Promise.resolve(series(key, 1)));
    for (let metric = 0; metric < 1000; metric++) {
      store.watch(card, want(String(metric), 1), vi.fn());
      await settled();
      store.unwatch(card);
    }
    const kept = Array.from({ length: 1000 }, (_, at) => store.state(wholeOf(String(at))).series).filter(Boolean);
    expect(kept).toHaveLength(300);
    expect(store.state(wholeOf('999')).series).not.toBeNull();
  });

  it('are fewer for each line the more lines a chart has', () => {
    expect([1, 2, 6, 20, 100].map(pointsPerLine)).toEqual([300, 300, 100, 60, 60]);
  });
});
