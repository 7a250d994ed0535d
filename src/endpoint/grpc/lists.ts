/** Repeated numbers of a message, kept as a typed array: what a tensor's values are made of. */
import { endianness } from 'node:os';
import type { Values } from '../../inference/datatype';
import { BYTES, FIXED32, FIXED64, type Reader, VARINT, Writer } from './wire';

export type Numbers = Exclude<Values, string[]>;

export interface Kind<T extends Numbers> {
  readonly type: string;
  /** Of one that stands alone. */
  readonly wire: number;
  readonly size: number;
  over(buffer: ArrayBuffer): T;
  /** How many are in what is packed. */
  count(packed: Reader): number;
  /** What puts one into a list. */
  into(list: T): (at: number, reader: Reader) => void;
  /** All of them, packed. */
  packed(list: T): Buffer;
}

const varints = (packed: Reader): number => packed.count();

function written(list: Numbers, write: (writer: Writer, at: number) => void): Buffer {
  const writer = new Writer();
  for (let at = 0; at < list.length; at++) write(writer, at);
  return writer.finish();
}

const halvesOf = ({ buffer, byteOffset, byteLength }: BigInt64Array | BigUint64Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, byteLength / 4);

/** Little-endian. */
function plain(list: Float32Array | Float64Array): Buffer {
  const bytes = Buffer.from(list.buffer, list.byteOffset, list.byteLength);
  if (endianness() === 'LE') return bytes;
  return list instanceof Float32Array ? Buffer.from(bytes).swap32() : Buffer.from(bytes).swap64();
}

export const BOOLS: Kind<Uint8Array> = {
  ...{ type: 'bool', size: 1, wire: VARINT, count: varints },
  over: (buffer) => new Uint8Array(buffer),
  into: (list) => (at, reader) => (list[at] = Number(reader.bool())),
  packed: (list) => Buffer.from(list.buffer, list.byteOffset, list.byteLength),
};
export const INT32S: Kind<Int32Array> = {
  ...{ type: 'int32', size: 4, wire: VARINT, count: varints },
  over: (buffer) => new Int32Array(buffer),
  into: (list) => (at, reader) => (list[at] = reader.int32()),
  packed: (list) =>
    written(list, (writer, at) => {
      const value = list[at] ?? 0;
      if (value < 0) writer.int64(BigInt(value));
      else writer.uint32(value);
    }),
};
export const UINT32S: Kind<Uint32Array> = {
  ...{ type: 'uint32', size: 4, wire: VARINT, count: varints },
  over: (buffer) => new Uint32Array(buffer),
  into: (list) => (at, reader) => (list[at] = reader.uint32()),
  packed: (list) => written(list, (writer, at) => writer.uint32(list[at] ?? 0)),
};
export const INT64S: Kind<BigInt64Array> = {
  ...{ type: 'int64', size: 8, wire: VARINT, count: varints },
  over: (buffer) => new BigInt64Array(buffer),
  into: wideInto,
  packed: (list) => wide(list),
};
export const UINT64S: Kind<BigUint64Array> = {
  ...{ type: 'uint64', size: 8, wire: VARINT, count: varints },
  over: (buffer) => new BigUint64Array(buffer),
  into: wideInto,
  packed: (list) => wide(list),
};
export const FLOATS: Kind<Float32Array> = {
  ...{ type: 'float', size: 4, wire: FIXED32, count: ({ left }) => Math.ceil(left / 4) },
  over: (buffer) => new Float32Array(buffer),
  into: (list) => (at, reader) => (list[at] = reader.float()),
  packed: plain,
};
export const DOUBLES: Kind<Float64Array> = {
  ...{ type: 'double', size: 8, wire: FIXED64, count: ({ left }) => Math.ceil(left / 8) },
  over: (buffer) => new Float64Array(buffer),
  into: (list) => (at, reader) => (list[at] = reader.double()),
  packed: plain,
};

function wideInto(list: BigInt64Array | BigUint64Array): (at: number, reader: Reader) => void {
  const halves = halvesOf(list);
  return (at, reader) => reader.halve(halves, at);
}

function wide(list: BigInt64Array | BigUint64Array): Buffer {
  const halves = halvesOf(list);
  return written(list, (writer, at) => writer.halved(halves, at));
}

/** Grows by doubling: however a list is cut into parts, reading it takes time by its length. */
export class Growing<T extends Numbers> {
  private buffer = new ArrayBuffer(0);
  private length = 0;
  private room = 0;
  private put: (at: number, reader: Reader) => void = () => undefined;

  constructor(private readonly kind: Kind<T>) {}

  read(reader: Reader): void {
    if (reader.wire !== BYTES) {
      this.grow(1);
      this.put(this.length++, reader);
      return;
    }
    const packed = reader.inner();
    if (packed.left === 0) return;
    // One at least: what is cut off within its first number has none that ends, and is refused when that is read.
    this.grow(Math.max(1, this.kind.count(packed)));
    while (!packed.isAtEnd) this.put(this.length++, packed);
  }

  done(): T {
    return this.kind.over(this.buffer.transfer(this.length * this.kind.size));
  }

  private grow(more: number): void {
    const wanted = this.length + more;
    if (wanted <= this.room) return;
    this.room = this.length === 0 ? wanted : Math.max(wanted, 2 * this.room);
    this.buffer = this.buffer.transfer(this.room * this.kind.size);
    this.put = this.kind.into(this.kind.over(this.buffer));
  }
}
