/**
 * Reading journals (format in `docs/run-folder.md`): bytes in, records out, nothing else, so that it can be tested
 * with plain buffers.
 */
import * as z from 'zod';
import { Column, FactSection, WorkKind } from './capture';
import { ArtifactKind, ParamSource, RunId, WireNumber } from './entities';

export const JOURNAL_MAGIC = 'LWJRNL1\n';
const HEADER_BYTES = 8;
export const MAX_RECORD_BYTES = 16 * 1024 * 1024;

const Milliseconds = z.number();

/** `r` read, `w` written, `rw` both. */
const FileMode = z.enum(['r', 'w', 'rw']);

export const JournalRecord = z.union([
  z.tuple([z.literal('metric'), Milliseconds, z.number(), z.record(z.string(), WireNumber)]),
  z.tuple([z.literal('param'), Milliseconds, ParamSource, z.record(z.string(), z.string())]),
  z.tuple([z.literal('tag'), Milliseconds, z.record(z.string(), z.string())]),
  z.tuple([z.literal('artifact'), Milliseconds, z.object({ path: z.string(), size: z.number(), kind: ArtifactKind })]),
  z.tuple([z.literal('note'), Milliseconds, z.enum(['info', 'warning']), z.string()]),
  z.tuple([z.literal('facts'), Milliseconds, FactSection, z.record(z.string(), z.unknown())]),
  z.tuple([
    z.literal('file'),
    Milliseconds,
    z.object({
      path: z.string(),
      mode: FileMode,
      via: z.string(),
      kind: z.enum(['file', 'folder', 'remote']).default('file'),
      size: z.number().optional(),
      mtime_ns: z.string().optional(),
      files: z.number().optional(),
    }),
  ]),
  z.tuple([z.literal('loaded'), Milliseconds, z.array(z.tuple([z.string(), z.string(), z.number()]))]),
  z.tuple([
    z.literal('digest'),
    Milliseconds,
    z.object({
      path: z.string(),
      direction: z.enum(['in', 'out']),
      md5: z.string().nullable(),
      size: z.number().nullable(),
      files: z.number().nullable().default(null),
      rows: z.number().nullable().default(null),
      columns: z.array(Column).nullable().default(null),
      pinned: z.boolean(),
      problem: z.string().nullable(),
    }),
  ]),
  z.tuple([
    z.literal('child'),
    Milliseconds,
    z.object({
      id: RunId,
      name: z.string(),
      status: z.enum(['FINISHED', 'FAILED', 'KILLED']),
      start_ms: z.number(),
      end_ms: z.number(),
      params: z.record(z.string(), z.string()).default({}),
      metrics: z.record(z.string(), WireNumber).default({}),
      tags: z.record(z.string(), z.string()).default({}),
    }),
  ]),
  z.tuple([z.literal('done'), Milliseconds, WorkKind, z.string().nullable()]),
  z.tuple([
    z.literal('open'),
    Milliseconds,
    z
      .object({ pid: z.number(), start: z.string(), main: z.boolean(), python: z.string(), executable: z.string() })
      .loose(),
  ]),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;

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
