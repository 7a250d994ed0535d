/**
 * What the user changes of runs: names, notes, tags, experiments, deletions. It goes into the runs' folders first, and
 * then into the database, both within one call of the writer, or not at all. Whoever is killed in between leaves a marker:
 * the next engine takes in what is in the folders.
 */
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import type { RunEdit } from '../../protocol/lists';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { RecordedEdit } from '../../protocol/records';
import { asStoreError } from '../store';
import { emptyBatch } from './batch';
import { EditRows, EditsBefore } from './editRows';
import type { Follower } from './follow';
import { appendRecords, type Appended, EDITS, journalOf } from './ownJournal';
import { takePiece } from './journalFile';
import { BEING_REMOVED } from './removal';

interface Known {
  readonly run_seq: number;
  readonly run_id: string;
  readonly parent_run_id: string | null;
  readonly deleted_ms: number | null;
}

export interface Changes {
  /** Every run whose row is another now. */
  readonly runIds: readonly string[];
  readonly structure: boolean;
}

/** Of one run: what is to be written into the journal of its home. */
interface Planned {
  readonly runId: string;
  readonly edit: RecordedEdit;
}

export class RunEdits {
  private readonly statements;
  private readonly rows: EditRows;
  private readonly before: EditsBefore;
  private lastMs = 0;

  constructor(
    private readonly db: Database,
    private readonly paths: StorePaths,
    private readonly follower: Pick<Follower, 'follows' | 'hasTaken'>,
    private readonly onChanged: (changes: Changes) => void,
  ) {
    this.rows = new EditRows(db);
    this.before = new EditsBefore(db);
    this.statements = {
      find: db.prepare<[string], Known>('SELECT run_seq, run_id, parent_run_id, deleted_ms FROM runs WHERE run_id = ?'),
      tree: db.prepare<[string], { run_id: string; experiment: string; deleted_ms: number | null }>(
        `WITH RECURSIVE tree (run_id) AS (
           SELECT ? UNION SELECT r.run_id FROM runs r JOIN tree ON r.parent_run_id = tree.run_id)
         SELECT r.run_id, e.name AS experiment, r.deleted_ms FROM tree JOIN runs r USING (run_id)
           JOIN experiments e USING (experiment_id) WHERE r.deleted_ms IS NOT ${String(BEING_REMOVED)}`,
      ),
      taken: db.prepare<[number], number>(`SELECT taken FROM journals WHERE run_seq = ? AND file = '${EDITS}'`).pluck(),
      setTaken: db.prepare(
        `INSERT INTO journals (run_seq, file, taken, damage) VALUES (?, '${EDITS}', ?, NULL)
         ON CONFLICT DO UPDATE SET taken = excluded.taken, damage = NULL`,
      ),
    };
  }

  /**
   * @returns the edits that undo these, one for each run
   * @throws LoopwrightError `not_found`, `bad_request` for a deleted run, `read_only`: nothing was changed then
   */
  edit(edits: readonly RunEdit[]): RunEdit[] {
    for (const { runId } of edits) {
      if (this.find(runId).deleted_ms !== null)
        throw new LoopwrightError('bad_request', `The run ${runId} is deleted. Restore it first.`);
    }
    const undone: RunEdit[] = [];
    const planned: Planned[] = [];
    for (const { runId, experiment, ...own } of edits) {
      planned.push({ runId, edit: own });
      if (experiment === undefined) continue;
      const tree = this.statements.tree.all(runId);
      const former = tree.find(({ run_id: id }) => id === runId)?.experiment;
      for (const run of tree) {
        planned.push({ runId: run.run_id, edit: { experiment } });
        // Whatever was elsewhere already does not come back with the run that it is below.
        if (run.experiment !== former) undone.push({ runId: run.run_id, experiment: run.experiment });
      }
    }
    const before = [...merged(edits).map((edit) => this.before.of(edit)), ...undone];
    this.keep(planned.filter(({ edit }) => Object.keys(edit).length > 0));
    this.onChanged({
      runIds: [...new Set(planned.map(({ runId }) => runId))],
      structure: edits.some(({ experiment, pinned }) => experiment !== undefined || pinned !== undefined),
    });
    return before;
  }

