/**
 * The log of an endpoint's requests, as it lies in files (`docs/request-log.md`): segments of blocks, each whole or not there.
 * Bytes in, blocks out.
 */
import { crc32 } from 'node:zlib';
import * as z from 'zod';

export const SEGMENT_MAGIC = 'LWREQS1\n';
/** Length and checksum. */
export const BLOCK_HEAD_BYTES = 8;
export const MAX_BLOCK_BYTES = 64 * 1024 * 1024;
const LENGTH_BYTES = 4;

/** One input or output of all requests of a block. */
const LoggedColumn = z.object({
  name: z.string(),
  datatype: z.string(),
  /** Of each request, or the one that all have. */
  shape: z.array(z.number()).optional(),
  shapes: z.array(z.array(z.number())).optional(),
  /** How many values of each request are here, where that is not all of them. */
  kept: z.array(z.number().int().min(0)).optional(),
  /** Left out on purpose: all of it, or these values of each row. */
  masked: z.union([z.literal(true), z.array(z.number().int())]).optional(),
  /** Values of a tensor of texts, request by request. */
  texts: z.array(z.array(z.string())).optional(),
  /** What others have behind the head, in the order of the columns. */
  bytes: z.number().int().min(0),
});
export type LoggedColumn = z.infer<typeof LoggedColumn>;

const Failed = z.object({ at: z.number().int(), message: z.string() });

const RequestsHead = z.object({
  kind: z.literal('requests'),
  model: z.string(),
  version: z.string(),
  digest: z.string().nullable(),
  dialect: z.string(),
  ids: z.array(z.string()),
  /** When each began, and how long it took. */
  timesMs: z.array(z.number()),
  tookUs: z.array(z.number()),
  /** HTTP's; left out where all are 200. */
  statuses: z.array(z.number().int()).optional(),
  failures: z.array(Failed).optional(),
  inputs: z.array(LoggedColumn),
  outputs: z.array(LoggedColumn),
});
export type RequestsHead = z.infer<typeof RequestsHead>;

/** What turned out to be true of a request. */
export const Label = z.object({
  id: z.string(),
  timeMs: z.number(),
  /** A value, one for each row, or either by name. */
  label: z.unknown().optional(),
  metrics: z.record(z.string(), z.number()).optional(),
  comment: z.string().optional(),
});
export type Label = z.infer<typeof Label>;

const LabelsHead = z.object({ kind: z.literal('labels'), labels: z.array(Label) });
export type LabelsHead = z.infer<typeof LabelsHead>;

const BlockHead = z.discriminatedUnion('kind', [RequestsHead, LabelsHead]);

export interface Block {
  readonly head: RequestsHead | LabelsHead;
  /** Values of the columns. */
  readonly data: Buffer;
}

/** @returns the parts of one block, to be written one behind the other */
export function blockOf(head: RequestsHead | LabelsHead, data: readonly Uint8Array[]): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(head));
  const start = Buffer.alloc(BLOCK_HEAD_BYTES + LENGTH_BYTES);
  const parts = [start.subarray(BLOCK_HEAD_BYTES), json, ...data];
  start.writeUInt32LE(json.length, BLOCK_HEAD_BYTES);
  start.writeUInt32LE(
    parts.reduce((sum, { length }) => sum + length, 0),
    0,
  );
  start.writeUInt32LE(
    parts.reduce((sum, part) => crc32(part, sum), 0),
    4,
  );
  return [start, json, ...data];
}

/** Bytes of the block that begins here; null where they can't be those of one. */
export function sizeOfBlock(start: Buffer): number | null {
  if (start.length < BLOCK_HEAD_BYTES) return null;
  const length = start.readUInt32LE(0);
  return length < LENGTH_BYTES || length > MAX_BLOCK_BYTES ? null : length;
}

/** Null for what is not whole, or of no form that this version knows. */
export function readBlock(start: Buffer, payload: Buffer): Block | null {
  if (crc32(payload) !== start.readUInt32LE(4)) return null;
  const length = payload.readUInt32LE(0);
  if (LENGTH_BYTES + length > payload.length) return null;
  let head: unknown;
  try {
    head = JSON.parse(payload.toString('utf8', LENGTH_BYTES, LENGTH_BYTES + length));
  } catch {
    return null; // the checksum was right, so its writer wrote no JSON
  }
  const read = BlockHead.safeParse(head);
  return read.success ? { head: read.data, data: payload.subarray(LENGTH_BYTES + length) } : null;
}
