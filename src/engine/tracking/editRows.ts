/** What the user changes of runs, as rows. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import type { RunEdit } from '../../protocol/lists';
import type { Batch } from './batch';
import { deletedWith, moveToExperiment } from './experimentDeletion';
import { ensureExperiment } from './experimentRows';
import { NoteRows, tagOfNote } from './noteRows';
import { BEING_REMOVED } from './removal';
import { SearchRows } from './searchRows';

type Edit = Batch['edits'][number];

export class EditRows {
  private readonly statements;
  private readonly search: SearchRows;
  private readonly notes: NoteRows;
  private readonly ensureExperiment;
  private readonly moveTo;

  constructor(db: Database) {
    this.ensureExperiment = ensureExperiment(db);
    this.moveTo = moveToExperiment(db);
    this.search = new SearchRows(db);
    this.notes = new NoteRows(db);
    const set = (column: string) => db.prepare(`UPDATE runs SET ${column} = ? WHERE run_seq = ?`);
    this.statements = {
      seqOf: db.prepare<[string], number>('SELECT run_seq FROM runs WHERE run_id = ?').pluck(),
      setName: set('name'),
      setStarred: set('starred'),
      setPinned: set('pinned'),
      setDeleted: db.prepare(
        `UPDATE runs SET deleted_ms = @atMs WHERE run_seq = @seq AND deleted_ms IS NOT ${String(BEING_REMOVED)}`,
      ),
      setRestored: db.prepare(
        `UPDATE runs SET deleted_ms = ${deletedWith('runs.experiment_id', '@atMs')}
         WHERE run_seq = @seq AND deleted_ms IS NOT ${String(BEING_REMOVED)}`,
      ),
      setTag: db.prepare(
        `INSERT INTO tags (run_seq, key, value, edited) VALUES (?, ?, ?, 1)
         ON CONFLICT DO UPDATE SET value = excluded.value, edited = 1`,
      ),
      removeTag: db.prepare(
        `INSERT INTO tags (run_seq, key, value, edited) VALUES (?, ?, '', 2) ON CONFLICT DO UPDATE SET edited = 2`,
      ),
    };
  }

  /** @param own the run in whose journal it stands. @returns nothing; what names a run that is not there is left out */
  add(own: number, edit: Edit): void {
    if (edit.runs === undefined) this.change(own, edit);
    else for (const runId of edit.runs) this.changeById(runId, edit);
  }

  changeById(runId: string, edit: Edit): void {
    const seq = this.statements.seqOf.get(runId);
    if (seq !== undefined) this.change(seq, edit);
  }

  private change(seq: number, edit: Edit): void {
    const { setName, setStarred, setPinned, setDeleted, setRestored, setTag, removeTag } = this.statements;
    const atMs = Math.trunc(edit.timestampMs);
    if (edit.name !== undefined) setName.run(edit.name, seq);
    if (edit.starred !== undefined) setStarred.run(edit.starred ? 1 : 0, seq);
    if (edit.pinned !== undefined) setPinned.run(edit.pinned ? 1 : 0, seq);
    if (edit.experiment !== undefined) this.moveTo(seq, this.ensureExperiment(edit.experiment, atMs), atMs);
    if (edit.deleted !== undefined) (edit.deleted ? setDeleted : setRestored).run({ seq, atMs });
    const tags = { ...edit.tags, ...(edit.note === undefined ? {} : tagOfNote(edit.note)) };
    for (const [key, value] of Object.entries(tags)) {
      if (value === null) removeTag.run(seq, key);
      else setTag.run(seq, key, value);
    }
    this.notes.afterTags(seq, Object.keys(tags));
    if (edit.name !== undefined || Object.keys(tags).length > 0) this.search.update(seq);
  }
}

/** The edits that undo others, made before those are. */
export class EditsBefore {
  private readonly run;
  private readonly tag;

  constructor(db: Database) {
    this.run = db.prepare<
      [string],
      { run_seq: number; name: string; note: string; starred: number; pinned: number; experiment: string }
    >(
      `SELECT run_seq, r.name, note, starred, pinned, e.name AS experiment
       FROM runs r JOIN experiments e USING (experiment_id) WHERE run_id = ?`,
    );
    this.tag = db
      .prepare<[number, string], string>('SELECT value FROM tags WHERE run_seq = ? AND key = ? AND edited <> 2')
      .pluck();
  }

  /** What a run has of all that an edit names. */
  of(edit: RunEdit): RunEdit {
    const run = this.run.get(edit.runId);
    if (!run) return { runId: edit.runId };
    return {
      runId: edit.runId,
      ...(edit.name === undefined ? {} : { name: run.name }),
      ...(edit.note === undefined ? {} : { note: run.note }),
      ...(edit.starred === undefined ? {} : { starred: run.starred !== 0 }),
      ...(edit.pinned === undefined ? {} : { pinned: run.pinned !== 0 }),
      ...(edit.experiment === undefined ? {} : { experiment: run.experiment }),
      ...(edit.tags === undefined
        ? {}
        : {
            tags: Object.fromEntries(
              Object.keys(edit.tags).map((key) => [key, this.tag.get(run.run_seq, key) ?? null]),
            ),
          }),
    };
  }
}
