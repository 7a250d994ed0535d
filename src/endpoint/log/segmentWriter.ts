/**
 * Appends to the newest segment. What was written half, on a full disk, is written over by what comes next: behind the
 * last whole block there is never anything that counts.
 */
import { mkdirSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { SEGMENT_MAGIC } from '../../protocol/node/requestLog/form';
import { type Kept, removeOld, segmentPath, segmentsIn } from '../../protocol/node/requestLog/segments';

const MAX_SEGMENT_BYTES = 8 * 1024 * 1024;
/** Of what may be kept, so that what goes is a small part of it. */
const PARTS = 16;
/** What is older than it may be goes a segment at a time. */
const MAX_SEGMENT_MS = 3_600_000;

export class SegmentWriter {
  private file: FileHandle | null = null;
  private size = 0;
  private openedMs = 0;
  private readonly mostBytes: number;

  constructor(
    private readonly folder: string,
    private readonly kept: Kept,
  ) {
    this.mostBytes = Math.min(MAX_SEGMENT_BYTES, (kept.megabytes * 1024 * 1024) / PARTS);
  }

  /** @param isSafe whether it has to outlast a loss of power when this resolves */
  async append(parts: readonly Uint8Array[], isSafe: boolean): Promise<void> {
    const isFull = this.size >= this.mostBytes || Date.now() - this.openedMs > MAX_SEGMENT_MS;
    if (this.file && isFull) await this.close();
    this.file ??= await this.next();
    const bytes = Buffer.concat(parts);
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.file.write(bytes, done, bytes.length - done, this.size + done);
      done += bytesWritten;
    }
    if (isSafe) await this.file.datasync();
    this.size += bytes.length;
  }

  /** Also while nothing is written. */
  removeOld(): void {
    removeOld(this.folder, this.kept, Date.now());
  }

  async close(): Promise<void> {
    const { file } = this;
    this.file = null;
    await file?.datasync();
    await file?.close();
  }

  private async next(): Promise<FileHandle> {
    mkdirSync(this.folder, { recursive: true });
    const number = (segmentsIn(this.folder).at(-1)?.number ?? 0) + 1;
    const file = await open(segmentPath(this.folder, number), 'wx', 0o600);
    try {
      await file.write(SEGMENT_MAGIC, 0, 'latin1');
    } catch (error) {
      await file.close();
      throw error;
    }
    this.size = SEGMENT_MAGIC.length;
    this.openedMs = Date.now();
    this.removeOld();
    return file;
  }
}
