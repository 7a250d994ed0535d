/** The jobs that compare what is kept for a version with what was registered. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import { isMissing } from '../../protocol/node/addresses';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { Verified } from '../../protocol/registry';
import { artifactFolder, checkArtifactPath, isVersionFiles, versionFolder } from '../artifacts';
import { type Hashed, hashFile } from './copying';
import { digestOf, Manifest, MANIFEST } from './manifest';
import { changedWords, DAMAGED_LIST } from './words';

const SHOWN_PROBLEMS = 100;

/** One file as it is now. @throws LoopwrightError `not_found` */
export async function hashKept(of: { store: string; files: string; path: string }): Promise<Hashed> {
  const checked = checkArtifactPath(of.path);
  if (!isVersionFiles(of.files) || 'problem' in checked)
    throw new LoopwrightError('bad_request', `${of.path} names no file of a version.`);
  try {
    return await hashFile(join(artifactFolder(pathsOf(of.store), { kind: 'version', files: of.files }), checked.path));
  } catch (error) {
    if (isMissing(error)) throw new LoopwrightError('not_found', `${of.path} is not there any more.`);
    throw error;
  }
}

/** A version whose files are to be compared; `files` and `digest` where they are kept. */
export interface ToVerify {
  readonly name: string;
  readonly version: number;
  readonly state: 'kept' | 'elsewhere' | 'pending' | 'failed';
  readonly note: string;
  readonly files: string | null;
  readonly digest: string | null;
}

type Found = Pick<Verified, 'state' | 'fileCount' | 'sizeBytes' | 'problems'>;

export async function verifyVersions(asked: {
  store: string;
  versions: readonly ToVerify[];
}): Promise<{ versions: Verified[] }> {
  const known = new Map<string, Found>();
  const versions: Verified[] = [];
  for (const { name, version, state, note, files, digest } of asked.versions) {
    let found: Found = { state: 'elsewhere', fileCount: 0, sizeBytes: 0, problems: [] };
    if (state !== 'kept' || files === null || digest === null)
      found = { ...found, state: state === 'kept' ? 'elsewhere' : state, problems: note === '' ? [] : [note] };
    else {
      found = known.get(files) ?? (await compare(asked.store, files, digest));
      known.set(files, found);
    }
    versions.push({ name, version, digest, ...found });
  }
  return { versions };
}

async function compare(store: string, files: string, digest: string): Promise<Found> {
  if (!isVersionFiles(files)) throw new LoopwrightError('bad_request', `${files} names no files of a version.`);
  const paths = pathsOf(store);
  const folder = artifactFolder(paths, { kind: 'version', files });
  const changed = (problems: string[], of?: Manifest): Found => ({
    state: problems.length === 0 ? 'whole' : 'changed',
    fileCount: of?.files.length ?? 0,
    sizeBytes: of?.files.reduce((sum, { size }) => sum + size, 0) ?? 0,
    problems: problems.slice(0, SHOWN_PROBLEMS),
  });
  let manifest: Manifest;
  try {
    manifest = Manifest.parse(JSON.parse(await readFile(join(versionFolder(paths, files), MANIFEST), 'utf8')));
  } catch {
    return changed([DAMAGED_LIST]);
  }
  if (digestOf(manifest) !== digest) return changed([DAMAGED_LIST]);
  const problems: string[] = [];
  for (const { path, sha256 } of manifest.files) {
    const now = await hashKept({ store, files, path }).catch((error: unknown) => LoopwrightError.from(error));
    if (now instanceof LoopwrightError) problems.push(now.message);
    else if (now.sha256 !== sha256) problems.push(changedWords(path, now.sha256, sha256));
  }
  const registered = new Set(manifest.files.map(({ path }) => path));
  for await (const path of below(folder))
    if (!registered.has(path)) problems.push(`${path} is none of the files that were registered.`);
  return changed(problems, manifest);
}

/** All that is no folder, by its path. */
async function* below(folder: string): AsyncGenerator<string> {
  const pending = [''];
  for (let at = pending.pop(); at !== undefined; at = pending.pop())
    for (const entry of await readdir(join(folder, at), { withFileTypes: true }).catch(() => [])) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else yield path;
    }
}
