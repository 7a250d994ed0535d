/** Experiments as rows. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';

/** The experiment of runs that name none. MLflow's clients count on its id. */
export const DEFAULT_EXPERIMENT = { id: 0, name: 'Default' } as const;

/** @returns a function that gives the id of the experiment of this name, made if there is none */
export function ensureExperiment(db: Database): (name: string, createdMs: number) => number {
  const find = db.prepare<[string], number>('SELECT experiment_id FROM experiments WHERE name = ?').pluck();
  const add = db.prepare('INSERT INTO experiments (experiment_id, name, created_ms, updated_ms) VALUES (?, ?, ?, ?)');
  return (name, createdMs) => {
    const known = find.get(name);
    if (known !== undefined) return known;
    const id = name === DEFAULT_EXPERIMENT.name ? DEFAULT_EXPERIMENT.id : null;
    const atMs = Math.trunc(createdMs);
    return Number(add.run(id, name, atMs, atMs).lastInsertRowid);
  };
}
