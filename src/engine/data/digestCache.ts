/**
 * Digests by the state of a file, so that a large file which nobody has changed is not read again. A database of its own
 * that only jobs open: what is in it can be made again at any time.
 */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import * as z from 'zod';
import { Column } from '../../protocol/capture';
import { makeBelow } from '../../protocol/node/storeFolder';
import type { FileState } from './fileDigest';
import type { TableFacts } from './tables';

const BUSY_MS = 5000;
const FORGOTTEN_AFTER_MS = 90 * 24 * 3600 * 1000;
const FORMAT = 1;

export interface Known {
  readonly md5: string;
  /** Null where nobody has looked for a table yet. */
  readonly table: TableFacts | null;
}

const Table = z.object({
  rows: z.number().nullable(),
  columns: z.array(Column).nullable(),
  problem: z.string().nullable(),
});

export class DigestCache {
  private readonly db: Database.Database;

  /** Opens or makes it; one that is damaged is made again. */
  constructor(file: string) {
    makeBelow(join(dirname(file), '..'), dirname(file));
    try {
      this.db = open(file);
    } catch (error) {
      if (!(error instanceof Database.SqliteError) || !/CORRUPT|NOTADB|^SQLITE_ERROR/.test(error.code)) throw error;
      for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
      this.db = open(file);
    }
  }

  find(path: string, state: FileState): Known | null {
    const row = this.db
      .prepare<unknown[], { md5: string; tabular: string | null }>(
        `SELECT md5, tabular FROM digests
         WHERE path = ? AND device = ? AND inode = ? AND mtime_ns = ? AND ctime_ns = ? AND size_bytes = ?`,
      )
      .get(path, state.device, state.inode, state.mtimeNs, state.ctimeNs, state.sizeBytes);
    if (!row) return null;
    return { md5: row.md5, table: row.tabular === null ? null : Table.parse(JSON.parse(row.tabular)) };
  }

  set(path: string, state: FileState, { md5, table }: Known): void {
    this.db
      .prepare(
        `INSERT OR REPLACE INTO digests (path, device, inode, mtime_ns, ctime_ns, size_bytes, md5, tabular, seen_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        path,
        state.device,
        state.inode,
        state.mtimeNs,
        state.ctimeNs,
        state.sizeBytes,
        md5,
        table === null ? null : JSON.stringify(table),
        Date.now(),
      );
  }

  close(): void {
    this.db.close();
  }
}

function open(file: string): Database.Database {
  const db = new Database(file, { timeout: BUSY_MS });
  try {
    // Lost with the power, it costs one more hashing.
    db.pragma('synchronous = OFF');
    if (db.pragma('user_version', { simple: true }) !== FORMAT)
      db.exec(`DROP TABLE IF EXISTS digests;
        CREATE TABLE digests (
          path TEXT PRIMARY KEY, device TEXT NOT NULL, inode TEXT NOT NULL, mtime_ns TEXT NOT NULL,
          ctime_ns TEXT NOT NULL, size_bytes INTEGER NOT NULL, md5 TEXT NOT NULL, tabular TEXT, seen_ms INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        PRAGMA user_version = ${String(FORMAT)}`);
    db.prepare('DELETE FROM digests WHERE seen_ms < ?').run(Date.now() - FORGOTTEN_AFTER_MS);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
