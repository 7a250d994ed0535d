/** From the protocol's entities to the JSON that `--json` promises. Pure. */
import type { ChangedFile } from '../protocol/capture';
import type { MetricSummary, RunRow, RunStatus } from '../protocol/entities';
import type { RunColumn } from '../protocol/lists';
import { iso, isoOrNull, type MetricDocument, metricsDocument, rowDocument } from '../protocol/runDocument';
import type { RunnerState, RunSpec } from '../protocol/runFolder';

import { columnName } from './listWords';

export {
  artifactDocument,
  iso,
  metricsDocument,
  pointDocument,
  rowDocument,
  runDocument,
  type RunFacts,
} from '../protocol/runDocument';

/** A run in a list with columns: `values` by `metrics.auc`, `params.lr`, `tags.stage`. */
export const listedDocument = (run: RunRow, columns: readonly RunColumn[]) => ({
  ...rowDocument(run),
  ...(columns.length === 0
    ? {}
    : { values: Object.fromEntries(columns.map((column, index) => [columnName(column), run.values[index] ?? null])) }),
});

/** What differs, from a run's commit or to something else; `with` says to what. */
export const codeDocument = (
  run: Pick<RunRow, 'runId'>,
  against: { readonly commit: string | null } | { readonly with: string },
  { root, files, count }: { readonly root: string; readonly files: readonly ChangedFile[]; readonly count: number },
) => ({ run_id: run.runId, root, ...against, files: files.map(({ path, status }) => ({ path, status })), count });

export const contentDocument = (run: Pick<RunRow, 'runId'>, path: string, content: Buffer) => ({
  run_id: run.runId,
  path,
  size: content.length,
  base64: content.toString('base64'),
});

/** What `run` says at the end. */
export interface FinishedDocument {
  readonly run_id: string;
  readonly experiment: string;
  readonly name: string;
  readonly status: RunStatus;
  readonly exit_code: number | null;
  readonly signal: string | null;
  readonly start_time: string;
  readonly end_time: string | null;
  readonly metrics: Record<string, MetricDocument>;
  readonly store: string;
}

export function finishedDocument(run: RunRow, metrics: readonly MetricSummary[], store: string): FinishedDocument {
  return {
    run_id: run.runId,
    experiment: run.experiment,
    name: run.name,
    status: run.timing.status,
    exit_code: run.exitCode,
    signal: run.signal,
    start_time: iso(run.timing.startMs),
    end_time: isoOrNull(run.timing.endMs),
    metrics: metricsDocument(metrics),
    store,
  };
}

/** The same from what the runner wrote, where no engine could be asked. */
export function finishedFromRunner(spec: RunSpec, runner: RunnerState | null, store: string): FinishedDocument {
  return {
    run_id: spec.run_id,
    experiment: spec.experiment,
    name: spec.name,
    status: statusOf(runner),
    exit_code: runner?.exit_code ?? null,
    signal: runner?.signal ?? null,
    start_time: iso(runner?.started_ms ?? spec.created_ms),
    end_time: isoOrNull(runner?.ended_ms ?? null),
    metrics: {},
    store,
  };
}

const KILLED_BY = new Set(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

/** As the engine would put it (`engine/tracking/outcome.ts`). */
function statusOf(runner: RunnerState | null): RunStatus {
  switch (runner?.state) {
    case undefined:
    case 'failed_to_start':
      return 'FAILED';
    case 'starting':
      return 'SCHEDULED';
    case 'running':
      return 'RUNNING';
    case 'exited':
      if (runner.stop_requested || (runner.signal !== null && KILLED_BY.has(runner.signal))) return 'KILLED';
      return runner.exit_code === 0 ? 'FINISHED' : 'FAILED';
  }
}
