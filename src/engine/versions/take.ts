/**
 * The job that takes a file or folder of the user's, which is no artifact of any run, among the files of versions. Unlike what
 * is kept of artifacts it is asked for by a person and done before its version is registered: what the store's journal says
 * never makes an engine read a file outside of the store.
 */
import { randomBytes } from 'node:crypto';
import { realpathSync, statSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import { versionFolder } from '../artifacts';
import type { JobContext } from '../jobs';
import { copyTree } from './copyTree';
import { putInPlace } from './draft';
import { digestOf, named } from './manifest';
import { UNREGISTERED } from './words';

/** A huge model would take a folder such as a home along before anybody saw that. */
const MAX_TAKEN = 20_000;

export interface TakenFiles {
  readonly files: string;
  readonly digest: string;
  /** What was left out; empty if nothing was. */
  readonly note: string;
}

/** @throws LoopwrightError `not_found`, `bad_request` with what is wrong with it or with the disk */
export async function takeFiles(
  { store, path }: { readonly store: string; readonly path: string },
  { signal }: JobContext,
): Promise<TakenFiles> {
  const paths = pathsOf(store);
  const root = realOf(path);
  const files = `v-${randomBytes(16).toString('hex')}`;
  const draft = join(paths.drafts, `${files}-taken`);
  try {
    const manifest = await copyTree({ root, top: root }, join(draft, 'artifacts'), signal);
    if (manifest.files.length === 0) throw new LoopwrightError('bad_request', `There is no file in ${path}.`);
    if (manifest.files.length > MAX_TAKEN)
      throw new LoopwrightError('bad_request', `${path} has more than ${String(MAX_TAKEN)} files: it is no model.`);
    writeFileSync(join(draft, UNREGISTERED), '');
    await putInPlace(paths, files, draft, manifest);
    return {
      files,
      digest: digestOf(manifest),
      note: manifest.leftOut.length === 0 ? '' : `Left out: ${named(manifest)}`,
    };
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    throw new LoopwrightError('bad_request', whyNot(error), { cause: error });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Its version is registered: nothing takes it for a leftover. Or it could not be, and nobody wants it. */
export async function settleTaken(store: string, files: string, isRegistered: boolean): Promise<void> {
  const folder = versionFolder(pathsOf(store), files);
  await rm(isRegistered ? join(folder, UNREGISTERED) : folder, { recursive: true, force: true });
}

function realOf(path: string): string {
  try {
    const real = realpathSync(path);
    const stat = statSync(real);
    if (stat.isFile() || stat.isDirectory()) return real;
  } catch (error) {
    throw new LoopwrightError('not_found', `There is no file or folder ${path}, or it can't be read.`, {
      cause: error,
    });
  }
  throw new LoopwrightError('bad_request', `${path} is no file and no folder.`);
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'Nothing is registered: the disk that holds the store is full. Free some space, then register it again.';
  const cause = error instanceof Error ? error.message : String(error);
  return `Nothing is registered: its files could not be copied (${cause.replace(/\.$/, '')}).`;
}
