/**
 * The job that looks which runs made a file: those that were seen to write one with its content, and those that have it among
 * their artifacts. Of a folder its `MLmodel` is looked for, which has the time and an id of its own in it; else its largest file.
 */
import { closeSync, constants, existsSync, openSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { FileOrigin } from '../../protocol/registry';
import { md5OfDescriptor } from '../data';
import { openForReading } from '../store';

const MAX_FOUND = 20;

export interface Origin {
  /** What was looked for; null for an empty folder. */
  readonly file: string | null;
  /** The newest first. */
  readonly runs: readonly FileOrigin[];
}

/** @throws LoopwrightError `not_found` */
export function originOf({ store, path }: { readonly store: string; readonly path: string }): Promise<Origin> {
  const file = fileIn(path);
  if (file === null || statSync(file).size === 0) return Promise.resolve({ file, runs: [] });
  const { md5, sizeBytes } = md5Of(file);
  const paths = pathsOf(store);
  const db = openForReading(paths.database);
  try {
    const written = writers(db, md5);
    const kept = holders(db, basename(file), sizeBytes).filter(({ runId, path: artifact }) => {
      const at = join(paths.runFolder(runId), 'artifacts', artifact);
      return !written.some((run) => run.runId === runId) && existsSync(at) && md5Of(at).md5 === md5;
    });
    return Promise.resolve({ file, runs: [...written, ...kept] });
  } finally {
    db.close();
  }
}

const writers = (db: Database, md5: string): FileOrigin[] =>
  db
    .prepare<[string, number], FileOrigin>(
      `SELECT r.run_id AS runId, r.name, f.path, 'written' AS how FROM files f JOIN runs r USING (run_seq)
       WHERE f.md5 = ? AND f.direction = 'out' AND r.deleted_ms IS NULL ORDER BY r.start_ms DESC LIMIT ?`,
    )
    .all(md5, MAX_FOUND);

/** Artifacts that may be it, which has to be seen. */
const holders = (db: Database, name: string, sizeBytes: number): FileOrigin[] =>
  db
    .prepare<{ sizeBytes: number; name: string; below: string; limit: number }, FileOrigin>(
      `SELECT r.run_id AS runId, r.name, a.path, 'artifact' AS how FROM artifacts a JOIN runs r USING (run_seq)
       WHERE a.size_bytes = @sizeBytes AND (a.path = @name OR substr(a.path, -length(@below)) = @below)
         AND r.deleted_ms IS NULL ORDER BY r.start_ms DESC LIMIT @limit`,
    )
    .all({ sizeBytes, name, below: `/${name}`, limit: MAX_FOUND });

/** @throws LoopwrightError `not_found` */
function fileIn(path: string): string | null {
  try {
    if (!statSync(path).isDirectory()) return path;
    const listed = join(path, 'MLmodel');
    if (existsSync(listed)) return listed;
    const files = readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isFile());
    const sized = files.map(({ name }) => ({ file: join(path, name), size: statSync(join(path, name)).size }));
    return sized.sort((left, right) => right.size - left.size)[0]?.file ?? null;
  } catch (error) {
    throw new LoopwrightError('not_found', `There is no file or folder ${path}, or it can't be read.`, {
      cause: error,
    });
  }
}

function md5Of(file: string): { md5: string; sizeBytes: number } {
  // Not blocking: a pipe that has taken the file's place must not hold us up.
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return md5OfDescriptor(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
