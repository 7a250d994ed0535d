/** The job that reads signatures of models: what `MLmodel` among a version's files says. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseDocument } from 'yaml';
import { pathsOf, type StorePaths } from '../../protocol/node/storeFolder';
import { ModelPlace } from '../../protocol/requests';
import { artifactFolder, checkArtifactPath, isInside } from '../artifacts';
// Not by its index, which would bring all that reads models.
import { ownerOf } from '../models/place';

/** Those of real models have some kilobytes; with an input example within, some hundred. */
const MAX_BYTES = 1024 * 1024;
/** PyYAML makes anchors of what occurs twice. */
const MAX_ALIASES = 100;
/** What is no signature, and says so to whoever compares it. */
const UNREADABLE = '';

/** Of each version its signature as JSON: null for a model that has none, empty for what can't be read. */
export function readSignatures({
  store,
  versions,
}: {
  readonly store: string;
  readonly versions: readonly { readonly version: number; readonly places: readonly ModelPlace[] }[];
}): Promise<Record<number, string | null>> {
  const paths = pathsOf(store);
  const read = versions.map(({ version, places }) => [version, signatureIn(paths, places)] as const);
  return Promise.resolve(Object.fromEntries(read));
}

function signatureIn(paths: StorePaths, given: readonly ModelPlace[]): string | null {
  const places = given.map((place) => placeOf(paths, place)).filter((place) => place !== null);
  for (const { top, path } of places) {
    const file = join(path, 'MLmodel');
    if (existsSync(file)) return isInside(top, file) ? signatureOf(file) : UNREADABLE;
  }
  // Files without MLmodel tell no signature; of files that are not in this store nobody knows it.
  return places.some(({ path }) => existsSync(path)) ? null : UNREADABLE;
}

function placeOf(paths: StorePaths, place: ModelPlace): { top: string; path: string } | null {
  const checked = checkArtifactPath(place.path);
  if (!ModelPlace.safeParse(place).success || 'problem' in checked) return null;
  const folder = artifactFolder(paths, ownerOf(place));
  if (!existsSync(folder)) return null;
  return { top: realpathSync(folder), path: join(folder, checked.path) };
}

function signatureOf(file: string): string | null {
  try {
    const { size } = statSync(file);
    if (size > MAX_BYTES) return UNREADABLE;
    const document = parseDocument(readFileSync(file, 'utf8'), { logLevel: 'silent' });
    if (document.errors.length > 0) return UNREADABLE;
    const whole: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (typeof whole !== 'object' || whole === null) return UNREADABLE;
    const signature: unknown = 'signature' in whole ? whole.signature : null;
    return signature === null ? null : JSON.stringify(signature);
  } catch {
    return UNREADABLE; // told as such by whoever compares it
  }
}
