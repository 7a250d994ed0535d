/**
 * The nouns that cross process boundaries. One schema gives the type and the check; what has passed it is
 * trusted afterwards. Times are Unix milliseconds, sizes bytes.
 */
import * as z from 'zod';
import { RunOrigin } from './imports';
import { CellError, Execution } from './notebooks';

export const RunId = z.string().regex(/^[a-zA-Z0-9][\w-]{0,255}$/);

/** Of a logged model, in MLflow's form. */
export const ModelId = z.string().regex(/^m-[0-9a-f]{32}$/);

/** MLflow's words for the state of a run. */
export const RunStatus = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);
export type RunStatus = z.infer<typeof RunStatus>;

/**
 * A number as JSON can carry it: JSON has no NaN and no infinities, metrics do. The names are those that MLflow's
 * protocol uses.
 */
export const WireNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
export type WireNumber = z.infer<typeof WireNumber>;

export function toWireNumber(value: number): WireNumber {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
}

export function fromWireNumber(value: WireNumber): number {
  return typeof value === 'number' ? value : Number(value);
}

export const Experiment = z.object({
  experimentId: z.number().int(),
  name: z.string(),
  runCount: z.number().int(),
  runningCount: z.number().int(),
  lastStartMs: z.number().nullable(),
});
export type Experiment = z.infer<typeof Experiment>;

/** A run that goes on has no end; one that is over has one. */
export const RunTiming = z.discriminatedUnion('status', [
  z.object({ status: z.enum(['RUNNING', 'SCHEDULED']), startMs: z.number(), endMs: z.null() }),
  z.object({ status: z.enum(['FINISHED', 'FAILED', 'KILLED']), startMs: z.number(), endMs: z.number() }),
]);
export type RunTiming = z.infer<typeof RunTiming>;

/**
 * What was asked for. A `notebook` is run from its first cell to its last by a program of ours; of a `followed` one we
 * have no process: it is executed in an editor, which tells of it. A `client` run was begun by a program that logs to the
 * store as a tracking server; its state is what that program says.
 */
export const RunKind = z.enum(['script', 'module', 'command', 'notebook', 'followed', 'client']);
export type RunKind = z.infer<typeof RunKind>;

export const Headline = z.object({ key: z.string(), value: WireNumber });
export type Headline = z.infer<typeof Headline>;

/** The cell at which a notebook that was run whole did not go on. */
export const StoppedAt = Execution.pick({ ordinal: true, cellId: true, cellIndex: true, state: true }).extend({
  /** The beginning of its message. */
  error: CellError.omit({ traceback: true }).nullable(),
});
export type StoppedAt = z.infer<typeof StoppedAt>;

/** What a row of the tree needs. */
export const RunRow = z.object({
  runId: RunId,
  experimentId: z.number().int(),
  experiment: z.string(),
  parentRunId: RunId.nullable(),
  childCount: z.number().int(),
  name: z.string(),
  kind: RunKind,
  timing: RunTiming,
  exitCode: z.number().int().nullable(),
  signal: z.string().nullable(),
  /** Why a run did not finish, in a sentence; null where there is nothing to say. */
  reason: z.string().nullable(),
  /** Of a notebook that failed or was stopped in one of its cells; null for every other run. */
  stoppedAt: StoppedAt.nullable(),
  headline: Headline.nullable(),
  /** Found again easily. */
  starred: z.boolean(),
  /** On top of its list. */
  pinned: z.boolean(),
  deleted: z.boolean(),
  /** One for each column that was asked for, in their order; a metric's last value. */
  values: z.array(z.union([WireNumber, z.string()]).nullable()),
});
export type RunRow = z.infer<typeof RunRow>;

/**
 * Where a parameter's value comes from; the later in this list wins when a run has several. `library`: read from the
 * objects of a library that the script uses; `client`: logged by a tracking client such as MLflow's.
 */
