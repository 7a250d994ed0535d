/** Runs as they stay or go: a run with all runs below it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { PINNED_TAG } from '../../protocol/house';
import type { StorePaths } from '../../protocol/node/storeFolder';

export interface StoredRun {
  readonly seq: number;
  readonly runId: string;
  readonly parentRunId: string | null;
  readonly experiment: string;
  readonly name: string;
  readonly startMs: number;
  readonly endMs: number | null;
  readonly deletedMs: number | null;
  readonly isPinned: boolean;
}

export interface Unit {
  /** The run that the others are below. */
  readonly top: StoredRun;
  /** All of them, `top` as the first. */
  readonly runs: readonly StoredRun[];
  /** Why they have to stay, whatever the rules say. */
  readonly mustStay: 'running' | 'pinned' | 'registered' | null;
  /** When the last of them ended. */
  readonly lastMs: number;
}

export function readRuns(db: Database): StoredRun[] {
  return db
    .prepare<[string], Omit<StoredRun, 'isPinned'> & { isPinned: number }>(
      `SELECT run_seq AS seq, run_id AS runId, parent_run_id AS parentRunId, e.name AS experiment, r.name,
         start_ms AS startMs, end_ms AS endMs, r.deleted_ms AS deletedMs,
         EXISTS (SELECT 1 FROM tags t WHERE t.run_seq = r.run_seq AND t.key = ? AND t.edited <> 2
           AND lower(t.value) <> 'false') AS isPinned
       FROM runs r JOIN experiments e USING (experiment_id)`,
    )
    .all(PINNED_TAG)
    .map((run) => ({ ...run, isPinned: run.isPinned === 1 }));
}

const RUN_IN_PLACE = /^runs\/([^/]+)\//;
/** Where a version's source names the run in whose folder its files are. */
const RUN_IN_SOURCE = /^(?:runs:\/+|mlflow-artifacts:\/+(?:[^/]+\/+)?\d+\/)([\w-]+)\//;

/**
 * Runs that a registered model version came from whose files are not kept apart (yet): they may be the run's. Any other
 * version stands by itself.
 */
export function readRegistered(db: Database): ReadonlySet<string> {
  const versions = db
    .prepare<[], { runId: string | null; source: string; filesFrom: string | null }>(
      `SELECT run_id AS runId, source, files_from AS filesFrom FROM model_versions v JOIN registered_models m USING (name)
       WHERE v.digest IS NULL AND v.deleted_ms IS NULL AND m.deleted_ms IS NULL`,
    )
    .all();
  return new Set(
    versions.flatMap(({ runId, source, filesFrom }) =>
      [runId, RUN_IN_SOURCE.exec(source)?.[1], RUN_IN_PLACE.exec(filesFrom ?? '')?.[1]].filter(
        (id) => typeof id === 'string',
      ),
    ),
  );
}

/** Whether the run may still produce records. */
export const isFollowed = (paths: StorePaths, runId: string): boolean => existsSync(join(paths.active, runId));

/**
 * Pure. A deleted run below one that is not is a unit of its own; runs that are their own ancestors are in none.
 *
 * @param isActive whether a run may still produce records
 */
export function unitsOf(
  runs: readonly StoredRun[],
  registered: ReadonlySet<string>,
  isActive: (runId: string) => boolean,
): Unit[] {
  const known = new Map(runs.map((run) => [run.runId, run]));
  const children = new Map<string, StoredRun[]>();
  const tops: StoredRun[] = [];
  for (const run of runs) {
    const parent = run.parentRunId === null ? undefined : known.get(run.parentRunId);
    const isApart = parent?.deletedMs === null && run.deletedMs !== null;
    if (!parent || isApart) {
      tops.push(run);
      continue;
    }
    const siblings = children.get(parent.runId);
    if (siblings) siblings.push(run);
    else children.set(parent.runId, [run]);
  }
  return tops.map((top) => {
    const all = [top];
    for (const run of all) all.push(...(children.get(run.runId) ?? [])); // grows while it is walked: level by level
    const mustStay = all.some((run) => run.endMs === null || isActive(run.runId))
      ? 'running'
      : all.some((run) => run.isPinned)
        ? 'pinned'
        : all.some((run) => registered.has(run.runId))
          ? 'registered'
          : null;
    return { top, runs: all, mustStay, lastMs: Math.max(...all.map((run) => run.endMs ?? run.startMs)) };
  });
}
