/** Notices that the database that is open is no longer the store's. */
import { statSync } from 'node:fs';

/** A network file system may have a bad moment. */
const MISSES = 2;

/**
 * An open file outlives its name: an engine whose store was deleted, moved, or replaced by a copy would go on writing
 * where nobody looks.
 */
export class StoreWatch {
  private opened: string | null = null;
  private misses = 0;

  constructor(private readonly database: string) {}

  /** To be called when the database was opened. */
  begin(): void {
    this.opened = identityOf(this.database);
    this.misses = 0;
  }

  /** To be called every few seconds; true when something else, or nothing, was there several times in a row. */
  isGone(): boolean {
    if (this.opened === null) return false;
    this.misses = identityOf(this.database) === this.opened ? 0 : this.misses + 1;
    return this.misses >= MISSES;
  }
}

/** Null where there is no file. */
function identityOf(file: string): string | null {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false });
  return found ? `${String(found.dev)}:${String(found.ino)}` : null;
}
