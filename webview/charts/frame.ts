/** From the points of one or several lines to what a chart draws: rows, marks at the edge, domains, ticks. Pure. */
import { type SeriesPoint } from '../../src/protocol/entities';
import { clockTicks, linearTicks, logTicks, niceLogRange, niceRange, type Range, type Tick, timeTicks } from './ticks';

export { type Range } from './ticks';

/**
 * What lines run along: steps as the script counts them, time since the run began (system metrics have whole seconds as
 * their steps), the values of another metric, or the time of the day (milliseconds since 1970).
 */
export type XUnit = 'step' | 'seconds' | 'milliseconds' | 'value' | 'clock';

/** One line of a chart. */
export interface ChartLine {
  /** The same for the same run or metric: see `ColourBook`. */
  readonly id: string;
  /** In labels, legend, tooltip and table. Any text. */
  readonly name: string;
  /** Says its colour and dashes. */
  readonly slot: number;
  /** In the order of `x`. */
  readonly points: readonly SeriesPoint[];
  /** How many logged points `points` stands for. */
  readonly count: number;
}

/** A vertex of a line; a null breaks it. `low` and `high` bound what was folded into it. */
export interface LineRow {
  readonly x: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly smooth: number | null;
  /** Which line. */
  readonly s: number;
}

/** An infinite value, drawn as a mark at the edge. */
export interface EdgeRow {
  readonly x: number;
  readonly s: number;
}

/** What differs in the specification itself, not only in the data: a compiled chart is shared by all of a shape. */
export interface ChartShape {
  readonly hasBand: boolean;
  /** Whether a line or a band is broken somewhere. */
  readonly hasGaps: boolean;
  /** The averages are the lines; the values stand faint behind them. */
  readonly isSmooth: boolean;
  readonly isLog: boolean;
  readonly isMany: boolean;
}

export interface ChartFrame {
  readonly line: readonly LineRow[];
  readonly dots: readonly LineRow[];
  readonly above: readonly EdgeRow[];
  readonly below: readonly EdgeRow[];
  /** Of each line. */
  readonly slots: readonly number[];
  readonly xs: Range;
  readonly values: Range;
  readonly x: XUnit;
  readonly shape: ChartShape;
  /** Values that a logarithmic axis has no place for. */
  readonly leftOut: number;
}

export interface FrameOptions {
  readonly zoom?: Range | null;
  readonly x?: XUnit;
  readonly isLog?: boolean;
}

/** With no more points than this each is marked, so that one sees how few there are. */
const FEW_POINTS = 24;

/** Zero belongs to the chart when it makes the range longer by no more than this share. */
const NEAR_ZERO = 0.3;

/** Bands of more lines than this hide each other. */
const MAX_BANDS = 3;

/** About how many parts a range of values has. */
const VALUE_TICKS = 5;

export function chartFrame(lines: readonly ChartLine[], options: FrameOptions = {}): ChartFrame {
  const { zoom = null, x = 'step', isLog = false } = options;
  // Until the points of another zoom arrive, those of the old one are shown as far as they are in it.
  const shown = lines.map(({ points }) =>
    zoom ? points.filter((point) => point.x >= zoom.from && point.x <= zoom.to) : points,
  );
  const rows = shown.map((points, s) => points.map((point) => lineRow(point, s, isLog)));
  const line = rows.flat();
  const isSmooth = line.some(({ smooth }) => smooth !== null);
  const hasBand =
    !isSmooth && lines.length <= MAX_BANDS && shown.some((points) => points.some(({ count }) => count > 1));
  const raw = valueRange(line, isLog, hasBand);
  const values = isLog ? raw : x === 'seconds' ? withZero(raw) : x === 'clock' ? fromZero(raw) : raw;
  return {
    line,
    dots: rows.flatMap((own) =>
      own.length <= FEW_POINTS && !isSmooth ? own.filter(({ value }) => value !== null) : own.filter(standsAlone),
    ),
    above: edgeRows(shown, 'Infinity'),
    below: edgeRows(shown, '-Infinity'),
    slots: lines.map(({ slot }) => slot),
    xs: zoom ?? xRange(shown, x),
    values: isLog ? niceLogRange(values) : niceRange(values, VALUE_TICKS),
    x,
    shape: {
      hasBand,
      hasGaps: line.some(({ value, low }) => value === null || low === null),
      isSmooth,
      isLog,
      isMany: lines.length > 1,
    },
    leftOut: isLog ? shown.flat().filter(({ value }) => typeof value === 'number' && value <= 0).length : 0,
  };
}

