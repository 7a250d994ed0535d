/** The MD5 of what is behind a descriptor. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

/** Large enough that a call into the system costs nothing beside the hashing of what it brings. */
const BLOCK_BYTES = 4 * 1024 * 1024;
let block: Buffer | undefined;

/** Reads from the beginning to the end. Blocks its thread. */
export function md5OfDescriptor(descriptor: number): { md5: string; sizeBytes: number } {
  block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES);
  const hash = createHash('md5');
  let sizeBytes = 0;
  for (;;) {
    const count = readSync(descriptor, block, 0, BLOCK_BYTES, sizeBytes);
    if (count === 0) return { md5: hash.digest('hex'), sizeBytes };
    hash.update(count === BLOCK_BYTES ? block : block.subarray(0, count));
    sizeBytes += count;
  }
}
