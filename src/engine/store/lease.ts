/**
 * The record of who writes a store, for those who can't see the engine's lock: other users and other machines on a
 * shared file system. On one machine, for one user, the lock file decides.
 */
import { hostname, userInfo } from 'node:os';
import type { Database } from 'better-sqlite3';
import { bootId } from '../../protocol/node/processes';

/** A lease that was not renewed for so long is over. Renewed every 10 s; clocks of two machines may differ a little. */
export const LEASE_TIMEOUT_MS = 60_000;

interface LeaseRow {
  user: string;
  host: string;
  boot_id: string;
  pid: number;
  beat_ms: number;
}

/** Why this process may not write the store, or null if it may. */
export function whyNotOurs(db: Database, nowMs: number): string | null {
  const row = db.prepare<[], LeaseRow>('SELECT user, host, boot_id, pid, beat_ms FROM lease WHERE one = 1').get();
  if (!row) return null;
  const isOurs = row.user === userInfo().username && row.host === hostname();
  if (isOurs || nowMs - row.beat_ms > LEASE_TIMEOUT_MS) return null;
  return `${row.user} on ${row.host} is writing this store. It is shown read-only here until that engine has ended.`;
}

export class Lease {
  private readonly take;
  private readonly drop;

  constructor(db: Database) {
    this.take = db.prepare(
      `INSERT INTO lease (one, user, host, boot_id, pid, beat_ms) VALUES (1, @user, @host, @bootId, @pid, @now)
       ON CONFLICT DO UPDATE SET user = @user, host = @host, boot_id = @bootId, pid = @pid, beat_ms = @now`,
    );
    this.drop = db.prepare('DELETE FROM lease WHERE pid = ? AND host = ?');
  }

  renew(): void {
    this.take.run({ user: userInfo().username, host: hostname(), bootId: bootId(), pid: process.pid, now: Date.now() });
  }

  release(): void {
    this.drop.run(process.pid, hostname());
  }
}
