/** The files that a side of a comparison is in. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as z from 'zod';
import type { DriftSide, KeptContent } from '../protocol/drift';
import { LoopwrightError } from '../protocol/errors';
import { type FileKind, filesIn, kindOf } from '../tables/files';

export interface SideFile {
  readonly path: string;
  /** What says of what kind it is: a content that was kept is called by its digest. */
  readonly name: string;
  readonly size: number;
}

export interface SideFiles {
  readonly files: readonly SideFile[];
  readonly kind: FileKind;
}

/** @throws LoopwrightError `not_found`, `bad_request` for what is no table, or a folder of several kinds */
export function filesOf({ path, kept }: DriftSide): SideFiles {
  if (kept) return filesKept(path, kept);
  const { files, kind } = filesIn(path);
  return { files: files.map((file) => ({ path: file.path, name: file.path, size: file.size })), kind };
}

/** DVC's, of a folder. */
const Listing = z.array(z.object({ md5: z.string().regex(/^[0-9a-f]{32}$/), relpath: z.string() }));

function filesKept(path: string, { folder, md5 }: KeptContent): SideFiles {
  const gone = () =>
    new LoopwrightError(
      'not_found',
      `What the store had kept of ${basename(path)} is not there any more. Name a table in its place.`,
    );
  const object = (digest: string) => join(folder, digest.slice(0, 2), digest.slice(2));
  const listed = md5.endsWith('.dir') ? listingIn(object(md5), md5) : [{ md5, relpath: basename(path) }];
  if (listed === null) throw gone();
  const files = listed
    // As a folder is read: what lies in it, without markers.
    .filter(({ relpath }) => !/[/]|^[._]/.test(relpath) && kindOf(relpath) !== null)
    .map(({ md5: digest, relpath }) => {
      const found = statSync(object(digest), { throwIfNoEntry: false });
      if (!found) throw gone();
      return { path: object(digest), name: relpath, size: found.size };
    });
  const [kind, ...others] = new Set(files.map(({ name }) => kindOf(name)));
  if (kind && others.length === 0) return { files, kind };
  throw new LoopwrightError('bad_request', `${basename(path)} has no tables of one kind.`);
}

function listingIn(file: string, md5: string): z.infer<typeof Listing> | null {
  try {
    const text = readFileSync(file, 'utf8');
    if (`${createHash('md5').update(text).digest('hex')}.dir` !== md5) return null;
    return Listing.parse(JSON.parse(text));
  } catch {
    return null; // the caller says what that means
  }
}
