/** Folding the points of a metric into as many as a chart can show. Pure. */
import { type SeriesPoint, toWireNumber } from '../../protocol/entities';

export interface LoggedPoint {
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number;
}

interface Bucket {
  step: number;
  timestampMs: number;
  value: number;
  min: number | null;
  max: number | null;
  count: number;
}

/** Collects points into buckets of equal width over the steps `from` to `to`, both inclusive. */
export class SeriesFold {
  private readonly buckets = new Map<number, Bucket>();
  private readonly width: number;
  private count = 0;

  constructor(
    private readonly from: number,
    to: number,
    maxPoints: number,
  ) {
    this.width = Math.max(1, (to - from + 1) / maxPoints);
  }

  add(point: LoggedPoint): void {
    this.count++;
    const index = Math.floor((point.step - this.from) / this.width);
    const bucket = this.buckets.get(index);
    const finite = Number.isFinite(point.value) ? point.value : null;
    if (!bucket) {
      this.buckets.set(index, { ...point, min: finite, max: finite, count: 1 });
      return;
    }
    bucket.count++;
    if (point.step >= bucket.step) {
      bucket.step = point.step;
      bucket.timestampMs = point.timestampMs;
      bucket.value = point.value;
    }
    if (finite === null) return;
    if (bucket.min === null || finite < bucket.min) bucket.min = finite;
    if (bucket.max === null || finite > bucket.max) bucket.max = finite;
  }

  /** Points in the order of their steps. */
  result(): { points: SeriesPoint[]; count: number } {
    const points = [...this.buckets.values()]
      .sort((left, right) => left.step - right.step)
      .map((bucket) => ({ x: bucket.step, ...bucket, value: toWireNumber(bucket.value), smooth: null }));
    return { points, count: this.count };
  }
}
