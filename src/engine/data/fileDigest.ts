/** The digest of one file, or the true reason why there is none. Blocks its thread: it runs in the hashers. */
import { type BigIntStats, closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { md5OfDescriptor } from './md5';
import type { ObjectStore } from './objectStore';

/** What tells one content of a file from another without reading it. Numbers of 64 bits, as text. */
export interface FileState {
  readonly device: string;
  readonly inode: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly sizeBytes: number;
}

export interface FileTask {
  readonly path: string;
  /** What the file was like when it was seen; another content has no digest. */
  readonly expected: { readonly mtimeNs: string | null; readonly sizeBytes: number | null } | null;
  /** A later change makes it another content than was seen; where nothing better is known. */
  readonly unchangedSinceMs: number | null;
  /** What is said of a file that changed since. */
  readonly changed: string;
  /** Kept up to this size; 0 keeps nothing. */
  readonly pinLimitBytes: number;
}

export type FileDigest =
  | {
      readonly md5: string;
      readonly state: FileState;
      readonly pinned: boolean;
      /** Why it was not kept though it should have been. */
      readonly problem: string | null;
      /** Whether what is known of this state will be so for as long as the state lasts. */
      readonly isSettled: boolean;
    }
  | { readonly md5: null; readonly problem: string };

/** A file system's clock may be this coarse: a change so soon after another leaves no trace in the times. */
const SETTLED_MS = 2000;
const HUGE_BYTES = 1e12;
const SPARSE_BYTES = 1e10;

export function stateOf(stat: BigIntStats): FileState {
  return {
    device: String(stat.dev),
    inode: String(stat.ino),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
    sizeBytes: Number(stat.size),
  };
}

/** Looks at a file without reading it. @returns its state, or why it can't have a digest */
export function look(task: FileTask): FileState | { readonly md5: null; readonly problem: string } {
  let stat: BigIntStats;
  try {
    stat = statSync(task.path, { bigint: true });
  } catch (error) {
    return none(whyUnreadable(error, task.path));
  }
  return whyNot(stat, task) ?? stateOf(stat);
}

export function isState(looked: ReturnType<typeof look>): looked is FileState {
  return 'inode' in looked;
}

/** @param known the digest of exactly this state, if it was made before */
export function digestFile(task: FileTask, objects: ObjectStore, known: string | null): FileDigest {
  const before = look(task);
  if (!isState(before)) return before;
  try {
    const isWanted = task.pinLimitBytes > 0 && before.sizeBytes <= task.pinLimitBytes;
    if (known !== null && (!isWanted || objects.claim(known, before.sizeBytes)))
      return { md5: known, state: before, pinned: isWanted, problem: null, isSettled: true };
    const full = isWanted ? objects.whyFull(before.sizeBytes) : null;
    if (isWanted && full === null) {
      const kept = keep(task, objects, before);
      if (typeof kept !== 'string') return kept;
      return read(task, before, kept);
    }
    return read(task, before, full);
  } catch (error) {
    return none(whyUnreadable(error, task.path));
  }
}

/** @returns the digest, or why the file could not be copied */
function keep(task: FileTask, objects: ObjectStore, before: FileState): FileDigest | string {
  let made: { md5: string; sizeBytes: number };
  try {
    made = objects.add(task.path);
  } catch (error) {
    const code = codeOf(error);
    return `not kept: ${code === 'ENOSPC' || code === 'EDQUOT' ? 'the disk is full' : messageOf(error)}`;
  }
  const after = look(task);
  if (!isState(after)) return after;
  if (!isSame(before, after) || made.sizeBytes !== before.sizeBytes) return none(task.changed);
  return { md5: made.md5, state: after, pinned: true, problem: null, isSettled: isSettled(after) };
}

function read(task: FileTask, before: FileState, problem: string | null): FileDigest {
  // Not blocking: a pipe that has taken the file's place since must not hold us up. (Windows has no such flag: 0.)
  const descriptor = openSync(task.path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const opened = fstatSync(descriptor, { bigint: true });
    const why = whyNot(opened, task);
    if (why) return why;
    const made = md5OfDescriptor(descriptor);
    const after = stateOf(fstatSync(descriptor, { bigint: true }));
    if (!isSame(before, after) || made.sizeBytes !== after.sizeBytes)
      return none(`${task.changed}, while it was hashed`);
    return { md5: made.md5, state: after, pinned: false, problem, isSettled: isSettled(after) };
  } finally {
    closeSync(descriptor);
  }
}

function whyNot(stat: BigIntStats, task: FileTask): { md5: null; problem: string } | null {
  if (stat.isDirectory()) return none('it is a folder now');
  if (!stat.isFile()) return none('it is a pipe, a socket or a device: it has no content of its own');
  const { expected, unchangedSinceMs } = task;
  const { mtimeNs, sizeBytes } = stateOf(stat);
  if (expected?.mtimeNs) {
    const isOther = mtimeNs !== expected.mtimeNs || (expected.sizeBytes !== null && sizeBytes !== expected.sizeBytes);
    if (isOther) return none(task.changed);
  } else if (unchangedSinceMs !== null && Number(stat.mtimeNs / 1_000_000n) > unchangedSinceMs)
    return none(task.changed);
  if (sizeBytes > SPARSE_BYTES && process.platform !== 'win32' && Number(stat.blocks) * 512 < sizeBytes / 10)
    return none('a sparse file, mostly holes: not hashed');
  if (sizeBytes > HUGE_BYTES) return none('larger than 1 TB: not hashed');
  return null;
}

const none = (problem: string) => ({ md5: null, problem }) as const;

const isSame = (left: FileState, right: FileState): boolean =>
  left.inode === right.inode && left.mtimeNs === right.mtimeNs && left.sizeBytes === right.sizeBytes;

const isSettled = ({ mtimeNs, ctimeNs }: FileState): boolean =>
  Date.now() - Number(BigInt(mtimeNs) / 1_000_000n) > SETTLED_MS &&
  Date.now() - Number(BigInt(ctimeNs) / 1_000_000n) > SETTLED_MS;

export function whyUnreadable(error: unknown, path: string): string {
  const code = codeOf(error) ?? messageOf(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return path.includes('\ufffd') ? 'its name is no valid UTF-8: it can not be found again' : 'not there any more';
    case 'EACCES':
    case 'EPERM':
      return "can't be read: no permission";
    case 'ELOOP':
      return "can't be read: a link that leads to itself";
    default:
      return `can't be read: ${code}`;
  }
}

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
