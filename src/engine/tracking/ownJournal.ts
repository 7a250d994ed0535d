/**
 * Journals that the engine alone writes: of what the user changes of a run (`journals/edits.lwj`), of what a tracking
 * client says of it (`journals/client.lwj`), of what belongs to the store as a whole (`ledger.lwj`). What was being written
 * when an engine was killed is cut off before more is appended, and what can't be kept is taken back.
 */
import {
  closeSync,
  copyFileSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { LoopwrightError } from '../../protocol/errors';
import { JOURNAL_MAGIC, splitJournal } from '../../protocol/journal';
import { makeBelow } from '../../protocol/node/storeFolder';

export const EDITS = 'edits.lwj';
export const CLIENT = 'client.lwj';

export interface Appended {
  /** From where it is to be taken in: before what was appended, where an earlier engine did not come to it. */
  readonly from: number;
  /** Where the journal ends now. */
  readonly end: number;
  /** Makes it as if nothing had been appended. */
  takeBack(): void;
}

export const journalOf = (runFolder: string, name: typeof EDITS | typeof CLIENT): string =>
  join(runFolder, 'journals', name);

/**
 * Returns when the records are in the journal.
 *
 * @param taken how much of it is in the database
 * @throws LoopwrightError `read_only` if it can't be written; it is as it was then
 */
export function appendRecords(path: string, taken: number, records: readonly (readonly unknown[])[]): Appended {
  try {
    const descriptor = openToAppend(path);
    try {
      const { start, from } = mendEnd(descriptor, path, taken);
      const bytes = Buffer.concat([
        ...(start === 0 ? [Buffer.from(JOURNAL_MAGIC, 'latin1')] : []),
        ...records.map(framed),
      ]);
      writeWhole(descriptor, bytes, start);
      return {
        from,
        end: start + bytes.length,
        takeBack: () => {
          truncateSync(path, start);
        },
      };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    if (error instanceof LoopwrightError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError('read_only', `Nothing can be written down in ${path}: ${cause}.`, { cause: error });
  }
}

/** Its folder is there, but for the first record. */
function openToAppend(path: string): number {
  try {
    return openSync(path, 'a+');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    makeBelow(join(dirname(path), '..'), dirname(path));
    return openSync(path, 'a+');
  }
}

/** Cuts off what is behind the last whole record. @returns where to append, and from where nothing was taken yet */
function mendEnd(descriptor: number, path: string, taken: number): { start: number; from: number } {
  const { size } = fstatSync(descriptor);
  const from = taken > size ? 0 : taken; // shorter than it was: somebody has put an older one in its place
  if (size === from) return { start: size, from };
  const rest = Buffer.alloc(size - from);
  readSync(descriptor, rest, 0, rest.length, from);
  const { consumed, damage } = splitJournal(rest, from === 0, crc32);
  const start = from + consumed;
  if (damage !== null) copyFileSync(path, `${path}.damaged`);
  if (start < size) ftruncateSync(descriptor, start);
  return { start, from };
}

function writeWhole(descriptor: number, bytes: Buffer, start: number): void {
  try {
    if (writeSync(descriptor, bytes) === bytes.length) return;
  } catch (error) {
    ftruncateSync(descriptor, start);
    throw error;
  }
  ftruncateSync(descriptor, start);
  throw new Error('the disk is full');
}

function framed(record: readonly unknown[]): Buffer {
  const payload = Buffer.from(JSON.stringify(record));
  const header = Buffer.alloc(8);
  header.writeUInt32LE(payload.length, 0);
  header.writeUInt32LE(crc32(payload), 4);
  return Buffer.concat([header, payload]);
}
