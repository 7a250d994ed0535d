/**
 * The journals of imports in a run's folder, `journals/import-<n>.lwj`: one for each import that brought something new.
 * Each is written beside and put in its place when it is whole.
 */
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, statSync, utimesSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { JOURNAL_MAGIC } from '../../protocol/journal';
import type { JournalRecord, ToldRecord } from '../../protocol/records';
import { type Batch, EDITS, emptyBatch, IMPORT_JOURNAL, journalOf, sizeOf, takePiece } from '../tracking';
import { diskFull } from './copying';
import type { ForeignPoint } from './foreignStore';
import { datasetIdentity, identityOf, isLater, type KnownRun, modelIdentity, PointSums } from './runRecords';

const FLUSH_BYTES = 256 * 1024;

/** Their paths, the oldest first. */
export function importJournals(runFolder: string): string[] {
  const folder = join(runFolder, 'journals');
  const numbers = namesIn(folder).flatMap((name) => {
    const [, number] = IMPORT_JOURNAL.exec(name) ?? [];
    return number === undefined ? [] : [Number(number)];
  });
  return numbers.toSorted((left, right) => left - right).map((number) => join(folder, nameOf(number)));
}

const nameOf = (number: number): string => `import-${String(number)}.lwj`;

/** A journal that nobody sees before it is whole. */
export class ImportJournal {
  private readonly folder: string;
  private readonly draft: string;
  private descriptor: number | null;
  private waiting: Buffer[] = [Buffer.from(JOURNAL_MAGIC, 'latin1')];
  private waitingBytes = JOURNAL_MAGIC.length;

  /** @param isNew of a run whose folder nobody sees before it is whole: its journal needs no draft */
  constructor(
    private readonly runFolder: string,
    private readonly isNew: boolean,
  ) {
    this.folder = join(runFolder, 'journals');
    mkdirSync(this.folder, { recursive: true });
    this.draft = join(this.folder, isNew ? nameOf(1) : '.import.tmp');
    this.descriptor = openSync(this.draft, 'w');
  }

  append(record: JournalRecord): void {
    const payload = Buffer.from(JSON.stringify(record));
    const header = Buffer.alloc(8);
    header.writeUInt32LE(payload.length, 0);
    header.writeUInt32LE(crc32(payload), 4);
    this.waiting.push(header, payload);
    this.waitingBytes += 8 + payload.length;
    if (this.waitingBytes > FLUSH_BYTES) this.flush();
  }

  /** @param lastSignMs when a run that goes on was last heard of at its source: the time of the file, as of every journal */
  finish(lastSignMs: number | null): void {
    this.flush();
    this.close();
    const path = this.isNew ? this.draft : join(this.folder, nameOf(importJournals(this.runFolder).length + 1));
    if (!this.isNew) renameSync(this.draft, path);
    if (lastSignMs === null) return;
    for (const one of [path, this.folder]) utimesSync(one, lastSignMs / 1000, lastSignMs / 1000);
  }

  close(): void {
    if (this.descriptor !== null) closeSync(this.descriptor);
    this.descriptor = null;
  }

  private flush(): void {
    if (this.descriptor === null) return;
    const bytes = Buffer.concat(this.waiting);
    this.waiting = [];
    this.waitingBytes = 0;
    if (writeSync(this.descriptor, bytes) !== bytes.length) throw diskFull(null);
  }
}

/** What was imported of a run so far. */
export function readKnown(runFolder: string): KnownRun {
  const told: ToldRecord = {};
  const params = new Map<string, string>();
  const tags = new Map<string, string>();
  const inputs = new Set<string>();
  const artifacts = new Map<string, { sizeBytes: number; modifiedMs: number }>();
  const points = new PointSums();
  const last = new Map<string, ForeignPoint>();
  for (const path of importJournals(runFolder))
    eachPiece(path, (batch) => {
      for (const { timestampMs: _, ...one } of batch.told) Object.assign(told, one);
      for (const { key, value } of batch.params) params.set(key, value);
      for (const { key, value } of batch.tags) {
        if (value === null) tags.delete(key);
        else tags.set(key, value);
      }
      for (const dataset of batch.datasets) inputs.add(datasetIdentity(dataset));
      for (const { direction, id, step } of batch.models) inputs.add(modelIdentity(direction, id, step));
      for (const { path: file, sizeBytes, timestampMs } of batch.artifacts)
        artifacts.set(file, { sizeBytes, modifiedMs: timestampMs });
      for (const point of pointsIn(batch)) {
        points.add(point);
        const [key] = point;
        const before = last.get(key);
        if (!before || isLater(point, before)) last.set(key, point);
      }
    });
  return { told, params, tags, inputs, artifacts, points, last };
}

/** How often each point of some metrics was imported. */
export function readPoints(runFolder: string, keys: ReadonlySet<string>): Map<string, Map<string, number>> {
  const counts = new Map([...keys].map((key) => [key, new Map<string, number>()]));
  for (const path of importJournals(runFolder))
    eachPiece(path, (batch) => {
      for (const [key, ...rest] of pointsIn(batch)) {
        const known = counts.get(key);
        const identity = identityOf(rest);
        known?.set(identity, (known.get(identity) ?? 0) + 1);
      }
    });
  return counts;
}

/** Whether the run was deleted where it came from, when it was last looked at. */
export function wasDeleted(runFolder: string): boolean {
  const path = journalOf(runFolder, EDITS);
  let isDeleted = false;
  if (sizeOf(path) > 0)
    eachPiece(path, (batch) => {
      for (const edit of batch.edits) if (edit.imported === true) isDeleted = edit.deleted ?? isDeleted;
    });
  return isDeleted;
}

function* pointsIn(batch: Batch): Generator<ForeignPoint> {
  for (const [key, points] of batch.points)
    for (const { value, timestampMs, step } of points) yield [key, value, timestampMs, step];
}

function eachPiece(path: string, take: (batch: Batch) => void): void {
  const size = statSync(path).size;
  for (let taken = 0; taken < size;) {
    const batch = emptyBatch();
    const piece = takePiece(path, taken, batch);
    take(batch);
    if (!piece.hasMore || piece.taken === taken) return;
    taken = piece.taken;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // not made yet
  }
}
