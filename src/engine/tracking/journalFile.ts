/** Reading one journal piece by piece, from where the store left off. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { MAX_RECORD_BYTES, parseRecord, splitJournal } from '../../protocol/journal';
import type { ProcessId } from '../../protocol/runFolder';
import { addRecord, type Batch } from './batch';

export const PIECE_BYTES = 256 * 1024;
const FRAME_BYTES = MAX_RECORD_BYTES + 8;

export interface Taken {
  /** Where the next record begins. */
  readonly taken: number;
  readonly damage: string | null;
  /** Whether bytes were left that a further read might take. */
  readonly hasMore: boolean;
}

/**
 * Adds what stands behind `taken` to a batch, at most about `PIECE_BYTES` of it.
 *
 * A record that is not whole yet is left for the next call; one that can never become whole ends the journal.
 */
export function takePiece(path: string, taken: number, batch: Batch): Taken {
  const descriptor = openSync(path, 'r');
  try {
    const size = fstatSync(descriptor).size;
    if (size <= taken) return { taken, damage: null, hasMore: false };
    let bytes = readAt(descriptor, taken, Math.min(PIECE_BYTES, size - taken));
    let piece = splitJournal(bytes, taken === 0, crc32);
    if (piece.payloads.length === 0 && piece.damage === null && size - taken > bytes.length) {
      // One record is larger than a piece.
      bytes = readAt(descriptor, taken, Math.min(FRAME_BYTES + 8, size - taken));
      piece = splitJournal(bytes, taken === 0, crc32);
    }
    for (const payload of piece.payloads) {
      const record = parseRecord(payload);
      if (record) addRecord(batch, record);
    }
    const next = taken + piece.consumed;
    const isWhole = piece.consumed > 0 && size > next;
    return {
      taken: next,
      damage: piece.damage,
      hasMore: piece.damage === null && isWhole && size - next >= 8 && bytes.length < size - taken,
    };
  } finally {
    closeSync(descriptor);
  }
}

function readAt(descriptor: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(descriptor, buffer, filled, length - filled, position + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** The process that writes a journal, as its name says (`<pid>-<start>-<random>.lwj`). */
export function writerOf(path: string): ProcessId | null {
  const match = /^(\d+)-(\d*)-[^-]+\.lwj$/.exec(basename(path));
  return match?.[1] === undefined ? null : { pid: Number(match[1]), start: match[2] ?? '' };
}
