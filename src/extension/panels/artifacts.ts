/** Getting at the files of a run's artifacts folder, and at nothing beside it. */
import { realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, sep } from 'node:path';
import { LoopwrightError } from '../../protocol/errors';

/** A larger figure is opened in an editor instead. */
export const MAX_FIGURE_BYTES = 4 * 1024 * 1024;

const FIGURE_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.svg': 'image/svg+xml',
};

/** The media type under which a page may show the file, by its name; null for what is no picture. */
export function figureType(path: string): string | null {
  const ending = extname(path).toLowerCase();
  return Object.hasOwn(FIGURE_TYPES, ending) ? (FIGURE_TYPES[ending] ?? null) : null;
}

/**
 * The real path of an artifact.
 *
 * @param path as the engine gives it, `/` between its parts; it comes from a record that anybody may have written
 * @throws LoopwrightError `not_found` if it is not there, or leads out of the folder
 */
export async function resolveArtifact(
  runFolder: string,
  path: string,
): Promise<{ file: string; isDirectory: boolean; sizeBytes: number }> {
  const parts = path.split('/');
  const isClean =
    !isAbsolute(path) && !/[\0\\]/.test(path) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
  // A colon names a drive or a stream on Windows.
  if (!isClean || (process.platform === 'win32' && path.includes(':'))) throw notThere(path);
  try {
    const root = await realpath(join(runFolder, 'artifacts'));
    const file = await realpath(join(root, ...parts));
    if (!file.startsWith(root + sep)) throw notThere(path);
    const found = await stat(file);
    return { file, isDirectory: found.isDirectory(), sizeBytes: found.size };
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    throw notThere(path, error);
  }
}

const notThere = (path: string, cause?: unknown) =>
  new LoopwrightError('not_found', `The artifact ${path} is not in the run's folder any more.`, { cause });
