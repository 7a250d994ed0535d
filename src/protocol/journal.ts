/**
 * Reading journals (format in `docs/run-folder.md`): bytes in, records out, nothing else, so that it can be tested
 * with plain buffers.
 */
import { JournalRecord } from './records';

export const JOURNAL_MAGIC = 'LWJRNL1\n';
const HEADER_BYTES = 8;
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

/** What a piece of a journal held. */
export interface JournalPiece {
  readonly payloads: readonly Buffer[];
  /** Bytes taken from the front of the piece; the rest has to be read again with what follows it. */
  readonly consumed: number;
  /** A record that can never become whole, and everything behind it. */
  readonly damage: string | null;
}

/**
 * Splits a piece of a journal into payloads.
 *
 * @param bytes a piece that begins at a record, or at the beginning of the file if `atStart`
 * @param crc32 zlib's CRC-32, handed in because browsers have none
 */
export function splitJournal(bytes: Buffer, atStart: boolean, crc32: (data: Buffer) => number): JournalPiece {
  let position = 0;
  if (atStart) {
    if (bytes.length < JOURNAL_MAGIC.length) return { payloads: [], consumed: 0, damage: null };
    if (bytes.toString('latin1', 0, JOURNAL_MAGIC.length) !== JOURNAL_MAGIC) {
      return { payloads: [], consumed: 0, damage: 'it is no journal of a format that this version knows' };
    }
    position = JOURNAL_MAGIC.length;
  }
  const payloads: Buffer[] = [];
  let damage: string | null = null;
  while (position + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUInt32LE(position);
    if (length === 0 || length > MAX_RECORD_BYTES) {
      damage = `a record at ${String(position)} has the impossible length ${String(length)}`;
      break;
    }
    const end = position + HEADER_BYTES + length;
    if (end > bytes.length) break;
    const payload = bytes.subarray(position + HEADER_BYTES, end);
    if (crc32(payload) !== bytes.readUInt32LE(position + 4)) {
      damage = `a record at ${String(position)} has a wrong checksum`;
      break;
    }
    payloads.push(payload);
    position = end;
  }
  return { payloads, consumed: position, damage };
}

/** One record, or null for one of a kind that this version does not know or that is not of its form. */
export function parseRecord(payload: Buffer): JournalRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(payload.toString('utf8'));
  } catch {
    return null; // the checksum was right, so its writer wrote no JSON: nothing later readers could use either
  }
  if (isPlainMetric(value)) return value;
  const record = JournalRecord.safeParse(value);
  return record.success ? record.data : null;
}

/** Metrics are nearly all records and arrive by the million: checked by hand, the schema is too slow for them. */
function isPlainMetric(value: unknown): value is Extract<JournalRecord, readonly ['metric', ...unknown[]]> {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [kind, time, step, values] = value as unknown[];
  if (kind !== 'metric') return false;
  if (typeof time !== 'number' || typeof step !== 'number' || typeof values !== 'object' || values === null)
    return false;
  for (const number of Object.values(values)) if (typeof number !== 'number') return false;
  return true;
}
