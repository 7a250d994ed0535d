/** From the protocol's entities to the JSON that `--json` promises. Pure. */
import type { ChangedFile, LineageFile, Work } from '../protocol/capture';
import type {
  Artifact,
  MetricSummary,
  Note,
  Param,
  Provenance,
  RunRow,
  RunStatus,
  SeriesPoint,
  Tag,
  WireNumber,
} from '../protocol/entities';
import { type Execution, NotebookFacts } from '../protocol/notebooks';
import type { RunColumn } from '../protocol/lists';
import type { RunnerState, RunSpec } from '../protocol/runFolder';

import { columnName } from './listWords';

export const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const isoOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : iso(timeMs));

export interface MetricDocument {
  readonly last: WireNumber;
  readonly min: number | null;
  readonly max: number | null;
  readonly step: number;
  readonly count: number;
}

const byKey = <T extends { readonly key: string }, V>(items: readonly T[], value: (item: T) => V): Record<string, V> =>
  Object.fromEntries(items.map((item) => [item.key, value(item)]));

export const metricsDocument = (metrics: readonly MetricSummary[]): Record<string, MetricDocument> =>
  byKey(metrics, ({ last, min, max, step, count }) => ({ last, min, max, step, count }));

/** A run in a list. */
export function rowDocument(run: RunRow) {
  return {
    run_id: run.runId,
    experiment: run.experiment,
    name: run.name,
    status: run.timing.status,
    start_time: iso(run.timing.startMs),
    end_time: isoOrNull(run.timing.endMs),
    exit_code: run.exitCode,
    signal: run.signal,
    reason: run.reason,
    parent_run_id: run.parentRunId,
    child_count: run.childCount,
    headline: run.headline,
    starred: run.starred,
    pinned: run.pinned,
    deleted: run.deleted,
  };
}

/** A run in a list with columns: `values` by `metrics.auc`, `params.lr`, `tags.stage`. */
export const listedDocument = (run: RunRow, columns: readonly RunColumn[]) => ({
  ...rowDocument(run),
  ...(columns.length === 0
    ? {}
    : { values: Object.fromEntries(columns.map((column, index) => [columnName(column), run.values[index] ?? null])) }),
});

/** All that is known of one run. */
export interface RunFacts {
  readonly run: RunRow;
  /** The user's own words. */
  readonly note: string;
  readonly provenance: Provenance;
  readonly params: readonly Param[];
  readonly metrics: readonly MetricSummary[];
  readonly tags: readonly Tag[];
  readonly artifacts: readonly Artifact[];
  readonly notes: readonly Note[];
  readonly inputs: readonly LineageFile[];
  readonly outputs: readonly LineageFile[];
  /** By section. */
  readonly facts: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What was executed of a notebook; empty for everything else. */
  readonly executions: readonly Execution[];
  readonly work: readonly Work[];
  readonly isComplete: boolean;
}

export function runDocument(known: RunFacts, store: string) {
  const { run, note, provenance, params, metrics, tags, artifacts, notes, inputs, outputs, facts, work } = known;
  const { headline: _, ...row } = rowDocument(run);
  return {
    ...row,
    note,
    params: byKey(params, ({ value }) => value),
    metrics: metricsDocument(metrics),
    tags: byKey(tags, ({ value }) => value),
    artifacts: artifacts.map(artifactDocument),
    inputs: inputs.map(fileDocument),
    outputs: outputs.map(fileDocument),
    code: facts.code ?? {},
    environment: {
      ...facts.environment,
      packages: facts.packages ?? {},
      hardware: facts.hardware ?? {},
      seeds: facts.seeds ?? {},
      python: provenance.pythonVersion,
      interpreter: provenance.interpreter,
      user: provenance.user,
      host: provenance.host,
    },
    models: facts.models ?? {},
    notebook: notebookDocument(known),
    complete: known.isComplete,
    work: work.map(({ kind, state, reason }) => ({ kind, state, reason })),
    kind: provenance.kind,
    source: provenance.source,
    command: provenance.argv,
    cwd: provenance.cwd,
    notes: notes.map(({ level, text, timestampMs }) => ({ level, text, time: iso(timestampMs) })),
    store,
  };
}

/** Null where the run is none of a notebook. */
function notebookDocument({ facts, executions }: RunFacts) {
  const notebook = NotebookFacts.safeParse(facts.notebook ?? {});
  if (!notebook.success || notebook.data.path === undefined) return null;
  const { path, executed = null, observed = null } = notebook.data;
  return { path, executed, observed, cells: executions.map(executionDocument) };
}

const executionDocument = ({ cellIndex, cellId, state, startMs, endMs, error }: Execution) => ({
  index: cellIndex,
  id: cellId,
  state,
  seconds: endMs === null ? null : (endMs - startMs) / 1000,
  error: error === null ? null : { name: error.name, message: error.message },
});

export const fileDocument = (file: LineageFile) => ({
  path: file.path,
  kind: file.kind,
  digest: file.md5 === null ? null : `md5:${file.md5}`,
  size: file.sizeBytes,
  files: file.fileCount,
  rows: file.rowCount,
  columns: file.columns,
  observed_by: file.via,
  pinned: file.pinned,
  problem: file.problem,
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

export const artifactDocument = ({ path, kind, sizeBytes }: Artifact) => ({ path, kind, size: sizeBytes });

export const pointDocument = ({ step, timestampMs, value }: SeriesPoint) => ({
  step,
  timestamp: iso(timestampMs),
  value,
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
