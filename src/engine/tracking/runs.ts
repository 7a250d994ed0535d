/** The rows of experiments and runs as the writer changes them. */
import type { Database } from 'better-sqlite3';
import { madeMs } from '../../protocol/node/runId';
import type { RunSpec } from '../../protocol/runFolder';
import { deletedWith } from './experimentDeletion';
import { ensureExperiment } from './experimentRows';
import { NoteRows } from './noteRows';
import type { Outcome } from './outcome';
import { ParamRows } from './paramRows';
import { SearchRows } from './searchRows';

export class Runs {
  private readonly statements;
  private readonly ensureExperiment;
  private readonly params: ParamRows;
  private readonly search: SearchRows;
  private readonly notes: NoteRows;

  constructor(private readonly db: Database) {
    this.ensureExperiment = ensureExperiment(db);
    this.params = new ParamRows(db);
    this.search = new SearchRows(db);
    this.notes = new NoteRows(db);
    this.statements = {
      find: db.prepare<[string], { run_seq: number; end_ms: number | null }>(
        'SELECT run_seq, end_ms FROM runs WHERE run_id = ?',
      ),
      addRun: db.prepare(
        `INSERT INTO runs (run_id, experiment_id, parent_run_id, name, status, start_ms, deleted_ms, kind, source, argv, cwd, interpreter, user, host)
         VALUES (@runId, @experimentId, @parentRunId, @name, 'SCHEDULED', @startMs, ${deletedWith('@experimentId', '@begunMs')}, @kind, @source, @argv, @cwd, @interpreter, @user, @host)`,
      ),
      addTag: db.prepare('INSERT OR REPLACE INTO tags (run_seq, key, value) VALUES (?, ?, ?)'),
      setOutcome: db.prepare(
        `UPDATE runs SET status = @status, start_ms = @startMs, end_ms = @endMs, exit_code = @exitCode, signal = @signal, reason = @reason
         WHERE run_seq = @seq`,
      ),
      saidReason: db
        .prepare<[number], string | null>(
          `SELECT value ->> '$' FROM facts WHERE run_seq = ? AND section = 'outcome' AND key = 'reason'`,
        )
        .pluck(),
    };
  }

  /** The run's row, made from what was asked for if it is not there yet. */
  ensure(spec: RunSpec): { seq: number; isNew: boolean; hasEnded: boolean } {
    const known = this.statements.find.get(spec.run_id);
    if (known) return { seq: known.run_seq, isNew: false, hasEnded: known.end_ms !== null };
    return this.db
      .transaction(() => {
        const seq = Number(
          this.statements.addRun.run({
            runId: spec.run_id,
            begunMs: Math.trunc(begunMs(spec)),
            experimentId: this.ensureExperiment(spec.experiment, begunMs(spec)),
            parentRunId: spec.parent_run_id,
            name: spec.name,
            startMs: Math.trunc(spec.created_ms),
            kind: spec.kind,
            source: spec.source,
            argv: JSON.stringify(spec.sweep?.argv ?? spec.argv),
            cwd: spec.cwd,
            interpreter: spec.interpreter,
            user: spec.user,
            host: spec.host,
          }).lastInsertRowid,
        );
        for (const [key, value] of Object.entries(spec.params)) this.params.set(seq, key, 'cli', value);
        for (const [key, value] of Object.entries(spec.tags)) this.statements.addTag.run(seq, key, value);
        this.notes.afterTags(seq, Object.keys(spec.tags));
        // What is imported has all of its words, its name too, in a journal that is taken in next.
        if (spec.origin === null) this.search.update(seq);
        return { seq, isNew: true, hasEnded: false };
      })
      .immediate();
  }

  /** Why the run failed, where a program of ours that carried it out has said so. */
  saidReason(seq: number): string | null {
    return this.statements.saidReason.get(seq) ?? null;
  }

  setOutcome(seq: number, outcome: Outcome): void {
    const ended = 'endMs' in outcome ? outcome : { endMs: null, exitCode: null, signal: null, reason: null };
    this.statements.setOutcome.run({
      seq,
      status: outcome.status,
      startMs: Math.trunc(outcome.startMs),
      endMs: ended.endMs === null ? null : Math.trunc(ended.endMs),
      exitCode: ended.exitCode,
      signal: ended.signal,
      reason: ended.reason,
    });
  }
}

/** By our clock: a client may say any time at which its run began, and the id has the one at which it asked. */
const begunMs = ({ kind, run_id: runId, created_ms: createdMs }: RunSpec): number =>
  (kind === 'client' ? madeMs(runId) : null) ?? createdMs;
