/** The job `code/check`: after the script, whether what it loaded is what the snapshot has. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { crc32 } from 'node:zlib';
import type { CodeFacts } from '../../protocol/capture';
import { MAX_RECORD_BYTES, parseRecord, splitJournal } from '../../protocol/journal';
import { pathsOf } from '../../protocol/node/storeFolder';
import { JournalWriter } from '../../protocol/node/journalWriter';
import { readSeen, type Seen } from './seen';

export interface LoadedSource {
  readonly path: string;
  readonly mtimeNs: string;
  readonly sizeBytes: number;
}

type Differs = NonNullable<CodeFacts['differs']>;

const DIFFERS_LIMIT = 200;
const PIECE_BYTES = 1 << 20;

export function checkLoaded({ store, runId }: { store: string; runId: string }): Promise<void> {
  const folder = pathsOf(store).runFolder(runId);
  const seen = readSeen(folder);
  const journal = new JournalWriter(folder);
  if (seen) {
    const differs = differencesFrom(seen, loadedIn(join(folder, 'journals')), realDisk);
    journal.append(['facts', Date.now(), 'code', { differs: differs.slice(0, DIFFERS_LIMIT) }]);
  }
  journal.append(['done', Date.now(), 'codeCheck', null]);
  journal.close();
  return Promise.resolve();
}

/** Installed packages are told by their versions, the standard library by Python's. */
const INSTALLED = /[/\\](site-packages|dist-packages)[/\\]|[/\\]lib[/\\]python\d[^/\\]*[/\\]|^<|\.zip[/\\]/i;

/** The files as they are when the check is made. */
export interface Disk {
  /** A path without links. */
  real(path: string): string;
  /** Git's name for the content of a source, if the file still is as it was when it was loaded. */
  blobOf(source: LoadedSource): string | null;
}

export function differencesFrom(seen: Seen, loaded: Iterable<LoadedSource>, disk: Disk): Differs {
  const differs = new Map<string, string>();
  const root = seen.root.endsWith(sep) ? seen.root : seen.root + sep;
  for (const source of loaded) {
    const path = source.path.startsWith(root) ? source.path : disk.real(source.path);
    if (!path.startsWith(root)) {
      if (!INSTALLED.test(source.path)) differs.set(source.path, 'it lies outside the folder that the snapshot is of');
      continue;
    }
    const inside = path.slice(root.length).replaceAll(sep, '/');
    const reason = reasonFor(seen, inside, source, disk);
    if (reason !== null && !INSTALLED.test(source.path)) differs.set(inside, reason);
  }
  return [...differs].map(([path, reason]) => ({ path, reason }));
}

function reasonFor({ files, leftOut }: Seen, path: string, loaded: LoadedSource, disk: Disk): string | null {
  const file = files[path];
  if (!file) {
    const why =
      leftOut[path] ?? Object.entries(leftOut).find(([name]) => name.endsWith('/') && path.startsWith(name))?.[1];
    return `it is not in the snapshot${why === undefined ? ': it was made after that, and loaded' : `: ${why}`}`;
  }
  const [mtimeNs, sizeBytes, blob] = file;
  if (sizeBytes === loaded.sizeBytes && isSameTime(mtimeNs, loaded.mtimeNs)) return null;
  if (disk.blobOf(loaded) === blob) return null; // written again with the same content
  return BigInt(loaded.mtimeNs) > BigInt(mtimeNs)
    ? 'it was changed after the snapshot and before it was loaded'
    : 'it was changed after it was loaded and before the snapshot';
}

/** Some gits and file systems know whole seconds only. */
function isSameTime(left: string, right: string): boolean {
  if (left === right) return true;
  const isWhole = left.endsWith('000000000') || right.endsWith('000000000');
  return isWhole && left.slice(0, -9) === right.slice(0, -9);
}

const realDisk: Disk = {
  real(path) {
    try {
      return realpathSync(path);
    } catch {
      return path; // gone since
    }
  },
  blobOf({ path, mtimeNs, sizeBytes }) {
    try {
      const content = readFileSync(path);
      const stat = statSync(path, { bigint: true });
      if (String(stat.mtimeNs) !== mtimeNs || content.length !== sizeBytes) return null;
      return createHash('sha1')
        .update(`blob ${String(sizeBytes)}\0`)
        .update(content)
        .digest('hex');
    } catch {
      return null; // gone since: nothing to compare
    }
  },
};

const LOADED_START = Buffer.from('["loaded"');

/** Every source that any process of the run has recorded. */
function* loadedIn(folder: string): Generator<LoadedSource> {
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.lwj')) continue;
    for (const payload of payloadsIn(join(folder, name))) {
      if (!payload.subarray(0, LOADED_START.length).equals(LOADED_START)) continue;
      const record = parseRecord(payload);
      if (record?.[0] !== 'loaded') continue;
      for (const [path, mtimeNs, sizeBytes] of record[2]) if (/^\d+$/.test(mtimeNs)) yield { path, mtimeNs, sizeBytes };
    }
  }
}

/** The whole records of a journal, a piece of the file at a time; what is torn or damaged ends it. */
function* payloadsIn(path: string): Generator<Buffer> {
  const descriptor = openSync(path, 'r');
  try {
    let position = 0;
    for (let size = PIECE_BYTES; size <= 2 * MAX_RECORD_BYTES;) {
      const bytes = Buffer.alloc(size);
      const read = readSync(descriptor, bytes, 0, size, position);
      const piece = splitJournal(bytes.subarray(0, read), position === 0, crc32);
      yield* piece.payloads;
      position += piece.consumed;
      if (piece.damage !== null || read < size) return;
      // A record that is longer than the piece needs a longer one.
      size = piece.consumed === 0 ? size * 2 : PIECE_BYTES;
    }
  } finally {
    closeSync(descriptor);
  }
}
