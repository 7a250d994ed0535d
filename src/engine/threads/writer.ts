/**
 * The one thread that writes the database. It follows the active runs in short rounds and answers calls in between,
 * so that no call waits for longer than a slice.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { CheckedParams } from '../../protocol/requests';
import { ClientWriter, type RegistryEvent, type Write } from '../clients';
import { FollowedNotebooks } from '../notebooks';
import { type EngineWorkKind, Follower, IncomingRuns, RunEdits, RunRemoval } from '../tracking';
import type { Database } from 'better-sqlite3';
import { Queue, serveCalls } from './calls';
import { letOthersGoFirst } from './priority';
import { asStoreError, Lease, openForWriting } from '../store';

/** Between two rounds while runs are active, and while none is. */
const BUSY_MS = 60;
const IDLE_MS = 500;
/** After a round that failed (a full disk): nothing is lost meanwhile, the journals wait. */
const FAILED_MS = 2000;
const LEASE_MS = 10_000;
/** How long changes that clients tell of are collected. */
const TELL_MS = 15;

export interface WriterData {
  readonly root: string;
  readonly queue: SharedArrayBuffer;
}

export type WriterEvent =
  | {
      readonly kind: 'changed';
      readonly runIds: string[];
      readonly structure: boolean;
      readonly registry: boolean;
      readonly activeRuns: number;
    }
  | { readonly kind: 'trouble'; readonly error: { readonly code: ErrorCode; readonly message: string } | null }
  | { readonly kind: 'work'; readonly runId: string; readonly work: EngineWorkKind }
  | { readonly kind: 'inputs'; readonly runId: string }
  | { readonly kind: 'registry'; readonly events: readonly RegistryEvent[] }
  | { readonly kind: 'log'; readonly message: string };

if (!parentPort) throw new LoopwrightError('internal', 'The writer runs as a worker only.');
const data = workerData as WriterData;
const paths = pathsOf(data.root);
const queue = new Queue(data.queue);
let changed = new Set<string>();
let hasNewStructure = false;
let hasNewRegistry = false;
let lastActive = -1;
let trouble: ErrorCode | null = null;
let timer: NodeJS.Timeout | null = null;
let telling: NodeJS.Timeout | null = null;
let leaseRenewedMs = Date.now();

const { db, lease, follower } = open();
const removal = new RunRemoval(db);
const edits = new RunEdits(db, paths, follower, ({ runIds, structure }) => {
  for (const runId of runIds) changed.add(runId);
  if (structure) hasNewStructure = true;
  tell();
});
const clients = new ClientWriter(db, paths, follower, {
  changed: (runId, structure) => {
    changed.add(runId);
    if (structure) hasNewStructure = true;
  },
  registryChanged: () => (hasNewRegistry = true),
  happened: (events) => {
    emit({ kind: 'registry', events });
  },
  look: step,
});
const notebooks = new FollowedNotebooks(paths);
const incoming = new IncomingRuns(db, paths, follower, (message) => emit({ kind: 'log', message }));

