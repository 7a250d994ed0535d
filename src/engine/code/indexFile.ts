/** Reading git's index, format 2 (`gitformat-index`): what was hashed, with the stat that it had then. */
import { readFileSync } from 'node:fs';
import { LoopwrightError } from '../../protocol/errors';
import type { ByteName } from './names';

export interface IndexEntry {
  readonly name: ByteName;
  readonly mode: number;
  readonly blob: string;
  readonly sizeBytes: number;
  /** Nanoseconds as decimal digits; those below the second are zero where git was built without them. */
  readonly mtimeNs: string;
}

const HEADER_BYTES = 12;
/** The fields in front of a name. */
const FIXED_BYTES = 62;
const EXTENDED_FLAG = 0x4000;

/** @returns no entries if there is no such file */
export function readIndex(path: string): IndexEntry[] {
  const bytes = readOrNull(path);
  if (!bytes) return [];
  const version = bytes.length < HEADER_BYTES ? 0 : bytes.readUInt32BE(4);
  if (bytes.toString('latin1', 0, 4) !== 'DIRC' || (version !== 2 && version !== 3))
    throw new LoopwrightError('internal', `${path} is no index of format 2.`);
  const entries: IndexEntry[] = [];
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt32BE(8); left > 0; left--) {
    const isExtended = (bytes.readUInt16BE(at + 60) & EXTENDED_FLAG) !== 0;
    const start = at + FIXED_BYTES + (isExtended ? 2 : 0);
    const end = bytes.indexOf(0, start);
    entries.push({
      name: bytes.toString('latin1', start, end),
      mode: bytes.readUInt32BE(at + 24),
      blob: bytes.toString('hex', at + 40, at + 60),
      sizeBytes: bytes.readUInt32BE(at + 36),
      mtimeNs: `${String(bytes.readUInt32BE(at + 8))}${String(bytes.readUInt32BE(at + 12)).padStart(9, '0')}`,
    });
    // Each entry is padded with 1 to 8 NULs to a multiple of 8 bytes.
    at += Math.floor((end - at + 8) / 8) * 8;
  }
  return entries;
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
