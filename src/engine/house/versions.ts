/** Files that are kept for registered versions, and which of them may go: of versions that were deleted long enough ago. */
import { readdirSync, statSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { join } from 'node:path';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { isVersionFiles, versionFolder } from '../artifacts';
import { REMOVED } from '../clients';
import { UNREGISTERED } from '../versions/words';
import type { LeftOver } from './leftOver';
import { sizeOf } from './usage';

export interface GoingVersions {
  /** That can't be restored any more, with all of their versions. */
  readonly models: readonly string[];
  readonly versions: readonly { readonly name: string; readonly version: number }[];
  /** Those that no other version has. */
  readonly folders: readonly LeftOver[];
}

interface Row {
  readonly name: string;
  readonly version: number;
  readonly files: string;
  readonly deletedMs: number | null;
  readonly modelDeletedMs: number | null;
}

export function goingVersions(
  db: Database,
  paths: StorePaths,
  { deletedOlderThanMs }: { readonly deletedOlderThanMs: number },
  nowMs: number,
): GoingVersions {
  // The folders first: what is put there later has its row by then.
  const folders = foldersOf(paths);
  const isOld = (deletedMs: number | null) => deletedMs !== null && nowMs - deletedMs >= deletedOlderThanMs;
  const rows = rowsOf(db).map((row) => ({ ...row, ofModel: isOld(row.modelDeletedMs) }));
  const isGoing = (row: (typeof rows)[number]) => row.ofModel || isOld(row.deletedMs);
  const staying = new Set(rows.filter((row) => !isGoing(row)).map(({ files }) => files));
  const going = rows.filter((row) => isGoing(row) && !staying.has(row.files));
  return {
    models: [...new Set(going.filter(({ ofModel }) => ofModel).map(({ name }) => name))],
    versions: going.filter(({ ofModel }) => !ofModel).map(({ name, version }) => ({ name, version })),
    folders: sized(paths, folders, staying),
  };
}

/** Those that no version has any more. */
export function looseFolders(db: Database, paths: StorePaths): LeftOver[] {
  const folders = foldersOf(paths);
  return sized(paths, folders, new Set(rowsOf(db).map(({ files }) => files)));
}

const rowsOf = (db: Database): Row[] =>
  db
    .prepare<[], Row>(
      `SELECT v.name, v.version, v.files, v.deleted_ms AS deletedMs, m.deleted_ms AS modelDeletedMs
       FROM model_versions v JOIN registered_models m USING (name)
       WHERE v.files IS NOT NULL AND v.deleted_ms IS NOT ${String(REMOVED)} ORDER BY v.name, v.version`,
    )
    .all();

const sized = (paths: StorePaths, folders: readonly string[], staying: ReadonlySet<string>): LeftOver[] =>
  folders
    .filter((files) => !staying.has(files))
    .map((files) => versionFolder(paths, files))
    .filter((path) => !isBeingRegistered(path))
    .map((path) => ({ path, sizeBytes: sizeOf(path).sizeBytes }));

/** Files are taken a moment before their version is registered; an engine that was killed in between leaves them. */
const REGISTERED_WITHIN_MS = 3_600_000;

function isBeingRegistered(folder: string): boolean {
  const mark = statSync(join(folder, UNREGISTERED), { throwIfNoEntry: false });
  return mark !== undefined && Date.now() - mark.mtimeMs < REGISTERED_WITHIN_MS;
}

function foldersOf(paths: StorePaths): string[] {
  try {
    return readdirSync(join(paths.root, 'models')).filter(isVersionFiles).sort();
  } catch {
    return []; // nothing was ever kept
  }
}
