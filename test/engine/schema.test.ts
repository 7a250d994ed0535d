import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { migrate, refuseOlder, SCHEMA_VERSION } from '../../src/engine/store/schema';

it('makes the ends of words findable in a store of before', () => {
  const db = new Database(':memory:');
  migrate(db);
  db.exec(`
    INSERT INTO experiments (experiment_id, name, created_ms) VALUES (1, 'x', 0);
    INSERT INTO runs (run_id, experiment_id, name, status, kind, source, argv, cwd, user, host, start_ms)
      VALUES ('a', 1, 'Größe', 'RUNNING', 'script', 't.py', '[]', '/', 'ada', 'desk', 0);
    DROP TABLE search_terms;
    INSERT OR REPLACE INTO search (rowid, text) SELECT run_seq, name FROM runs`);
  db.pragma(`user_version = ${String(SCHEMA_VERSION - 1)}`);
  migrate(db);
  const ending = db.prepare(`SELECT term FROM search_terms WHERE term >= 'ße' AND term < 'ßf'`).pluck().all();
  expect(ending).toEqual(['ße\n']);
});

it('says that it upgrades a store of before, not that it makes one', () => {
  const db = new Database(':memory:');
  let upgrades = 0;
  const upgrade = (work: () => void) => {
    upgrades++;
    work();
  };
  migrate(db, upgrade);
  expect(upgrades).toBe(0);
  db.exec('DROP TABLE search_terms');
  db.pragma(`user_version = ${String(SCHEMA_VERSION - 1)}`);
  expect(() => refuseOlder(db)).toThrow(/older version of Loopwright \(format \d+, this one reads \d+\)/);
  migrate(db, upgrade);
  migrate(db, upgrade);
  expect(upgrades).toBe(1);
  refuseOlder(db);
});
