/**
 * One engine for each store and user. The lock is SQLite's on a file of its own: the system drops it with the process,
 * however that ends, so that there is no stale pid file to judge.
 */
import Database from 'better-sqlite3';

/** Longer than an old engine takes to hand over. */
const PATIENCE_MS = 3000;

/** Holds the lock until the process ends; null if another engine has it. */
export function takeLock(file: string): Database.Database | null {
  const db = new Database(file, { timeout: PATIENCE_MS });
  try {
    db.pragma('journal_mode = DELETE');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return null;
    throw error;
  }
}
