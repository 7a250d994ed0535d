/**
 * One engine for each store and user, one process for each scoring job. The lock is SQLite's on a file of its own: the system
 * drops it with the process, however that ends, so that there is no stale pid file to judge.
 */
import Database from 'better-sqlite3';

/** Holds the lock until it is closed, or the process ends; null if another process has it for so long. */
export function takeLock(file: string, patienceMs: number): Database.Database | null {
  const db = new Database(file, { timeout: patienceMs });
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
