/**
 * Artifacts by `mlflow-artifacts`: files of runs and of logged models, streamed both ways. A path is taken apart once, and
 * nothing of it leads out of the folder that it belongs to.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ArtifactOwner, artifactFolder, artifactPlace, checkArtifactPath, DRAFT } from '../artifacts';
import { doesNotExist, invalid } from '../clients';
import { ModelId, RunId } from '../../protocol/entities';
import { isMissing } from '../../protocol/node/addresses';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { VersionLoading } from '../versions';

export interface Place {
  readonly owner: ArtifactOwner;
  /** The folder of all artifacts of the owner. */
  readonly folder: string;
  /** Below it, with `/` between the parts; empty for the folder itself. */
  readonly path: string;
}

export interface Listed {
  readonly path: string;
  readonly is_dir: boolean;
  readonly file_size?: number;
}

export class Artifacts {
  constructor(
    private readonly paths: StorePaths,
    private readonly versions: Pick<VersionLoading, 'open' | 'list'>,
  ) {}

  ofRun(runId: string, path: string): Place {
    if (!RunId.safeParse(runId).success) throw invalid(`Invalid run ID: ${JSON.stringify(runId)}`);
    return this.of({ kind: 'run', runId }, path);
  }

  ofModel(modelId: string, path: string): Place {
    if (!ModelId.safeParse(modelId).success) throw invalid(`Invalid model ID: ${JSON.stringify(modelId)}`);
    return this.of({ kind: 'model', modelId }, path);
  }

  /** From what stands behind `mlflow-artifacts/artifacts/`. @throws Refusal `INVALID_PARAMETER_VALUE` */
  at(whole: string): Place {
    const place = artifactPlace(checked(whole));
    if (place) return this.of(place.owner, place.path);
    throw invalid(`Invalid artifact path: ${JSON.stringify(whole)}. It names no run and no model of this store.`);
  }

  /** Returns when the file is whole. */
  async write(place: Place, body: IncomingMessage): Promise<number> {
    if (place.path === '') throw invalid('An artifact has a name.');
    const target = join(place.folder, place.path);
    const draft = join(dirname(target), `${DRAFT}${randomUUID()}`);
    await mkdir(dirname(target), { recursive: true }).catch(notAFolder);
    try {
      await pipeline(body, createWriteStream(draft, { flags: 'wx' }));
      const { size } = await stat(draft);
      await rename(draft, target).catch(notAFolder);
      return size;
    } finally {
      await rm(draft, { force: true });
    }
  }

  /** @throws Refusal `RESOURCE_DOES_NOT_EXIST` */
  async open({ owner, folder, path }: Place): Promise<{ size: number; stream: () => NodeJS.ReadableStream }> {
    if (owner.kind === 'version') return this.versions.open(owner.files, path);
    const file = join(folder, path);
    const found = await stat(file).catch((error: unknown) => {
      if (isMissing(error) || hasCode(error, 'ENOTDIR')) return null;
      throw error;
    });
    if (!found?.isFile()) throw doesNotExist(`No such artifact: '${path}'`);
    return { size: found.size, stream: () => createReadStream(file) };
  }

  async delete({ folder, path }: Place): Promise<void> {
    await rm(path === '' ? folder : join(folder, path), { recursive: true, force: true });
  }

  /** What a folder holds; nothing for a file and for what is not there. Paths are below `prefix`. */
  async list({ owner, folder, path }: Place, prefix: (name: string) => string): Promise<Listed[]> {
    if (owner.kind === 'version') {
      const kept = await this.versions.list(owner.files, path);
      return kept.map(({ name, size }) => listed(prefix(name), size)).toSorted(byPath);
    }
    const at = join(folder, path);
    const entries = await readdir(at, { withFileTypes: true }).catch((error: unknown) => {
      if (isMissing(error) || hasCode(error, 'ENOTDIR')) return [];
      throw error;
    });
    const all = entries
      .filter((entry) => !entry.name.startsWith(DRAFT))
      .map(async (entry): Promise<Listed> => {
        const found = await stat(join(at, entry.name));
        return listed(prefix(entry.name), found.isDirectory() ? null : found.size);
      });
    return (await Promise.all(all)).toSorted(byPath);
  }

  private of(owner: ArtifactOwner, path: string): Place {
    return { owner, folder: artifactFolder(this.paths, owner), path: checked(path) };
  }
}

/** @param size null for a folder */
const listed = (path: string, size: number | null): Listed =>
  size === null ? { path, is_dir: true } : { path, is_dir: false, file_size: size };

const byPath = (left: Listed, right: Listed): number => (left.path < right.path ? -1 : 1);

/** @throws Refusal `INVALID_PARAMETER_VALUE` for a path that could lead elsewhere */
function checked(path: string): string {
  const found = checkArtifactPath(path);
  if ('problem' in found) throw invalid(found.problem);
  return found.path;
}

function notAFolder(error: unknown): never {
  if (hasCode(error, 'EEXIST') || hasCode(error, 'ENOTDIR') || hasCode(error, 'EISDIR') || hasCode(error, 'ENOTEMPTY'))
    throw invalid('A file and a folder of artifacts can not have the same name.');
  throw error;
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
