/**
 * What the snapshot saw of each source, kept in the run's folder until the end of the script: then it is held against
 * what the interpreter has loaded.
 */
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from '../../protocol/node/storeFolder';
import type { IndexEntry } from './indexFile';
import { bytesOf, textOf } from './names';
import type { CodeTree } from './tree';

const Seen = z.object({
  root: z.string(),
  /** By path below the root: mtime in nanoseconds, size. */
  files: z.record(z.string(), z.tuple([z.string(), z.number()])),
  leftOut: z.record(z.string(), z.string()),
});
export type Seen = z.infer<typeof Seen>;

/** What Python loads as source: other files of the snapshot are never asked for. */
const SOURCE = /\.(pyw?|ipynb|pyx)$|(^|\/)[^./]+$/;

const fileIn = (runFolder: string): string => join(runFolder, 'code-stat.json');

export function writeSeen(runFolder: string, { root, entries, leftOut }: CodeTree): void {
  const sources = entries.filter(({ name }) => SOURCE.test(name));
  const seen: Seen = {
    root,
    files: Object.fromEntries(
      sources.map((entry) => [textOf(entry.name), [timeOf(root, entry), entry.sizeBytes] as [string, number]]),
    ),
    leftOut: Object.fromEntries(
      [...leftOut]
        .filter(([name]) => SOURCE.test(name) || name.endsWith('/'))
        .map(([name, why]) => [textOf(name), why]),
    ),
  };
  writeAtomically(fileIn(runFolder), JSON.stringify(seen));
}

/**
 * Most gits compare times by the second, so the nanoseconds that the index has may be those of an earlier writing of the
 * same content.
 */
function timeOf(root: string, { name, mtimeNs, sizeBytes }: IndexEntry): string {
  const path = Buffer.concat([Buffer.from(`${root}/`), bytesOf(name)]);
  const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  const isSame = stat?.size === BigInt(sizeBytes) && String(stat.mtimeNs).slice(0, -9) === mtimeNs.slice(0, -9);
  return isSame ? String(stat.mtimeNs) : mtimeNs;
}

/** @returns null if the run has no snapshot */
export function readSeen(runFolder: string): Seen | null {
  try {
    return Seen.parse(JSON.parse(readFileSync(fileIn(runFolder), 'utf8')));
  } catch {
    return null; // never written: the snapshot failed, and says so itself
  }
}
