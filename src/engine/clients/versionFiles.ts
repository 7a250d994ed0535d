/** The files of a version, which are kept apart from what it was made of: whether they can be, and how far that is. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { VersionStatus } from '../../protocol/registry';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { artifactFolder, type ArtifactOwner, readSource } from '../artifacts';

/** `deleted_ms` of a version that is gone for good: its files are, and it can't be restored. */
export const REMOVED = 0;
const MAX_DEPTH = 10;

/** What is known of a version's files. */
export interface FilesRow {
  readonly files: string | null;
  readonly digest: string | null;
  readonly files_note: string | null;
}

/** MLflow's words for it. What lies elsewhere is ready as far as we can tell. */
export function versionStatus({ files, digest, files_note: note }: FilesRow): VersionStatus {
  if (files === null || digest !== null) return 'READY';
  return note === null ? 'PENDING_REGISTRATION' : 'FAILED_REGISTRATION';
}

/** What the record of a new version says of its files. */
export interface NewFiles {
  readonly files: string;
  readonly files_from: string;
  readonly digest?: string;
  readonly files_note?: string;
}

/** Files that are in their place already. */
export const filesTaken = ({ files, digest, note }: { files: string; digest: string; note: string }): NewFiles => ({
  files,
  files_from: `models/${files}/artifacts`,
  digest,
  ...(note === '' ? {} : { files_note: note }),
});

interface KnownFiles extends FilesRow {
  readonly source: string;
  readonly files_from: string | null;
}

export class VersionFiles {
  private readonly ofVersion;
  private readonly ofFiles;
  private readonly hasRun;

  constructor(
    db: Database,
    private readonly paths: StorePaths,
  ) {
    const columns = 'source, files, files_from, digest, files_note';
    this.ofVersion = db.prepare<[string, number], KnownFiles>(
      `SELECT ${columns} FROM model_versions WHERE name = ? AND version = ? AND deleted_ms IS NOT ${String(REMOVED)}`,
    );
    this.ofFiles = db.prepare<[string], KnownFiles>(
      `SELECT ${columns} FROM model_versions WHERE files = ? AND deleted_ms IS NOT ${String(REMOVED)}`,
    );
    this.hasRun = db.prepare<[string], number>('SELECT 1 FROM runs WHERE run_id = ? AND deleted_ms IS NOT 0').pluck();
  }

  /** Those of a copy are its original's. @returns null for a source that is not in this store, or where nothing is yet */
  of(source: string, depth = 0): NewFiles | null {
    const read = readSource(source);
    if (read === null || depth > MAX_DEPTH) return null;
    if ('name' in read) {
      const original = this.ofVersion.get(read.name, read.version);
      return original ? (shared(original) ?? this.of(original.source, depth + 1)) : null;
    }
    const { owner, path } = read;
    if (owner.kind === 'version' && path === '') {
      const original = this.ofFiles.get(owner.files);
      return original ? shared(original) : null;
    }
    return this.from(owner, path);
  }

  /** Those of a model that a front end has made among the drafts, with the source of the version that they become. */
  ofDraft(draft: string): { readonly source: string; readonly files: NewFiles } {
    const files = newFiles();
    const from = relative(this.paths.root, join(this.paths.drafts, draft)).split(sep).join('/');
    return { source: `mlflow-artifacts:/models/${files}/artifacts`, files: { files, files_from: from } };
  }

  private from(owner: ArtifactOwner, path: string): NewFiles | null {
    if (owner.kind === 'run' && this.hasRun.get(owner.runId) === undefined) return null;
    const place = join(artifactFolder(this.paths, owner), path);
    if (!existsSync(place)) return null;
    const from = relative(this.paths.root, place).split(sep).join('/');
    return { files: newFiles(), files_from: from };
  }
}

const newFiles = (): string => `v-${randomBytes(16).toString('hex')}`;

/** Null where there are none, or they could not be kept: that may go better now. */
function shared(original: KnownFiles): NewFiles | null {
  const { files, files_from: from, digest, files_note: note } = original;
  if (files === null || from === null || (digest === null && note !== null)) return null;
  return {
    files,
    files_from: from,
    ...(digest === null ? {} : { digest }),
    ...(note === null ? {} : { files_note: note }),
  };
}
