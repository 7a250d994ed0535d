/** A file of text that is written piece by piece; a full disk is told at once. */
import { closeSync, openSync, writeSync } from 'node:fs';

const PIECE_CHARS = 64 * 1024;

export class TextFile {
  private readonly descriptor: number;
  private waiting = '';

  constructor(path: string) {
    this.descriptor = openSync(path, 'w');
  }

  write(text: string): void {
    this.waiting += text;
    if (this.waiting.length >= PIECE_CHARS) this.flush();
  }

  close(): void {
    try {
      this.flush();
    } finally {
      closeSync(this.descriptor);
    }
  }

  private flush(): void {
    const bytes = Buffer.from(this.waiting);
    this.waiting = '';
    for (let written = 0; written < bytes.length;) written += writeSync(this.descriptor, bytes, written);
  }
}
