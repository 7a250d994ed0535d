/**
 * Runs go with their experiment, and come back with it, in one step however many there are: their folders are not touched.
 * The store's journal has when the experiment was deleted, and a run that had begun by then was deleted by that. What was
 * done to a single run later counts for that run.
 */
import type { Database } from 'better-sqlite3';

/**
 * SQL for when a run was deleted by its experiment's deletion; NULL if it was not.
 *
 * @param experiment SQL for the experiment's id
 * @param at SQL for a time at which the run was there, and not deleted
 */
export const deletedWith = (experiment: string, at: string): string =>
  `(SELECT CASE WHEN x.deleted_ms > ${at} THEN x.deleted_ms END FROM experiments x WHERE x.experiment_id = ${experiment})`;

/** @returns a function that moves a run to an experiment, at a time at which it was not deleted by itself */
export function moveToExperiment(db: Database): (seq: number, experimentId: number, atMs: number) => void {
  const move = db.prepare(
    `UPDATE runs SET experiment_id = @experimentId, deleted_ms = CASE
       WHEN deleted_ms IS NULL OR deleted_ms = (SELECT x.deleted_ms FROM experiments x WHERE x.experiment_id = runs.experiment_id)
       THEN ${deletedWith('@experimentId', '@atMs')} ELSE deleted_ms END
     WHERE run_seq = @seq AND experiment_id <> @experimentId`,
  );
  return (seq, experimentId, atMs) => {
    move.run({ seq, experimentId, atMs });
  };
}

/** The other half: what happens to the runs when the experiment itself is deleted or restored. */
export class ExperimentDeletion {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      delete: db.prepare('UPDATE runs SET deleted_ms = @atMs WHERE experiment_id = @id AND deleted_ms IS NULL'),
      restore: db.prepare(
        `UPDATE runs SET deleted_ms = NULL WHERE experiment_id = @id
           AND deleted_ms = (SELECT x.deleted_ms FROM experiments x WHERE x.experiment_id = @id)`,
      ),
    };
  }

  /** To be called before the experiment's own row is changed. */
  apply(id: number, deleted: boolean, atMs: number): void {
    if (deleted) this.statements.delete.run({ id, atMs });
    else this.statements.restore.run({ id });
  }
}
