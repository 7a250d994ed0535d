/**
 * A run of another tool as the records of a run's journal: all of it for a run that is new, and for one that was imported
 * before what has come since. Pure.
 */
import { crc32 } from 'node:zlib';
import { toWireNumber, type WireNumber } from '../../protocol/entities';
import type { ImportFormat } from '../../protocol/imports';
import type { DatasetRecord, JournalRecord, ToldRecord } from '../../protocol/records';
import { RUN_FOLDER_FORMAT, type RunSpec } from '../../protocol/runFolder';
import type { Texts } from '../clients';
import { type ForeignPoint, type ForeignRun, MLFLOW_TAGS } from './foreignStore';

/** So that no record comes near the limit of one. */
const TEXTS_PER_RECORD = 500;
const POINTS_PER_RECORD = 5000;

/** What of a run was imported so far, as its journals of imports say. */
export interface KnownRun {
  readonly told: ToldRecord;
  readonly params: ReadonlyMap<string, string>;
  readonly tags: ReadonlyMap<string, string>;
  /** Data sets and models by what makes them one. */
  readonly inputs: ReadonlySet<string>;
  readonly artifacts: ReadonlyMap<string, { readonly sizeBytes: number; readonly modifiedMs: number }>;
  readonly points: PointSums;
  /** The last point of each metric. */
  readonly last: ReadonlyMap<string, ForeignPoint>;
}

/** Of two points of a metric, the one that MLflow calls the last: of the highest step, of these of the latest time. */
export function isLater([, value, timestampMs, step]: ForeignPoint, other: ForeignPoint): boolean {
  const [, otherValue, otherMs, otherStep] = other;
  if (step !== otherStep) return step > otherStep;
  return timestampMs === otherMs ? value > otherValue : timestampMs > otherMs;
}

/** The points of each metric told from others without keeping them: in whatever order they come, the same sum. */
export class PointSums {
  private readonly sums = new Map<string, { count: number; sum: number }>();

  add([key, ...rest]: ForeignPoint): void {
    const known = this.sums.get(key) ?? { count: 0, sum: 0 };
    known.count++;
    known.sum = (known.sum + crc32(identityOf(rest))) % Number.MAX_SAFE_INTEGER;
    this.sums.set(key, known);
  }

  /** Metrics whose points are others there than here. */
  differing(there: PointSums): Set<string> {
    const keys = [...there.sums.keys()].filter((key) => {
      const [one, other] = [this.sums.get(key), there.sums.get(key)];
      return one?.count !== other?.count || one?.sum !== other?.sum;
    });
    return new Set(keys);
  }
}

export const identityOf = ([value, timestampMs, step]: readonly [number, number, number]): string =>
  `${String(value)} ${String(timestampMs)} ${String(step)}`;

export interface Naming {
  readonly format: ImportFormat;
  readonly source: string;
  /** By the name that it has here. */
  readonly experiment: string;
  /** Of the run above it, as it is called here. */
  readonly parentRunId: string | null;
  modelId(foreignId: string): string;
}

export function specOf(run: ForeignRun, runId: string, { format, source, experiment, parentRunId }: Naming): RunSpec {
  const file = run.tags[MLFLOW_TAGS.source];
  const name = nameOf(run);
  return {
    format: RUN_FOLDER_FORMAT,
    run_id: runId,
    experiment,
    name,
    parent_run_id: parentRunId,
    kind: 'client',
    argv: [file ?? name],
    hidden: [],
    hidden_params: [],
    hidden_env: [],
    source: file ?? name,
    cwd: '',
    interpreter: null,
    params: {},
    tags: {},
    env: {},
    hook_dir: '',
    root: null,
    capture: { kinds: [], modelLimitBytes: 0, pinLimitBytes: 0 },
    notebook: null,
    sweep: null,
    user: run.user === '' ? (run.tags[MLFLOW_TAGS.user] ?? '') : run.user,
    host: '',
    created_ms: run.startMs,
    socket: null,
    token: null,
    origin: { format, source, id: run.id },
    tracking: null,
  };
}

