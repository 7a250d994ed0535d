/** Bytes of a file at any place, read through one small window: a file of any size takes the same memory. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** After a jump little is read, as another jump may follow; what is read on in order is read in larger pieces. */
const FIRST_BYTES = 4096;
const MAX_WINDOW_BYTES = 256 * 1024;

export class FileBytes {
  readonly size: number;
  private readonly descriptor: number;
  private readonly buffer = Buffer.alloc(MAX_WINDOW_BYTES);
  private start = 0;
  private end = 0;

  constructor(path: string) {
    this.descriptor = openSync(path, 'r');
    this.size = fstatSync(this.descriptor).size;
  }

  /** @returns the byte, or -1 behind the end */
  at(position: number): number {
    if (position < this.start || position >= this.end) this.load(position);
    // A window that has the place has a byte there.
    return position < this.end ? (this.buffer[position - this.start] ?? -1) : -1;
  }

  /** A copy; shorter where the file ends. */
  read(position: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    if (position >= this.start && position + wanted <= this.end)
      return Buffer.from(this.buffer.subarray(position - this.start, position - this.start + wanted));
    const bytes = Buffer.alloc(wanted);
    return bytes.subarray(0, this.readInto(bytes, position));
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private load(position: number): void {
    const goesOn = position === this.end && this.end > this.start;
    const length = goesOn ? Math.min(MAX_WINDOW_BYTES, (this.end - this.start) * 4) : FIRST_BYTES;
    this.start = position;
    this.end = position + this.readInto(this.buffer.subarray(0, length), position);
  }

  private readInto(bytes: Buffer, position: number): number {
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(this.descriptor, bytes, done, bytes.length - done, position + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  }
}
