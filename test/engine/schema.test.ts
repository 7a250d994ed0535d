import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { migrate, SCHEMA_VERSION } from '../../src/engine/store/schema';

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
