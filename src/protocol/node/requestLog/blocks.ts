/** The blocks of a segment, one in memory at a time. */
import { type FileHandle, open } from 'node:fs/promises';
import { type Block, BLOCK_HEAD_BYTES, readBlock, SEGMENT_MAGIC, sizeOfBlock } from './form';
import type { Segment } from './segments';

/** Whole ones, up to the first that is not. */
export async function* blocksOf({ path }: Segment): AsyncGenerator<Block & { readonly sizeBytes: number }> {
  let file: FileHandle;
  try {
    file = await open(path, 'r');
  } catch {
    return; // its time was over meanwhile
  }
  try {
    let at = SEGMENT_MAGIC.length;
    if ((await bytesAt(file, 0, at))?.toString('latin1') !== SEGMENT_MAGIC) return;
    for (;;) {
      const start = await bytesAt(file, at, BLOCK_HEAD_BYTES);
      const size = start && sizeOfBlock(start);
      if (start === null || size === null) return;
      const payload = await bytesAt(file, at + BLOCK_HEAD_BYTES, size);
      const block = payload && readBlock(start, payload);
      if (block === null) return;
      yield { ...block, sizeBytes: BLOCK_HEAD_BYTES + size };
      at += BLOCK_HEAD_BYTES + size;
    }
  } finally {
    await file.close();
  }
}

/** Null where there are fewer. */
async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer | null> {
  // A length that is no length is not made room for.
  if (length > 65_536 && (await file.stat()).size < position + length) return null;
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytesRead === length ? bytes : null;
}
