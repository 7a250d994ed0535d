/** What is kept for registered versions, as a reader tells it: from the database and the lists beside the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { isVersionFiles, versionFolder } from '../artifacts';
import { type FilesRow, type PendingFiles, type Refused, REMOVED, versionStatus } from '../clients';
import { digestOf, type KeptFile, Manifest, MANIFEST } from './manifest';
import type { ToVerify } from './verify';
import { DAMAGED_LIST } from './words';

/** Lists that were read are kept: a client that loads a model asks for one file after the other. */
const LISTS_KEPT = 20;

interface Registered {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
}

interface List {
  readonly digest: string;
  readonly files: ReadonlyMap<string, KeptFile>;
}

export interface KeptEntry {
  readonly name: string;
  /** Null for a folder. */
  readonly size: number | null;
}

export type OrRefused<Answer> = Answer | { readonly refused: Refused };

export function versionQueries(db: Database, paths: StorePaths) {
  const statements = {
    pending: db.prepare<[], PendingFiles>(
      `SELECT DISTINCT files, files_from AS "from" FROM model_versions
       WHERE files IS NOT NULL AND files_from IS NOT NULL AND digest IS NULL AND files_note IS NULL
         AND deleted_ms IS NOT ${String(REMOVED)}`,
    ),
    registered: db.prepare<[string], Registered>(
      `SELECT v.name, v.version, v.digest FROM model_versions v JOIN registered_models m USING (name)
       WHERE v.files = ? AND v.digest IS NOT NULL AND v.deleted_ms IS NULL AND m.deleted_ms IS NULL
       ORDER BY v.created_ms, v.name LIMIT 1`,
    ),
    versions: db.prepare<[string], FilesRow & { name: string; version: number }>(
      `SELECT name, version, files, digest, files_note FROM model_versions
       WHERE name = ? AND deleted_ms IS NULL ORDER BY version DESC`,
    ),
    model: db
      .prepare<[string], number>('SELECT 1 FROM registered_models WHERE name = ? AND deleted_ms IS NULL')
      .pluck(),
    alias: db
      .prepare<[string, string], number>('SELECT version FROM registered_model_aliases WHERE name = ? AND alias = ?')
      .pluck(),
  };
  const lists = new Map<string, List>();

  const find = (files: string): OrRefused<{ label: string; list: List }> => {
    const registered = isVersionFiles(files) ? statements.registered.get(files) : undefined;
    if (!registered) return refused('RESOURCE_DOES_NOT_EXIST', 'There is no registered version with these files.');
    const label = `${registered.name} v${String(registered.version)}`;
    const known = lists.get(files);
    if (known?.digest === registered.digest) return { label, list: known };
    const list = listOf(paths, files, registered.digest);
    if (list === null) return refused('PERMISSION_DENIED', `${label}: ${DAMAGED_LIST} Nothing of it is given out.`);
    lists.set(files, list);
    const [oldest] = lists.keys();
    if (lists.size > LISTS_KEPT && oldest !== undefined) lists.delete(oldest);
    return { label, list };
  };

  return {
    /** For the engine itself: what is to be kept. */
    'versions/pending': (): PendingFiles[] => statements.pending.all(),
    /** A file as it was registered. */
    'versions/file': ({
      files,
      path,
    }: {
      files: string;
      path: string;
    }): OrRefused<{ label: string; sha256: string; size: number }> => {
      const found = find(files);
      if ('refused' in found) return found;
      const file = found.list.files.get(path);
      if (file) return { label: found.label, sha256: file.sha256, size: file.size };
      return refused('RESOURCE_DOES_NOT_EXIST', `${found.label} has no file '${path}' that was registered.`);
    },
    /** What is directly below a folder, as it was registered; nothing for a file. */
    'versions/list': ({ files, path }: { files: string; path: string }): OrRefused<KeptEntry[]> => {
      const found = find(files);
      if ('refused' in found) return found;
      const under = path === '' ? '' : `${path}/`;
      const entries = new Map<string, number | null>();
      for (const { path: at, size } of found.list.files.values()) {
        if (!at.startsWith(under)) continue;
        const [name = '', ...below] = at.slice(under.length).split('/');
        entries.set(name, below.length === 0 ? size : null);
      }
      return [...entries].map(([name, size]) => ({ name, size }));
    },
    /** Versions of a model, the newest first; one of them by its number or an alias. */
    'versions/ofModel': ({ name, which }: { name: string; which: number | string | null }): ToVerify[] => {
      if (statements.model.get(name) === undefined)
        throw new LoopwrightError('not_found', `There is no registered model ${JSON.stringify(name)}.`);
      const number = typeof which === 'string' ? (statements.alias.get(name, which) ?? -1) : which;
      return statements.versions
        .all(name)
        .filter(({ version }) => number === null || version === number)
        .map((row) => ({
          name: row.name,
          version: row.version,
          state: stateIn(row),
          note: row.files_note ?? '',
          files: row.files,
          digest: row.digest,
        }));
    },
  };
}

function stateIn(row: FilesRow): ToVerify['state'] {
  switch (versionStatus(row)) {
    case 'READY':
      return row.digest === null ? 'elsewhere' : 'kept';
    case 'PENDING_REGISTRATION':
      return 'pending';
    case 'FAILED_REGISTRATION':
      return 'failed';
  }
}

/** Null where it is not there, or not the one that was registered. */
function listOf(paths: StorePaths, files: string, digest: string): List | null {
  try {
    const manifest = Manifest.parse(JSON.parse(readFileSync(join(versionFolder(paths, files), MANIFEST), 'utf8')));
    if (digestOf(manifest) !== digest) return null;
    return { digest, files: new Map(manifest.files.map((file) => [file.path, file])) };
  } catch {
    return null; // the caller says what that means to it
  }
}

const refused = (code: Refused['code'], message: string) => ({ refused: { code, message } });
