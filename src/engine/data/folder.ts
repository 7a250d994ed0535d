/** The files below a folder, as DVC walks it: links to files count as files, links to folders are not entered. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STORE_NAME } from '../../protocol/node/storeFolder';

const MAX_FILES = 200_000;
/** What DVC never looks into, and our own. */
const SKIPPED: ReadonlySet<string> = new Set(['.git', '.hg', '.dvc', STORE_NAME]);

export interface WalkedFile {
  readonly path: string;
  /** Below the folder, `/` between parts. */
  readonly relpath: string;
  readonly sizeBytes: number;
}

/** @returns the files, or why they can't be listed whole */
export function walk(folder: string): WalkedFile[] | string {
  const files: WalkedFile[] = [];
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
      if (SKIPPED.has(entry.name)) continue;
      const relpath = at === '' ? entry.name : `${at}/${entry.name}`;
      const path = join(folder, relpath);
      if (entry.isDirectory()) {
        pending.push(relpath);
        continue;
      }
      if (entry.name.includes('\ufffd')) return 'a name in it is no valid UTF-8';
      const stat = statSync(path, { throwIfNoEntry: false });
      if (stat?.isDirectory()) return `${relpath} is a link to a folder: what is behind it would be missing`;
      if (!stat?.isFile()) return `${relpath} is ${stat ? 'no file' : 'a link to nothing'}`;
      files.push({ path, relpath, sizeBytes: stat.size });
      if (files.length > MAX_FILES) return `more than ${MAX_FILES.toLocaleString('en')} files: not hashed`;
    }
  }
  return files;
}
