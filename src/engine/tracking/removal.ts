/**
 * Taking runs out of the database for good, in slices that hold up no other write. A run is hidden first (in one step,
 * with its `deleted_ms` set to a time that no deletion has), then its rows go, its own row as the last: however it is cut
 * off, what is left is hidden and can be found again.
 */
import type { Database } from 'better-sqlite3';
import { SearchRows } from './searchRows';

/** `deleted_ms` of a run that is being removed. It is in no list and can't be restored. */
export const BEING_REMOVED = 0;

const SLICE_MS = 12;
const CHUNK_ROWS = 1000;
const CHUNK_PAGES = 64;

export interface RemovedRows {
  /** Whether nothing of them is left. */
  readonly isDone: boolean;
  readonly points: number;
}

/** Tables whose rows belong to a run, with what their key has beside it. */
const OF_RUN: readonly (readonly [table: string, key: string])[] = [
  ['params', 'key, source'],
  ['tags', 'key'],
  ['artifacts', 'path'],
  ['notes', 'ordinal'],
  ['facts', 'section, key'],
  ['files', 'direction, path'],
  ['loaded', 'path'],
  ['work', 'kind'],
  ['executions', 'ordinal'],
  ['outputs', 'execution, ordinal'],
  ['dataset_inputs', 'name, digest'],
  ['run_models', 'direction, model_id'],
  ['journals', 'file'],
];

type Chunk = (owner: number) => number;

export class RunRemoval {
  private readonly find;
  private readonly firstMetric;
  private readonly dropMetric;
  private readonly dropRun;
  private readonly dropPoints: Chunk;
  private readonly dropFolds: Chunk;
  private readonly dropRows: readonly Chunk[];
  private readonly search: SearchRows;

  constructor(private readonly db: Database) {
    this.find = db
      .prepare<[string], number>(`SELECT run_seq FROM runs WHERE run_id = ? AND deleted_ms = ${String(BEING_REMOVED)}`)
      .pluck();
    this.firstMetric = db.prepare<[number], number>('SELECT metric_id FROM metrics WHERE run_seq = ? LIMIT 1').pluck();
    this.dropMetric = db.prepare('DELETE FROM metrics WHERE metric_id = ?');
    this.search = new SearchRows(db);
    this.dropRun = db.prepare('DELETE FROM runs WHERE run_seq = ?');
    this.dropPoints = this.chunkOf('points', 'metric_id', 'ordinal');
    this.dropFolds = this.chunkOf('folds', 'metric_id', 'block');
    this.dropRows = OF_RUN.map(([table, key]) => this.chunkOf(table, 'run_seq', key));
  }

  /** @returns those that are hidden for good now, earlier ones that were cut off among them */
  begin(runIds: readonly string[]): string[] {
    const hide = this.db.prepare(
      `UPDATE runs SET deleted_ms = ${String(BEING_REMOVED)} WHERE run_id = ? AND end_ms IS NOT NULL`,
    );
    return this.db.transaction(() => runIds.filter((runId) => hide.run(runId).changes > 0)).immediate();
  }

  /** Goes on for a slice. To be called until it says that it is done. */
  removeRows(runIds: readonly string[]): RemovedRows {
    const until = performance.now() + SLICE_MS;
    let points = 0;
    for (const runId of runIds) {
      for (let seq = this.find.get(runId); seq !== undefined; seq = this.find.get(runId)) {
        const run = seq;
        points += this.db.transaction(() => this.removeSome(run)).immediate();
        if (performance.now() >= until) return { isDone: false, points };
      }
    }
    return { isDone: true, points };
  }

  /** Gives free pages back to the file system, for a slice. A database of earlier versions keeps them to use again. */
  reclaim(): { isDone: boolean; freedBytes: number } {
    const until = performance.now() + SLICE_MS;
    const pageBytes = Number(this.db.pragma('page_size', { simple: true }));
    const before = this.freePages();
    let left = before;
    while (left > 0 && performance.now() < until) {
      this.db.exec(`PRAGMA incremental_vacuum(${String(CHUNK_PAGES)})`);
      const now = this.freePages();
      if (now >= left) return { isDone: true, freedBytes: (before - now) * pageBytes };
      left = now;
    }
    return { isDone: left === 0, freedBytes: (before - left) * pageBytes };
  }

  /** One chunk of what is left of a run, the run's own row when that is nothing. @returns points */
  private removeSome(seq: number): number {
    const metric = this.firstMetric.get(seq);
    if (metric !== undefined) {
      if (this.dropFolds(metric) >= CHUNK_ROWS) return 0;
      const dropped = this.dropPoints(metric);
      if (dropped < CHUNK_ROWS) this.dropMetric.run(metric);
      return dropped;
    }
    for (const drop of this.dropRows) if (drop(seq) >= CHUNK_ROWS) return 0;
    this.search.remove(seq);
    this.dropRun.run(seq);
    return 0;
  }

  private freePages(): number {
    return Number(this.db.pragma('freelist_count', { simple: true }));
  }

  /** Deletes the first rows of an owner, in the order of the table's key. */
  private chunkOf(table: string, owner: string, key: string): Chunk {
    const statement = this.db.prepare(
      `DELETE FROM ${table} WHERE ${owner} = @owner AND (${key}) IN
         (SELECT ${key} FROM ${table} WHERE ${owner} = @owner ORDER BY ${key} LIMIT ${String(CHUNK_ROWS)})`,
    );
    return (id) => statement.run({ owner: id }).changes;
  }
}
