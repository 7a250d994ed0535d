import { describe, expect, it, vi } from 'vitest';
import { type MetricSeries } from '../../src/protocol/entities';
import { type Range } from '../../webview/charts/frame';
import { SeriesStore } from '../../webview/run/seriesStore';

/** A store whose answers come when the test says so. */
function setUp() {
  const asked: {
    key: string;
    range: Range | null;
    answer: (series: MetricSeries) => void;
    fail: (error: Error) => void;
  }[] = [];
  const store = new SeriesStore(
    (key, range) => new Promise((answer, fail) => asked.push({ key, range, answer, fail })),
  );
  return { store, asked };
}

const series = (key: string, count: number): MetricSeries => ({ key, points: [], count });
const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('the points of a metric', () => {
  it('are asked for once they come into view, and shown', async () => {
    const { store, asked } = setUp();
    const listener = vi.fn();
    store.watch('loss', 10, null, listener);
    expect(store.state('loss')).toEqual({ series: null, problem: null, isLoading: true });
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(store.state('loss')).toEqual({ series: series('loss', 10), problem: null, isLoading: false });
    expect(listener).toHaveBeenCalled();
  });

  it('are not asked for again while nothing was logged', async () => {
    const { store, asked } = setUp();
    store.watch('loss', 10, null, vi.fn());
    asked[0]?.answer(series('loss', 10));
    await settled();
    store.watch('loss', 10, null, vi.fn());
    expect(asked).toHaveLength(1);
  });

  it('are asked for again when more was logged, once at a time', async () => {
    const { store, asked } = setUp();
    store.watch('loss', 10, null, vi.fn());
    store.watch('loss', 11, null, vi.fn());
    store.watch('loss', 12, null, vi.fn());
    expect(asked).toHaveLength(1);
    asked[0]?.answer(series('loss', 10));
    await settled();
    expect(asked).toHaveLength(2);
    asked[1]?.answer(series('loss', 12));
    await settled();
    expect(asked).toHaveLength(2);
  });

  it('are asked for again in the range of a zoom, and the old ones stay until then', async () => {
    const { store, asked } = setUp();
    store.watch('loss', 10, null, vi.fn());
    asked[0]?.answer(series('loss', 10));
    await settled();
    store.watch('loss', 10, { from: 2, to: 4 }, vi.fn());
    expect(asked[1]?.range).toEqual({ from: 2, to: 4 });
    expect(store.state('loss').series).toEqual(series('loss', 10));
  });

  it('out of view are not asked for again', async () => {
    const { store, asked } = setUp();
    store.watch('loss', 10, null, vi.fn());
    asked[0]?.answer(series('loss', 10));
    await settled();
    store.unwatch('loss');
    expect(store.isWatched('loss')).toBe(false);
    expect(asked).toHaveLength(1);
  });

  it('that left the view before their turn are not asked for at all', async () => {
    const { store, asked } = setUp();
    for (let metric = 0; metric < 10; metric++) store.watch(String(metric), 1, null, vi.fn());
    expect(asked).toHaveLength(4);
    for (let metric = 4; metric < 10; metric++) store.unwatch(String(metric));
    for (const { key, answer } of [...asked]) answer(series(key, 1));
    await settled();
    expect(asked).toHaveLength(4);
    expect(store.state('7').isLoading).toBe(false);
  });

  it('that could not be read say why, and are asked for again on request only', async () => {
    const { store, asked } = setUp();
    store.watch('loss', 10, null, vi.fn());
    asked[0]?.fail(new Error('The engine is gone.'));
    await settled();
    expect(store.state('loss').problem).toBe('The engine is gone.');
    store.watch('loss', 11, null, vi.fn());
    expect(asked).toHaveLength(1);
    store.retry('loss');
    asked[1]?.answer(series('loss', 11));
    await settled();
    expect(store.state('loss').problem).toBeNull();
  });

  it('of thousands of metrics are not all kept', async () => {
    const store = new SeriesStore((key) => Promise.resolve(series(key, 1)));
    for (let metric = 0; metric < 1000; metric++) {
      store.watch(String(metric), 1, null, vi.fn());
      await settled();
      store.unwatch(String(metric));
    }
    const kept = Array.from({ length: 1000 }, (_, metric) => store.state(String(metric)).series).filter(Boolean);
    expect(kept).toHaveLength(300);
    expect(store.state('999').series).not.toBeNull();
  });
});
