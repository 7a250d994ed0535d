/**
 * Copying a folder of artifacts so that it can be broken off at any time: each file is written beside and renamed, and
 * what is there already is not copied again. What the source has not, goes. Copies, not links: whoever gets the export may
 * change it.
 */
import { randomUUID } from 'node:crypto';
import { constants, type Dirent } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from '../../protocol/node/addresses';

/** Names of ours in the making, here and in the store. */
const DRAFT = '.loopwright-';
/** Times are kept in milliseconds, and by some file systems in two seconds. */
const SAME_TIME_MS = 2000;

export interface Copied {
  artifacts: number;
  artifactBytes: number;
}

export interface CopyEvents {
  /** After each file, and each folder; may throw to break off. */
  step(): Promise<void>;
  problem(text: string): void;
}

export async function copyArtifacts(from: string, to: string, events: CopyEvents, copied: Copied): Promise<void> {
  const entries = (await entriesOf(from)).filter(({ name }) => !name.startsWith(DRAFT));
  await makeFolder(to);
  const wanted = new Map(entries.map((entry) => [entry.name, entry]));
  for (const there of await entriesOf(to)) {
    const entry = wanted.get(there.name);
    if (entry?.isDirectory() === there.isDirectory() && entry.isFile() === there.isFile()) continue;
    await rm(join(to, there.name), { recursive: true, force: true });
  }
  for (const entry of entries) {
    const source = join(from, entry.name);
    const target = join(to, entry.name);
    if (entry.isDirectory()) await copyArtifacts(source, target, events, copied);
    else if (entry.isFile()) await copyOne(source, target, to, events, copied);
    // It could lead to anything on this machine.
    else events.problem(`${source} is no file: it was left out.`);
    await events.step();
  }
}

async function copyOne(source: string, target: string, folder: string, events: CopyEvents, copied: Copied) {
  try {
    const found = await stat(source);
    const there = await stat(target).catch(() => null);
    if (there?.size !== found.size || Math.abs(there.mtimeMs - found.mtimeMs) >= SAME_TIME_MS) {
      const draft = join(folder, `${DRAFT}${randomUUID()}`);
      try {
        // Where the file system can, no byte is moved, and the copy is one all the same.
        await copyFile(source, draft, constants.COPYFILE_FICLONE);
        await utimes(draft, found.atime, found.mtime);
        await sync(draft);
        await rename(draft, target);
      } finally {
        await rm(draft, { force: true });
      }
    }
    copied.artifacts++;
    copied.artifactBytes += found.size;
  } catch (error) {
    // A run that goes on may replace what it has handed over.
    if (!isMissing(error)) throw error;
    events.problem(`${source} went away while it was being copied.`);
  }
}

async function sync(path: string): Promise<void> {
  if (process.platform === 'win32') return; // it may be read-only, which nothing is synced by there
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function makeFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found && !found.isDirectory()) await rm(path);
  await mkdir(path, { recursive: true });
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
}
