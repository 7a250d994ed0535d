/** The points of a metric as a chart gets them: folded, averaged, on one of three axes, from a real database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openForWriting } from '../../src/engine/store/open';
import { emptyBatch } from '../../src/engine/tracking/batch';
import { Ingest } from '../../src/engine/tracking/ingest';
import { metricQueries } from '../../src/engine/tracking/metricQueries';
import { blockReader } from '../../src/engine/tracking/pointBlocks';
import { KeptColumns } from '../../src/engine/tracking/pointColumns';
import { movingAverage, SeriesFold } from '../../src/engine/tracking/series';
import { requests } from '../../src/protocol/requests';
import { UnpackedSeries } from '../../src/protocol/series';

const START_MS = 1_700_000_000_000;
type Logged = readonly [step: number, value: number, afterMs?: number];

describe('folding a series', () => {
  const foldOf = (points: readonly Logged[], from: number, to: number, maxPoints: number) => {
    const fold = new SeriesFold(from, to, maxPoints);
    for (const [step, value] of points) fold.add(step, step, step, value, Number.NaN);
    return fold.result();
  };

  it('leaves few points as they are, in the order of their steps', () => {
    const { points } = foldOf([[2, 2], [0, 0], [1, 1]], 0, 2, 100); // prettier-ignore
    expect(points.map((point) => point.x)).toEqual([0, 1, 2]);
  });

  it('keeps the bounds and the last value of each bucket', () => {
    const logged = Array.from({ length: 100 }, (_, step) => [step, step % 10 === 5 ? 100 : step] as const);
    const { points, count } = foldOf(logged, 0, 99, 10);
    expect(count).toBe(100);
    expect(points).toHaveLength(10);
    expect(points[0]).toEqual({ x: 9, step: 9, timestampMs: 9, value: 9, min: 0, max: 100, count: 10, smooth: null });
  });

  it('never gives more points than asked for, whatever the steps', () => {
    const logged = Array.from({ length: 1000 }, (_, index) => [-1e12 + index * 2e9, index] as const);
    expect(foldOf(logged, -1e12, 1e12, 50).points.length).toBeLessThanOrEqual(50);
  });

  it('says NaN where a bucket ends with it, and keeps its finite bounds', () => {
    const logged = [1, 2, Infinity, -Infinity, Number.NaN].map((value, step) => [step, value] as const);
    expect(foldOf(logged, 0, 9, 2).points[0]).toMatchObject({ value: 'NaN', min: 1, max: 2, count: 5 });
    expect(foldOf([[0, Infinity]], 0, 0, 2).points[0]).toMatchObject({ value: 'Infinity', min: null, max: null });
  });
});

describe('the moving average', () => {
  it('is the weighted mean of all values so far, by its definition', () => {
    const values = Float64Array.from({ length: 50 }, (_, at) => Math.sin(at / 3) * 10 + at);
    const smooth = movingAverage(values, 0.8, null);
    for (const [at, shown] of smooth.entries()) {
      let sum = 0;
      let weights = 0;
      for (let before = 0; before <= at; before++) {
        const weight = 0.8 ** (at - before);
        sum += weight * (values[before] ?? 0);
        weights += weight;
      }
      expect(shown).toBeCloseTo(sum / weights, 10);
    }
  });

  it('leaves out what is not finite, and nothing else because of it', () => {
    const smooth = movingAverage(Float64Array.of(1, Number.NaN, Infinity, 3), 0.5, null);
    expect([...smooth]).toEqual([1, Number.NaN, Number.NaN, (0.5 * 1 + 3) / 1.5]);
  });

  it('of what is all the same is the same, without an error of rounding', () => {
    expect([...movingAverage(new Float64Array(100).fill(0.1), 0.9, null)]).toEqual(new Array(100).fill(0.1));
  });
});

describe('from a database', () => {
  let folder: string;
  let db: ReturnType<typeof openForWriting>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lw-series-'));
    db = openForWriting(join(folder, 'store.db'));
    db.exec(`INSERT INTO experiments (experiment_id, name, created_ms) VALUES (1, 'e', 0);
      INSERT INTO runs (run_seq, run_id, experiment_id, name, status, start_ms, kind, source, argv, cwd, user, host)
      VALUES (1, 'r', 1, 'r', 'RUNNING', ${String(START_MS)}, 'script', 's', '[]', '/', 'u', 'h')`);
  });
  afterEach(() => {
    db.close();
    rmSync(folder, { recursive: true });
  });

  const log = (ingest: Ingest, key: string, points: readonly Logged[]) => {
    const batch = emptyBatch();
    batch.points.set(
      key,
      points.map(([step, value, afterMs = step * 10]) => ({ step, value, timestampMs: START_MS + afterMs })),
    );
    db.transaction(() => ingest.add(1, batch))();
  };
  const asks = () => {
    const queries = metricQueries(db, () => 1);
    return (query: Record<string, unknown>) =>
      UnpackedSeries.parse(
        queries['metrics/series'](requests['metrics/series'].params.parse({ runId: 'r', ...query })),
      );
  };
  const xy = ({ points }: ReturnType<ReturnType<typeof asks>>) => points.map(({ x, value }) => [x, value]);

  it('runs along time since the start of the run', () => {
    log(new Ingest(db), 'loss', [[0, 3, 5], [1, 2, 250], [2, 1, 900]]); // prettier-ignore
    expect(xy(asks()({ key: 'loss', axis: { by: 'time' } }))).toEqual([[5, 3], [250, 2], [900, 1]]); // prettier-ignore
    expect(xy(asks()({ key: 'loss', axis: { by: 'time' }, from: 100, to: 300 }))).toEqual([[250, 2]]);
  });

  it('runs along another metric at the same step, the latest written where steps repeat', () => {
    const ingest = new Ingest(db);
    log(ingest, 'loss', [[0, 3], [1, 2], [2, 1], [3, 0.5], [4, 0.25]]); // prettier-ignore
    log(ingest, 'epoch', [[0, 0], [1, 9], [1, 0.5], [3, Number.NaN], [4, 2]]); // prettier-ignore
    const series = asks()({ key: 'loss', axis: { by: 'metric', key: 'epoch' } });
    expect(xy(series)).toEqual([[0, 3], [0.5, 2], [2, 0.25]]); // prettier-ignore
    expect(series.count).toBe(3);
    expect(asks()({ key: 'loss', axis: { by: 'metric', key: 'none' } })).toEqual({ key: 'loss', points: [], count: 0 });
  });

  it('averages in the order of steps over all points, also those outside of the range', () => {
    log(new Ingest(db), 'loss', [[2, 4], [0, 1], [1, 2], [1, 3], [3, Infinity]]); // prettier-ignore
    const inOrder = movingAverage(Float64Array.of(1, 2, 3, 4), 0.6, null);
    const { points } = asks()({ key: 'loss', smoothing: 0.6, from: 1 });
    expect(points.map(({ smooth }) => smooth)).toEqual([inOrder[2], inOrder[3], null]);
    expect(points.map(({ value }) => value)).toEqual([3, 4, 'Infinity']);
  });

  it('reads only what is new of a series that grows', () => {
    const reads: number[] = [];
    const rows: [number, number, number][] = [[0, 0, 5]];
    const kept = new KeptColumns((_, from) => (reads.push(from), rows.slice(from)));
    expect(kept.of('r', 'loss', 1, 1).count).toBe(1);
    rows.push([1, 1, 6]);
    expect([...kept.of('r', 'loss', 1, 2).value]).toEqual([5, 6]);
    expect(reads).toEqual([0, 1]);
    expect(kept.of('r', 'loss', 2, 2).count).toBe(2);
    expect(reads).toEqual([0, 1, 0]);
  });

  /** In order with a jump; then again from the start; then in no order at all. */
  const awkward = (): Logged[] => {
    const value = (at: number) => (at % 97 === 0 ? Number.NaN : at % 101 === 0 ? Infinity : Math.sin(at / 50) * at);
    const rising = Array.from({ length: 2500 }, (_, at) => [at < 1500 ? at : at + 5000, value(at), at * 7] as const);
    const again = Array.from({ length: 1000 }, (_, at) => [at, value(at + 1), 20_000 + at * 7] as const);
    const shuffled = Array.from({ length: 700 }, (_, at) => [(at * 7919) % 8000, at, 30_000 + at] as const);
    return [...rising, ...again, ...shuffled];
  };

  it.each([
    ['step', -Infinity, Infinity],
    ['step', 300, 6000],
    ['time', -Infinity, Infinity],
    ['time', 5000, 21_000],
  ] as const)('folds blocks along %s from %d to %d as it would fold their points', (by, from, to) => {
    const points = awkward();
    const ingest = new Ingest(db);
    for (let at = 0; at < points.length; at += 300) log(ingest, 'loss', points.slice(at, at + 300));
    const places = points.map(([step, , afterMs = 0]) => (by === 'step' ? step : afterMs));
    const inRange = places.filter((place) => place >= from && place <= to);
    const axis = { by, origin: by === 'time' ? START_MS : 0, from, to, maxPoints: 12 };
    const { points: folded, count } = blockReader(db)(1, axis)?.result() ?? { points: [], count: 0 };
    expect(count).toBe(inRange.length);
    expect(folded.reduce((sum, point) => sum + point.count, 0)).toBe(count);
    expect(folded.length).toBeLessThanOrEqual(12);
    expect(folded.map(({ x }) => x)).toEqual(folded.map(({ x }) => x).toSorted((left, right) => left - right));
    expect(folded.at(-1)?.x).toBe(Math.max(...inRange));
    const finite = points.filter(([, value], at) => Number.isFinite(value) && inRange.includes(places[at] ?? -1));
    const values = finite.map(([, value]) => value);
    expect(Math.min(...folded.map(({ min }) => min ?? Infinity))).toBe(Math.min(...values));
    expect(Math.max(...folded.map(({ max }) => max ?? -Infinity))).toBe(Math.max(...values));
  });

  it('reads a few rows of many points, and all of those that were written before there were blocks', () => {
    const ingest = new Ingest(db);
    log(
      ingest,
      'loss',
      Array.from({ length: 6_000 }, (_, at) => [at, at] as const),
    );
    expect(db.prepare('SELECT count(*) FROM folds').pluck().get()).toBe(23);
    const axis = { by: 'step' as const, origin: 0, from: -Infinity, to: Infinity, maxPoints: 20 };
    const whole = blockReader(db)(1, axis)?.result();
    db.exec('DELETE FROM folds WHERE block < 10');
    expect(blockReader(db)(1, axis)?.result().count).toBe(whole?.count);
    db.exec('DELETE FROM folds');
    expect(blockReader(db)(1, axis)?.result().count).toBe(6_000);
  });
});
