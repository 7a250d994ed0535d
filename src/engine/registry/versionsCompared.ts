/** Two versions beside each other: what their runs have, and their files. */
import { opendirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { ComparedFile, FilesSide } from '../../protocol/comparedVersions';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { CheckedParams, ModelPlace, Result } from '../../protocol/requests';
import { DRAFT, versionFolder } from '../artifacts';
// Not by its index, which would bring all that reads models into every reader.
import { onDisk } from '../models/place';
import { readStart } from '../models/textStart';
import { ComparedRows, cutPage, decodeToken, encodeToken } from '../tracking';
// Likewise: a reader keeps and hashes nothing.
import { MANIFEST, Manifest } from '../versions/manifest';
import type { VersionPlaces } from './place';
import type { VersionMetrics } from './versionMetrics';

/** Of versions whose files are not kept, so many are looked at. */
const MAX_FOUND = 20_000;
const MAX_DEPTH = 30;
/** What tells text from what is not. */
const START_BYTES = 4096;

type File = NonNullable<ComparedFile['values'][number]>;

interface Side {
  readonly side: FilesSide;
  /** By their paths. */
  readonly files: ReadonlyMap<string, File>;
  /** Where one of them is. */
  readonly at: (path: string) => string;
}

export class VersionsCompared {
  private readonly rows: ComparedRows;
  private readonly runId;

  constructor(
    db: Database,
    private readonly store: string,
    private readonly places: VersionPlaces,
    private readonly metrics: VersionMetrics,
  ) {
    this.rows = new ComparedRows(db);
    this.runId = db.prepare<[number], string>('SELECT run_id FROM runs WHERE run_seq = ?').pluck();
  }

  compare({ versions, what, ...asked }: CheckedParams<'registry/compare'>): Result<'registry/compare'> {
    const runs = versions.map(({ name, version }) => this.metrics.runOf(name, version));
    return {
      ...(what === 'metric' ? this.metrics.compared(versions, asked) : this.rows.page(what, runs, asked)),
      runs: runs.map((seq) => (seq === null ? null : (this.runId.get(seq) ?? null))),
    };
  }

  files(params: CheckedParams<'registry/compareFiles'>): Result<'registry/compareFiles'> {
    const { versions, onlyDifferences, limit, pageToken } = params;
    const sides = versions.map(({ name, version }) => this.sideOf(this.places.of(name, version)));
    const paths = [...new Set(sides.flatMap(({ files }) => [...files.keys()]))].sort();
    const counts = { same: 0, changed: 0, only: 0 };
    const after = pageToken === undefined ? '' : String(decodeToken(pageToken)[0]);
    const found: ComparedFile[] = [];
    for (const path of paths) {
      const values = sides.map(({ files }) => files.get(path) ?? null);
      const state = stateOf(values);
      // What can't be told apart is told as such by its row.
      counts[state === 'unknown' ? 'changed' : state]++;
      if (path <= after || (onlyDifferences && state === 'same') || found.length > limit) continue;
      found.push({ path, values, state, isText: false });
    }
    const page = cutPage(
      found,
      limit,
      (file) => ({ ...file, isText: file.state !== 'same' && file.state !== 'only' && areText(sides, file.path) }),
      ({ path }) => encodeToken([path]),
    );
    return {
      sides: sides.map(({ side }) => side),
      files: page.items,
      counts,
      nextPageToken: page.nextPageToken,
    };
  }

  private sideOf(place: ModelPlace | null): Side {
    if (place === null) return { side: 'elsewhere', files: new Map(), at: () => '' };
    return this.kept(place) ?? this.found(place);
  }

  private kept(place: ModelPlace): Side | null {
    // One that is a part of another has no list of its own.
    if (place.owner !== 'version' || place.path !== '') return null;
    const folder = versionFolder(pathsOf(this.store), place.files);
    const list = listIn(join(folder, MANIFEST));
    if (list === null) return null;
    return {
      side: 'kept',
      files: new Map(list.files.map(({ path, size, sha256 }) => [path, { sizeBytes: size, sha256 }])),
      at: (path) => onDisk(this.store, { ...place, path }).file,
    };
  }

  private found(place: ModelPlace): Side {
    const { file: root, isFolder } = onDisk(this.store, place);
    const files = new Map<string, File>();
    const note = (path: string, file: string) => {
      const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size;
      if (sizeBytes !== undefined) files.set(path, { sizeBytes, sha256: null });
    };
    if (isFolder) for (const path of filesBelow(root)) note(path, join(root, path));
    else note(basename(root), root);
    return { side: 'found', files, at: (path) => (isFolder ? join(root, path) : root) };
  }
}

/** Null where there is none that can be read: then the files themselves are looked at. */
function listIn(file: string): Manifest | null {
  try {
    return Manifest.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

function* filesBelow(root: string): Generator<string> {
  const folders: { readonly at: string; readonly depth: number }[] = [{ at: '', depth: 0 }];
  let count = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const { at, depth } = next;
    const open = opendirSync(join(root, at));
    try {
      for (let entry = open.readSync(); entry !== null && count < MAX_FOUND; entry = open.readSync()) {
        if (entry.name.startsWith(DRAFT)) continue;
        const path = at === '' ? entry.name : `${at}/${entry.name}`;
        if (entry.isDirectory() && depth < MAX_DEPTH) folders.push({ at: path, depth: depth + 1 });
        if (!entry.isFile()) continue;
        count++;
        yield path;
      }
    } finally {
      open.closeSync();
    }
  }
}

function stateOf([left = null, right = null]: ComparedFile['values']): ComparedFile['state'] {
  if (left === null || right === null) return 'only';
  if (left.sizeBytes !== right.sizeBytes) return 'changed';
  if (left.sha256 === null || right.sha256 === null) return 'unknown';
  return left.sha256 === right.sha256 ? 'same' : 'changed';
}

const areText = (sides: readonly Side[], path: string): boolean => sides.every(({ at }) => isText(() => at(path)));

function isText(find: () => string): boolean {
  try {
    return !readStart(find(), START_BYTES).text.includes('\0');
  } catch {
    return false; // one that is gone can't be opened either
  }
}
