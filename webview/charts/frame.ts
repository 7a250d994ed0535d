/** From a metric's points to what a chart draws: rows, marks at the edge, domains and what the caption admits. Pure. */
import { type MetricSeries, type SeriesPoint } from '../../src/protocol/entities';

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A vertex of the line; a null breaks it. `low` and `high` bound what was folded into it. */
export interface LineRow {
  readonly step: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

/** An infinite value, drawn as a mark at the edge. */
export interface EdgeRow {
  readonly step: number;
}

/** What a series runs along: steps as the script counts them, or whole seconds since the run began. */
export type XUnit = 'step' | 'seconds';

/** What differs in the specification itself, not only in the data: a compiled chart is shared by all of a shape. */
export interface ChartShape {
  readonly hasBand: boolean;
  /** Whether a line or a band is broken somewhere. */
  readonly hasGaps: boolean;
  /** A d3-format specifier, or null for the scale's own. */
  readonly stepFormat: string | null;
  readonly x: XUnit;
  readonly valueFormat: string | null;
  /** Pixels for the labels of the values. */
  readonly labelRoom: number;
}

export interface ChartFrame {
  readonly line: readonly LineRow[];
  readonly dots: readonly LineRow[];
  readonly above: readonly EdgeRow[];
  readonly below: readonly EdgeRow[];
  readonly steps: Range;
  readonly values: Range;
  readonly shape: ChartShape;
}

/** With no more points than this each is marked, so that one sees how few there are. */
const FEW_POINTS = 24;

/** Zero belongs to the chart when it makes the range longer by no more than this share. */
const NEAR_ZERO = 0.3;

const LARGE = 100_000;
const HUGE = 1e15;
const SMALL = 0.001;
/** Below this share of its size, a range needs more digits than a short format has. */
const NARROW = 0.01;

export function chartFrame(series: MetricSeries, zoom: Range | null, x: XUnit = 'step'): ChartFrame {
  // Until the points of a new zoom arrive, those of the old one are shown as far as they are in it.
  const points = zoom ? series.points.filter(({ step }) => step >= zoom.from && step <= zoom.to) : series.points;
  const line = points.map(lineRow);
  const steps = stepRange(points, zoom);
  const values = x === 'seconds' ? withZero(valueRange(line)) : valueRange(line);
  return {
    line,
    dots: line.length <= FEW_POINTS ? line.filter((row) => row.value !== null) : line.filter(standsAlone),
    above: edgeRows(points, 'Infinity'),
    below: edgeRows(points, '-Infinity'),
    steps,
    values,
    shape: {
      hasBand: points.some((point) => point.count > 1),
      hasGaps: line.some(({ value, low }) => value === null || low === null),
      x,
      stepFormat: x === 'seconds' ? null : numberFormat(steps, 1_000_000),
      valueFormat: numberFormat(values, LARGE),
      labelRoom: labelRoom(values),
    },
  };
}

/** What the chart leaves out, in words; null where every point is shown. */
export function foldCaption(series: MetricSeries, x: XUnit = 'step'): string | null {
  const shown = series.points.length;
  if (shown === 0 || series.count <= shown) return null;
  return `1 in ${String(Math.ceil(series.count / shown))} ${x === 'seconds' ? 'points' : 'steps'} shown`;
}

function lineRow(point: SeriesPoint): LineRow {
  return {
    step: point.step,
    value: typeof point.value === 'number' ? point.value : null,
    low: point.min,
    high: point.max,
  };
}

function edgeRows(points: readonly SeriesPoint[], which: 'Infinity' | '-Infinity'): EdgeRow[] {
  return points.filter(({ value }) => value === which).map(({ step }) => ({ step }));
}

/** A value between two gaps has no line to be seen by. */
function standsAlone(row: LineRow, index: number, rows: readonly LineRow[]): boolean {
  if (row.value === null) return false;
  return (rows[index - 1]?.value ?? null) === null && (rows[index + 1]?.value ?? null) === null;
}

function stepRange(points: readonly SeriesPoint[], zoom: Range | null): Range {
  if (zoom) return zoom;
  const from = points[0]?.step ?? 0;
  const to = points.at(-1)?.step ?? 1;
  return from === to ? { from: from - 1, to: to + 1 } : { from, to };
}

function valueRange(line: readonly LineRow[]): Range {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const row of line) {
    from = Math.min(from, row.low ?? row.value ?? from);
    to = Math.max(to, row.high ?? row.value ?? to);
  }
  if (from > to) return { from: 0, to: 1 };
  if (from === to) {
    const margin = from === 0 ? 1 : Math.abs(from) * 0.1;
    return { from: from - margin, to: to + margin };
  }
  if (from > 0 && from <= NEAR_ZERO * to) return { from: 0, to };
  if (to < 0 && to >= NEAR_ZERO * from) return { from, to: 0 };
  return { from, to };
}

/** Of what the machine uses, nothing is the measure. */
const withZero = ({ from, to }: Range): Range => ({ from: Math.min(from, 0), to: Math.max(to, 0) });

function numberFormat({ from, to }: Range, large: number): string | null {
  const size = Math.max(Math.abs(from), Math.abs(to));
  if (size >= SMALL && size < large) return null;
  const isNarrow = to - from < NARROW * size;
  if (size < SMALL || size >= HUGE) return isNarrow ? '.5~g' : '.3~g';
  return isNarrow ? null : '.3~s';
}

/** A few widths only, so that charts line up. */
const LABEL_ROOMS = [56, 88, 120] as const;
const PIXELS_PER_DIGIT = 8;
const TICKS = 4;

/** Short formats always fit; written out, a narrow range far from zero needs many digits. */
function labelRoom(values: Range): number {
  if (numberFormat(values, LARGE) !== null) return LABEL_ROOMS[0];
  const size = Math.max(Math.abs(values.from), Math.abs(values.to));
  const whole = Math.max(1, Math.floor(Math.log10(size || 1)) + 1);
  const fraction = Math.max(0, -Math.floor(Math.log10((values.to - values.from) / TICKS)));
  const digits =
    whole + Math.floor((whole - 1) / 3) / 2 + (fraction > 0 ? fraction + 0.5 : 0) + (values.from < 0 ? 0.5 : 0);
  return LABEL_ROOMS.find((room) => digits * PIXELS_PER_DIGIT <= room - 8) ?? LABEL_ROOMS[2];
}
