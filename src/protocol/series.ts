/**
 * The points of a metric on their way to a chart: columns, in a text of their own. Whoever only passes them on, as the
 * extension host does, checks one string instead of thousands of numbers; the chart's page checks all of it.
 */
import * as z from 'zod';
import { MetricSeries, type SeriesPoint, WireNumber } from './entities';

const Numbers = z.array(z.number());
const Bounds = z.array(z.number().nullable());

/** All of one length. A column that says nothing new is left out. */
const Columns = z.object({
  step: Numbers,
  timestampMs: Numbers,
  value: z.array(WireNumber),
  /** Left out where it is `step`. */
  x: Numbers.optional(),
  /** Left out, with the bounds, where nothing was folded. */
  count: Numbers.optional(),
  min: Bounds.optional(),
  max: Bounds.optional(),
  /** Left out where there are no averages. */
  smooth: Bounds.optional(),
});
type Columns = z.infer<typeof Columns>;

export const PackedSeries = MetricSeries.extend({ points: z.string() });
export type PackedSeries = z.infer<typeof PackedSeries>;

/** The same with its points, for whoever draws them. */
export const UnpackedSeries = PackedSeries.extend({
  points: z.string().transform((text, context) => {
    const columns = columnsIn(text);
    if (columns) return pointsOf(columns);
    context.addIssue('These are no points of a metric.');
    return z.NEVER;
  }),
});

export function packSeries({ points, ...series }: MetricSeries): PackedSeries {
  const column = <K extends keyof SeriesPoint>(name: K) => points.map((point) => point[name]);
  const columns: Columns = {
    step: column('step'),
    timestampMs: column('timestampMs'),
    value: column('value'),
    ...(points.some(({ x, step }) => x !== step) ? { x: column('x') } : {}),
    ...(points.some(({ count }) => count !== 1)
      ? { count: column('count'), min: column('min'), max: column('max') }
      : {}),
    ...(points.some(({ smooth }) => smooth !== null) ? { smooth: column('smooth') } : {}),
  };
  return { ...series, points: JSON.stringify(columns) };
}

function columnsIn(text: string): Columns | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const { data } = Columns.safeParse(raw);
  const isEven =
    data && Object.values(data).every((column) => column === undefined || column.length === data.step.length);
  return isEven ? data : null;
}

function pointsOf({ step, timestampMs, value, x, count, min, max, smooth }: Columns): SeriesPoint[] {
  return value.map((one, at) => {
    const alone = typeof one === 'number' ? one : null;
    return {
      x: (x ?? step)[at] ?? 0,
      step: step[at] ?? 0,
      timestampMs: timestampMs[at] ?? 0,
      value: one,
      min: min ? (min[at] ?? null) : alone,
      max: max ? (max[at] ?? null) : alone,
      count: count?.[at] ?? 1,
      smooth: smooth?.[at] ?? null,
    };
  });
}
