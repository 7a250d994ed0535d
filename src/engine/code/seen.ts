/**
 * What the snapshot saw of each source, kept in the run's folder until the end of the script: then it is held against
 * what the interpreter has loaded.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { writeAtomically } from '../../protocol/node/storeFolder';
import { textOf } from './names';
import type { CodeTree } from './tree';

/** Mtime in nanoseconds, size, git's name for the content. */
const SeenFile = z.tuple([z.string(), z.number(), z.string()]);
type SeenFile = z.infer<typeof SeenFile>;

const Seen = z.object({
  root: z.string(),
  /** By path below the root. */
  files: z.record(z.string(), SeenFile),
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
      sources.map((entry) => [textOf(entry.name), [entry.mtimeNs, entry.sizeBytes, entry.blob] as SeenFile]),
    ),
    leftOut: Object.fromEntries(
      [...leftOut]
        .filter(([name]) => SOURCE.test(name) || name.endsWith('/'))
        .map(([name, why]) => [textOf(name), why]),
    ),
  };
  writeAtomically(fileIn(runFolder), JSON.stringify(seen));
}

/** @returns null if the run has no snapshot */
export function readSeen(runFolder: string): Seen | null {
  try {
    return Seen.parse(JSON.parse(readFileSync(fileIn(runFolder), 'utf8')));
  } catch {
    return null; // never written: the snapshot failed, and says so itself
  }
}
