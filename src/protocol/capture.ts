/**
 * What a run knows beyond what its script says: files, code, environment, models. The facts of a section are kept key
 * by key as they were recorded; the schemas here say what a reader may rely on, and let everything else through.
 */
import * as z from 'zod';

/** What is captured by itself; each can be switched off (`--capture`, setting `loopwright.capture`). */
export const CAPTURE_KINDS = ['code', 'data', 'environment', 'system', 'libraries', 'models', 'figures'] as const;
export const CaptureKind = z.enum(CAPTURE_KINDS);
export type CaptureKind = z.infer<typeof CaptureKind>;

export const CaptureOptions = z.object({
  kinds: z.array(CaptureKind),
  /** A fitted model above this is not kept. */
  modelLimitBytes: z.number().int().min(0),
  /** An input up to this size is kept in the store's cache, a larger one only by its digest. */
  pinLimitBytes: z.number().int().min(0),
});
export type CaptureOptions = z.infer<typeof CaptureOptions>;

export const DEFAULT_CAPTURE: CaptureOptions = {
  kinds: [...CAPTURE_KINDS],
  modelLimitBytes: 100_000_000,
  pinLimitBytes: 10_000_000,
};

/**
 * Work that goes on beside or after the script; a run is complete when all of it is done or has failed. `codeCheck` holds
 * the sources that were loaded against the snapshot that `code` has made.
 */
export const WORK_KINDS = ['code', 'codeCheck', 'data', 'environment', 'models'] as const;
export const WorkKind = z.enum(WORK_KINDS);
export type WorkKind = z.infer<typeof WorkKind>;

export const Work = z.object({
  kind: WorkKind,
  state: z.enum(['done', 'failed']),
  atMs: z.number(),
  /** Why it failed. */
  reason: z.string().nullable(),
});
export type Work = z.infer<typeof Work>;

/** A column of a table as its reader named the type (DuckDB's names). */
export const Column = z.object({ name: z.string(), type: z.string() });
export type Column = z.infer<typeof Column>;

/** A file, a folder of many files, or something remote that a run read (`in`) or wrote (`out`). */
export const LineageFile = z.object({
  /** Absolute, or a URI without credentials. */
  path: z.string(),
  direction: z.enum(['in', 'out']),
  kind: z.enum(['file', 'folder', 'remote']),
  /** How it was observed: `audit`, `pyarrow`, `inotify`, `scan`, …; several ways may have seen the same file. */
  via: z.array(z.string()),
  firstMs: z.number(),
  sizeBytes: z.number().nullable(),
  /** How many files a folder holds. */
  fileCount: z.number().nullable(),
  /** MD5 of the whole content, for a folder that of DVC's listing with `.dir` behind it; null while it is not known. */
  md5: z.string().nullable(),
  rowCount: z.number().nullable(),
  columns: z.array(Column).nullable(),
  /** Whether the content is in the store's cache. */
  pinned: z.boolean(),
  /** Why there is no digest, or why a part of what should be known or kept is missing. */
  problem: z.string().nullable(),
});
export type LineageFile = z.infer<typeof LineageFile>;

/** Sections of facts. */
export const FACT_SECTIONS = [
  'code',
  'environment',
  'packages',
  'hardware',
  'seeds',
  'models',
  'lineage',
  'notebook',
  'sweep',
  'outcome',
  'origin',
] as const;
export const FactSection = z.enum(FACT_SECTIONS);
export type FactSection = z.infer<typeof FactSection>;

/** A file of a snapshot that the user's commit has otherwise, or not at all. */
export const ChangedFile = z.object({
  path: z.string(),
  status: z.enum(['added', 'modified', 'deleted', 'untracked']),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** The exact code: a snapshot in the store's own repository, and where it stood in the user's. */
export const CodeFacts = z.looseObject({
  /** The folder that the snapshot is of. */
  root: z.string(),
  /** Commit and tree in `code.git`. Runs with the same tree ran the same code. */
  snapshot: z.string().optional(),
  tree: z.string().optional(),
  /** The user's repository; null where there is none. */
  repository: z
    .object({
      root: z.string(),
      commit: z.string().nullable(),
      /** The commit's tree at the root of the run. */
      tree: z.string().nullable().default(null),
      branch: z.string().nullable(),
      /** Without credentials. */
      remote: z.string().nullable(),
      /** `rebase`, `merge`, `cherry-pick`, `bisect`, … where one is under way. */
      operation: z.string().nullable(),
      submodules: z.array(z.object({ path: z.string(), commit: z.string().nullable(), dirty: z.boolean() })),
    })
    .nullable()
    .optional(),
  /** Files of the snapshot that differ from the commit, the first 2,000 of `changedCount`. */
  changed: z.array(ChangedFile).optional(),
  changedCount: z.number().optional(),
  /** What was left out and why, the first 200 of `leftOutCount`. */
  leftOut: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
  leftOutCount: z.number().optional(),
  fileCount: z.number().optional(),
  sizeBytes: z.number().optional(),
  /** Sources that the script loaded in another form than the snapshot has them. */
  differs: z.array(z.object({ path: z.string(), reason: z.string() })).optional(),
});
export type CodeFacts = z.infer<typeof CodeFacts>;

export const EnvironmentFacts = z.looseObject({
  python: z.string().optional(),
  implementation: z.string().optional(),
  executable: z.string().optional(),
  prefix: z.string().optional(),
  os: z.string().optional(),
  variables: z.record(z.string(), z.string()).optional(),
  lockFiles: z.array(z.object({ path: z.string(), md5: z.string() })).optional(),
  blas: z.array(z.looseObject({ name: z.string(), threads: z.number().nullable() })).optional(),
});
export type EnvironmentFacts = z.infer<typeof EnvironmentFacts>;

/** A value of the section `packages`, under the package's name. */
export const Package = z.looseObject({
  version: z.string(),
  /** Whether the script imported it. */
  imported: z.boolean(),
  /** Where an editable or VCS install came from. */
  origin: z.string().nullable(),
});
export type Package = z.infer<typeof Package>;

/** Of a run that starts others for each combination of values. */
export const SweepFacts = z.looseObject({
  /** How many there are to be. */
  runs: z.number().int().optional(),
  finished: z.number().int().optional(),
  failed: z.number().int().optional(),
  stopped: z.number().int().optional(),
  /** The best so far by `bestBy`, one of its metrics; null where none has a metric that is known to be a score. */
  best: z.string().nullable().optional(),
  bestBy: z.string().nullable().optional(),
});
export type SweepFacts = z.infer<typeof SweepFacts>;

/** What a program of ours says of the run that it carried out. */
export const OutcomeFacts = z.looseObject({
  /** Why it failed, in a sentence; it stands in place of the exit code. */
  reason: z.string().optional(),
});
export type OutcomeFacts = z.infer<typeof OutcomeFacts>;
