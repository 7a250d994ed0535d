/** Code snapshots of runs that are no more: references `refs/runs/<run id>` in the store's own repository. */
import { spawn } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { RunId } from '../../protocol/entities';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { isFollowed } from './units';
import { sizeOf } from './usage';

const PREFIX = 'refs/runs/';
/** Objects that a snapshot under way has written, and nothing refers to yet, are younger than this. */
const PRUNE = '1.hour.ago';

const repositoryOf = (paths: StorePaths): string => join(paths.root, 'code.git');
/** Says that references were deleted and their objects may still be there. */
const dueFile = (paths: StorePaths): string => join(repositoryOf(paths), 'loopwright-gc-due');

/** @returns the run ids */
export async function snapshotsWithoutRun(paths: StorePaths, staying: ReadonlySet<string>): Promise<string[]> {
  if (!existsSync(repositoryOf(paths))) return [];
  const text = await git(paths, ['for-each-ref', '--format=%(refname)', PREFIX]);
  const runIds = text.split('\n').map((name) => (name.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''));
  // A run that was just started is followed before it has its row.
  return runIds.filter((id) => RunId.safeParse(id).success && !staying.has(id) && !isFollowed(paths, id));
}

/** @returns how many went, and the room that came free */
export async function dropSnapshots(
  paths: StorePaths,
  runIds: readonly string[],
): Promise<{ count: number; sizeBytes: number }> {
  if (runIds.length === 0 && !existsSync(dueFile(paths))) return { count: 0, sizeBytes: 0 };
  const before = sizeOf(repositoryOf(paths)).sizeBytes;
  writeFileSync(dueFile(paths), '');
  await git(paths, ['update-ref', '--stdin'], runIds.map((runId) => `delete ${PREFIX}${runId}\n`).join(''));
  await git(paths, ['-c', 'gc.auto=0', 'gc', '--quiet', '--no-cruft', `--prune=${PRUNE}`]);
  rmSync(dueFile(paths), { force: true });
  return { count: runIds.length, sizeBytes: Math.max(0, before - sizeOf(repositoryOf(paths)).sizeBytes) };
}

function git(paths: StorePaths, words: readonly string[], input = ''): Promise<string> {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_INDEX_FILE: _index, ...env } = process.env;
  return new Promise((resolve, reject) => {
    const child = spawn('git', [`--git-dir=${repositoryOf(paths)}`, ...words], {
      env: { ...env, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' },
      stdio: 'pipe',
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.stdin.on('error', () => undefined); // it ended without reading: its exit says why
    child.on('error', (error) => {
      reject(new LoopwrightError('internal', `git could not be started: ${error.message}`, { cause: error }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(out);
      else reject(new LoopwrightError('internal', `git ${words.join(' ')}: ${err.trim() || `code ${String(code)}`}`));
    });
    child.stdin.end(input);
  });
}
