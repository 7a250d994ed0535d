/** A path of an artifact is taken apart once, and nothing of it leads out of the folder that it belongs to. */
import { join } from 'node:path';
import { ModelId, RunId } from '../../protocol/entities';
import type { StorePaths } from '../../protocol/node/storeFolder';

/** Names of ours in the making. */
export const DRAFT = '.loopwright-';

export type ArtifactOwner =
  | { readonly kind: 'run'; readonly runId: string }
  | { readonly kind: 'model'; readonly modelId: string }
  /** The files of registered versions, kept apart from what they were made of. */
  | { readonly kind: 'version'; readonly files: string };

/** Of the files that are kept for a version: generated, so that no name of a model leads anywhere. */
const VERSION_FILES = /^v-[0-9a-f]{32}$/;
export const isVersionFiles = (id: string): boolean => VERSION_FILES.test(id);

/** The folder of all artifacts of the owner, whose id has been checked. */
export function artifactFolder(paths: StorePaths, owner: ArtifactOwner): string {
  switch (owner.kind) {
    case 'run':
      return join(paths.runFolder(owner.runId), 'artifacts');
    case 'model':
      return join(paths.root, 'models', owner.modelId, 'artifacts');
    case 'version':
      return join(versionFolder(paths, owner.files), 'artifacts');
  }
}

/** With the list of the files beside them. */
export const versionFolder = (paths: StorePaths, files: string): string => join(paths.root, 'models', files);

export interface ArtifactPlace {
  readonly owner: ArtifactOwner;
  /** Below the folder of all artifacts of the owner; empty for that folder itself. */
  readonly path: string;
}

/**
 * From what stands behind `mlflow-artifacts:/`: `<experiment>/<run>/artifacts/…`, `<experiment>/models/<model>/artifacts/…`
 * or `models/<version's files>/artifacts/…`. A run may have moved since: its experiment counts for nothing. Pure.
 *
 * @param whole as `checkArtifactPath` gives it
 */
export function artifactPlace(whole: string): ArtifactPlace | null {
  const parts = whole.split('/');
  const [top, first, second, third] = parts;
  const below = (from: number) => parts.slice(from).join('/');
  if (first === 'models' && second !== undefined && third === 'artifacts')
    return ModelId.safeParse(second).success ? { owner: { kind: 'model', modelId: second }, path: below(4) } : null;
  if (first === undefined || second !== 'artifacts') return null;
  if (top === 'models' && isVersionFiles(first)) return { owner: { kind: 'version', files: first }, path: below(3) };
  return RunId.safeParse(first).success ? { owner: { kind: 'run', runId: first }, path: below(3) } : null;
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
