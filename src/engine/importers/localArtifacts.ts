/** Artifacts that lie on this machine: finding the folder that a URI of MLflow's means, and what is in it. */
import { type Dirent, constants, copyFileSync, existsSync, realpathSync, statSync } from 'node:fs';
import { copyFile, readdir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInside } from '../artifacts';
import type { ForeignArtifacts, ForeignFile, Report } from './foreignStore';

/** Above this a copy is made beside the thread, so that it can be cancelled. */
const LARGE_BYTES = 1_000_000;

/**
 * @param uri as MLflow keeps it: a path, `file:`, `mlflow-artifacts:` of a server, or elsewhere
 * @param beside folders in which a server that keeps its database here would have its artifacts
 * @param otherwise where else they may be: a store that was moved still has the URIs of its old place
 */
export function artifactsAt(
  uri: string,
  base: string,
  beside: readonly string[],
  otherwise: readonly string[],
  report: Report,
): ForeignArtifacts {
  const [, scheme = ''] = /^([a-z][a-z0-9+.-]+):/i.exec(uri) ?? [];
  const candidates = [...foldersOf(uri, scheme.toLowerCase(), base, beside), ...otherwise];
  const folder = candidates.find((candidate) => isFolder(candidate));
  if (folder !== undefined) return { kind: 'files', files: () => filesBelow(folder, report) };
  // MLflow makes the folder with the first artifact, and those around it, too: <root>/<experiment>/<run>/artifacts.
  const isEmpty = candidates.some((candidate) => existsSync(resolve(candidate, '../../../..')));
  return isEmpty ? { kind: 'files', files: () => nothing() } : { kind: 'elsewhere', where: uri };
}

function foldersOf(uri: string, scheme: string, base: string, beside: readonly string[]): string[] {
  if (uri === '') return [];
  // A drive letter of Windows is no scheme.
  if (scheme.length <= 1) return [resolve(base, uri)];
  if (scheme === 'file') {
    try {
      return [fileURLToPath(uri)];
    } catch {
      return []; // of another host, or not of its form
    }
  }
  if (scheme !== 'mlflow-artifacts') return [];
  const path = decodeURIComponent(new URL(uri).pathname).replace(/^\/+/, '');
  if (path.split('/').includes('..')) return [];
  return beside.filter((folder) => existsSync(folder)).map((folder) => join(folder, path));
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function* nothing(): Generator<ForeignFile> {
  yield* [];
}

async function* filesBelow(root: string, report: Report): AsyncGenerator<ForeignFile> {
  const top = realpathSync(root);
  const waiting = [root];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of await entriesOf(folder, report)) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        waiting.push(path);
        continue;
      }
      const file = fileAt(root, top, path, entry, report);
      if (file) yield file;
    }
  }
}

function fileAt(root: string, top: string, path: string, entry: Dirent, report: Report): ForeignFile | null {
  if (entry.isSymbolicLink() && !isInside(top, path)) {
    report.problem(`${path} is a link that leads out of its artifacts: it was left out.`);
    return null;
  }
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile()) return null;
  return {
    path: relative(root, path).split(sep).join('/'),
    sizeBytes: found.size,
    modifiedMs: Math.trunc(found.mtimeMs),
    copyTo: async (target) => {
      const mode = constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL;
      if (found.size > LARGE_BYTES) await copyFile(path, target, mode);
      else copyFileSync(path, target, mode);
    },
  };
}

async function entriesOf(folder: string, report: Report): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    report.problem(`${folder} can't be read: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
