/** The points of a metric: folded for a chart, or as they were logged. */
import type { Database } from 'better-sqlite3';
import { type MetricSeries, type SeriesAxis, toWireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { CheckedParams, Result } from '../../protocol/requests';
import { packSeries } from '../../protocol/series';
import { cutPage, decodeToken, encodeToken } from './pages';
import { blockReader } from './pointBlocks';
import { KeptColumns, type PointColumns } from './pointColumns';
import { movingAverage, SeriesFold } from './series';

interface PointRow {
  readonly ordinal: number;
  readonly step: number;
  readonly logged_ms: number;
  readonly value: number | null;
}

interface MetricRow {
  readonly metric_id: number;
  readonly count: number;
  readonly start_ms: number;
}

/** So many points are read in less time than a chart takes to draw, and what is added to them later costs little. */
const READ_WHOLE = 80_000;

export function metricQueries(db: Database, seqOf: (runId: string) => number) {
  const find = db.prepare<[number, string], MetricRow>(
    `SELECT m.metric_id, m.count, r.start_ms FROM metrics m JOIN runs r ON r.run_seq = m.run_seq
     WHERE m.run_seq = ? AND m.key = ?`,
  );
  const pointsFrom = db
    .prepare<[number, number], [number, number, number | null]>(
      'SELECT step, logged_ms, value FROM points WHERE metric_id = ? AND ordinal >= ? ORDER BY ordinal',
    )
    .raw();
  const pointsAfter = db.prepare<[number, number, number], PointRow>(
    'SELECT ordinal, step, logged_ms, value FROM points WHERE metric_id = ? AND ordinal > ? ORDER BY ordinal LIMIT ?',
  );
  const kept = new KeptColumns((metricId, from) => pointsFrom.iterate(metricId, from));
  const foldBlocks = blockReader(db);

  /** @throws LoopwrightError `not_found` */
  const metricOf = (runId: string, key: string): MetricRow => {
    const row = find.get(seqOf(runId), key);
    if (row) return row;
    throw new LoopwrightError('not_found', `The run ${runId} has no metric ${JSON.stringify(key)}.`);
  };

  const columnsOf = (runId: string, key: string, { metric_id: id, count }: MetricRow): PointColumns =>
    kept.of(runId, key, id, count);

  /** Where each point is on the axis, NaN for those that have no place; null for the steps themselves. */
  const placesOf = (runId: string, columns: PointColumns, axis: SeriesAxis, startMs: number): Float64Array => {
    if (axis.by === 'step') return columns.step;
    if (axis.by === 'time') return columns.timestampMs.map((timeMs) => timeMs - startMs);
    const partner = find.get(seqOf(runId), axis.key);
    if (!partner) return new Float64Array(columns.count).fill(Number.NaN);
    const { step, value } = columnsOf(runId, axis.key, partner);
    const atStep = new Map<number, number>();
    for (let at = 0; at < step.length; at++) atStep.set(step[at] ?? 0, value[at] ?? Number.NaN);
    return columns.step.map((one) => atStep.get(one) ?? Number.NaN);
  };

  return {
    'metrics/series': (params: CheckedParams<'metrics/series'>): Result<'metrics/series'> => {
      const { runId, key, axis, maxPoints, smoothing } = params;
      const from = params.from ?? Number.NEGATIVE_INFINITY;
      const to = params.to ?? Number.POSITIVE_INFINITY;
      const metric = metricOf(runId, key);
      const { metric_id: id, start_ms: startMs } = metric;
      if (axis.by !== 'metric' && smoothing === 0 && metric.count > READ_WHOLE) {
        const origin = axis.by === 'time' ? startMs : 0;
        const fold = foldBlocks(id, { by: axis.by, origin, from, to, maxPoints });
        return packSeries({ key, ...(fold?.result() ?? { points: [], count: 0 }) });
      }
      const columns = columnsOf(runId, key, metric);
      const places = placesOf(runId, columns, axis, startMs);
      const smooth = smoothing > 0 ? movingAverage(columns.value, smoothing, columns.order) : null;
      const fold = { from, to, maxPoints, isWhole: axis.by !== 'metric' };
      return packSeries({ key, ...foldColumns(columns, places, smooth, fold) });
    },

    'metrics/points': (params: CheckedParams<'metrics/points'>): Result<'metrics/points'> => {
      const { runId, key, limit, pageToken } = params;
      const after = pageToken === undefined ? -1 : Number(decodeToken(pageToken)[0]);
      const rows = pointsAfter.all(metricOf(runId, key).metric_id, after, limit + 1);
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

interface Fold {
  readonly from: number;
  readonly to: number;
  readonly maxPoints: number;
  readonly isWhole: boolean;
}

function foldColumns(
  { step, timestampMs, value, order }: PointColumns,
  places: Float64Array,
  smooth: Float64Array | null,
  { from, to, maxPoints, isWhole }: Fold,
): Omit<MetricSeries, 'key'> {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const place of places) {
    if (!Number.isFinite(place) || place < from || place > to) continue;
    if (place < low) low = place;
    if (place > high) high = place;
  }
  if (low > high) return { points: [], count: 0 };
  const fold = new SeriesFold(low, high, maxPoints, isWhole);
  for (let index = 0; index < places.length; index++) {
    // The latest step is the last at a place that several steps share.
    const at = isWhole ? index : (order?.[index] ?? index);
    fold.add(
      places[at] ?? Number.NaN,
      step[at] ?? 0,
      timestampMs[at] ?? 0,
      value[at] ?? Number.NaN,
      smooth?.[at] ?? Number.NaN,
    );
  }
  return fold.result();
}
