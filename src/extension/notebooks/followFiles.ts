/** Outputs that are kept as files: written one after the other, whole or not at all, and never in the way of an event. */
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const MAX_WAITING_BYTES = 64_000_000;

export class FollowFiles {
  private last: Promise<unknown> = Promise.resolve();
  private waitingBytes = 0;

  /** @param artifacts the folder of the run's artifacts */
  constructor(private readonly artifacts: string) {}

  /** Whether there is room for so much that is not written yet. */
  hasRoomFor(bytes: number): boolean {
    return this.waitingBytes + bytes <= MAX_WAITING_BYTES;
  }

  /** @param path below the artifacts, of our own making */
  write(path: string, bytes: Uint8Array): Promise<void> {
    this.waitingBytes += bytes.byteLength;
    const written = this.last.then(async () => {
      try {
        await this.put(path, bytes);
      } finally {
        this.waitingBytes -= bytes.byteLength;
      }
    });
    this.last = written.catch(() => undefined); // whoever asked for this file is told; the next one is tried all the same
    return written;
  }

  /** Resolves when nothing waits any more. */
  async settled(): Promise<void> {
    await this.last;
  }

  private async put(path: string, bytes: Uint8Array): Promise<void> {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const target = join(this.artifacts, ...parts, name);
    const draft = join(dirname(target), `.loopwright-${name}`);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(draft, bytes);
    await rename(draft, target);
  }
}
