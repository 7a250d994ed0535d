/** Experiments as rows. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';

/** The experiment of runs that name none. MLflow's clients count on its id. */
export const DEFAULT_EXPERIMENT = { id: 0, name: 'Default' } as const;

/** An experiment that had the name for some time. */
interface Named {
  readonly id: number;
  readonly sinceMs: number;
  /** null while it still has it. */
  readonly untilMs: number | null;
  /** No other name of it is known: it may have had this one before that was written down. */
  readonly isFirst: 0 | 1;
}

/**
 * @returns a function that gives the id of the experiment that had this name at that time, made if there is none. Folders of
 *   runs name their experiment as it was called then, and may be taken in much later.
 */
export function ensureExperiment(db: Database): (name: string, atMs: number) => number {
  const find = db.prepare<[string], number>('SELECT experiment_id FROM experiments WHERE name = ?').pluck();
  const add = db.prepare('INSERT INTO experiments (experiment_id, name, created_ms, updated_ms) VALUES (?, ?, ?, ?)');
  const named = db.prepare<[string], Named>(
    `SELECT n.experiment_id AS id, n.since_ms AS sinceMs,
       (SELECT l.since_ms FROM experiment_names l
        WHERE l.experiment_id = n.experiment_id AND l.ordinal > n.ordinal ORDER BY l.ordinal LIMIT 1) AS untilMs,
       NOT EXISTS (SELECT 1 FROM experiment_names e
        WHERE e.experiment_id = n.experiment_id AND e.ordinal < n.ordinal) AS isFirst
     FROM experiment_names n WHERE n.name = ? ORDER BY n.ordinal`,
  );
  return (name, atMs) => {
    const known = namedAt(named.all(name), atMs) ?? find.get(name);
    if (known !== undefined) return known;
    const id = name === DEFAULT_EXPERIMENT.name ? DEFAULT_EXPERIMENT.id : null;
    const createdMs = Math.trunc(atMs);
    return Number(add.run(id, name, createdMs, createdMs).lastInsertRowid);
  };
}

function namedAt(all: readonly Named[], atMs: number): number | undefined {
  const still = all.filter(({ untilMs }) => untilMs === null || atMs < untilMs);
  return (still.findLast(({ sinceMs }) => sinceMs <= atMs) ?? still.find(({ isFirst }) => isFirst === 1))?.id;
}
