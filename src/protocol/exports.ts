/** Writing runs out into formats that other programs read: what is asked for, how far it has come, what there is then. */
import * as z from 'zod';
import { RunId } from './entities';
import { ServerAccess } from './servers';

export const EXPORT_FORMATS = ['mlflow', 'csv', 'parquet', 'json'] as const;
export const ExportFormat = z.enum(EXPORT_FORMATS);
export type ExportFormat = z.infer<typeof ExportFormat>;

/**
 * The MLflow that shall open the database: `3` holds everything and opens with 3.0 and newer; `2` holds no logged models
 * and opens with 2.9 and newer. MLflow opens no database of a newer form than its own.
 */
export const MlflowMajor = z.enum(['2', '3']);
export type MlflowMajor = z.infer<typeof MlflowMajor>;

export const ExportOrder = z.object({
  /** Absolute: a file, or a folder (without an ending that is known) for files with names of ours. */
  path: z.string().min(1),
  /** What the ending says, where nothing is said here. */
  format: ExportFormat.optional(),
  mlflow: MlflowMajor.default('3'),
  /** Whether the files may be there already. */
  overwrite: z.boolean().default(false),
  /** Only these, with their children. */
  runIds: z.array(RunId).max(10_000).optional(),
  /** Only runs of the top level that meet these, as in `runs/list`, with their children. */
  filter: z.string().optional(),
  search: z.string().optional(),
  /** Deleted ones too. By default a database of MLflow's has them, as deleted, and other formats don't. */
  deleted: z.boolean().optional(),
});
export type ExportOrder = z.infer<typeof ExportOrder>;

export const ExportState = z.object({
  isRunning: z.boolean(),
  /** `runs`: rows are written; `artifacts`: files are copied; `files`: what was written is put together. */
  step: z.enum(['runs', 'artifacts', 'files']).nullable(),
  done: z.number(),
  total: z.number(),
});
export type ExportState = z.infer<typeof ExportState>;

export const ExportResult = z.object({
  format: ExportFormat,
  /** What was written, the file to open first; a folder stands for all that is in it. */
  files: z.array(z.string()).min(1),
  runs: z.number(),
  points: z.number(),
  artifacts: z.number(),
  artifactBytes: z.number(),
  /** What could not be taken along, and why. */
  problems: z.array(z.string()),
});
export type ExportResult = z.infer<typeof ExportResult>;

/** Which runs go to a tracking server; all where nothing is said. */
export const SendOrder = ExportOrder.pick({ runIds: true, filter: true, search: true }).extend({
  server: ServerAccess,
});
export type SendOrder = z.infer<typeof SendOrder>;

export const SendResult = z.object({
  url: z.string(),
  /** `updated`: sent before, and there was something new. */
  runs: z.object({ sent: z.number(), updated: z.number(), unchanged: z.number() }),
  points: z.number(),
  artifacts: z.number(),
  artifactBytes: z.number(),
  /** What could not be taken along, and why. */
  problems: z.array(z.string()),
});
export type SendResult = z.infer<typeof SendResult>;

const ENDINGS: readonly (readonly [RegExp, ExportFormat])[] = [
  [/\.(db|sqlite3?)$/i, 'mlflow'],
  [/\.csv$/i, 'csv'],
  [/\.(parquet|pq)$/i, 'parquet'],
  [/\.json$/i, 'json'],
];

/** What a path's ending says; null for one that is no file of a known format. */
export const formatByEnding = (path: string): ExportFormat | null =>
  ENDINGS.find(([pattern]) => pattern.test(path))?.[1] ?? null;
