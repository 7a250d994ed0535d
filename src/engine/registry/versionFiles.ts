/** The files of a version as they are on the disk: what a run says of a folder need not name each of them. */
import { opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';
import type { CheckedParams, ModelPlace, Result } from '../../protocol/requests';
import { DRAFT } from '../artifacts';
// Not by its index, which would bring all that reads models into every reader.
import { onDisk } from '../models/place';
import { cutPage, decodeToken, encodeToken } from '../tracking';

/** Of a folder with more, so many are listed. */
const MAX_LISTED = 20_000;

interface Named {
  readonly name: string;
  readonly isFolder: boolean;
}

/** @throws LoopwrightError `not_found` */
export function filesOf(
  store: string,
  place: ModelPlace,
  { under, limit, pageToken }: Pick<CheckedParams<'registry/files'>, 'under' | 'limit' | 'pageToken'>,
): Result<'registry/files'> {
  const at = under.replace(/\/+$/, '');
  const path = [place.path, at].filter((part) => part !== '').join('/');
  const found = onDisk(store, { ...place, path });
  if (!found.isFolder)
    return {
      files: [{ path: at, isFolder: false, sizeBytes: statSync(found.file).size }],
      nextPageToken: null,
    };
  const after = pageToken === undefined ? '' : String(decodeToken(pageToken)[0]);
  const rows = listed(found.file)
    .map((entry) => ({ ...entry, order: `${entry.isFolder ? '0' : '1'}${entry.name}` }))
    .filter(({ order }) => order > after)
    .toSorted((left, right) => (left.order < right.order ? -1 : 1))
    .slice(0, limit + 1);
  const page = cutPage(
    rows,
    limit,
    ({ name, isFolder }) => ({
      path: at === '' ? name : `${at}/${name}`,
      isFolder,
      sizeBytes: isFolder ? 0 : sizeOf(join(found.file, name)),
    }),
    ({ order }) => encodeToken([order]),
  );
  return { files: page.items, nextPageToken: page.nextPageToken };
}

function listed(folder: string): Named[] {
  const entries: Named[] = [];
  const open = opendirSync(folder);
  try {
    for (let entry = open.readSync(); entry !== null && entries.length < MAX_LISTED; entry = open.readSync())
      if (!entry.name.startsWith(DRAFT) && (entry.isFile() || entry.isDirectory()))
        entries.push({ name: entry.name, isFolder: entry.isDirectory() });
  } catch (error) {
    throw new LoopwrightError('internal', 'The files could not be listed.', { cause: error });
  } finally {
    open.closeSync();
  }
  return entries;
}

/** One that went meanwhile has none. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
