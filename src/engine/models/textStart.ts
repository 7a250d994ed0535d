/** The beginning of a text file, without waiting for a pipe of its name. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { LoopwrightError } from '../../protocol/errors';

export function readStart(file: string, maxBytes: number): { readonly text: string; readonly isCut: boolean } {
  const descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!fstatSync(descriptor).isFile()) throw new LoopwrightError('bad_request', 'It is no regular file.');
    const bytes = Buffer.alloc(maxBytes + 1);
    let size = 0;
    for (let got = -1; got !== 0 && size < bytes.length; size += got)
      got = readSync(descriptor, bytes, size, bytes.length - size, null);
    const isCut = size > maxBytes;
    // As a stream: a character that was cut in two is left out.
    const text = new TextDecoder().decode(bytes.subarray(0, Math.min(size, maxBytes)), { stream: isCut });
    return { text, isCut };
  } finally {
    closeSync(descriptor);
  }
}