export const PARAM_SOURCES = ['library', 'argparse', 'cli', 'api', 'client'] as const;
export const ParamSource = z.enum(PARAM_SOURCES);
export type ParamSource = z.infer<typeof ParamSource>;

export const Param = z.object({
  key: z.string(),
  value: z.string(),
  source: ParamSource,
  /** What was captured of it, where a tracking client has logged another value. */
  other: z.object({ value: z.string(), source: ParamSource }).optional(),
});
export type Param = z.infer<typeof Param>;

export const Tag = z.object({ key: z.string(), value: z.string() });
export type Tag = z.infer<typeof Tag>;

/** A metric in one line. `last` is the value of the highest step, the latest written where steps repeat. */
export const MetricSummary = z.object({
  key: z.string(),
  count: z.number().int(),
  last: WireNumber,
  /** Over finite values; null where there is none. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number(),
  timestampMs: z.number(),
});
export type MetricSummary = z.infer<typeof MetricSummary>;

/** `chart`: JSON that the run page draws, see `logged.ts`. */
export const ArtifactKind = z.enum(['file', 'directory', 'figure', 'model', 'chart']);

export const Artifact = z.object({
  path: z.string(),
  kind: ArtifactKind,
  sizeBytes: z.number(),
  /** Of a figure or chart: those of one name and several steps are one, seen at each of them. */
  name: z.string().nullable().default(null),
  step: z.number().int().nullable().default(null),
});
export type Artifact = z.infer<typeof Artifact>;

/** Something the run page says about how the run was tracked. */
export const Note = z.object({ level: z.enum(['info', 'warning']), text: z.string(), timestampMs: z.number() });
export type Note = z.infer<typeof Note>;

/** How the run was started and where. */
export const Provenance = z.object({
  kind: RunKind,
  source: z.string(),
  argv: z.array(z.string()),
  cwd: z.string(),
  interpreter: z.string().nullable(),
  pythonVersion: z.string().nullable(),
  user: z.string(),
  /** Empty for a run that was imported. */
  host: z.string(),
  origin: RunOrigin,
});
export type Provenance = z.infer<typeof Provenance>;

/** Along what a metric is drawn: another metric of the run is taken at the same step, and points without it are left out. */
export const SeriesAxis = z.discriminatedUnion('by', [
  z.object({ by: z.literal('step') }),
  /** Milliseconds since the start of the run. */
  z.object({ by: z.literal('time') }),
  z.object({ by: z.literal('metric'), key: z.string() }),
]);
export type SeriesAxis = z.infer<typeof SeriesAxis>;

/**
 * Several points of a metric folded into one, or a single point. `value` is the last one of the bucket, `min` and `max`
 * bound the finite ones.
 */
export const SeriesPoint = z.object({
  /** On the axis that was asked for. */
  x: z.number(),
  step: z.number(),
  timestampMs: z.number(),
  value: WireNumber,
  min: z.number().nullable(),
  max: z.number().nullable(),
  count: z.number().int(),
  /** The exponential moving average at `value`, of all points before it; null where none is asked for. */
  smooth: z.number().nullable(),
});
export type SeriesPoint = z.infer<typeof SeriesPoint>;

export const MetricSeries = z.object({
  key: z.string(),
  points: z.array(SeriesPoint),
  /** How many logged points `points` stands for. */
  count: z.number().int(),
});
export type MetricSeries = z.infer<typeof MetricSeries>;

/** What is known about the store, or why it can't be used. */
export const StoreState = z.discriminatedUnion('state', [
  z.object({ state: z.literal('ready'), path: z.string(), adopted: z.boolean() }),
  z.object({ state: z.literal('readonly'), path: z.string(), adopted: z.boolean(), reason: z.string() }),
  z.object({ state: z.literal('unusable'), path: z.string(), code: z.string(), reason: z.string() }),
]);
export type StoreState = z.infer<typeof StoreState>;
