/**
 * The archive that Torch writes: `<name>/data.pkl`, which is not compressed, beside a file for each storage. Only what
 * finding it needs is read (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3).
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const MAX_COMMENT = 65_535;
/** A directory of more is none of a model's. */
const MAX_DIRECTORY = 64 * 1024 * 1024;
const MAX_32 = 0xffff_ffff;

export interface TorchZip {
  /** Where the pickle is in the file. */
  readonly start: number;
  readonly end: number;
  readonly storages: number;
  readonly storageBytes: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly size: number;
  readonly offset: number;
}

/** @returns null for an archive that is none of Torch's, or that is damaged */
export function findInTorchZip(path: string): TorchZip | null {
  const descriptor = openSync(path, 'r');
  const read = (position: number, length: number): Buffer => {
    const buffer = Buffer.alloc(Math.max(0, length));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, position));
  };
  try {
    return find(read, fstatSync(descriptor).size);
  } catch (error) {
    // Numbers that lead out of what was read: nothing of it is to be trusted.
    if (error instanceof RangeError) return null;
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

type Read = (position: number, length: number) => Buffer;

function find(read: Read, size: number): TorchZip | null {
  const directory = directoryOf(read, size);
  if (directory === null) return null;
  const entries = entriesOf(directory);
  const pickle = entries.find(({ name, method }) => method === 0 && /^[^/]+\/data\.pkl$/.test(name));
  if (!pickle) return null;
  const head = read(pickle.offset, 30);
  if (head.readUInt32LE(0) !== LOCAL) return null;
  const start = pickle.offset + 30 + head.readUInt16LE(26) + head.readUInt16LE(28);
  const end = start + pickle.size;
  if (end > size) return null;
  const storages = entries.filter(({ name }) => /^[^/]+\/data\/[^/]+$/.test(name));
  const storageBytes = storages.reduce((sum, entry) => sum + entry.size, 0);
  return { start, end, storages: storages.length, storageBytes };
}

function directoryOf(read: Read, size: number): Buffer | null {
  const from = Math.max(0, size - END_BYTES - MAX_COMMENT);
  const tail = read(from, size - from);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (tail.readUInt32LE(at) !== END) continue;
    let length = tail.readUInt32LE(at + 12);
    let start = tail.readUInt32LE(at + 16);
    const locator = at - LOCATOR_BYTES;
    if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_64) {
      const end = read(Number(tail.readBigUInt64LE(locator + 8)), 56);
      if (end.readUInt32LE(0) !== END_64) return null;
      length = Number(end.readBigUInt64LE(40));
      start = Number(end.readBigUInt64LE(48));
    }
    return length <= MAX_DIRECTORY && start + length <= size ? read(start, length) : null;
  }
  return null;
}

function entriesOf(directory: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY;) {
    const [nameLength, extraLength] = [directory.readUInt16LE(at + 28), directory.readUInt16LE(at + 30)];
    const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
    const large = largeNumbers(extra);
    const next = (small: number): number => (small === MAX_32 ? (large.shift() ?? 0) : small);
    const method = directory.readUInt16LE(at + 10);
    // In this order, and only those that have no room in 32 bits.
    const size = next(directory.readUInt32LE(at + 24));
    next(directory.readUInt32LE(at + 20));
    const offset = next(directory.readUInt32LE(at + 42));
    entries.push({ name: directory.toString('utf8', at + 46, at + 46 + nameLength), method, size, offset });
    at += 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** The 64-bit numbers of an entry, from the field with the number 1. */
function largeNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length;) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1) {
      const count = Math.floor(Math.min(length, extra.length - at - 4) / 8);
      return Array.from({ length: count }, (_, index) => Number(extra.readBigUInt64LE(at + 4 + index * 8)));
    }
    at += 4 + length;
  }
  return [];
}
