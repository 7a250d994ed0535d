/**
 * The job that keeps the files of a version apart: copied into a draft beside a list of them, moved to their place when all
 * of that is on the disk. It can be killed at any moment and done again.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { lstat, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import { MODEL_DRAFT, pathsOf, type StorePaths } from '../../protocol/node/storeFolder';
import {
  artifactFolder,
  artifactPlace,
  checkArtifactPath,
  isInside,
  isVersionFiles,
  versionFolder,
} from '../artifacts';
import type { FilesOutcome } from '../clients';
import type { JobContext } from '../jobs';
import { Changed } from './copying';
import { copyTree } from './copyTree';
import { putInPlace } from './draft';
import { digestOf, Manifest, MANIFEST, named } from './manifest';

/** Somebody may be writing there still. */
const ATTEMPTS = 3;

export interface KeepParams {
  readonly store: string;
  readonly files: string;
  /** What is copied, below the store. */
  readonly from: string;
  /** What is larger is left to a lane in which nothing small waits for it. */
  readonly upToBytes?: number;
}

export type Kept = FilesOutcome | { readonly isLarge: true };

/** Never throws for what is wrong with the files or the disk: that is an outcome. */
export async function keepFiles({ store, files, from, upToBytes }: KeepParams, { signal }: JobContext): Promise<Kept> {
  const paths = pathsOf(store);
  if (!isVersionFiles(files)) throw new LoopwrightError('bad_request', `${files} names no files of a version.`);
  const kept = await manifestIn(versionFolder(paths, files));
  if (kept) return outcomeOf(kept); // an engine that was killed had come so far
  const place = placeIn(paths, from);
  if (upToBytes !== undefined && isLarger(join(place.folder, place.path), upToBytes)) return { isLarge: true };
  await removeDrafts(paths, files);
  const draft = join(paths.drafts, `${files}-${randomBytes(4).toString('hex')}`);
  try {
    for (let attempt = 1; ; attempt++)
      try {
        const manifest = await copyAll(place, join(draft, 'artifacts'), signal);
        if (manifest.files.length === 0)
          return manifest.leftOut.length === 0
            ? { none: true }
            : { note: `Nothing of it can be kept: ${named(manifest)}` };
        await putInPlace(paths, files, draft, manifest);
        return outcomeOf(manifest);
      } catch (error) {
        const isMoving = error instanceof Changed || isMissing(error);
        if (!isMoving || attempt === ATTEMPTS) throw error;
        await rm(draft, { recursive: true, force: true });
      }
  } catch (error) {
    if (signal.aborted) throw error;
    return { note: whyNot(error) };
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** Looks no further than it has to. What can't be looked at is told when it is copied. */
function isLarger(root: string, bytes: number): boolean {
  let room = bytes;
  const pending = [root];
  try {
    for (let at = pending.pop(); at !== undefined && room >= 0; at = pending.pop()) {
      const stat = statSync(at);
      if (!stat.isDirectory()) room -= stat.size;
      else
        for (const entry of readdirSync(at, { withFileTypes: true }))
          if (entry.isFile() || entry.isDirectory()) pending.push(join(at, entry.name));
    }
  } catch {
    return false;
  }
  return room < 0;
}

/** What was left by a job that was killed. */
async function removeDrafts({ drafts }: StorePaths, files: string): Promise<void> {
  for (const name of await readdir(drafts).catch(() => []))
    if (name.startsWith(`${files}-`)) await rm(join(drafts, name), { recursive: true, force: true });
}

interface Place {
  /** The folder that nothing of it leads out of. */
  readonly folder: string;
  readonly path: string;
}

/** @throws LoopwrightError for what leads elsewhere: the store's journal may come from anybody */
function placeIn(paths: StorePaths, from: string): Place {
  const checked = checkArtifactPath(from);
  const below = 'path' in checked ? checked.path : '';
  const draft = draftIn(below);
  if (draft !== null) return { folder: join(paths.drafts, draft), path: '' };
  // As an address of an artifact has it: there, models stand behind an experiment.
  const place = artifactPlace(below.startsWith('models/m-') ? `0/${below}` : below);
  if (place && (below.startsWith('runs/') || below.startsWith('models/')))
    return { folder: artifactFolder(paths, place.owner), path: place.path };
  throw new LoopwrightError('bad_request', `${from} names no artifacts of this store.`);
}

/** What a front end has made, by its name among the drafts. */
function draftIn(below: string): string | null {
  const [cache, drafts, name = '', ...more] = below.split('/');
  return cache === 'cache' && drafts === 'drafts' && more.length === 0 && MODEL_DRAFT.test(name) ? name : null;
}

async function copyAll(place: Place, to: string, signal: AbortSignal): Promise<Manifest> {
  const { folder } = place;
  const top = await realpath(folder);
  const root = join(folder, place.path);
  if (place.path !== '' && !isInside(top, root)) {
    await lstat(root);
    throw new LoopwrightError('bad_request', `${place.path} is a link that leads out of the artifacts.`);
  }
  return copyTree({ root, top }, to, signal);
}

async function manifestIn(folder: string): Promise<Manifest | null> {
  try {
    return Manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

function outcomeOf(manifest: Manifest): FilesOutcome {
  const digest = digestOf(manifest);
  return manifest.leftOut.length === 0 ? { digest } : { digest, note: `Left out: ${named(manifest)}` };
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const again = 'The version has no files of its own; its source is as it was.';
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return `The files could not be kept: the disk that holds the store is full. ${again} Free some space, then register it again.`;
  if (error instanceof Changed || isMissing(error))
    return `The files could not be kept: they were changed while they were read. ${again} Register it again when they are whole.`;
  const cause = error instanceof Error ? error.message : String(error);
  return `The files could not be kept: ${cause.replace(/\.$/, '')}. ${again}`;
}
