/** The list of a version's files, written beside them. Its digest is the version's, and stands in the store's journal. */
import { createHash } from 'node:crypto';
import * as z from 'zod';

export const MANIFEST = 'manifest.json';

export const KeptFile = z.object({
  /** Below the folder of the files, with `/` between its parts. */
  path: z.string(),
  size: z.number(),
  sha256: z.string(),
});
export type KeptFile = z.infer<typeof KeptFile>;

export const Manifest = z.object({
  format: z.literal(1),
  files: z.array(KeptFile),
  /** What was there and is not among them, with why. */
  leftOut: z.array(z.string()),
});
export type Manifest = z.infer<typeof Manifest>;

const inOrder = (left: KeptFile, right: KeptFile): number =>
  Buffer.compare(Buffer.from(left.path), Buffer.from(right.path));

export function manifestOf(files: readonly KeptFile[], leftOut: readonly string[]): Manifest {
  return { format: 1, files: [...files].sort(inOrder), leftOut: [...leftOut] };
}

/** SHA-256 of a line `<sha256> <size> <path as JSON>` for each file, by the bytes of their paths. Pure. */
export function digestOf({ files }: Manifest): string {
  const hash = createHash('sha256');
  for (const { path, size, sha256 } of [...files].sort(inOrder))
    hash.update(`${sha256} ${String(size)} ${JSON.stringify(path)}\n`);
  return hash.digest('hex');
}

const NAMED = 5;

/** What was left out, in words. */
export function named({ leftOut }: Manifest): string {
  const more = leftOut.length - NAMED;
  return `${leftOut.slice(0, NAMED).join('; ')}${more > 0 ? `; and ${String(more)} more` : ''}.`;
}
