/** The note of a run is one with MLflow's tag of it, so that either side reads what the other wrote. */
import type { Database } from 'better-sqlite3';
import { NOTE_TAG } from '../../protocol/mlflowTags';

export class NoteRows {
  private readonly setNote;

  constructor(db: Database) {
    this.setNote = db.prepare<{ seq: number }>(
      `UPDATE runs SET note = coalesce(
         (SELECT value FROM tags WHERE run_seq = @seq AND key = '${NOTE_TAG}' AND edited <> 2), '')
       WHERE run_seq = @seq`,
    );
  }

  /** To be called after tags of a run were set or removed. */
  afterTags(seq: number, keys: readonly string[]): void {
    if (keys.includes(NOTE_TAG)) this.setNote.run({ seq });
  }
}

/** A change of the note as one of the tags. */
export const tagOfNote = (note: string): Record<string, string | null> => ({ [NOTE_TAG]: note === '' ? null : note });
