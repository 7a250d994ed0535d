/** Folding the points of a metric into as many as a chart can show, and averaging them before. Pure. */
import { type SeriesPoint, toWireNumber } from '../../protocol/entities';

/** A point on an axis. `smooth` is NaN where there is no average. */
export interface PlacedPoint {
  readonly x: number;
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number;
  readonly smooth: number;
}

/** Many points in one, as the store keeps them; the last of them comes last on the axis, too. */
export interface FoldedPoints extends PlacedPoint {
  readonly min: number | null;
  readonly max: number | null;
  readonly count: number;
}

/** Collects points into buckets of equal width over the places `from` to `to`, both inclusive. */
export class SeriesFold {
  private readonly width: number;
  private readonly x: Float64Array;
  private readonly step: Float64Array;
  private readonly time: Float64Array;
  private readonly value: Float64Array;
  private readonly smooth: Float64Array;
  private readonly min: Float64Array;
  private readonly max: Float64Array;
  private readonly counts: Float64Array;

  /** @param isWhole whether places are whole numbers: a bucket then is never narrower than one */
  constructor(
    private readonly from: number,
    private readonly to: number,
    private readonly maxPoints: number,
    isWhole = true,
  ) {
    this.width = isWhole ? Math.max(1, (to - from + 1) / maxPoints) : (to - from) / maxPoints || 1;
    const column = (start = 0) => new Float64Array(maxPoints).fill(start);
    this.x = column();
    this.step = column();
    this.time = column();
    this.value = column();
    this.smooth = column();
    this.min = column(Number.POSITIVE_INFINITY);
    this.max = column(Number.NEGATIVE_INFINITY);
    this.counts = column();
  }

  /** Whether points that lie no further apart than this are one on the chart. */
  holds(low: number, high: number): boolean {
    return low >= this.from && high <= this.to && high - low <= this.width;
  }

  /** Leaves out what is not between `from` and `to`. Of two at one place, the one that is added later counts. */
  add(x: number, step: number, timestampMs: number, value: number, smooth: number): void {
    if (!(x >= this.from && x <= this.to)) return;
    const at = this.bucketOf(x);
    if (this.counts[at] === 0 || x >= (this.x[at] ?? 0)) this.end(at, x, step, timestampMs, value, smooth);
    this.counts[at] = (this.counts[at] ?? 0) + 1;
    if (value < (this.min[at] ?? 0) && value !== Number.NEGATIVE_INFINITY) this.min[at] = value;
    if (value > (this.max[at] ?? 0) && value !== Number.POSITIVE_INFINITY) this.max[at] = value;
  }

  addFolded({ x, step, timestampMs, value, smooth, min, max, count }: FoldedPoints): void {
    const at = this.bucketOf(x);
    if (this.counts[at] === 0 || x >= (this.x[at] ?? 0)) this.end(at, x, step, timestampMs, value, smooth);
    this.counts[at] = (this.counts[at] ?? 0) + count;
    if (min !== null) this.min[at] = Math.min(this.min[at] ?? min, min);
    if (max !== null) this.max[at] = Math.max(this.max[at] ?? max, max);
  }

  /** Points in the order of their places. */
  result(): { points: SeriesPoint[]; count: number } {
    const points: SeriesPoint[] = [];
    let count = 0;
    const finite = (value: number | undefined) => (value !== undefined && Number.isFinite(value) ? value : null);
    for (let at = 0; at < this.maxPoints; at++) {
      const inBucket = this.counts[at] ?? 0;
      if (inBucket === 0) continue;
      count += inBucket;
      points.push({
        x: this.x[at] ?? 0,
        step: this.step[at] ?? 0,
        timestampMs: this.time[at] ?? 0,
        value: toWireNumber(this.value[at] ?? Number.NaN),
        min: finite(this.min[at]),
        max: finite(this.max[at]),
        count: inBucket,
        smooth: finite(this.smooth[at]),
      });
    }
    return { points, count };
  }

  private bucketOf(x: number): number {
    return Math.min(this.maxPoints - 1, Math.floor((x - this.from) / this.width));
  }

  private end(at: number, x: number, step: number, timestampMs: number, value: number, smooth: number): void {
    this.x[at] = x;
    this.step[at] = step;
    this.time[at] = timestampMs;
    this.value[at] = value;
    this.smooth[at] = smooth;
  }
}

/**
 * The exponential moving average, not drawn towards 0 at its start: `s[i] = w s[i-1] + (1-w) y[i]`, `s[0] = 0`, shown is
 * `s[i] / (1 - w^i)`. What is not finite is left out of it and has none; what is all the same stays the same. As
 * TensorBoard counts it: `classicSmoothing` in tensorboard/webapp/metrics/views/card_renderer/utils.ts.
 *
 * @param order the places of the values in the order to be averaged in; null for their own
 */
export function movingAverage(values: Float64Array, weight: number, order: Uint32Array | null): Float64Array {
  const smooth = new Float64Array(values.length).fill(Number.NaN);
  const isConstant = values.every((value) => value === values[0]);
  let last = 0;
  let left = 1;
  for (let index = 0; index < values.length; index++) {
    const at = order?.[index] ?? index;
    const value = values[at] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    last = last * weight + (1 - weight) * value;
    left *= weight;
    smooth[at] = isConstant ? value : last / (1 - left);
  }
  return smooth;
}