/** Everything but points and artifacts, as far as it is not known. */
export function recordsOf(run: ForeignRun, naming: Naming, known: KnownRun | null, nowMs: number): JournalRecord[] {
  const tags = tagsOf(run, naming);
  const gone = [...(known?.tags.keys() ?? [])].filter((key) => !(key in tags));
  return [
    ...toldOf(run, known, nowMs),
    ...chunked(changed(run.params, known?.params), (some) => ['param', nowMs, 'client', some]),
    ...chunked(changed(tags, known?.tags), (some) => ['tag', nowMs, some]),
    ...(gone.length > 0
      ? [['tag', nowMs, Object.fromEntries(gone.map((key) => [key, null]))] satisfies JournalRecord]
      : []),
    ...run.datasets
      .filter((dataset) => known?.inputs.has(datasetIdentity(dataset)) !== true)
      .map((dataset): JournalRecord => ['dataset', nowMs, dataset]),
    ...modelsOf(run, naming, known, nowMs),
  ];
}

type WirePoint = [key: string, value: WireNumber, timestampMs: number, step: number];

export function pointRecords(points: readonly ForeignPoint[], nowMs: number): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (let at = 0; at < points.length; at += POINTS_PER_RECORD)
    records.push([
      'points',
      nowMs,
      points
        .slice(at, at + POINTS_PER_RECORD)
        .map(([key, value, timestampMs, step]): WirePoint => [key, toWireNumber(value), timestampMs, step]),
    ]);
  return records;
}

export const datasetIdentity = ({ name, digest, tags }: DatasetRecord): string =>
  `dataset ${JSON.stringify([name, digest, Object.entries(tags).toSorted()])}`;
export const modelIdentity = (direction: 'in' | 'out', id: string, step: number): string =>
  `${direction} ${id} ${String(step)}`;

const nameOf = (run: ForeignRun): string =>
  [run.name, run.tags[MLFLOW_TAGS.name]].find((name) => name !== undefined && name !== '') ?? run.id.slice(0, 8);

const tagsOf = (run: ForeignRun, { parentRunId }: Naming): Texts => ({
  ...run.tags,
  ...(parentRunId === null ? {} : { [MLFLOW_TAGS.parent]: parentRunId }),
  [MLFLOW_TAGS.name]: nameOf(run),
});

function toldOf(run: ForeignRun, known: KnownRun | null, nowMs: number): JournalRecord[] {
  const isOver = run.status !== 'RUNNING' && run.status !== 'SCHEDULED';
  const now: ToldRecord = {
    status: run.status,
    start_ms: run.startMs,
    // One that is over and has no end at its source ended when it began, as far as anybody knows.
    end_ms: isOver ? (run.endMs ?? run.startMs) : null,
    name: nameOf(run),
  };
  const was = known?.told;
  const keys = ['status', 'start_ms', 'end_ms', 'name'] as const;
  return was && keys.every((key) => was[key] === now[key]) ? [] : [['told', nowMs, now]];
}

function modelsOf(run: ForeignRun, naming: Naming, known: KnownRun | null, nowMs: number): JournalRecord[] {
  const all = [
    { direction: 'in' as const, models: run.modelsIn.map((id) => ({ id, step: 0 })) },
    { direction: 'out' as const, models: run.modelsOut },
  ];
  return all.flatMap(({ direction, models }): JournalRecord[] => {
    const fresh = models
      .map(({ id, step }) => ({ id: naming.modelId(id), step }))
      .filter(({ id, step }) => known?.inputs.has(modelIdentity(direction, id, step)) !== true);
    return fresh.length > 0 ? [['models', nowMs, direction, fresh]] : [];
  });
}

const changed = (texts: Texts, known: ReadonlyMap<string, string> | undefined): [string, string][] =>
  Object.entries(texts).filter(([key, value]) => known?.get(key) !== value);

function chunked(
  entries: readonly [string, string][],
  record: (some: Record<string, string>) => JournalRecord,
): JournalRecord[] {
  const records: JournalRecord[] = [];
  for (let at = 0; at < entries.length; at += TEXTS_PER_RECORD)
    records.push(record(Object.fromEntries(entries.slice(at, at + TEXTS_PER_RECORD))));
  return records;
}
