/** Which point of a chart the pointer or the keys are at, and what is said about it. Pure. */
import { type MetricSeries, type SeriesPoint } from '../../src/protocol/entities';
import { formatDuration } from '../../src/protocol/format';
import { type Range, type XUnit } from './frame';

/** The index of the point nearest to a step, or -1 where there is none. Points are in the order of their steps. */
export function nearestIndex(points: readonly SeriesPoint[], step: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.step ?? 0) < step) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  const before = points[low - 1];
  if (!after) return -1;
  return before && step - before.step <= after.step - step ? low - 1 : low;
}

export interface Reading {
  readonly step: string;
  readonly value: string;
  /** Lowest, highest and how many, where the point stands for several. */
  readonly folded: string | null;
  readonly time: string;
}

/** Exact values: what a chart rounds, the reading does not. */
export function readingOf(point: SeriesPoint, x: XUnit = 'step'): Reading {
  return {
    step: x === 'seconds' ? `after ${formatDuration(point.step * 1000)}` : `step ${String(point.step)}`,
    value: String(point.value),
    folded:
      point.count > 1 && point.min !== null && point.max !== null
        ? `${String(point.min)} to ${String(point.max)} in ${String(point.count)} points`
        : null,
    time: exactTime(point.timestampMs),
  };
}

/** What a screen reader says about a point. */
export function spokenReading(reading: Reading): string {
  return [reading.step, reading.value, reading.folded].filter((part) => part !== null).join(', ');
}

/** `2026-03-04 14:02:00`, in local time: short, and no doubt which number is the day. */
export function exactTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString('sv-SE');
}

/** What a screen reader says about the whole chart. */
export function describeSeries(label: string, series: MetricSeries, x: XUnit = 'step'): string {
  const last = series.points.at(-1);
  if (!last) return `${label}: no points.`;
  const { count } = series;
  const end = x === 'seconds' ? formatDuration(last.step * 1000) : `step ${String(last.step)}`;
  return `${label}: ${String(count)} points up to ${end}, last value ${String(last.value)}.`;
}

/** The range twice as near or as far around a step, never beyond the whole and never below one step. */
export function scaledRange(current: Range, whole: Range, around: number, factor: number): Range | null {
  const width = Math.max(1, (current.to - current.from) * factor);
  if (width >= whole.to - whole.from) return null;
  const share = (around - current.from) / (current.to - current.from || 1);
  const from = Math.min(Math.max(around - share * width, whole.from), whole.to - width);
  return { from: Math.floor(from), to: Math.ceil(from + width) };
}

/** The steps between two pixels of a drag, whole and in order; null where the drag covers none. */
export function draggedRange(steps: Range, width: number, startPixel: number, endPixel: number): Range | null {
  const stepAt = (pixel: number) =>
    steps.from + (Math.min(Math.max(pixel, 0), width) / width) * (steps.to - steps.from);
  const from = Math.floor(stepAt(Math.min(startPixel, endPixel)));
  const to = Math.ceil(stepAt(Math.max(startPixel, endPixel)));
  return to > from ? { from, to } : null;
}
