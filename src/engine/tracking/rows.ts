/** From a row of the database to a row of the tree. Pure. */
import type { Headline, RunKind, RunRow, RunStatus, RunTiming } from '../../protocol/entities';

/** What a `RunRecord` is read as, from `runs r JOIN experiments e`. */
export const RUN_COLUMNS = `
  r.run_seq, r.run_id, r.experiment_id, e.name AS experiment, r.parent_run_id, r.name, r.kind, r.status, r.start_ms,
  r.end_ms, r.exit_code, r.signal, r.reason, r.deleted_ms,
  (SELECT count(*) FROM runs c WHERE c.parent_run_id = r.run_id AND c.deleted_ms IS NULL) AS child_count`;

export interface RunRecord {
  readonly run_seq: number;
  readonly run_id: string;
  readonly experiment_id: number;
  readonly experiment: string;
  readonly parent_run_id: string | null;
  readonly name: string;
  readonly kind: RunKind;
  readonly status: RunStatus;
  readonly start_ms: number;
  readonly end_ms: number | null;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly reason: string | null;
  readonly deleted_ms: number | null;
  readonly child_count: number;
}

export function runRow(record: RunRecord, headline: Headline | null): RunRow {
  return {
    runId: record.run_id,
    experimentId: record.experiment_id,
    experiment: record.experiment,
    parentRunId: record.parent_run_id,
    childCount: record.child_count,
    name: record.name,
    kind: record.kind,
    timing: timingOf(record),
    exitCode: record.exit_code,
    signal: record.signal,
    reason: record.reason,
    headline,
    deleted: record.deleted_ms !== null,
  };
}

function timingOf({ status, start_ms: startMs, end_ms: endMs }: RunRecord): RunTiming {
  if (status === 'RUNNING' || status === 'SCHEDULED') return { status, startMs, endMs: null };
  // The table's CHECK holds that a run with such a status has an end.
  return { status, startMs, endMs: endMs ?? startMs };
}
