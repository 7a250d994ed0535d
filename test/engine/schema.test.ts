import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { migrate, refuseOlder } from '../../src/engine/store/schema';

/** A store of before the version that comes behind this one, with one run. */
function storeOf(version: number): Database.Database {
  const db = new Database(':memory:');
  migrate(db, undefined, version);
  db.exec(`
    INSERT INTO experiments (experiment_id, name, created_ms) VALUES (1, 'Default', 5), (2, 'fraud', 6);
    INSERT INTO runs (run_id, experiment_id, name, status, kind, source, argv, cwd, user, host, start_ms)
      VALUES ('a', 1, 'Größe', 'RUNNING', 'script', 't.py', '[]', '/', 'ada', 'desk', 0);
    INSERT INTO search (rowid, text) SELECT run_seq, name FROM runs`);
  return db;
}

it('makes the ends of words findable in a store of before', () => {
  const db = storeOf(4);
  migrate(db);
  const ending = db.prepare(`SELECT term FROM search_terms WHERE term >= 'ße' AND term < 'ßf'`).pluck().all();
  expect(ending).toEqual(['ße\n']);
});

it('says that it upgrades a store of before, not that it makes one', () => {
  let upgrades = 0;
  const upgrade = (work: () => void) => {
    upgrades++;
    work();
  };
  migrate(new Database(':memory:'), upgrade);
  expect(upgrades).toBe(0);
  const db = storeOf(5);
  expect(() => refuseOlder(db)).toThrow(/older version of Loopwright \(format 5, this one reads \d+\)/);
  migrate(db, upgrade);
  migrate(db, upgrade);
  expect(upgrades).toBe(1);
  refuseOlder(db);
});

it('gives the experiment Default the id that clients of MLflow count on, its runs with it', () => {
  const db = storeOf(5);
  db.pragma('foreign_keys = ON');
  migrate(db);
  const runs = db.prepare('SELECT run_id, experiment_id, e.name FROM runs JOIN experiments e USING (experiment_id)');
  expect(runs.all()).toEqual([{ run_id: 'a', experiment_id: 0, name: 'Default' }]);
  expect(db.prepare('SELECT experiment_id, name FROM experiments ORDER BY 1').all()).toEqual([
    { experiment_id: 0, name: 'Default' },
    { experiment_id: 2, name: 'fraud' },
  ]);
});