const handlers = {
  /** Looks at the active runs at once; resolves when a new run has its row. */
  look: () => {
    step();
    return {};
  },
  edit: (params: CheckedParams<'runs/edit'>) => ({ before: edits.edit(params.edits) }),
  delete: ({ runIds }: CheckedParams<'runs/delete'>) => ({ runIds: edits.delete(runIds) }),
  restore: ({ runIds }: CheckedParams<'runs/restore'>) => ({ runIds: edits.restore(runIds) }),
  /** What programs tell that use the store as a tracking server: answered when all of it is in journals and database. */
  tell: (writes: readonly Write[]) => {
    try {
      return clients.tell(writes);
    } catch (error) {
      throw asStoreError(paths.database, error);
    } finally {
      tellSoon();
    }
  },
  /** What an editor tells of a notebook is in the run's journal when this returns, and in the database a moment later. */
  beginFollowed: (params: CheckedParams<'notebooks/begin'>) => {
    notebooks.begin(params);
    step();
    return {};
  },
  recordFollowed: (params: CheckedParams<'notebooks/record'>) => {
    notebooks.record(params);
    return {};
  },
  endFollowed: (params: CheckedParams<'notebooks/end'>) => {
    notebooks.end(params);
    step();
    return {};
  },
  /** A slice of taking in runs that others have put into the store. */
  takeIncoming: () => {
    try {
      const { runIds, left } = incoming.take(Date.now(), () => queue.length > 0);
      for (const runId of runIds) changed.add(runId);
      if (runIds.length > 0) hasNewStructure = true;
      return { taken: runIds.length, left };
    } catch (error) {
      throw asStoreError(paths.database, error);
    } finally {
      tell();
    }
  },
  /** All of them were taken in, and nobody puts others there any more. */
  clearIncoming: () => {
    incoming.clear();
    return {};
  },
  /** Says of runs that they were deleted or restored where they came from. */
  editImported: (change: { runIds: readonly string[]; deleted: boolean }) => {
    edits.markImported(change.runIds, change.deleted);
    return {};
  },
  /** Hides runs for good. @returns those of them that may go: they are over, and nothing follows them. */
  beginRemoval: ({ runIds }: { runIds: readonly string[] }) => {
    const begun = removal.begin(runIds.filter((runId) => !follower.follows(runId)));
    for (const runId of begun) changed.add(runId);
    hasNewStructure = true;
    tell();
    return begun;
  },
  /** A slice of taking away the rows of runs that are hidden for good. */
  removeRows: ({ runIds }: { runIds: readonly string[] }) => removal.removeRows(runIds),
  /** A slice of giving free pages back. */
  reclaim: () => removal.reclaim(),
  /** What a job wrote is in the run's journals: they are taken in before the run counts as complete. */
  workOver: ({ runId, work, reason }: { runId: string; work: EngineWorkKind; reason: string | null }) => {
    step();
    follower.setWorkOver(runId, work, reason);
    return {};
  },
  /** Everything is committed; nothing will be written any more. */
  close: () => {
    if (timer) clearTimeout(timer);
    if (telling) clearTimeout(telling);
    timer = null;
    lease.release();
    // Without a write-ahead log a database can be read from where nothing can be written, too.
    db.pragma('journal_mode = DELETE');
    db.close();
    return {};
  },
};
export type WriterHandlers = typeof handlers;

letOthersGoFirst();
const port = serveCalls(parentPort, handlers, queue);
schedule(0);

function emit(event: WriterEvent): void {
  port.emit(event);
}

function schedule(delayMs: number): void {
  if (timer) clearTimeout(timer);
  timer = setTimeout(() => {
    const next = step();
    if (timer) schedule(next);
  }, delayMs);
}

/** One round. @returns the pause until the next, in milliseconds */
function step(): number {
  try {
    const now = Date.now();
    if (now - leaseRenewedMs > LEASE_MS) {
      lease.renew();
      leaseRenewedMs = now;
    }
    const hasMore = follower.round(now);
    report(null);
    tell();
    return hasMore ? 0 : follower.activeRuns > 0 ? BUSY_MS : IDLE_MS;
  } catch (error) {
    report(LoopwrightError.from(asStoreError(paths.database, error)));
    tell();
    return FAILED_MS;
  }
}

/** After what comes a thousand times a second: to wake the main thread costs as much as to write a point down. */
function tellSoon(): void {
  telling ??= setTimeout(() => {
    telling = null;
    tell();
  }, TELL_MS);
}

function tell(): void {
  if (changed.size === 0 && !hasNewStructure && !hasNewRegistry && follower.activeRuns === lastActive) return;
  lastActive = follower.activeRuns;
  const [structure, registry] = [hasNewStructure, hasNewRegistry];
  emit({ kind: 'changed', runIds: [...changed], structure, registry, activeRuns: lastActive });
  changed = new Set();
  hasNewStructure = false;
  hasNewRegistry = false;
}

function report(error: LoopwrightError | null): void {
  const code = error?.code ?? null;
  if (code === trouble) return;
  trouble = code;
  emit({ kind: 'trouble', error: error && { code: error.code, message: error.message } });
}

/** Whatever SQLite says while the thread comes up, in words. */
function open(): { follower: Follower; lease: Lease; db: Database } {
  try {
    const db = openForWriting(paths.database);
    const lease = new Lease(db);
    lease.renew();
    const follower = new Follower(db, paths, {
      changed: (runId, structure) => {
        changed.add(runId);
        if (structure) hasNewStructure = true;
      },
      work: (runId, work) => {
        emit({ kind: 'work', runId, work });
      },
      inputs: (runId) => {
        emit({ kind: 'inputs', runId });
      },
      warn: (message) => {
        emit({ kind: 'log', message });
      },
    });
    return { db, lease, follower };
  } catch (error) {
    throw asStoreError(paths.database, error);
  }
}