  /**
   * Runs go with their children. @returns those of them that were there
   *
   * @throws LoopwrightError `not_found`, `read_only`: nothing was changed then
   */
  delete(runIds: readonly string[]): string[] {
    const shown = runIds.map((runId) => this.find(runId)).filter((run) => run.deleted_ms === null);
    const gone = new Set<string>();
    for (const { run_id: runId } of shown)
      for (const run of this.statements.tree.all(runId)) if (run.deleted_ms === null) gone.add(run.run_id);
    this.mark(gone, true, runIds);
    return [...new Set(shown.map((run) => run.run_id))];
  }

  /**
   * Runs come back with the children that went with them; those that were deleted before them stay deleted. What is above
   * a run comes back, too: it could not be found otherwise.
   *
   * @returns the runs that were asked for and those above them, as far as they were deleted
   * @throws LoopwrightError `not_found`, `read_only`: nothing was changed then
   */
  restore(runIds: readonly string[]): string[] {
    const deleted = runIds.map((runId) => this.find(runId)).filter((run) => run.deleted_ms !== null);
    const back = new Set<string>();
    const named = new Set<string>();
    for (const run of deleted) {
      for (const one of this.statements.tree.all(run.run_id))
        if (one.deleted_ms === run.deleted_ms) back.add(one.run_id);
      for (const one of [run, ...this.above(run)]) {
        if (one.deleted_ms === null || one.deleted_ms === BEING_REMOVED) continue;
        back.add(one.run_id);
        named.add(one.run_id);
      }
    }
    this.mark(back, false, runIds);
    return [...named];
  }

  /** What the source of imported runs says of them: of these alone, whatever is below them. */
  markImported(runIds: readonly string[], deleted: boolean): void {
    const known = runIds.filter((runId) => this.statements.find.get(runId) !== undefined);
    if (known.length === 0) return;
    this.keep(known.map((runId) => ({ runId, edit: { deleted, imported: true } })));
    this.onChanged({ runIds: known, structure: true });
  }

  private mark(runIds: ReadonlySet<string>, deleted: boolean, asked: readonly string[]): void {
    this.keep([...runIds].map((runId) => ({ runId, edit: { deleted } })));
    this.onChanged({ runIds: [...new Set([...asked, ...runIds])], structure: true });
  }

  private find(runId: string): Known {
    const known = this.statements.find.get(runId);
    if (known && known.deleted_ms !== BEING_REMOVED) return known;
    throw new LoopwrightError(
      'not_found',
      `There is no run ${runId} in this store. "loopwright runs list" shows those there are.`,
    );
  }

  private above(run: Known): Known[] {
    const found: Known[] = [];
    const seen = new Set([run.run_id]);
    for (let id = run.parent_run_id; id !== null && !seen.has(id);) {
      seen.add(id);
      const parent = this.statements.find.get(id);
      if (!parent) break;
      found.push(parent);
      id = parent.parent_run_id;
    }
    return found;
  }

