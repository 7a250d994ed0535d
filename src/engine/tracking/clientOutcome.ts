/**
 * What becomes of a run whose state a tracking client tells. A client that is killed says nothing: its run ends with the
 * script of ours that it belongs to, or, where there is none, when nothing was heard of it for long. One that speaks again
 * goes on.
 */
import type { Database } from 'better-sqlite3';
import type { RunStatus } from '../../protocol/entities';
import type { Outcome } from './outcome';

/** An epoch of a long training may take its time. */
export const SILENT_MS = Number(process.env.LOOPWRIGHT_CLIENT_SILENT_MS ?? 60 * 60_000);

interface Told {
  readonly run_id: string;
  readonly told_status: RunStatus | null;
  readonly told_end_ms: number | null;
  readonly start_ms: number;
}

interface Owner {
  readonly status: RunStatus;
  readonly end_ms: number | null;
}

export class ClientOutcomes {
  private readonly told;
  private readonly owner;

  constructor(db: Database) {
    this.told = db.prepare<[number], Told>(
      'SELECT run_id, told_status, told_end_ms, start_ms FROM runs WHERE run_seq = ?',
    );
    this.owner = db.prepare<[string], Owner>(
      `WITH RECURSIVE above (run_id, depth) AS (
         SELECT parent_run_id, 1 FROM runs WHERE run_id = ?
         UNION ALL SELECT r.parent_run_id, depth + 1 FROM above JOIN runs r USING (run_id) WHERE depth < 50)
       SELECT r.status, r.end_ms FROM above JOIN runs r USING (run_id) WHERE r.kind <> 'client' ORDER BY depth LIMIT 1`,
    );
  }

  /** @param lastSignMs when the run was last heard of; asked where that counts */
  of(seq: number, lastSignMs: () => number, nowMs: number): Outcome {
    const told = this.told.get(seq);
    const startMs = told?.start_ms ?? lastSignMs();
    const status = told?.told_status ?? 'RUNNING';
    const none = { exitCode: null, signal: null };
    if (status !== 'RUNNING' && status !== 'SCHEDULED')
      return { status, startMs, endMs: told?.told_end_ms ?? lastSignMs(), ...none, reason: null };
    const owner = told && this.owner.get(told.run_id);
    if (owner) {
      if (owner.end_ms === null || owner.status === 'RUNNING' || owner.status === 'SCHEDULED')
        return { status, startMs };
      const reason = 'Its script has ended without a word on how it went.';
      return { status: owner.status, startMs, endMs: Math.max(startMs, owner.end_ms), ...none, reason };
    }
    const lastWordMs = lastSignMs();
    if (nowMs - lastWordMs < SILENT_MS) return { status, startMs };
    const reason = `Nothing was heard of it for ${String(Math.round(SILENT_MS / 60_000))} minutes: whoever logged it is gone.`;
    return { status: 'KILLED', startMs, endMs: Math.max(startMs, lastWordMs), ...none, reason };
  }
}
