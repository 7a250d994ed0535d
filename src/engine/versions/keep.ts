/**
 * The job that keeps the files of a version apart: copied into a draft beside a list of them, moved to their place when all
 * of that is on the disk. It can be killed at any moment and done again.
 */
import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, mkdir, open, readdir, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import { MODEL_DRAFT, pathsOf, type StorePaths } from '../../protocol/node/storeFolder';
import {
  artifactFolder,
  artifactPlace,
  checkArtifactPath,
  DRAFT,
  isInside,
  isVersionFiles,
  versionFolder,
} from '../artifacts';
import type { FilesOutcome } from '../clients';
import type { JobContext } from '../jobs';
import { Changed, Copier } from './copying';
import { digestOf, type KeptFile, Manifest, MANIFEST, manifestOf } from './manifest';

/** Somebody may be writing there still. */
const ATTEMPTS = 3;
const MAX_FILES = 200_000;
const NAMED = 5;

export interface KeepParams {
  readonly store: string;
  readonly files: string;
  /** What is copied, below the store. */
  readonly from: string;
}

/** Never throws for what is wrong with the files or the disk: that is an outcome. */
export async function keepFiles({ store, files, from }: KeepParams, { signal }: JobContext): Promise<FilesOutcome> {
  const paths = pathsOf(store);
  if (!isVersionFiles(files)) throw new LoopwrightError('bad_request', `${files} names no files of a version.`);
  const kept = await manifestIn(versionFolder(paths, files));
  if (kept) return outcomeOf(kept); // an engine that was killed had come so far
  const place = placeIn(paths, from);
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

/** Null for a folder, a file, and a link to a file among the same artifacts. */
async function whyLeftOut(entry: Dirent, path: string, top: string): Promise<string | null> {
  if (entry.name.includes('\ufffd')) return 'has a name that is no valid UTF-8';
  if (entry.isDirectory() || entry.isFile()) return null;
  if (!entry.isSymbolicLink()) return 'is no file';
  if (!isInside(top, path)) return 'is a link that leads out of the artifacts or nowhere';
  return (await stat(path)).isFile() ? null : 'is a link to a folder';
}

async function putInPlace(paths: StorePaths, files: string, draft: string, manifest: Manifest): Promise<void> {
  const list = join(draft, MANIFEST);
  await writeFile(list, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o444, flush: true });
  const folder = versionFolder(paths, files);
  await mkdir(join(folder, '..'), { recursive: true });
  for (const path of [join(draft, 'artifacts'), draft]) await syncFolder(path);
  await rename(draft, folder);
  await syncFolder(join(folder, '..'));
}

async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // a folder can't be opened there
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
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

function named({ leftOut }: Manifest): string {
  const more = leftOut.length - NAMED;
  return `${leftOut.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}.`;
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
