/** Opening the database: for the one writer, and for readers beside it. */
import Database from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { migrate, refuseNewer, refuseOlder, SCHEMA_VERSION, type Upgrade } from './schema';

const BUSY_TIMEOUT_MS = 5000;
const READER_CACHE_KB = 32_000;

/**
 * Opens, makes or migrates the database for writing.
 *
 * @throws LoopwrightError `store_newer`, `store_corrupt` or `read_only`
 */
export function openForWriting(file: string, upgrade?: Upgrade): Database.Database {
  return guarded(file, () => {
    const db = new Database(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      refuseNewer(db);
      // Takes effect in a database that is being made: room that is freed later can be given back in small pieces.
      db.pragma('auto_vacuum = INCREMENTAL');
      // Network file systems have no shared memory: SQLite then answers with the mode that it kept.
      const mode = String(db.pragma('journal_mode = WAL', { simple: true }));
      db.pragma(mode === 'wal' ? 'synchronous = NORMAL' : 'synchronous = FULL');
      distrust(db);
      db.pragma('foreign_keys = ON');
      migrate(db, upgrade);
      // That a file system is read-only shows when something is written, no sooner; BEGIN IMMEDIATE does not count.
      db.pragma(`user_version = ${String(SCHEMA_VERSION)}`);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** @throws LoopwrightError `store_newer`, `store_corrupt`, or `store_unusable` for one of an older form */
export function openForReading(file: string): Database.Database {
  return guarded(file, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    try {
      refuseNewer(db);
      refuseOlder(db);
      distrust(db);
      // Lists of very many runs look in several indexes at once.
      db.pragma(`cache_size = -${String(READER_CACHE_KB)}`);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** A store may come from a stranger: its triggers and views may call nothing that has effects. */
function distrust(db: Database.Database): void {
  db.pragma('trusted_schema = OFF');
  db.pragma('cell_size_check = ON');
  db.pragma('mmap_size = 0');
}

function guarded(file: string, open: () => Database.Database): Database.Database {
  try {
    return open();
  } catch (error) {
    throw asStoreError(file, error);
  }
}

/** Names what SQLite's code means for the user; other errors pass through. */
export function asStoreError(file: string, error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB') {
    return new LoopwrightError(
      'store_corrupt',
      `The database ${file} is damaged (${error.message}). Repair makes it again from the run folders and keeps the damaged file beside it.`,
      { cause: error },
    );
  }
  if (error.code.startsWith('SQLITE_READONLY') || error.code === 'SQLITE_CANTOPEN') {
    return new LoopwrightError(
      'read_only',
      `The database ${file} can't be opened for writing (${error.message}, ${error.code}).`,
      {
        cause: error,
      },
    );
  }
  // A full disk also shows as an I/O error: the shared memory beside the database can't grow.
  if (error.code === 'SQLITE_FULL' || error.code.startsWith('SQLITE_IOERR')) {
    return new LoopwrightError(
      'read_only',
      `The database ${file} can't be written (${error.message}): the disk is full or gone. Free some space; what is logged meanwhile waits in the run folders.`,
      { cause: error },
    );
  }
  return error;
}
