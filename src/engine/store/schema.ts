/** How an older store becomes one of today's, and which stores are let alone. */
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { migrations } from './migrations';

export const SCHEMA_VERSION = migrations.length;

export function schemaVersionOf(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }));
}

/** @throws LoopwrightError `store_newer` if a newer version of the product made the store */
export function refuseNewer(db: Database): void {
  const version = schemaVersionOf(db);
  if (version > SCHEMA_VERSION) {
    throw new LoopwrightError(
      'store_newer',
      `This store was written by a newer version of Loopwright (format ${String(version)}, this one knows ${String(SCHEMA_VERSION)}). Update Loopwright to open it; nothing was changed.`,
    );
  }
}

/** How the work of an upgrade is done by whoever has to tell others of it. */
export type Upgrade = (work: () => void, db: Database) => void;

/**
 * Brings the store to today's form, or to that of an earlier version; all or nothing. A database that is being made is no
 * upgrade.
 */
export function migrate(db: Database, upgrade: Upgrade = (work) => work(), to = SCHEMA_VERSION): void {
  refuseNewer(db);
  const from = schemaVersionOf(db);
  if (from >= to) return;
  const bring = db.transaction(() => {
    for (const statement of migrations.slice(from, to)) db.exec(statement);
    db.pragma(`user_version = ${String(to)}`);
  });
  if (from === 0) bring.immediate();
  else upgrade(() => bring.immediate(), db);
}

/** What is read only can't be brought to today's form. @throws LoopwrightError `store_unusable` */
export function refuseOlder(db: Database): void {
  const version = schemaVersionOf(db);
  if (version < SCHEMA_VERSION)
    throw new LoopwrightError(
      'store_unusable',
      `This store was written by an older version of Loopwright (format ${String(version)}, this one reads ${String(SCHEMA_VERSION)}), and can only be brought up to date where it may be written.`,
    );
}
