/** From a row of the database to a row of the tree. Pure. */
import {
  type Headline,
  type RunKind,
  type RunRow,
  type RunStatus,
  type RunTiming,
  StoppedAt,
} from '../../protocol/entities';

/** What a `RunRecord` is read as, from `runs r JOIN experiments e`. */
export const RUN_COLUMNS = `
  r.run_seq, r.run_id, r.experiment_id, e.name AS experiment, r.parent_run_id, r.name, r.kind, r.status, r.start_ms,
  r.end_ms, r.exit_code, r.signal, r.reason, r.deleted_ms, r.starred, r.pinned,
  CASE WHEN r.kind = 'notebook' AND r.status IN ('FAILED', 'KILLED') THEN (
    SELECT json_object('ordinal', ordinal, 'cellId', cell_id, 'cellIndex', cell_index, 'state', state, 'error',
      CASE WHEN error IS NULL THEN NULL ELSE
        json_object('name', substr(error ->> 'name', 1, 200), 'message', substr(error ->> 'message', 1, 500)) END)
    FROM executions x WHERE x.run_seq = r.run_seq ORDER BY ordinal DESC LIMIT 1) END AS stopped_at,
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
  /** JSON of the last execution. */
  readonly stopped_at: string | null;
  readonly deleted_ms: number | null;
  readonly child_count: number;
  readonly starred: number;
  readonly pinned: number;
}

export function runRow(record: RunRecord, headline: Headline | null, values: RunRow['values']): RunRow {
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
    stoppedAt: stoppedAt(record),
    headline,
    starred: record.starred !== 0,
    pinned: record.pinned !== 0,
    deleted: record.deleted_ms !== null,
    values,
  };
}

/** A notebook whose last cell went through failed elsewhere. */
function stoppedAt({ stopped_at: last }: RunRecord): StoppedAt | null {
  const cell = last === null ? null : StoppedAt.parse(JSON.parse(last));
  return cell?.state === 'ok' ? null : cell;
}

function timingOf({ status, start_ms: startMs, end_ms: endMs }: RunRecord): RunTiming {
  if (status === 'RUNNING' || status === 'SCHEDULED') return { status, startMs, endMs: null };
  // The table's CHECK holds that a run with such a status has an end.
  return { status, startMs, endMs: endMs ?? startMs };
}
