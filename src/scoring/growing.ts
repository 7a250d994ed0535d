/** A file that a job adds to, chunk by chunk. What stands behind the last commit was never there. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { constants, type FileHandle, open } from 'node:fs/promises';

export class GrowingFile {
  private file: FileHandle | null = null;
  private hasMore = false;

  private constructor(
    private readonly path: string,
    private bytes: number,
  ) {}

  /** @param end of what is committed: the rest is cut off with the first that is added */
  static at(path: string, end: number): GrowingFile {
    return new GrowingFile(path, end);
  }

  get end(): number {
    return this.bytes;
  }

  /** It is there then, even if there is nothing in it. */
  async add(bytes: Buffer): Promise<void> {
    const file = await this.opened();
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, this.bytes + at);
      at += bytesWritten;
    }
    this.bytes += bytes.length;
    this.hasMore = true;
  }

  /** What was added is on the disk. */
  async sync(): Promise<void> {
    if (this.hasMore) await this.file?.datasync();
    this.hasMore = false;
  }

  /** Cuts off what is not committed, also where nothing was added. */
  async close(): Promise<void> {
    if (existsSync(this.path)) await this.opened();
    await this.file?.close();
    this.file = null;
  }

  private async opened(): Promise<FileHandle> {
    if (this.file) return this.file;
    const file = await open(this.path, constants.O_RDWR | constants.O_CREAT);
    await file.truncate(this.bytes);
    this.file = file;
    return file;
  }
}

/** Whether a file has these bytes at this place. */
export async function hasBytes(path: string, end: number, length: number, sha256: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const file = await open(path, constants.O_RDONLY);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, end - length);
    return bytesRead === length && sha256Of(buffer) === sha256;
  } finally {
    await file.close();
  }
}

export const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
