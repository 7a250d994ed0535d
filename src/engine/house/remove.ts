/** The jobs that take things away. Each can be killed at any moment and done again. */
import { renameSync, rmSync, unlinkSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { RunId } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { makeBelow, pathsOf } from '../../protocol/node/storeFolder';
import { ObjectStore } from '../data';
import type { JobContext } from '../jobs';
import { openForReading } from '../store';
import { dropSnapshots, snapshotsWithoutRun } from './code';
import { leftOver, trashOf } from './leftOver';
import { unreferenced } from './objects';
import { sizeOf } from './usage';
import { looseFolders } from './versions';

export interface Removed {
  readonly count: number;
  readonly sizeBytes: number;
  readonly problems: readonly string[];
}

/** Moves the folders of hidden runs aside, so that each is there whole or not at all, and then deletes them. */
export function removeFolders({ store, runIds }: { store: string; runIds: readonly string[] }): Promise<Removed> {
  const paths = pathsOf(store);
  const trash = trashOf(paths);
  makeBelow(store, trash);
  const problems: string[] = [];
  let count = 0;
  for (const runId of runIds) {
    try {
      renameSync(paths.runFolder(RunId.parse(runId)), join(trash, `${runId}-${randomBytes(3).toString('hex')}`));
      count++;
    } catch (error) {
      // A child run has no folder of its own; one that was moved before is not there either.
      if (codeOf(error) !== 'ENOENT') problems.push(tell(paths.runFolder(runId), error));
    }
  }
  const { sizeBytes } = empty(
    leftOver(paths, Number.NEGATIVE_INFINITY).map(({ path }) => path),
    problems,
  );
  return Promise.resolve({ count, sizeBytes, problems });
}

/** Deletes the files of versions that no version has any more, each set of them whole or not at all. */
export function sweepVersions({ store }: { store: string }, { signal }: JobContext): Promise<Removed> {
  const paths = pathsOf(store);
  const trash = trashOf(paths);
  const problems: string[] = [];
  const db = openForReading(paths.database);
  let loose: ReturnType<typeof looseFolders>;
  try {
    loose = looseFolders(db, paths);
  } finally {
    db.close();
  }
  makeBelow(store, trash);
  let [count, sizeBytes] = [0, 0];
  for (const { path } of loose) {
    if (signal.aborted) break;
    const aside = join(trash, `${basename(path)}-${randomBytes(3).toString('hex')}`);
    try {
      renameSync(path, aside);
      count++;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') problems.push(tell(path, error));
      continue;
    }
    sizeBytes += empty([aside], problems).sizeBytes;
  }
  return Promise.resolve({ count, sizeBytes, problems });
}

/** Deletes kept contents that no run refers to, and drafts that were left behind. */
export function sweepData(
  { store, plannedMs }: { store: string; plannedMs: number },
  context: JobContext,
): Promise<Removed> {
  const paths = pathsOf(store);
  const objects = new ObjectStore(store);
  const problems: string[] = [];
  const db = openForReading(paths.database);
  let loose: ReturnType<typeof unreferenced> = [];
  try {
    loose = unreferenced(db, objects, new Set(), plannedMs);
  } catch (thrown) {
    problems.push(LoopwrightError.from(thrown).message);
  } finally {
    db.close();
  }
  let [count, sizeBytes] = [0, 0];
  for (const object of loose) {
    if (context.signal.aborted) break;
    try {
      unlinkSync(object.path);
      count++;
      sizeBytes += object.sizeBytes;
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') problems.push(tell(object.path, error));
    }
  }
  sizeBytes += empty(
    leftOver(paths, plannedMs).map(({ path }) => path),
    problems,
  ).sizeBytes;
  return Promise.resolve({ count, sizeBytes, problems });
}

/** Drops snapshots of runs that have no row any more, and what only they hold. */
export async function sweepCode({ store }: { store: string }): Promise<Removed> {
  const paths = pathsOf(store);
  const db = openForReading(paths.database);
  let staying: Set<string>;
  try {
    staying = new Set(db.prepare<[], string>('SELECT run_id FROM runs').pluck().all());
  } finally {
    db.close();
  }
  try {
    return { ...(await dropSnapshots(paths, await snapshotsWithoutRun(paths, staying))), problems: [] };
  } catch (thrown) {
    return { count: 0, sizeBytes: 0, problems: [`Code snapshots stay: ${LoopwrightError.from(thrown).message}`] };
  }
}

function empty(found: readonly string[], problems: string[]): { sizeBytes: number } {
  let sizeBytes = 0;
  for (const path of found) {
    const size = sizeOf(path).sizeBytes;
    try {
      rmSync(path, { recursive: true, force: true });
      sizeBytes += size;
    } catch (error) {
      problems.push(tell(path, error));
    }
  }
  return { sizeBytes };
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null);

const tell = (path: string, error: unknown): string =>
  `${path} can't be removed: ${error instanceof Error ? error.message : String(error)}`;
