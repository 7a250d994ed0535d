/**
 * What a script logs to be drawn natively, as the JSON of an artifact of kind `chart`: `loopwright.table`,
 * `loopwright.confusion_matrix`, `loopwright.roc_curve`, `loopwright.pr_curve`.
 */
import * as z from 'zod';
import { WireNumber } from './entities';

const Cell = z.union([z.string(), WireNumber, z.boolean(), z.null()]);

export const LoggedTable = z.object({
  type: z.literal('table'),
  columns: z.array(z.string()),
  /** As many cells as there are columns. */
  rows: z.array(z.array(Cell)),
  /** Of the whole table; `rows` may be its beginning. */
  rowCount: z.number().int(),
});

export const LoggedConfusionMatrix = z.object({
  type: z.literal('confusion_matrix'),
  labels: z.array(z.string()),
  /** Row: true class; column: predicted class; counts or weights. */
  matrix: z.array(z.array(z.number())),
});

/** One curve for each class, or one. Points are thinned to what a chart can show. */
const Curve = z.object({
  label: z.string(),
  x: z.array(z.number()),
  y: z.array(z.number()),
  thresholds: z.array(WireNumber).optional(),
  /** Area below it, by the trapezoidal rule; average precision for precision and recall. */
  area: z.number().nullable(),
});

export const LoggedCurves = z.object({
  /** `roc`: false positive rate → true positive rate; `pr`: recall → precision. */
  type: z.enum(['roc', 'pr']),
  curves: z.array(Curve),
  /** Of precision and recall: the share of positives, which is what guessing reaches. */
  baseline: z.number().nullable(),
});

export const LoggedChart = z.discriminatedUnion('type', [LoggedTable, LoggedConfusionMatrix, LoggedCurves]);
export type LoggedChart = z.infer<typeof LoggedChart>;
export type LoggedTable = z.infer<typeof LoggedTable>;
export type LoggedConfusionMatrix = z.infer<typeof LoggedConfusionMatrix>;
export type LoggedCurves = z.infer<typeof LoggedCurves>;

/** A larger file is offered for opening instead. */
export const MAX_LOGGED_BYTES = 1024 * 1024;
