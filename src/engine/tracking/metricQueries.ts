/** The points of a metric: folded for a chart, or as they were logged. */
import type { Database } from 'better-sqlite3';
import { toWireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { CheckedParams, Result } from '../../protocol/requests';
import { cutPage, decodeToken, encodeToken } from './pages';
import { SeriesFold } from './series';

interface PointRow {
  readonly ordinal: number;
  readonly step: number;
  readonly logged_ms: number;
  readonly value: number | null;
}

export function metricQueries(db: Database, seqOf: (runId: string) => number) {
  const inRange = 'FROM points WHERE metric_id = ? AND step BETWEEN ? AND ?';
  const find = db.prepare<[number, string], { metric_id: number }>(
    'SELECT metric_id FROM metrics WHERE run_seq = ? AND key = ?',
  );
  const extentOf = db.prepare<[number, number, number], { low: number | null; high: number | null }>(
    `SELECT min(step) AS low, max(step) AS high ${inRange}`,
  );
  const pointsIn = db
    .prepare<[number, number, number], [number, number, number | null]>(
      `SELECT step, logged_ms, value ${inRange} ORDER BY ordinal`,
    )
    .raw();
  const pointsAfter = db.prepare<[number, number, number], PointRow>(
    'SELECT ordinal, step, logged_ms, value FROM points WHERE metric_id = ? AND ordinal > ? ORDER BY ordinal LIMIT ?',
  );

  /** @throws LoopwrightError `not_found` */
  const metricIdOf = (runId: string, key: string): number => {
    const row = find.get(seqOf(runId), key);
    if (row) return row.metric_id;
    throw new LoopwrightError('not_found', `The run ${runId} has no metric ${JSON.stringify(key)}.`);
  };

  return {
    'metrics/series': (params: CheckedParams<'metrics/series'>): Result<'metrics/series'> => {
      const { runId, key, from = Number.MIN_SAFE_INTEGER, to = Number.MAX_SAFE_INTEGER, maxPoints } = params;
      const range = [metricIdOf(runId, key), Math.ceil(from), Math.floor(to)] as const;
      const { low, high } = extentOf.get(...range) ?? { low: null, high: null };
      if (low === null || high === null) return { key, points: [], count: 0 };
      const fold = new SeriesFold(low, high, maxPoints);
      for (const [step, timestampMs, value] of pointsIn.iterate(...range)) {
        fold.add({ step, timestampMs, value: value ?? Number.NaN });
      }
      return { key, ...fold.result() };
    },

    'metrics/points': (params: CheckedParams<'metrics/points'>): Result<'metrics/points'> => {
      const { runId, key, limit, pageToken } = params;
      const after = pageToken === undefined ? -1 : Number(decodeToken(pageToken)[0]);
      const rows = pointsAfter.all(metricIdOf(runId, key), after, limit + 1);
      const page = cutPage(
        rows,
        limit,
        ({ step, logged_ms: timestampMs, value }) => {
          const finite = value !== null && Number.isFinite(value) ? value : null;
          const wire = toWireNumber(value ?? Number.NaN);
          return { x: step, step, timestampMs, value: wire, min: finite, max: finite, count: 1, smooth: null };
        },
        (row) => encodeToken([row.ordinal]),
      );
      return { points: page.items, nextPageToken: page.nextPageToken };
    },
  };
}
