/**
 * The digest of a folder as DVC makes it: a listing of its files as Python's `json.dumps(…, sort_keys=True)` would write
 * it, and the MD5 of that text. Pure.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';

export interface ListedFile {
  readonly md5: string;
  /** Below the folder, `/` between parts. */
  readonly relpath: string;
}

export interface Listing {
  /** The exact bytes that the `.dir` object holds. */
  readonly text: string;
  /** With `.dir` behind it. */
  readonly md5: string;
}

export function listingOf(files: readonly ListedFile[]): Listing {
  const entries = [...files]
    .sort((left, right) => compareCodePoints(left.relpath, right.relpath))
    .map(({ md5, relpath }) => `{"md5": ${pythonString(md5)}, "relpath": ${pythonString(relpath)}}`);
  const text = `[${entries.join(', ')}]`;
  return { text, md5: `${createHash('md5').update(text).digest('hex')}.dir` };
}

const Entries = z.array(z.object({ md5: z.string().regex(/^[0-9a-f]{32}$/), relpath: z.string() }));

/** @throws if the text is no listing */
export function parseListing(text: string): ListedFile[] {
  return Entries.parse(JSON.parse(text));
}

/** Python orders strings by code points, JavaScript by UTF-16 units: they differ above U+FFFF. */
function compareCodePoints(left: string, right: string): number {
  for (let at = 0; at < left.length && at < right.length;) {
    const [one = 0, other = 0] = [left.codePointAt(at), right.codePointAt(at)];
    if (one !== other) return one - other;
    at += one > 0xffff ? 2 : 1;
  }
  return left.length - right.length;
}

/** A string as `json.dumps` writes it with `ensure_ascii`. */
function pythonString(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