  /** Writes them down where each belongs and takes them in; as if nothing had happened if that can't be. */
  private keep(planned: readonly Planned[]): void {
    const nowMs = (this.lastMs = Math.max(Date.now(), this.lastMs + 1));
    const byHome = new Map<Known, RecordedEdit[]>();
    const homeless: Planned[] = [];
    const homes = new Map<string, Known | null>();
    for (const { runId, edit } of planned) {
      const home = this.homeOf(runId, homes);
      if (home === null) {
        homeless.push({ runId, edit });
        continue;
      }
      const records = byHome.get(home) ?? [];
      byHome.set(home, records);
      addTo(records, home.run_id === runId ? edit : { ...edit, runs: [runId] });
    }
    const appended: (Appended & { readonly home: Known; readonly isMarked: boolean })[] = [];
    try {
      for (const [home, records] of byHome) {
        const isMarked = this.markHome(home);
        try {
          const path = journalOf(this.paths.runFolder(home.run_id), EDITS);
          const taken = this.statements.taken.get(home.run_seq) ?? 0;
          const edits = records.map((edit) => ['edit', nowMs, edit]);
          appended.push({ ...appendRecords(path, taken, edits), home, isMarked });
        } catch (error) {
          if (isMarked) this.unmarkHome(home);
          throw error;
        }
      }
      const taken = this.db
        .transaction(() => {
          for (const { runId, edit } of homeless) this.rows.changeById(runId, { ...edit, timestampMs: nowMs });
          return appended.map(({ home, from }) => this.takeIn(home, from));
        })
        .immediate();
      appended.forEach(({ home }, index) => {
        this.follower.hasTaken(home.run_id, EDITS, taken[index] ?? 0);
      });
    } catch (error) {
      for (const one of appended) one.takeBack();
      throw asStoreError(this.paths.database, error);
    } finally {
      for (const { home, isMarked } of appended) if (isMarked) this.unmarkHome(home);
    }
  }

  private takeIn(home: Known, from: number): number {
    let taken = from;
    for (let hasMore = true; hasMore;) {
      const batch = emptyBatch();
      const piece = takePiece(journalOf(this.paths.runFolder(home.run_id), EDITS), taken, batch);
      for (const edit of batch.edits) this.rows.add(home.run_seq, edit);
      hasMore = piece.hasMore && piece.taken > taken;
      taken = piece.taken;
    }
    this.statements.setTaken.run(home.run_seq, taken);
    return taken;
  }

  /** The run itself, or the nearest above it, that has a folder; null if none has. */
  private homeOf(runId: string, known: Map<string, Known | null>): Known | null {
    const cached = known.get(runId);
    if (cached !== undefined) return cached;
    const run = this.find(runId);
    const home = [run, ...this.above(run)].find(({ run_id: id }) =>
      existsSync(join(this.paths.runFolder(id), 'spec.json')),
    );
    // One object for each home: it is the key under which its records are gathered.
    const one = home === undefined ? null : (known.get(home.run_id) ?? home);
    if (one !== null) known.set(one.run_id, one);
    known.set(runId, one);
    return one;
  }

  /** @returns whether it was not marked already */
  private markHome({ run_id: runId }: Known): boolean {
    if (this.follower.follows(runId)) return false;
    const marker = join(this.paths.active, runId);
    if (existsSync(marker)) return false;
    try {
      writeFileSync(marker, '');
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      throw new LoopwrightError('read_only', `The change can't be written down: ${cause}.`, { cause: error });
    }
    return true;
  }

  private unmarkHome({ run_id: runId }: Known): void {
    rmSync(join(this.paths.active, runId), { force: true });
  }
}

/** Runs to which the same is done share a record. */
function addTo(records: RecordedEdit[], edit: RecordedEdit): void {
  const last = records.at(-1);
  if (last?.runs && edit.runs) {
    const { runs, ...same } = last;
    const { runs: more, ...other } = edit;
    if (JSON.stringify(same) === JSON.stringify(other)) {
      records[records.length - 1] = { ...same, runs: [...runs, ...more] };
      return;
    }
  }
  records.push(edit);
}

/** One edit for each run, with all that any of its edits names. */
function merged(edits: readonly RunEdit[]): RunEdit[] {
  const byRun = new Map<string, RunEdit>();
  for (const edit of edits) {
    const known = byRun.get(edit.runId);
    const tags = edit.tags || known?.tags ? { tags: { ...known?.tags, ...edit.tags } } : {};
    byRun.set(edit.runId, { ...known, ...edit, ...tags });
  }
  return [...byRun.values()];
}
