/** Rows of a made-up store. What a journal can say is written by the product's own part for that. */
import type { Database } from 'better-sqlite3';
import { emptyBatch } from '../../src/engine/tracking/batch';
import { Ingest } from '../../src/engine/tracking/ingest';

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

export interface MadeContent {
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly metrics?: Readonly<Record<string, MadePoints>>;
  readonly artifacts?: readonly {
    readonly path: string;
    readonly kind: 'file' | 'model';
    readonly sizeBytes: number;
  }[];
}

export class MadeRows {
  private readonly addExperimentRow;
  private readonly addRunRow;
  private readonly ingest: Ingest;

  constructor(db: Database) {
    this.ingest = new Ingest(db);
    this.addExperimentRow = db.prepare('INSERT INTO experiments (name, created_ms) VALUES (?, ?)');
    this.addRunRow = db.prepare(
      `INSERT INTO runs (run_id, experiment_id, parent_run_id, name, status, start_ms, end_ms, exit_code, signal, reason,
         kind, source, argv, cwd, interpreter, python_version, user, host, starred, pinned, note, branch)
       VALUES (@runId, @experimentId, @parentRunId, @name, @status, @startMs, @endMs, @exitCode, @signal, @reason,
         'script', @source, @argv, @cwd, @interpreter, '3.12.4', 'ada', @host, @starred, @pinned, @note, @branch)`,
    );
  }

  addExperiment(name: string, createdMs: number): number {
    return Number(this.addExperimentRow.run(name, createdMs).lastInsertRowid);
  }

  /** @returns its number in the tables */
  addRun(run: MadeRun): number {
    return Number(
      this.addRunRow.run({
        ...run,
        argv: JSON.stringify(run.argv),
        signal: run.status === 'KILLED' ? 'SIGKILL' : null,
        reason: run.status === 'FAILED' ? 'Exit code 1.' : null,
        interpreter: run.argv[0] ?? null,
        starred: run.starred ? 1 : 0,
        pinned: run.pinned ? 1 : 0,
      }).lastInsertRowid,
    );
  }

  /** One second lies between two points. */
  add(seq: number, startMs: number, { params = {}, tags = {}, metrics = {}, artifacts = [] }: MadeContent): void {
    const batch = emptyBatch();
    for (const [key, value] of Object.entries(params)) batch.params.push({ key, value, source: 'argparse' });
    for (const [key, value] of Object.entries(tags)) batch.tags.push({ key, value });
    for (const artifact of artifacts)
      batch.artifacts.push({ ...artifact, timestampMs: startMs, name: null, step: null });
    for (const [key, points] of Object.entries(metrics)) {
      const logged = points.map(([step, value], index) => ({ step, value, timestampMs: startMs + index * 1000 }));
      batch.points.set(key, logged);
    }
    this.ingest.add(seq, batch);
    this.ingest.forget(seq);
  }
}
