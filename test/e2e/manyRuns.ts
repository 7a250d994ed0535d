/** A store of 100,000 runs, as `scripts/make-store.mjs` makes it for people. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../engine/support';
import type { TestFolders } from './support/folders';

/** In a process of its own: a minute of writing would keep the test from answering its runner. */
export async function makeManyRuns(folders: TestFolders): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [path.join(repository, 'scripts/make-store.mjs'), folders.workspace],
    // Where this window's engine looks whether a store is its user's own.
    { cwd: repository, env: { ...process.env, LOOPWRIGHT_STATE_DIR: folders.state } },
  );
}
