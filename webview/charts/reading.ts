/** Which point of a chart the pointer or the keys are at, and what is said about it. Pure. */
import { type SeriesPoint } from '../../src/protocol/entities';
import { formatDuration } from '../../src/protocol/format';
import { type ChartFrame, type ChartLine, type Range, shareFromTop, type XUnit } from './frame';

/** The index of the point nearest to a place on the axis, or -1 where there is none. Points are in the order of `x`. */
export function nearestIndex(points: readonly SeriesPoint[], x: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.x ?? 0) < x) low = middle + 1;
    else high = middle;
  }
  const after = points[low];
  const before = points[low - 1];
  if (!after) return -1;
  return before && x - before.x <= after.x - x ? low - 1 : low;
}

/** A point of one of the lines. */
export interface Cursor {
  readonly line: number;
  readonly index: number;
}

/** Two places on the axis that are as near as this share of what is shown are read together. */
const TOGETHER = 1 / 60;

/** The point nearest to a pixel: of each line the one nearest along the axis, of those the nearest in height. */
export function nearestPoint(lines: readonly ChartLine[], frame: ChartFrame, x: number, yShare: number): Cursor | null {
  const reach = (frame.xs.to - frame.xs.from) * TOGETHER;
  let nearest: Cursor | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [line, { points }] of lines.entries()) {
    const index = nearestIndex(points, x);
    const point = points[index];
    if (!point) continue;
    const share = typeof point.value === 'number' ? shareFromTop(frame, point.smooth ?? point.value) : null;
    // A line that is not here at all comes after every one that is.
    const away = Math.max(0, Math.abs(point.x - x) - reach) / (reach || 1);
    const distance = away + Math.abs((share ?? 1) - yShare);
    if (distance >= least) continue;
    least = distance;
    nearest = { line, index };
  }
  return nearest;
}

export interface Reading {
  readonly place: string;
  readonly value: string;
  /** The average, where one is shown. */
  readonly smooth: string | null;
  /** Lowest, highest and how many, where the point stands for several. */
  readonly folded: string | null;
  readonly time: string;
}

/** Exact values: what a chart rounds, the reading does not. */
export function readingOf(point: SeriesPoint, x: XUnit = 'step'): Reading {
  return {
    place: placeWords(point, x),
    value: String(point.value),
    smooth: point.smooth === null ? null : `smoothed ${String(point.smooth)}`,
    folded:
      point.count > 1 && point.min !== null && point.max !== null
        ? `${String(point.min)} to ${String(point.max)} in ${String(point.count)} points`
        : null,
    time: x === 'clock' ? '' : exactTime(point.timestampMs),
  };
}

function placeWords({ x: at, step }: SeriesPoint, x: XUnit): string {
  switch (x) {
    case 'step':
      return `step ${String(at)}`;
    case 'seconds':
      return `after ${formatDuration(at * 1000)}`;
    case 'milliseconds':
      return `after ${formatDuration(at)}, step ${String(step)}`;
    case 'clock':
      return exactTime(at);
    case 'value':
      return `at ${String(at)}, step ${String(step)}`;
  }
}

export interface OtherReading {
  readonly line: number;
  readonly value: string;
  /** Where the point is not at the very same place. */
  readonly place: string | null;
}

/** What the other lines say where one is read, nearest first; those that have nothing there are left out. */
export function otherReadings(lines: readonly ChartLine[], frame: ChartFrame, cursor: Cursor): OtherReading[] {
  const read = lines[cursor.line]?.points[cursor.index];
  if (!read) return [];
  const reach = (frame.xs.to - frame.xs.from) * TOGETHER;
  return lines.flatMap(({ points }, line) => {
    const point = line === cursor.line ? undefined : points[nearestIndex(points, read.x)];
    if (!point || Math.abs(point.x - read.x) > reach) return [];
    return [{ line, value: String(point.value), place: point.x === read.x ? null : placeWords(point, frame.x) }];
  });
}

/** What a screen reader says about a point. */
export function spokenReading({ place, value, smooth, folded }: Reading, name = ''): string {
  return [name, place, value, smooth, folded].filter((part) => part !== null && part !== '').join(', ');
}

/** `2026-03-04 14:02:00`, in local time: short, and no doubt which number is the day. */
export function exactTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString('sv-SE');
}

/** What a screen reader says about the whole chart. */
export function describeLines(label: string, lines: readonly ChartLine[], x: XUnit = 'step'): string {
  const some = lines.filter(({ points }) => points.length > 0);
  const [first] = some;
  if (!first) return `${label}: no points.`;
  if (some.length > 1) return `${label}: ${String(some.length)} lines, ${some.map(lineWords).join('; ')}.`;
  const last = first.points.at(-1);
  if (!last) return `${label}: no points.`;
  const end =
    x === 'step'
      ? `step ${String(last.x)}`
      : x === 'clock'
        ? exactTime(last.x)
        : x === 'value'
          ? String(last.x)
          : formatDuration(asMs(last.x, x));
  return `${label}: ${String(first.count)} points up to ${end}, last value ${String(last.value)}.`;
}

const MAX_SPOKEN_NAME = 80;
const lineWords = ({ name, points }: ChartLine) =>
  `${name.slice(0, MAX_SPOKEN_NAME)} ${String(points.at(-1)?.value ?? 'no value')}`;

const asMs = (at: number, x: XUnit) => (x === 'seconds' ? at * 1000 : at);

/** The least that a zoom shows: one step, or next to nothing of a range that has no steps. */
const leastWidth = (whole: Range, x: XUnit) => (x === 'value' ? (whole.to - whole.from) / 1e6 : 1);
const outwards = ({ from, to }: Range, x: XUnit): Range =>
  x === 'value' ? { from, to } : { from: Math.floor(from), to: Math.ceil(to) };

/** The range twice as near or as far around a place, never beyond the whole and never below one step. */
export function scaledRange(
  current: Range,
  whole: Range,
  around: number,
  factor: number,
  x: XUnit = 'step',
): Range | null {
  const width = Math.max(leastWidth(whole, x), (current.to - current.from) * factor);
  if (width >= whole.to - whole.from) return null;
  const share = (around - current.from) / (current.to - current.from || 1);
  const from = Math.min(Math.max(around - share * width, whole.from), whole.to - width);
  return outwards({ from, to: from + width }, x);
}

/** What is between two pixels of a drag, in order and in whole steps; null where the drag covers none. */
export function draggedRange(
  xs: Range,
  width: number,
  startPixel: number,
  endPixel: number,
  x: XUnit = 'step',
): Range | null {
  const at = (pixel: number) => xs.from + (Math.min(Math.max(pixel, 0), width) / width) * (xs.to - xs.from);
  const range = outwards({ from: at(Math.min(startPixel, endPixel)), to: at(Math.max(startPixel, endPixel)) }, x);
  return range.to > range.from ? range : null;
}
