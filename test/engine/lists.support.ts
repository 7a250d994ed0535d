/** A database of runs whose rows are written directly, and its queries as a reader has them. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { openForWriting } from '../../src/engine/store';
import { trackingQueries } from '../../src/engine/tracking';
import { indexAllRuns } from '../../src/engine/tracking/searchRows';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import { type Method, type Params, requests, type Result } from '../../src/protocol/requests';

export interface FakeRun {
  readonly id?: string;
  readonly name?: string;
  readonly experiment?: string;
  readonly parent?: string;
  readonly status?: string;
  readonly startMs?: number;
  readonly endMs?: number | null;
  readonly source?: string;
  readonly branch?: string | null;
  readonly starred?: boolean;
  readonly pinned?: boolean;
  readonly deletedMs?: number;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface ListStore {
  readonly db: Database;
  add(runs: readonly FakeRun[]): void;
  ask<M extends Method & keyof ReturnType<typeof trackingQueries>>(method: M, params: Params<M>): Result<M>;
  dispose(): void;
}

export function listStore(): ListStore {
  const folder = mkdtempSync(join(tmpdir(), 'lw-lists-'));
  const paths = pathsOf(folder);
  mkdirSync(paths.active);
  const db = openForWriting(paths.database);
  const queries = trackingQueries(db, paths);
  const addExperiment = db.prepare('INSERT INTO experiments (name, created_ms) VALUES (?, 0) ON CONFLICT DO NOTHING');
  const addRun = db.prepare(
    `INSERT INTO runs (run_id, experiment_id, parent_run_id, name, status, start_ms, end_ms, kind, source, argv, cwd, user,
       host, branch, starred, pinned, deleted_ms)
     VALUES (?, (SELECT experiment_id FROM experiments WHERE name = ?), ?, ?, ?, ?, ?, 'script', ?, '["x"]', '/', 'ada', 'here',
       ?, ?, ?, ?)`,
  );
  const addParam = db.prepare("INSERT INTO params (run_seq, key, source, value) VALUES (?, ?, 'cli', ?)");
  const addTag = db.prepare('INSERT INTO tags (run_seq, key, value) VALUES (?, ?, ?)');
  const addMetric = db.prepare(
    'INSERT INTO metrics (run_seq, key, count, last, last_step, last_ms, min, max) VALUES (?, ?, 1, ?, 0, 0, NULL, NULL)',
  );
  let count = 0;
  return {
    db,
    add: (runs) => {
      db.transaction(() => {
        for (const run of runs) {
          const { experiment = 'Default', startMs = 1000 + count, endMs = startMs + 10 } = run;
          addExperiment.run(experiment);
          const seq = addRun.run(
            run.id ?? `run-${String(count)}`,
            experiment,
            run.parent ?? null,
            run.name ?? 'train',
            run.status ?? (endMs === null ? 'RUNNING' : 'FINISHED'),
            startMs,
            endMs,
            run.source ?? 'train.py',
            run.branch ?? null,
            run.starred === true ? 1 : 0,
            run.pinned === true ? 1 : 0,
            run.deletedMs ?? null,
          ).lastInsertRowid;
          for (const [key, value] of Object.entries(run.params ?? {})) addParam.run(seq, key, value);
          for (const [key, value] of Object.entries(run.tags ?? {})) addTag.run(seq, key, value);
          for (const [key, value] of Object.entries(run.metrics ?? {}))
            addMetric.run(seq, key, Number.isNaN(value) ? null : value);
          count++;
        }
        indexAllRuns(db);
      })();
    },
    ask: (method, params) => {
      const handler = queries[method] as (params: unknown) => Result<typeof method>;
      return handler(requests[method].params.parse(params));
    },
    dispose: () => {
      db.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
