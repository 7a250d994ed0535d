/** A path of an artifact is taken apart once, and nothing of it leads out of the folder that it belongs to. */
import { realpathSync } from 'node:fs';
import { isAbsolute, join, relative, sep } from 'node:path';
import type { StorePaths } from '../../protocol/node/storeFolder';

/** Names of ours in the making. */
export const DRAFT = '.loopwright-';

export type ArtifactOwner =
  { readonly kind: 'run'; readonly runId: string } | { readonly kind: 'model'; readonly modelId: string };

/** The folder of all artifacts of the owner, whose id has been checked. */
export function artifactFolder(paths: StorePaths, owner: ArtifactOwner): string {
  return owner.kind === 'run'
    ? join(paths.runFolder(owner.runId), 'artifacts')
    : join(paths.root, 'models', owner.modelId, 'artifacts');
}

/** @returns the path below a folder of artifacts, with `/` between its parts; or what is wrong with one that could lead elsewhere */
export function checkArtifactPath(path: string): { readonly path: string } | { readonly problem: string } {
  const parts = path.split('/').filter((part) => part !== '');
  const isBad = (part: string) =>
    part === '..' || part === '.' || part.includes('\\') || part.includes('\0') || part.startsWith(DRAFT);
  if (path.startsWith('/') || parts.some(isBad) || /^[A-Za-z]:/.test(path) || Buffer.byteLength(path) > 4096)
    return { problem: `Invalid path: ${JSON.stringify(path.slice(0, 200))}` };
  if (parts.some((part) => Buffer.byteLength(part) > 255))
    return { problem: 'Invalid path: a part of it is longer than 255 bytes.' };
  return { path: parts.join('/') };
}

/** Whether what a path leads to, links followed, lies below a folder whose own links have been followed. */
export function isInside(top: string, path: string): boolean {
  try {
    const way = relative(top, realpathSync(path));
    return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  } catch {
    return false; // it leads nowhere
  }
}
