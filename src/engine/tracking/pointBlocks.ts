/**
 * Blocks of points, folded when they are written, so that a chart of a million of them reads some thousand rows. Only
 * what does not fit into one place of the chart is read point by point.
 */
import type { Database } from 'better-sqlite3';
import { SeriesFold } from './series';

/** Points in a block. */
const BLOCK = 256;

/** Folds each block as its last point is written. Inside a transaction of the writer. */
export class BlockWriter {
  private readonly fold;

  constructor(db: Database) {
    const finite = 'CASE WHEN value > -9e999 AND value < 9e999 THEN value END';
    this.fold = db.prepare(
      `INSERT OR REPLACE INTO folds
         (metric_id, block, low_step, high_step, low_ms, high_ms, min, max, end_step, end_ms, value)
       SELECT f.*, p.step, p.logged_ms, p.value
       FROM (SELECT metric_id, @block, min(step), max(step), min(logged_ms), max(logged_ms), min(${finite}), max(${finite})
             FROM points WHERE metric_id = @metricId AND ordinal BETWEEN @first AND @last) f
       JOIN points p ON p.metric_id = @metricId AND p.ordinal = @last`,
    );
  }

  /** @param count of the metric's points, the one that was written just now among them */
  written(metricId: number, count: number): void {
    if (count % BLOCK !== 0) return;
    this.fold.run({ metricId, block: count / BLOCK - 1, first: count - BLOCK, last: count - 1 });
  }
}

type BlockRow = [
  block: number,
  low: number,
  high: number,
  end: number,
  step: number,
  loggedMs: number,
  value: number | null,
  min: number | null,
  max: number | null,
];
type PointRow = [step: number, loggedMs: number, value: number | null];

export interface BlockAxis {
  readonly by: 'step' | 'time';
  /** What is taken from what is stored, to be on the axis. */
  readonly origin: number;
  readonly from: number;
  readonly to: number;
  readonly maxPoints: number;
}

export function blockReader(db: Database) {
  const blocksBy = (column: 'step' | 'ms') =>
    db
      .prepare<[number], BlockRow>(
        `SELECT block, low_${column}, high_${column}, end_${column}, end_step, end_ms, value, min, max
         FROM folds WHERE metric_id = ? ORDER BY block`,
      )
      .raw();
  const blocks = { step: blocksBy('step'), time: blocksBy('ms') };
  const pointsIn = db
    .prepare<[number, number, number], PointRow>(
      'SELECT step, logged_ms, value FROM points WHERE metric_id = ? AND ordinal >= ? AND ordinal < ? ORDER BY ordinal',
    )
    .raw();

  return (metricId: number, axis: BlockAxis): SeriesFold | null => {
    const { by, origin, maxPoints } = axis;
    const rows = blocks[by].all(metricId);
    const first = (rows[0]?.[0] ?? 0) * BLOCK;
    const after = ((rows.at(-1)?.[0] ?? -1) + 1) * BLOCK;
    const placeOf = ([step, loggedMs]: PointRow) => (by === 'step' ? step : loggedMs) - origin;
    const loose = [...pointsIn.all(metricId, 0, first), ...pointsIn.all(metricId, after, Number.MAX_SAFE_INTEGER)];
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of rows) {
      low = Math.min(low, row[1] - origin);
      high = Math.max(high, row[2] - origin);
    }
    for (const point of loose) {
      low = Math.min(low, placeOf(point));
      high = Math.max(high, placeOf(point));
    }
    const from = Math.max(low, axis.from);
    const to = Math.min(high, axis.to);
    if (!(from <= to)) return null;
    const fold = new SeriesFold(from, to, maxPoints);
    const add = (point: PointRow) => fold.add(placeOf(point), point[0], point[1], point[2] ?? Number.NaN, Number.NaN);
    for (const [begin, end] of folded(rows, fold, axis))
      for (const point of pointsIn.iterate(metricId, begin, end)) add(point);
    for (const point of loose) add(point);
    return fold;
  };
}

/** Adds the blocks that are one on the chart. @returns the ordinals of the others, as far as they are in the range */
function folded(rows: readonly BlockRow[], fold: SeriesFold, { origin, from, to }: BlockAxis): [number, number][] {
  const others: [number, number][] = [];
  for (const [block, storedLow, storedHigh, end, step, loggedMs, value, min, max] of rows) {
    const low = storedLow - origin;
    const high = storedHigh - origin;
    if (high < from || low > to) continue;
    // Where the last written is not the last on the axis, only the points themselves tell which is.
    if (fold.holds(low, high) && end === storedHigh) {
      fold.addFolded({
        x: high,
        step,
        timestampMs: loggedMs,
        value: value ?? Number.NaN,
        smooth: Number.NaN,
        min,
        max,
        count: BLOCK,
      });
      continue;
    }
    const last = others.at(-1);
    if (last?.[1] === block * BLOCK) last[1] += BLOCK;
    else others.push([block * BLOCK, (block + 1) * BLOCK]);
  }
  return others;
}
