/**
 * One file copied and hashed, so that what is hashed is what is kept. Reads and writes give way to the loop: the process of
 * a job ends with its engine.
 */
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BigIntStats } from 'node:fs';

const CHUNK_BYTES = 4 * 1024 * 1024;
const ZEROS = Buffer.alloc(CHUNK_BYTES);
/** A file system's clock may be this coarse: a change so soon after another leaves no trace in the times. */
const SETTLED_NS = 2_000_000_000n;
/** Nobody writes it by accident. */
const SEALED = 0o444;
// A pipe that has taken the file's place must not hold us up. (Windows has none of these flags: 0.)
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** The file was changed while it was read. */
export class Changed extends Error {
  override readonly name = 'Changed';
}

export interface Hashed {
  readonly size: number;
  readonly sha256: string;
  /** What tells this content from a later one without reading it; null where that can't be told yet. */
  readonly state: string | null;
}

export const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(':');

export class Copier {
  /** Whether the file system has ever said that it can't share blocks. */
  private mayClone = true;

  /** @throws Changed; what the file system says */
  async copy(source: string, target: string): Promise<{ size: number; sha256: string }> {
    await mkdir(dirname(target), { recursive: true });
    if (this.mayClone && (await this.clone(source, target))) {
      await sync(target);
      const { size, sha256 } = await hashFile(target);
      await chmod(target, SEALED);
      return { size, sha256 };
    }
    const from = await open(source, READ);
    try {
      const to = await open(target, 'w');
      try {
        const { size, sha256 } = await read(from, (chunk, at) => put(to, chunk, at));
        await to.truncate(size); // a hole at the end
        await to.sync();
        await to.chmod(SEALED);
        return { size, sha256 };
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  }

  private async clone(source: string, target: string): Promise<boolean> {
    try {
      await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
      return true;
    } catch {
      this.mayClone = false; // what else may be wrong shows when it is copied byte by byte
      return false;
    }
  }
}

/** @throws Changed; what the file system says */
export async function hashFile(path: string): Promise<Hashed> {
  const file = await open(path, READ | constants.O_NOFOLLOW);
  try {
    return await read(file, () => Promise.resolve());
  } finally {
    await file.close();
  }
}

async function read(file: FileHandle, take: (chunk: Buffer, at: number) => Promise<void>): Promise<Hashed> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const before = await file.stat({ bigint: true });
  if (!before.isFile()) throw new Changed('it is no file any more');
  let size = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES, size);
    if (bytesRead === 0) break;
    const chunk = buffer.subarray(0, bytesRead);
    hash.update(chunk);
    await take(chunk, size);
    size += bytesRead;
  }
  const after = await file.stat({ bigint: true });
  if (stateOf(after) !== stateOf(before) || size !== Number(after.size)) throw new Changed('it was changed');
  const latest = after.mtimeNs > after.ctimeNs ? after.mtimeNs : after.ctimeNs;
  const isSettled = BigInt(Date.now()) * 1_000_000n - latest > SETTLED_NS;
  return { size, sha256: hash.digest('hex'), state: isSettled ? stateOf(after) : null };
}

/** What is empty stays a hole: a sparse file takes no more room than it did. */
async function put(to: FileHandle, chunk: Buffer, at: number): Promise<void> {
  if (chunk.equals(ZEROS.subarray(0, chunk.length))) return;
  for (let written = 0; written < chunk.length;)
    written += (await to.write(chunk, written, chunk.length - written, at + written)).bytesWritten;
}

/** Its name must not survive a loss of power that its content does not. */
async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
