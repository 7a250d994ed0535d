/** What is known of a run as JSON, as `runs show --json` and exports promise it. Pure. */
import type { LineageFile, Work } from './capture';
import type {
  Artifact,
  MetricSummary,
  Note,
  Param,
  Provenance,
  RunRow,
  SeriesPoint,
  Tag,
  WireNumber,
} from './entities';
import { type Execution, NotebookFacts } from './notebooks';

/** A clock may say anything: what is no date stays a number. */
export function iso(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
}

export const isoOrNull = (timeMs: number | null): string | null => (timeMs === null ? null : iso(timeMs));

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
    origin: provenance.origin,
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

export const artifactDocument = ({ path, kind, sizeBytes }: Artifact) => ({ path, kind, size: sizeBytes });

export const pointDocument = ({ step, timestampMs, value }: Pick<SeriesPoint, 'step' | 'timestampMs' | 'value'>) => ({
  step,
  timestamp: iso(timestampMs),
  value,
});
