/** A file, or a folder with what is in it, copied and hashed; links that lead out of it are left out and named. */
import type { Dirent } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { DRAFT, isInside } from '../artifacts';
import { Copier } from './copying';
import { type KeptFile, type Manifest, manifestOf } from './manifest';

const MAX_FILES = 200_000;

export interface Tree {
  readonly root: string;
  /** Links may lead to files below it, which is a real path. */
  readonly top: string;
}

/** @throws Changed; what the file system says; LoopwrightError `bad_request` for too many files, `cancelled` */
export async function copyTree({ root, top }: Tree, to: string, signal: AbortSignal): Promise<Manifest> {
  const copier = new Copier();
  const files: KeptFile[] = [];
  const leftOut: string[] = [];
  const copy = async (source: string, path: string) => {
    if (signal.aborted) throw new LoopwrightError('cancelled', 'Keeping files was cancelled.');
    if (files.length >= MAX_FILES)
      throw new LoopwrightError('bad_request', `It has more than ${MAX_FILES.toLocaleString('en')} files.`);
    files.push({ path, ...(await copier.copy(source, join(to, path))) });
  };
  await mkdir(to, { recursive: true });
  if ((await stat(root)).isFile()) {
    await copy(root, basename(root));
    return manifestOf(files, leftOut);
  }
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const entry of await readdir(join(root, at), { withFileTypes: true })) {
      if (entry.name.startsWith(DRAFT)) continue;
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      const why = await whyLeftOut(entry, join(root, path), top);
      if (why !== null) leftOut.push(`${path} ${why}`);
      else if (entry.isDirectory()) pending.push(path);
      else await copy(join(root, path), path);
    }
  return manifestOf(files, leftOut);
}

/** Null for a folder, a file, and a link to a file below the same top. */
async function whyLeftOut(entry: Dirent, path: string, top: string): Promise<string | null> {
  if (entry.name.includes('\ufffd')) return 'has a name that is no valid UTF-8';
  if (entry.isDirectory() || entry.isFile()) return null;
  if (!entry.isSymbolicLink()) return 'is no file';
  if (!isInside(top, path)) return 'is a link that leads out of the artifacts or nowhere';
  return (await stat(path)).isFile() ? null : 'is a link to a folder';
}
