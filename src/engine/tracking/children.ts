/** Runs that have no process of their own: a fold, a candidate of a search. Their parent's journal tells of them. */
import type { Database } from 'better-sqlite3';
import type { Batch } from './batch';

export class ChildRuns {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      find: db.prepare<[string], { run_seq: number }>('SELECT run_seq FROM runs WHERE run_id = ?'),
      add: db.prepare(
        `INSERT INTO runs (run_id, experiment_id, parent_run_id, name, status, start_ms, end_ms, exit_code, deleted_ms, kind, source,
           argv, cwd, interpreter, python_version, user, host)
         SELECT @id, experiment_id, run_id, @name, @status, @startMs, @endMs, NULL, deleted_ms, kind, source, argv, cwd, interpreter,
           python_version, user, host FROM runs WHERE run_seq = @parentSeq`,
      ),
    };
  }

  ensure(parentSeq: number, child: Batch['children'][number]): { seq: number; isNew: boolean } {
    const known = this.statements.find.get(child.id);
    if (known) return { seq: known.run_seq, isNew: false };
    const { lastInsertRowid } = this.statements.add.run({
      parentSeq,
      id: child.id,
      name: child.name,
      status: child.status,
      startMs: Math.trunc(child.start_ms),
      endMs: Math.trunc(Math.max(child.start_ms, child.end_ms)),
    });
    return { seq: Number(lastInsertRowid), isNew: true };
  }
}
