/** Frames that go to and from a process of `python/score`: what they look like is told there (`frames.py`). */
import type { Readable, Writable } from 'node:stream';
import * as z from 'zod';
import { type Datatype, DATATYPES, isDatatype, type NamedTensor, type Values } from '../../inference/datatype';
import { LoopwrightError } from '../../protocol/errors';

const MAX_HEAD_BYTES = 16_000_000;
const SIZE_BYTES = 4;

const Told = z.object({
  name: z.string(),
  datatype: z.custom<Datatype>((word) => typeof word === 'string' && isDatatype(word)),
  shape: z.array(z.number().int()),
  bytes: z.number().int(),
});

export const FromPython = z.intersection(
  z.object({ tensors: z.array(Told) }),
  z.union([
    z.object({
      opened: z.object({
        columns: z.array(z.object({ name: z.string(), datatype: z.string().nullable() })).nullable(),
        width: z.number().int().nullable(),
        labels: z.record(z.string(), z.array(z.string())),
      }),
    }),
    z.object({ answered: z.object({ refused: z.array(z.object({ row: z.number().int(), why: z.string() })) }) }),
    z.object({ refused: z.string() }),
    z.object({ missing: z.object({ packages: z.array(z.string()), neededFor: z.string() }) }),
  ]),
);
export type FromPython = z.infer<typeof FromPython>;
export type Opened = Extract<FromPython, { opened: unknown }>['opened'];

export function writeFrame(to: Writable, head: object, tensors: readonly NamedTensor[]): void {
  const parts = tensors.map(({ data }) => packed(data));
  const told = tensors.map(({ name, datatype, shape }, at) => ({
    name,
    datatype,
    shape,
    bytes: parts[at]?.length ?? 0,
  }));
  const text = Buffer.from(JSON.stringify({ ...head, tensors: told }));
  const size = Buffer.alloc(SIZE_BYTES);
  size.writeUInt32LE(text.length);
  for (const part of [size, text, ...parts]) to.write(part);
}

/** Calls back for each frame; in their order. */
export function readFrames(
  from: Readable,
  onFrame: (head: FromPython, tensors: NamedTensor[]) => void,
  onGarbage: (why: Error) => void,
): void {
  let parts: Buffer[] = [];
  let size = 0;
  let wanted = SIZE_BYTES;
  const take = (): Buffer => {
    const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    const [taken, rest] = [bytes.subarray(0, wanted), bytes.subarray(wanted)];
    parts = rest.length > 0 ? [rest] : [];
    size = rest.length;
    return taken;
  };
  let stage: 'size' | 'head' | 'tensors' = 'size';
  let head: FromPython | null = null;
  const step = (): void => {
    const bytes = take();
    if (stage === 'size') {
      wanted = bytes.readUInt32LE();
      if (wanted > MAX_HEAD_BYTES) throw new RangeError('A frame of it has a head that is too large.');
      stage = 'head';
    } else if (stage === 'head') {
      head = FromPython.parse(JSON.parse(bytes.toString()));
      wanted = head.tensors.reduce((sum, one) => sum + one.bytes, 0);
      stage = 'tensors';
    } else {
      stage = 'size';
      wanted = SIZE_BYTES;
      if (head) onFrame(head, tensorsIn(head, bytes));
    }
  };
  from.on('data', (part: Buffer) => {
    parts.push(part);
    size += part.length;
    try {
      while (size >= wanted) step();
    } catch (error) {
      from.removeAllListeners('data');
      onGarbage(new LoopwrightError('internal', 'It answered with what is no frame.', { cause: error }));
    }
  });
}

function tensorsIn({ tensors }: FromPython, bytes: Buffer): NamedTensor[] {
  let at = 0;
  return tensors.map(({ name, datatype, shape, bytes: length }) => {
    const part = bytes.subarray(at, at + length);
    at += length;
    return { name, datatype, shape, data: unpacked(datatype, part) };
  });
}

/** Numbers are little-endian there and on all machines that we run on. */
function packed(data: Values): Buffer {
  if (Array.isArray(data)) return Buffer.from(JSON.stringify(data));
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function unpacked(datatype: Datatype, bytes: Buffer): Values {
  if (datatype === 'BYTES') return z.array(z.string()).parse(JSON.parse(bytes.toString()));
  const { bytes: each, make } = DATATYPES[datatype];
  const values = make(bytes.length / each);
  packed(values).set(bytes);
  return values;
}
