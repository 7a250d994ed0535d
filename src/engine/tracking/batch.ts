/** Turning journal records into what the database wants: pure, tested with plain records. */
import { fromWireNumber, type ParamSource } from '../../protocol/entities';
import type { DatasetRecord, JournalRecord, ToldRecord } from '../../protocol/records';

type RecordOf<Kind extends JournalRecord[0]> = Extract<JournalRecord, readonly [Kind, ...unknown[]]>;

export interface Point {
  /** Whether a tracking client told of it. */
  readonly told?: true;
  readonly step: number;
  readonly timestampMs: number;
  readonly value: number;
}

/** What a piece of a journal adds to its run. */
export interface Batch {
  readonly points: Map<string, Point[]>;
  readonly params: { key: string; value: string; source: ParamSource }[];
  /** null takes a tag away. */
  readonly tags: { key: string; value: string | null }[];
  readonly told: (ToldRecord & { timestampMs: number })[];
  readonly datasets: DatasetRecord[];
  /** Paths of artifacts. */
  readonly removed: string[];
  readonly models: { direction: 'in' | 'out'; id: string; step: number }[];
  readonly artifacts: (Omit<RecordOf<'artifact'>[2], 'size'> & { sizeBytes: number; timestampMs: number })[];
  readonly notes: { level: string; text: string; timestampMs: number }[];
  readonly facts: { section: RecordOf<'facts'>[2]; key: string; value: unknown }[];
  readonly files: (RecordOf<'file'>[2] & { timestampMs: number })[];
  readonly loaded: { path: string; mtimeNs: string; sizeBytes: number }[];
  readonly digests: RecordOf<'digest'>[2][];
  readonly children: RecordOf<'child'>[2][];
  readonly executions: RecordOf<'execution'>[2][];
  readonly outputs: RecordOf<'output'>[2][];
  readonly done: { kind: RecordOf<'done'>[2]; reason: string | null; timestampMs: number }[];
  readonly edits: (RecordOf<'edit'>[2] & { timestampMs: number })[];
  /** The Python of the process that is the script itself: behind a shim it is another file than was asked for. */
  python: { readonly version: string; readonly executable: string } | null;
  records: number;
}

export function emptyBatch(): Batch {
  return {
    points: new Map(),
    params: [],
    tags: [],
    told: [],
    datasets: [],
    removed: [],
    models: [],
    artifacts: [],
    notes: [],
    facts: [],
    files: [],
    loaded: [],
    digests: [],
    children: [],
    executions: [],
    outputs: [],
    done: [],
    edits: [],
    python: null,
    records: 0,
  };
}

export function addRecord(batch: Batch, record: JournalRecord): void {
  batch.records++;
  switch (record[0]) {
    case 'metric': {
      const [, timestampMs, step, values] = record;
      for (const key in values) {
        const value = values[key];
        if (value === undefined) continue;
        addPoint(batch, key, { step, timestampMs, value: fromWireNumber(value) });
      }
      return;
    }
    case 'points':
      for (const [key, value, timestampMs, step] of record[2])
        addPoint(batch, key, { step, timestampMs, value: fromWireNumber(value), told: true });
      return;
    case 'told':
      batch.told.push({ ...record[2], timestampMs: record[1] });
      return;
    case 'dataset':
      batch.datasets.push(record[2]);
      return;
    case 'removed':
      batch.removed.push(record[2]);
      return;
    case 'models':
      for (const model of record[3]) batch.models.push({ direction: record[2], ...model });
      return;
    case 'param':
      for (const [key, value] of Object.entries(record[3])) batch.params.push({ key, value, source: record[2] });
      return;
    case 'tag':
      for (const [key, value] of Object.entries(record[2])) batch.tags.push({ key, value });
      return;
    case 'artifact': {
      const { size: sizeBytes, ...artifact } = record[2];
      batch.artifacts.push({ ...artifact, sizeBytes, timestampMs: record[1] });
      return;
    }
    case 'note':
      batch.notes.push({ level: record[2], text: record[3], timestampMs: record[1] });
      return;
    case 'facts':
      for (const [key, value] of Object.entries(record[3])) batch.facts.push({ section: record[2], key, value });
      return;
    case 'edit':
      batch.edits.push({ ...record[2], timestampMs: record[1] });
      return;
    case 'file':
      batch.files.push({ ...record[2], timestampMs: record[1] });
      return;
    case 'loaded':
      for (const [path, mtimeNs, sizeBytes] of record[2]) batch.loaded.push({ path, mtimeNs, sizeBytes });
      return;
    case 'digest':
      batch.digests.push(record[2]);
      return;
    case 'child':
      batch.children.push(record[2]);
      return;
    case 'execution':
      batch.executions.push(record[2]);
      return;
    case 'output':
      batch.outputs.push(record[2]);
      return;
    case 'done':
      batch.done.push({ kind: record[2], reason: record[3], timestampMs: record[1] });
      return;
    case 'open':
      if (record[2].main) batch.python = { version: record[2].python, executable: record[2].executable };
  }
}

function addPoint(batch: Batch, key: string, point: Point): void {
  const points = batch.points.get(key);
  if (points) points.push(point);
  else batch.points.set(key, [point]);
}

/** A metric's one-line summary while points arrive. */
export interface Summary {
  count: number;
  last: number;
  lastStep: number;
  lastMs: number;
  min: number | null;
  max: number | null;
}

/**
 * Adds a point: the last value is that of the highest step; where steps repeat that of the latest time, and of several at
 * the same time the later written. A tracking client that says both itself counts on the greatest of those.
 */
export function addToSummary(summary: Summary, point: Point, greatestCounts = false): void {
  summary.count++;
  const order = point.step - summary.lastStep || point.timestampMs - summary.lastMs;
  if (order > 0 || (order === 0 && (!greatestCounts || !(point.value < summary.last)))) {
    summary.last = point.value;
    summary.lastStep = point.step;
    summary.lastMs = point.timestampMs;
  }
  if (!Number.isFinite(point.value)) return;
  if (summary.min === null || point.value < summary.min) summary.min = point.value;
  if (summary.max === null || point.value > summary.max) summary.max = point.value;
}
