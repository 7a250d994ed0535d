/**
 * Taking in runs whose folders were written by others, many at a time: `incoming/<run_id>` marks each that is whole, or
 * has a new journal that is. Rows are made as the follower makes them; a transaction holds as many runs as fit into a
 * slice, where the follower needs several for one.
 */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { emptyBatch } from './batch';
import { ClientOutcomes } from './clientOutcome';
import type { Follower } from './follow';
import { lastSign, listNames } from './folderSigns';
import { takePiece } from './journalFile';
import { EDITS } from './ownJournal';
import { readSpec } from './runFiles';
import { Runs } from './runs';

const SLICE_MS = 20;

export interface TakenIn {
  readonly runIds: string[];
  /** How many wait still. */
  readonly left: number;
}

export class IncomingRuns {
  private readonly runs: Runs;
  private readonly outcomes: ClientOutcomes;
  private readonly loadTaken;
  private readonly setTaken;
  private waiting: string[] = [];

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

  /** Goes on for a slice. To be called until nothing is left. */
  take(nowMs: number): TakenIn {
    if (this.waiting.length === 0) this.waiting = namesIn(this.paths.incoming);
    const until = performance.now() + SLICE_MS;
    const taken: { runId: string; goesOn: boolean }[] = [];
    const batch: string[] = [];
    const seqs: number[] = [];
    try {
      this.db
        .transaction(() => {
          for (let runId = this.waiting.pop(); runId !== undefined; runId = this.waiting.pop()) {
            batch.push(runId);
            const run = this.takeRun(runId, nowMs);
            if (run) {
              taken.push({ runId, goesOn: run.goesOn });
              seqs.push(run.seq);
            }
            if (performance.now() >= until) return;
          }
        })
        .immediate();
    } catch (error) {
      this.waiting = []; // to be found again: their markers stay
      throw error;
    } finally {
      for (const seq of seqs) this.follower.ingest.forget(seq);
    }
    for (const { runId, goesOn } of taken) if (goesOn) this.follow(runId);
    for (const runId of batch) rmSync(join(this.paths.incoming, runId), { force: true });
    return { runIds: taken.map(({ runId }) => runId), left: this.waiting.length };
  }

  private takeRun(runId: string, nowMs: number): { seq: number; goesOn: boolean } | null {
    // It takes in what is new in its rounds, and keeps its own account of what it has.
    if (this.follower.follows(runId)) return null;
    const folder = this.paths.runFolder(runId);
    const spec = readSpec(folder);
    if (spec?.run_id !== runId) {
      this.warn(`incoming/${runId} names a run whose spec.json is missing or not of its form; it is left alone`);
      return null;
    }
    const { seq } = this.runs.ensure(spec);
    const names = listNames(join(folder, 'journals')).filter((name) => name.endsWith('.lwj'));
    // Edits may name runs that another journal tells of: they come last.
    for (const name of names.toSorted((left, right) => orderOf(left) - orderOf(right)))
      this.takeJournal(seq, folder, name);
    const outcome = this.outcomes.of(seq, lastSign(folder) ?? spec.created_ms, nowMs);
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
const orderOf = (name: string): number =>
  name === EDITS ? Number.POSITIVE_INFINITY : Number(IMPORT_JOURNAL.exec(name)?.[1] ?? 0);

function namesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder);
}
