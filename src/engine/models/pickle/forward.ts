/** Bytes that are read forwards: of a file, a part of one, or what comes of inflating it. Little of them is held at a time. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip, createInflate } from 'node:zlib';

const PIECE_BYTES = 256 * 1024;

/** Where pieces come from, one after the other. */
interface Pieces {
  /** Null at the end. @throws what is wrong with the compression */
  next(): Promise<Buffer | null>;
  /** Leaves bytes out without reading them. @returns how many */
  skip(count: number): number;
  /** Whether there would have been more. */
  isBounded(): boolean;
  close(): void;
}

export class Forward {
  /** How many bytes lie before the next. */
  position = 0;
  private piece: Buffer = Buffer.alloc(0);
  private at = 0;
  private isOver = false;

  constructor(private readonly pieces: Pieces) {}

  /** Sees to it that so many bytes can be taken at once. @returns false if there are not so many */
  async has(count: number): Promise<boolean> {
    while (this.piece.length - this.at < count && !this.isOver) {
      const next = await this.pieces.next();
      if (next === null) this.isOver = true;
      else {
        this.piece = Buffer.concat([this.piece.subarray(this.at), next]);
        this.at = 0;
      }
    }
    return this.piece.length - this.at >= count;
  }

  /** Whether as many can be taken without waiting. */
  holds(count: number): boolean {
    return this.piece.length - this.at >= count;
  }

  /** After `has` or `holds`. */
  take(count: number): Buffer {
    const bytes = this.piece.subarray(this.at, this.at + count);
    this.at += count;
    this.position += count;
    return bytes;
  }

  byte(): number {
    this.position++;
    return this.piece[this.at++] ?? 0;
  }

  /** Where the next byte of this value is, counted from here, within what is held. */
  find(value: number): number {
    const at = this.piece.indexOf(value, this.at);
    return at < 0 ? -1 : at - this.at;
  }

  get held(): number {
    return this.piece.length - this.at;
  }

  /** @returns false if the bytes end before */
  async skip(count: number): Promise<boolean> {
    let left = count;
    for (;;) {
      const now = Math.min(left, this.held);
      this.at += now;
      this.position += now;
      left -= now;
      if (left === 0) return true;
      const without = this.pieces.skip(left);
      this.position += without;
      left -= without;
      if (left > 0 && !(await this.has(1))) return false;
    }
  }

  /** Whether the end is that of what may be read, and not of what there is. */
  get isBounded(): boolean {
    return this.pieces.isBounded();
  }

  close(): void {
    this.pieces.close();
  }
}

/** A part of a file. */
export function ofFile(path: string, start: number, end: number): Forward {
  const descriptor = openSync(path, 'r');
  let position = start;
  return new Forward({
    next: () => {
      const buffer = Buffer.alloc(Math.min(PIECE_BYTES, end - position));
      const count = readSync(descriptor, buffer, 0, buffer.length, position);
      position += count;
      return Promise.resolve(count === 0 ? null : buffer.subarray(0, count));
    },
    skip: (count) => {
      const skipped = Math.min(count, end - position);
      position += skipped;
      return skipped;
    },
    isBounded: () => false,
    close: () => closeSync(descriptor),
  });
}

/** @param most so much of what is inflated is given, and no more */
export function inflated(path: string, container: 'zlib' | 'gzip', most: number): Forward {
  const file = createReadStream(path, { highWaterMark: PIECE_BYTES });
  const inflate = container === 'gzip' ? createGunzip() : createInflate();
  // What goes wrong is seen by whoever reads the end of it.
  const end = pipeline(file, inflate, () => undefined);
  const chunks: AsyncIterator<Buffer> = end[Symbol.asyncIterator]();
  let given = 0;
  return new Forward({
    next: async () => {
      const chunk = await chunks.next();
      if (chunk.done === true || given >= most) return null;
      given += chunk.value.length;
      return chunk.value;
    },
    skip: () => 0,
    isBounded: () => given >= most,
    close: () => {
      file.destroy();
      inflate.destroy();
    },
  });
}
