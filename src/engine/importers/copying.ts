/** Copying artifacts into the store: each is written beside and put in its place when it is whole. */
import { mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { ForeignArtifacts, ForeignFile, Report } from './foreignStore';

/** Names of ours in the making. */
const DRAFT = '.loopwright-import';

export interface Copied {
  count: number;
  sizeBytes: number;
}

/**
 * Copies what is not there yet.
 *
 * @param isKnown whether a file was taken over before, as it is now
 * @returns the files that are new or have changed
 */
export async function copyArtifacts(
  artifacts: Extract<ForeignArtifacts, { kind: 'files' }>,
  folder: string,
  isKnown: (file: ForeignFile) => boolean,
  copied: Copied,
  report: Report,
): Promise<ForeignFile[]> {
  const fresh: ForeignFile[] = [];
  for await (const file of artifacts.files()) {
    if (isKnown(file)) continue;
    try {
      if (!isSame(join(folder, file.path), file)) await copy(file, folder);
      fresh.push(file);
      copied.count++;
      copied.sizeBytes += file.sizeBytes;
    } catch (error) {
      if (isFull(error)) throw diskFull(error);
      report.problem(`The artifact ${file.path} can't be copied: ${LoopwrightError.from(error).message}`);
    }
  }
  return fresh;
}

/** One that an import which was cut off has copied already, or that was not changed since. */
export function isSame(path: string, { sizeBytes, modifiedMs }: ForeignFile): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size === sizeBytes && Math.abs(found.mtimeMs - modifiedMs) < 1;
}

async function copy(file: ForeignFile, folder: string): Promise<void> {
  const target = join(folder, file.path);
  const draft = join(dirname(target), DRAFT);
  mkdirSync(dirname(target), { recursive: true });
  rmSync(draft, { force: true });
  try {
    await file.copyTo(draft);
    utimesSync(draft, file.modifiedMs / 1000, file.modifiedMs / 1000);
    renameSync(draft, target);
  } finally {
    rmSync(draft, { force: true });
  }
}

export const isFull = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOSPC';

export const diskFull = (cause: unknown): LoopwrightError =>
  new LoopwrightError('read_only', 'The disk is full. Free some space and import again: it goes on from here.', {
    cause,
  });
