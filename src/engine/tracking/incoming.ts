/**
 * Taking in runs whose folders were written by others, many at a time. `incoming/<name>.ids` names them, one a line: each
 * run is whole when its line is there, or has a new journal that is. Rows are made as the follower makes them; but a
 * transaction holds as many runs as fit into a slice, where the follower needs several for one.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { makeBelow, type StorePaths } from '../../protocol/node/storeFolder';
import { emptyBatch } from './batch';
import { ClientOutcomes } from './clientOutcome';
import type { Follower } from './follow';
import { lastSign, listNames } from './folderSigns';
import { takePiece } from './journalFile';
import { EDITS } from './ownJournal';
import { readSpec } from './runFiles';
import { Runs } from './runs';

/**
 * Every run touches every index. Where very many come in, a page that is changed for several of them is read and written
 * once: within a transaction, and from the write-ahead log back to the database. A slice that others wait for ends early.
 */
const FEW = { sliceMs: 20, logPages: 1000, cacheKb: 2000 };
const MANY = { sliceMs: 1000, logPages: 50_000, cacheKb: 64_000 };
/** While other runs go on, whose journals are looked at between slices. */
const BESIDE_OTHERS = { ...MANY, sliceMs: 50 };
const MANY_RUNS = 100;
/** So much is done of a slice in any case, so that those who ask without end don't stop it. */
const LEAST_MS = 20;

export interface TakenIn {
  readonly runIds: string[];
  /** How many are known to wait still. */
  readonly left: number;
}

export class IncomingRuns {
  private readonly runs: Runs;
  private readonly outcomes: ClientOutcomes;
  private readonly loadTaken;
  private readonly setTaken;
  private waiting: string[] = [];
  /** How many lines of each list were read. */
  private readonly read = new Map<string, number>();

  constructor(
    private readonly db: Database,
    private readonly paths: StorePaths,
    private readonly follower: Follower,
    private readonly warn: (message: string) => void,
  ) {
    this.runs = new Runs(db);
    this.outcomes = new ClientOutcomes(db);
    this.loadTaken = db
      .prepare<[number, string], number>('SELECT taken FROM journals WHERE run_seq = ? AND file = ?')
      .pluck();
    this.setTaken = db.prepare(
      `INSERT INTO journals (run_seq, file, taken, damage) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET taken = excluded.taken, damage = excluded.damage`,
    );
  }

  /**
   * Goes on for a slice. To be called until there is nothing.
   *
   * @param isAwaited whether somebody else waits for this thread
   */
  take(nowMs: number, isAwaited: () => boolean): TakenIn {
    if (this.waiting.length === 0) this.waiting = this.newLines();
    const isMany = this.waiting.length > MANY_RUNS;
    const { sliceMs, logPages, cacheKb } = !isMany ? FEW : this.follower.activeRuns > 0 ? BESIDE_OTHERS : MANY;
    this.db.pragma(`wal_autocheckpoint = ${String(logPages)}`);
    this.db.pragma(`cache_size = -${String(cacheKb)}`);
    const began = performance.now();
    const isOver = () => {
      const passedMs = performance.now() - began;
      return passedMs >= sliceMs || (passedMs >= LEAST_MS && isAwaited());
    };
    const taken: { runId: string; seq: number; goesOn: boolean }[] = [];
    try {
      this.db
        .transaction(() => {
          for (let runId = this.waiting.pop(); runId !== undefined; runId = this.waiting.pop()) {
            const run = this.takeRun(runId, nowMs);
            if (run) taken.push({ runId, ...run });
            if (isOver()) return;
          }
        })
        .immediate();
    } catch (error) {
      // To be found again: the lists stay.
      this.waiting = [];
      this.read.clear();
      throw error;
    } finally {
      for (const { seq } of taken) this.follower.ingest.forget(seq);
    }
    for (const { runId, goesOn } of taken) if (goesOn) this.follow(runId);
    return { runIds: taken.map(({ runId }) => runId), left: this.waiting.length };
  }

  /** Nobody writes lists any more, and all of them were taken in. */
  clear(): void {
    for (const name of this.read.keys()) rmSync(join(this.paths.incoming, name), { force: true });
    this.read.clear();
  }

  private newLines(): string[] {
    const fresh = new Set<string>();
    makeBelow(this.paths.root, this.paths.incoming);
    for (const name of readdirSync(this.paths.incoming)) {
      if (!name.endsWith('.ids')) continue;
      const lines = readFileSync(join(this.paths.incoming, name), 'utf8').split('\n');
      const whole = lines.length - 1; // behind the last line break there is nothing, or half a line
      for (const runId of lines.slice(this.read.get(name) ?? 0, whole)) fresh.add(runId);
      this.read.set(name, whole);
    }
    return [...fresh].reverse();
  }

  private takeRun(runId: string, nowMs: number): { seq: number; goesOn: boolean } | null {
    // It takes in what is new in its rounds, and keeps its own account of what it has.
    if (this.follower.follows(runId)) return null;
    const folder = this.paths.runFolder(runId);
    const spec = readSpec(folder);
    if (spec?.run_id !== runId) {
      this.warn(`the run ${runId} was to be taken in, but its spec.json is missing or not of its form`);
      return null;
    }
    const { seq } = this.runs.ensure(spec);
    const names = listNames(join(folder, 'journals')).filter((name) => name.endsWith('.lwj'));
    for (const name of names.toSorted((left, right) => orderOf(left) - orderOf(right)))
      this.takeJournal(seq, folder, name);
    const outcome = this.outcomes.of(seq, () => lastSign(folder) ?? spec.created_ms, nowMs);
    this.runs.setOutcome(seq, outcome);
    return { seq, goesOn: !('endMs' in outcome) };
  }

  private takeJournal(seq: number, folder: string, name: string): void {
    const path = join(folder, 'journals', name);
    const before = this.loadTaken.get(seq, name) ?? 0;
    for (let taken = before, hasMore = true; hasMore;) {
      const batch = emptyBatch();
      const piece = takePiece(path, taken, batch);
      if (piece.taken > taken || piece.damage !== null) {
        this.follower.ingest.add(seq, batch);
        this.setTaken.run(seq, name, piece.taken, piece.damage);
      }
      hasMore = piece.hasMore && piece.taken > taken;
      taken = piece.taken;
    }
  }

  private follow(runId: string): void {
    const marker = join(this.paths.active, runId);
    if (!existsSync(marker)) writeFileSync(marker, '');
  }
}

/** Which journal of an import it is; 0 for the others. */
export const IMPORT_JOURNAL = /^import-(\d+)\.lwj$/;

/** Edits may name runs that another journal tells of: they come last. */
const orderOf = (name: string): number =>
  name === EDITS ? Number.POSITIVE_INFINITY : Number(IMPORT_JOURNAL.exec(name)?.[1] ?? 0);
