/**
 * Tensors as bytes, as the binary tensor extension has them
 * (https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md): little-endian, row by row,
 * each text behind its length in four bytes.
 */
import { endianness } from 'node:os';
import { type Datatype, DATATYPES, type Tensor, type Values } from './datatype';
import { Refused, shown } from './refused';
import { elementsOf } from './tensor';

const LENGTH_BYTES = 4;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @throws Refused */
export function tensorOfBytes(datatype: Datatype, shape: readonly number[], bytes: Buffer, name: string): Tensor {
  const count = elementsOf(shape, name);
  const size = DATATYPES[datatype].bytes;
  if (size === null) return { datatype, shape, data: texts(bytes, count, name) };
  if (bytes.length !== count * size)
    throw new Refused(
      `${shown(name)} has ${String(bytes.length)} bytes; its shape [${shape.join(', ')}] of ${datatype} needs ${String(count * size)}.`,
    );
  const values = DATATYPES[datatype].make(count) as Exclude<Values, string[]>;
  const view = bytesOf(values);
  view.set(bytes);
  turned(view, size);
  // Of a truth value only 0 and 1 are one; others crash what counts on that.
  if (datatype === 'BOOL') for (let at = 0; at < count; at++) if (values[at] !== 0) values[at] = 1;
  return { datatype, shape, data: values };
}

export function bytesOfTensor({ datatype, data }: Tensor): Buffer {
  if (Array.isArray(data)) {
    const parts: Buffer[] = [];
    for (const text of data) {
      const content = Buffer.from(text);
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(content.length);
      parts.push(length, content);
    }
    return Buffer.concat(parts);
  }
  const bytes = bytesOf(data);
  if (endianness() === 'LE') return bytes;
  const copy = Buffer.from(bytes);
  turned(copy, DATATYPES[datatype].bytes ?? 1);
  return copy;
}

function texts(bytes: Buffer, count: number, name: string): string[] {
  const found: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = at + LENGTH_BYTES <= bytes.length ? bytes.readUInt32LE(at) : Infinity;
    const from = at + LENGTH_BYTES;
    if (from + length > bytes.length) throw new Refused(`The texts of ${shown(name)} are cut off.`);
    if (found.length >= count) throw new Refused(`${shown(name)} has more than ${String(count)} texts.`);
    at = from + length;
    try {
      found.push(utf8.decode(bytes.subarray(from, at)));
    } catch {
      throw new Refused(`Text ${String(found.length + 1)} of ${shown(name)} is not UTF-8.`);
    }
  }
  if (found.length !== count)
    throw new Refused(`${shown(name)} has ${String(found.length)} texts; its shape needs ${String(count)}.`);
  return found;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Exclude<Values, string[]>): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);

/** On machines that have the most significant byte first. */
function turned(bytes: Buffer, size: number): void {
  if (endianness() === 'LE') return;
  if (size === 2) bytes.swap16();
  if (size === 4) bytes.swap32();
  if (size === 8) bytes.swap64();
}
