/** Opening a store in the way that is right for it: for writing, for reading, or not at all, each with its reason. */
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { StoreState } from '../../protocol/entities';
import { type ErrorCode, LoopwrightError } from '../../protocol/errors';
import { isAdopted, type StorePaths } from '../../protocol/node/storeFolder';
import { asStoreError, openForReading, openForWriting, whyNotOurs } from '../store';

/** Makes the database if need be, and tells how it may be used. Never throws for what is wrong with the store. */
export function inspectStore(
  paths: StorePaths,
  nowMs: number,
  upgrade: (work: () => void) => void = (work) => work(),
): StoreState {
  const path = paths.root;
  const adopted = isAdopted(paths);
  try {
    if (!adopted) {
      if (!existsSync(paths.database)) return { state: 'unusable', path, code: 'not_adopted', reason: notAdopted };
      return inspectReadOnly(paths, adopted, notAdopted, 'not_adopted');
    }
    const db = openForWriting(paths.database, (work, old) => {
      refuseTaken(old, nowMs);
      upgrade(work);
    });
    const taken = whyNotOurs(db, nowMs);
    db.close();
    return taken === null ? { state: 'ready', path, adopted } : { state: 'readonly', path, adopted, reason: taken };
  } catch (error) {
    const { code, message } = LoopwrightError.from(asStoreError(paths.database, error));
    if (code !== 'read_only') return { state: 'unusable', path, code, reason: message };
    return inspectReadOnly(paths, adopted, message, code);
  }
}

const notAdopted =
  'This store came from elsewhere: nothing in it is run or changed until you adopt it on this machine (the command Adopt Store, or any run from the command line).';

/** An older engine elsewhere that writes a store would not know it again. */
function refuseTaken(db: Database, nowMs: number): void {
  const taken = whyNotOurs(db, nowMs);
  if (taken !== null) throw new LoopwrightError('read_only', taken);
}

/** @param because the code of the reason: what a store of an older form is unusable for */
function inspectReadOnly(
  paths: StorePaths,
  adopted: boolean,
  reason: string,
  because: 'not_adopted' | 'read_only',
): StoreState {
  try {
    openForReading(paths.database).close();
    return { state: 'readonly', path: paths.root, adopted, reason };
  } catch (error) {
    const { code, message } = LoopwrightError.from(asStoreError(paths.database, error));
    if (code !== 'store_unusable') return { state: 'unusable', path: paths.root, code, reason: message };
    return { state: 'unusable', path: paths.root, code: because, reason: `${message} ${reason}` };
  }
}

/** What is wrong with a store for a while only: a disk that is full, a worker that was killed. */
const FOR_A_WHILE: ReadonlySet<string> = new Set<ErrorCode>(['read_only', 'internal']);

/** Whether a store that is not written may be written if it is looked at again. */
export function mayMend(store: StoreState): boolean {
  return store.state === 'readonly' ? store.adopted : store.state === 'unusable' && FOR_A_WHILE.has(store.code);
}

/**
 * Moves a database aside and marks every run, so that the next writer takes them in again from their folders.
 *
 * @returns the name under which the old database was kept, null if there was none
 */
export function rebuildFromRuns(paths: StorePaths, nowMs: number): string | null {
  const suffix = `damaged-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`;
  let kept: string | null = null;
  for (const end of ['', '-wal', '-shm']) {
    const file = `${paths.database}${end}`;
    if (!existsSync(file)) continue;
    renameSync(file, `${file}.${suffix}`);
    if (end === '') kept = `${file}.${suffix}`;
  }
  for (const runId of readdirSync(paths.runs)) {
    if (existsSync(join(paths.runFolder(runId), 'spec.json'))) writeFileSync(join(paths.active, runId), '');
  }
  return kept;
}