export function xTicks({ xs, x }: Pick<ChartFrame, 'xs' | 'x'>, count: number): Tick[] {
  if (x === 'seconds') return timeTicks(xs, count, 1000);
  if (x === 'milliseconds') return timeTicks(xs, count, 1);
  if (x === 'clock') return clockTicks(xs, count);
  return linearTicks(xs, count, x === 'step' ? 1 : 0);
}

export function valueTicks({ values, shape }: Pick<ChartFrame, 'values' | 'shape'>, count: number): Tick[] {
  return shape.isLog ? logTicks(values, count) : linearTicks(values, count);
}

/** How far a value is from the top, as a share of the height; null for what has no place. */
export function shareFromTop({ values, shape }: Pick<ChartFrame, 'values' | 'shape'>, value: number): number | null {
  const { from, to } = values;
  const share = shape.isLog ? Math.log(to / value) / Math.log(to / from) : (to - value) / (to - from);
  return Number.isFinite(share) ? share : null;
}

/** What the chart leaves out, in words; null where every point is shown. */
export function foldCaption(lines: readonly Pick<ChartLine, 'points' | 'count'>[], x: XUnit = 'step'): string | null {
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  const shown = lines.reduce((sum, line) => sum + line.points.length, 0);
  if (shown === 0 || count <= shown) return null;
  return `1 in ${String(Math.ceil(count / shown))} ${x === 'step' ? 'steps' : 'points'} shown`;
}

function lineRow(point: SeriesPoint, s: number, isLog: boolean): LineRow {
  const placed = (value: number | null) => (value === null || (isLog && value <= 0) ? null : value);
  const value = placed(typeof point.value === 'number' ? point.value : null);
  const low = placed(point.min);
  // On a logarithmic axis the part of a band below zero has no place; the rest begins at the value.
  return {
    x: point.x,
    value,
    low: low ?? (isLog ? value : null),
    high: placed(point.max),
    smooth: placed(point.smooth),
    s,
  };
}

function edgeRows(shown: readonly (readonly SeriesPoint[])[], which: 'Infinity' | '-Infinity'): EdgeRow[] {
  return shown.flatMap((points, s) => points.filter(({ value }) => value === which).map(({ x }) => ({ x, s })));
}

/** A value between two gaps has no line to be seen by. */
function standsAlone(row: LineRow, index: number, rows: readonly LineRow[]): boolean {
  if (row.value === null) return false;
  return (rows[index - 1]?.value ?? null) === null && (rows[index + 1]?.value ?? null) === null;
}

function xRange(shown: readonly (readonly SeriesPoint[])[], x: XUnit): Range {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const points of shown) {
    from = Math.min(from, points[0]?.x ?? from);
    to = Math.max(to, points.at(-1)?.x ?? to);
  }
  if (from > to) return { from: 0, to: 1 };
  if (from < to) return { from, to };
  const margin = x === 'value' ? Math.abs(from) * 0.1 || 1 : 1;
  return { from: from - margin, to: to + margin };
}

function valueRange(line: readonly LineRow[], isLog: boolean, hasBand: boolean): Range {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const { value, low, high, smooth } of line) {
    from = Math.min(from, (hasBand ? low : null) ?? value ?? from, smooth ?? from);
    to = Math.max(to, (hasBand ? high : null) ?? value ?? to, smooth ?? to);
  }
  if (from > to) return isLog ? { from: 1, to: 10 } : { from: 0, to: 1 };
  if (isLog) return from === to ? { from: from / 2, to: to * 2 } : { from, to };
  if (from === to) {
    const margin = from === 0 ? 1 : Math.abs(from) * 0.1;
    return { from: from - margin, to: to + margin };
  }
  if (from > 0 && from <= NEAR_ZERO * to) return { from: 0, to };
  if (to < 0 && to >= NEAR_ZERO * from) return { from, to: 0 };
  return { from, to };
}

/** Of what is counted there is never less than nothing. */
const fromZero = ({ to }: Range): Range => ({ from: 0, to: Math.max(to, 0) || 1 });

/** Of what the machine uses, nothing is the measure. */
const withZero = ({ from, to }: Range): Range => ({ from: Math.min(from, 0), to: Math.max(to, 0) });
