/** What a tracking client says of a run, as rows. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import type { RunStatus } from '../../protocol/entities';
import type { Batch } from './batch';
import { moveToExperiment } from './experimentDeletion';
import { ensureExperiment } from './experimentRows';

/** The tag of MLflow that says for what a data set was used: `train`, `eval`, … */
const CONTEXT_TAG = 'mlflow.data.context';

const IS_OVER: Readonly<Record<RunStatus, boolean>> = {
  RUNNING: false,
  SCHEDULED: false,
  FINISHED: true,
  FAILED: true,
  KILLED: true,
};

interface Known {
  readonly kind: string;
  readonly status: RunStatus;
  readonly told_status: RunStatus | null;
  readonly told_end_ms: number | null;
  readonly start_ms: number;
}

export class ToldRows {
  private readonly statements;
  private readonly ensureExperiment;
  private readonly moveTo;

  constructor(db: Database) {
    this.ensureExperiment = ensureExperiment(db);
    this.moveTo = moveToExperiment(db);
    this.statements = {
      find: db.prepare<[number], Known>(
        'SELECT kind, status, told_status, told_end_ms, start_ms FROM runs WHERE run_seq = ?',
      ),
      setTold: db.prepare(
        `UPDATE runs SET told_status = coalesce(@status, told_status, 'RUNNING'),
           told_start_ms = coalesce(@startMs, told_start_ms), told_end_ms = @endMs WHERE run_seq = @seq`,
      ),
      // Its state is what the client says.
      setState: db.prepare(
        `UPDATE runs SET status = told_status, start_ms = coalesce(told_start_ms, start_ms), end_ms = @endMs, reason = NULL
         WHERE run_seq = @seq`,
      ),
      setName: db.prepare('UPDATE runs SET name = ? WHERE run_seq = ?'),
      setDataset: db.prepare(
        `INSERT INTO dataset_inputs (run_seq, name, digest, context, source_type, source, schema, profile, tags)
         VALUES (@seq, @name, @digest, @context, @source_type, @source, @schema, @profile, @tags)
         -- As MLflow's: what is said first of a use counts. A metric that is logged for a data set says it once more.
         ON CONFLICT DO NOTHING`,
      ),
      dropArtifacts: db.prepare(
        `DELETE FROM artifacts WHERE run_seq = @seq
           AND (@path = '' OR path = @path OR substr(path, 1, length(@path) + 1) = @path || '/')`,
      ),
      setModel: db.prepare(
        `INSERT INTO run_models (run_seq, direction, model_id, step) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET step = excluded.step`,
      ),
    };
  }

  add(seq: number, batch: Batch): void {
    const { setName, setDataset, dropArtifacts, setModel } = this.statements;
    for (const told of batch.told) {
      if (told.name !== undefined) setName.run(told.name, seq);
      if (told.experiment !== undefined)
        this.moveTo(seq, this.ensureExperiment(told.experiment, told.timestampMs), told.timestampMs);
      this.setState(seq, told);
    }
    for (const { tags, ...dataset } of batch.datasets)
      setDataset.run({ ...dataset, seq, context: tags[CONTEXT_TAG] ?? null, tags: JSON.stringify(tags) });
    for (const path of batch.removed) dropArtifacts.run({ seq, path });
    for (const { direction, id, step } of batch.models) setModel.run(seq, direction, id, Math.trunc(step));
  }

  private setState(seq: number, told: Batch['told'][number]): void {
    if (told.status === undefined && told.start_ms === undefined && told.end_ms === undefined) return;
    const known = this.statements.find.get(seq);
    if (!known) return;
    const status = told.status ?? known.told_status ?? 'RUNNING';
    const saidEnd = told.end_ms ?? known.told_end_ms;
    // A run that is over has an end, said or not.
    const endMs = IS_OVER[status] ? Math.trunc(saidEnd ?? told.timestampMs) : null;
    const startMs = told.start_ms === undefined ? null : Math.trunc(told.start_ms);
    this.statements.setTold.run({ seq, status: told.status ?? null, startMs, endMs });
    if (known.kind === 'client') this.statements.setState.run({ seq, endMs });
  }
}
