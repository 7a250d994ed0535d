/** What a page shows of a run's artifacts inside itself: pictures, and the beginning of texts. */
import { open, readFile } from 'node:fs/promises';
import type { ArtifactText } from '../../protocol/pages/run';
import { figureType, MAX_FIGURE_BYTES, resolveArtifact } from './artifacts';

/** Of a text; the rest is in an editor. */
const MAX_TEXT_BYTES = 1_000_000;

/** @returns null for what is no picture, or too large for a page */
export async function pictureOf(runFolder: string, path: string): Promise<string | null> {
  const type = figureType(path);
  const { file, sizeBytes, isDirectory } = await resolveArtifact(runFolder, path);
  if (type === null || isDirectory || sizeBytes > MAX_FIGURE_BYTES) return null;
  return `data:${type};base64,${(await readFile(file)).toString('base64')}`;
}

export async function textOf(runFolder: string, path: string): Promise<ArtifactText> {
  const { file, sizeBytes } = await resolveArtifact(runFolder, path);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(Math.min(sizeBytes, MAX_TEXT_BYTES)));
    const isCut = sizeBytes > bytesRead;
    // As a stream: a character that was cut in two is left out.
    const text = new TextDecoder().decode(buffer.subarray(0, bytesRead), { stream: isCut });
    return { text, sizeBytes, isCut };
  } finally {
    await handle.close();
  }
}

/** Whether two artifacts hold the same bytes. What can't be read is not the same as anything. */
export async function areSame(left: { folder: string; path: string }, right: { folder: string; path: string }) {
  try {
    const [one, other] = await Promise.all([
      resolveArtifact(left.folder, left.path),
      resolveArtifact(right.folder, right.path),
    ]);
    if (one.isDirectory || other.isDirectory || one.sizeBytes !== other.sizeBytes) return false;
    if (one.sizeBytes > MAX_FIGURE_BYTES) return false;
    const [first, second] = await Promise.all([readFile(one.file), readFile(other.file)]);
    return first.equals(second);
  } catch {
    // One of them is gone: the page shows them beside each other and says so there.
    return false;
  }
}
