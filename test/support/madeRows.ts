/** Rows of a made-up store, written by the statements that the tables of the product take. */
import type { Database } from 'better-sqlite3';

export interface MadeRun {
  readonly runId: string;
  readonly experimentId: number;
  readonly parentRunId: string | null;
  readonly name: string;
  readonly status: 'RUNNING' | 'FINISHED' | 'FAILED' | 'KILLED';
  readonly startMs: number;
  readonly endMs: number | null;
  readonly exitCode: number | null;
  readonly source: string;
  readonly argv: readonly string[];
  readonly branch: string | null;
  readonly starred: boolean;
  readonly pinned: boolean;
  readonly note: string;
  readonly cwd: string;
  readonly host: string;
}

/** Step and value, in the order of arrival. */
export type MadePoints = readonly (readonly [step: number, value: number])[];

export class MadeRows {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      experiment: db.prepare('INSERT INTO experiments (name, created_ms) VALUES (?, ?)'),
      run: db.prepare(
        `INSERT INTO runs (run_id, experiment_id, parent_run_id, name, status, start_ms, end_ms, exit_code, signal, reason,
           kind, source, argv, cwd, interpreter, python_version, user, host, starred, pinned, note, branch)
         VALUES (@runId, @experimentId, @parentRunId, @name, @status, @startMs, @endMs, @exitCode, @signal, @reason,
           @kind, @source, @argv, @cwd, @interpreter, '3.12.4', 'ada', @host, @starred, @pinned, @note, @branch)`,
      ),
      param: db.prepare('INSERT INTO params (run_seq, key, source, value) VALUES (?, ?, ?, ?)'),
      tag: db.prepare('INSERT INTO tags (run_seq, key, value) VALUES (?, ?, ?)'),
      artifact: db.prepare(
        'INSERT INTO artifacts (run_seq, path, kind, size_bytes, logged_ms, name, step) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ),
      metric: db.prepare(
        `INSERT INTO metrics (run_seq, key, count, last, last_step, last_ms, min, max) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      point: db.prepare('INSERT INTO points (metric_id, ordinal, step, logged_ms, value) VALUES (?, ?, ?, ?, ?)'),
    };
  }

  addExperiment(name: string, createdMs: number): number {
    return Number(this.statements.experiment.run(name, createdMs).lastInsertRowid);
  }

  /** @returns its number in the tables */
  addRun(run: MadeRun): number {
    return Number(
      this.statements.run.run({
        ...run,
        argv: JSON.stringify(run.argv),
        signal: run.status === 'KILLED' ? 'SIGKILL' : null,
        reason: run.status === 'FAILED' ? 'Exit code 1.' : null,
        kind: 'script',
        interpreter: run.argv[0] ?? null,
        starred: run.starred ? 1 : 0,
        pinned: run.pinned ? 1 : 0,
      }).lastInsertRowid,
    );
  }

  addParams(seq: number, params: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(params)) this.statements.param.run(seq, key, 'argparse', value);
  }

  addTags(seq: number, tags: Readonly<Record<string, string>>): void {
    for (const [key, value] of Object.entries(tags)) this.statements.tag.run(seq, key, value);
  }

  addArtifact(seq: number, path: string, kind: string, sizeBytes: number, loggedMs: number): void {
    this.statements.artifact.run(seq, path, kind, sizeBytes, loggedMs, null, null);
  }

  /** With the summary that the engine would have counted; one second lies between two points. */
  addMetric(seq: number, key: string, points: MadePoints, startMs: number): void {
    let last = Number.NaN;
    let lastStep = Number.MIN_SAFE_INTEGER;
    let lastMs = startMs;
    let min: number | null = null;
    let max: number | null = null;
    for (const [index, [step, value]] of points.entries()) {
      if (step >= lastStep) [last, lastStep, lastMs] = [value, step, startMs + index * 1000];
      if (!Number.isFinite(value)) continue;
      min = min === null ? value : Math.min(min, value);
      max = max === null ? value : Math.max(max, value);
    }
    const { metric, point } = this.statements;
    const { lastInsertRowid: id } = metric.run(seq, key, points.length, orNull(last), lastStep, lastMs, min, max);
    for (const [index, [step, value]] of points.entries())
      point.run(id, index, step, startMs + index * 1000, orNull(value));
  }
}

/** NULL stands for NaN. */
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
