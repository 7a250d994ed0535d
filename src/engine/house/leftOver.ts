/** What a removal or a hashing that was cut off has left behind. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { sizeOf } from './usage';

/** A draft that is so old is nobody's any more. */
const DRAFT_MS = 24 * 3600 * 1000;

/** Folders of runs on their way out; no name of a run begins with a dot. */
export const trashOf = (paths: StorePaths): string => join(paths.runs, '.trash');

export interface LeftOver {
  readonly path: string;
  readonly sizeBytes: number;
}

export function leftOver(paths: StorePaths, nowMs: number): LeftOver[] {
  const isOld = (path: string) => nowMs - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? nowMs) > DRAFT_MS;
  return [...namesIn(trashOf(paths)), ...namesIn(paths.drafts).filter(isOld)].map((path) => ({
    path,
    sizeBytes: sizeOf(path).sizeBytes,
  }));
}

export const leftOverBytes = (left: readonly LeftOver[]): number =>
  left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // nothing was ever left there
  }
}
