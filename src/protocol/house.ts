/** What a store may be freed of: by which rules, what that would be, and how far it has come. */
import * as z from 'zod';
import { RunId } from './entities';

const DAY_MS = 24 * 3600 * 1000;

/** Runs with this tag (and any value but `false`) are never removed. */
export const PINNED_TAG = 'loopwright.pinned';
/** Runs that ended later are kept unless `includeRecent`. */
export const RECENT_MS = DAY_MS;
export const DEFAULT_DELETED_OLDER_THAN_MS = 30 * DAY_MS;

/** Rules are joined by OR. With none, only deleted runs are removed. A run and its children stay or go together. */
export const Retention = z.object({
  /** Runs that ended so long ago. */
  olderThanMs: z.number().min(0).optional(),
  /** All but the newest of each experiment. */
  keepPerExperiment: z.number().int().min(0).optional(),
  /** The oldest, until the store takes no more than this. */
  maxSizeBytes: z.number().min(0).optional(),
  /** Runs that were deleted so long ago. */
  deletedOlderThanMs: z.number().min(0).default(DEFAULT_DELETED_OLDER_THAN_MS),
  /** The other rules also take runs that ended within the last day. */
  includeRecent: z.boolean().default(false),
});
export type Retention = z.infer<typeof Retention>;

/** Two sets of rules are one where they take the same. */
export const isSameRetention = (left: z.input<typeof Retention>, right: z.input<typeof Retention>): boolean => {
  const [a, b] = [Retention.parse(left), Retention.parse(right)];
  return (
    a.olderThanMs === b.olderThanMs &&
    a.keepPerExperiment === b.keepPerExperiment &&
    a.maxSizeBytes === b.maxSizeBytes &&
    a.deletedOlderThanMs === b.deletedOlderThanMs &&
    a.includeRecent === b.includeRecent
  );
};

/** Once and for all removed. */
export const Removal = z.object({
  atMs: z.number(),
  /** `retention`: the engine by itself, by the rules that were confirmed. */
  by: z.enum(['user', 'retention']),
  runs: z.number(),
  sizeBytes: z.number(),
  problems: z.number(),
});
export type Removal = z.infer<typeof Removal>;

/** What this user has confirmed for a store on this machine, and what was removed from it. */
export const RetentionState = z.object({
  /** These are applied without a question, at most once a day; null for none. */
  rules: Retention.nullable(),
  /** When they were last. */
  appliedMs: z.number().nullable(),
  /** The newest first. */
  history: z.array(Removal),
});
export type RetentionState = z.infer<typeof RetentionState>;

/** `interrupted`: an earlier removal was cut off; it is brought to its end. */
export const RemovalReason = z.enum(['deleted', 'age', 'count', 'size', 'interrupted']);
export type RemovalReason = z.infer<typeof RemovalReason>;

/** Why a run stays though a rule would take it. */
export const KeepReason = z.enum(['running', 'pinned', 'registered', 'recent']);
export type KeepReason = z.infer<typeof KeepReason>;

export const GcPart = z.object({
  part: z.enum(['runs', 'models', 'data', 'code', 'database', 'other']),
  /** Of runs, files of registered versions, kept inputs, snapshots, points of metrics, things left over. */
  count: z.number(),
  /** Null where that shows when it is done. */
  sizeBytes: z.number().nullable(),
});
export type GcPart = z.infer<typeof GcPart>;

export const GcPlan = z.object({
  /** Stands for exactly this plan: what is done is what was shown. */
  planId: z.string(),
  parts: z.array(GcPart),
  totalBytes: z.number(),
  /** What the store takes now. */
  storeBytes: z.number(),
  reasons: z.array(z.object({ reason: RemovalReason, count: z.number() })),
  kept: z.array(z.object({ reason: KeepReason, count: z.number() })),
  /** The first of the runs, without their children; `runCount` has all of them. */
  runs: z.array(
    z.object({
      runId: RunId,
      name: z.string(),
      experiment: z.string(),
      startMs: z.number(),
      sizeBytes: z.number(),
      reason: RemovalReason,
    }),
  ),
  runCount: z.number(),
  /** What can't be looked at. */
  problems: z.array(z.string()),
});
export type GcPlan = z.infer<typeof GcPlan>;

export const GcResult = z.object({
  parts: z.array(GcPart),
  totalBytes: z.number(),
  /** What could not be removed, and why. */
  problems: z.array(z.string()),
});
export type GcResult = z.infer<typeof GcResult>;

export const GcState = z.object({
  isRunning: z.boolean(),
  step: z.enum(['plan', 'runs', 'models', 'data', 'code', 'database']).nullable(),
  doneRuns: z.number(),
  totalRuns: z.number(),
});
export type GcState = z.infer<typeof GcState>;
