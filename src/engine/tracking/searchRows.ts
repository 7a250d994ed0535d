/** The words of a run, to be found by any part of them: its name, its tags and parameters as `key=value`. */
import type { Database } from 'better-sqlite3';

/** Of a run that has more, the rest is not found: what is indexed anew with each parameter must stay small. */
const MAX_TEXT = 50_000;

/** Over the alias `r` of `runs`. A line break ends it: so the last two characters, too, begin a trigram. */
const TEXT = `substr(r.name
  || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM tags t
       WHERE t.run_seq = r.run_seq AND t.edited <> 2), '')
  || coalesce((SELECT group_concat(char(10) || key || '=' || value, '') FROM params p
       WHERE p.run_seq = r.run_seq AND p.shadowed = 0), ''), 1, ${String(MAX_TEXT)}) || char(10)`;

export class SearchRows {
  private readonly put;
  private readonly drop;

  constructor(db: Database) {
    this.put = db.prepare<[number]>(
      `INSERT OR REPLACE INTO search (rowid, text) SELECT r.run_seq, ${TEXT} FROM runs r WHERE r.run_seq = ?`,
    );
    this.drop = db.prepare<[number]>('DELETE FROM search WHERE rowid = ?');
  }

  /** To be called inside the transaction in which the run's name, tags or parameters change. */
  update(runSeq: number): void {
    this.put.run(runSeq);
  }

  remove(runSeq: number): void {
    this.drop.run(runSeq);
  }
}

/** Makes them for all runs, after rows were written past this. */
export function indexAllRuns(db: Database): void {
  db.exec(`INSERT OR REPLACE INTO search (rowid, text) SELECT r.run_seq, ${TEXT} FROM runs r`);
}
