/** Taking over what other tools have tracked: from where, how far it has come, what came of it. */
import * as z from 'zod';
import { ForeignId, ServerAccess } from './servers';

/** `mlflow-database`: MLflow's SQLite file; `mlruns`: its folder of files; `mlflow-server`: its tracking server. */
export const ImportFormat = z.enum(['mlflow-database', 'mlruns', 'mlflow-server']);
export type ImportFormat = z.infer<typeof ImportFormat>;

/** All of a server, or of it some experiments, or some runs with their children. */
export const ServerSource = ServerAccess.extend({
  experimentIds: z.array(ForeignId).min(1).max(1000).optional(),
  runIds: z.array(ForeignId).min(1).max(1000).optional(),
});
export type ServerSource = z.infer<typeof ServerSource>;

export const ImportSource = z.union([z.object({ path: z.string().min(1) }), ServerSource]);
export type ImportSource = z.infer<typeof ImportSource>;

/** Where a run was imported from; null for one that was tracked here. */
export const RunOrigin = z
  .object({
    format: ImportFormat,
    /** The file or folder, or the server's address. */
    source: z.string(),
    /** What it is called there. */
    id: z.string(),
  })
  .nullable()
  .default(null);
export type RunOrigin = z.infer<typeof RunOrigin>;

export const ImportStep = z.enum(['look', 'runs', 'models', 'registry']);
export type ImportStep = z.infer<typeof ImportStep>;

export const ImportState = z.object({
  /** null while nothing is imported. */
  step: ImportStep.nullable(),
  doneRuns: z.number(),
  /** 0 where nobody knows. */
  totalRuns: z.number(),
});
export type ImportState = z.infer<typeof ImportState>;

/** How many problems are told in words; `problemCount` has all of them. */
export const SHOWN_PROBLEMS = 100;

export const ImportResult = z.object({
  format: ImportFormat,
  /** What was read: the file or folder itself, where a folder around it was named; or the server's address. */
  path: z.string(),
  /** `unchanged`: imported before, and nothing came since. */
  runs: z.object({ imported: z.number(), updated: z.number(), unchanged: z.number(), unreadable: z.number() }),
  artifacts: z.object({ count: z.number(), sizeBytes: z.number() }),
  /** Of experiments, logged models and versions of registered models: those that are new or have changed. */
  experiments: z.number(),
  loggedModels: z.number(),
  modelVersions: z.number(),
  /** What could not be read, and what was left where it is. */
  problems: z.array(z.string()),
  problemCount: z.number(),
});
export type ImportResult = z.infer<typeof ImportResult>;
