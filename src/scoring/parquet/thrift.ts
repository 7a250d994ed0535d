/**
 * Thrift's compact protocol, both ways and without a schema: what is read and not touched is written as it was. Of
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md, as far as a Parquet footer goes.
 */
export const TYPE = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const;
/** One of those in what is written; of what is read it may be any of four bits. */
export type Type = number;

export type Value = boolean | number | bigint | Buffer | List | Struct;

export interface List {
  readonly of: Type;
  readonly items: readonly Value[];
}

export interface Field {
  readonly id: number;
  readonly type: Type;
  readonly value: Value;
}

export type Struct = readonly Field[];

/** A struct of no more depth than a footer has. @throws RangeError for what is none */
export function readStruct(bytes: Buffer): Struct {
  return new Reader(bytes).struct(0);
}

const MAX_DEPTH = 16;

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  struct(depth: number): Struct {
    if (depth > MAX_DEPTH) throw new RangeError('It is too deep.');
    const fields: Field[] = [];
    let last = 0;
    for (let head = this.byte(); head !== 0; head = this.byte()) {
      const delta = head >> 4;
      last = delta === 0 ? Number(this.whole()) : last + delta;
      const type = head & 0xf;
      const value = type === TYPE.true || type === TYPE.false ? type === TYPE.true : this.value(type, depth);
      fields.push({ id: last, type, value });
    }
    return fields;
  }

  private value(type: Type, depth: number): Value {
    switch (type) {
      case TYPE.true:
      case TYPE.false:
        return this.byte() === 1;
      case TYPE.byte:
        return this.byte();
      case TYPE.i16:
      case TYPE.i32:
      case TYPE.i64:
        return this.whole();
      case TYPE.double:
        return this.take(8).readDoubleLE();
      case TYPE.binary:
        return this.take(this.varint());
      case TYPE.list:
      case TYPE.set:
        return this.list(depth);
      case TYPE.struct:
        return this.struct(depth + 1);
      default:
        throw new RangeError(`There is no type ${String(type)}.`);
    }
  }

  private list(depth: number): List {
    const head = this.byte();
    const size = head >> 4 === 15 ? this.varint() : head >> 4;
    const of = head & 0xf;
    // Each of them has a byte at least.
    if (size > this.bytes.length - this.at) throw new RangeError('It ends in a list.');
    return { of, items: Array.from({ length: size }, () => this.value(of, depth + 1)) };
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw new RangeError('It ends too early.');
    return byte;
  }

  private take(size: number): Buffer {
    if (size > this.bytes.length - this.at) throw new RangeError('It ends too early.');
    this.at += size;
    return this.bytes.subarray(this.at - size, this.at);
  }

  private varint(): number {
    return Number(this.unsigned());
  }

  private unsigned(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('It has a number of more than 64 bits.');
  }

  /** Zigzag: 0, -1, 1, -2 and so on. */
  private whole(): bigint {
    const value = this.unsigned();
    return (value >> 1n) ^ -(value & 1n);
  }
}

export function writeStruct(fields: Struct): Buffer {
  const parts: Buffer[] = [];
  pushStruct(parts, fields);
  return Buffer.concat(parts);
}

function pushStruct(parts: Buffer[], fields: Struct): void {
  let last = 0;
  for (const { id, type, value } of fields) {
    const isBoolean = type === TYPE.true || type === TYPE.false;
    parts.push(fieldHead(id, isBoolean ? (value === true ? TYPE.true : TYPE.false) : type, last));
    if (!isBoolean) pushValue(parts, type, value);
    last = id;
  }
  parts.push(Buffer.from([0]));
}

/** @param last the field before it in its struct, 0 for the first */
export function fieldHead(id: number, type: Type, last: number): Buffer {
  const delta = id - last;
  if (delta > 0 && delta <= 15) return Buffer.from([(delta << 4) | type]);
  return Buffer.concat([Buffer.from([type]), whole(BigInt(id))]);
}

export function listHead(of: Type, size: number): Buffer {
  if (size < 15) return Buffer.from([(size << 4) | of]);
  return Buffer.concat([Buffer.from([0xf0 | of]), unsigned(BigInt(size))]);
}

function pushValue(parts: Buffer[], type: Type, value: Value): void {
  if (Buffer.isBuffer(value)) parts.push(unsigned(BigInt(value.length)), value);
  else if (typeof value === 'bigint') parts.push(whole(value));
  else if (typeof value === 'boolean') parts.push(Buffer.from([value ? 1 : 2]));
  else if (typeof value === 'number') parts.push(type === TYPE.byte ? Buffer.from([value]) : double(value));
  else if (isList(value)) {
    parts.push(listHead(value.of, value.items.length));
    for (const item of value.items) pushValue(parts, value.of, item);
  } else pushStruct(parts, value);
}

const isList = (value: List | Struct): value is List => !Array.isArray(value);

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

const whole = (value: bigint): Buffer => unsigned(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));

function unsigned(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) | 0x80);
  bytes.push(Number(left));
  return Buffer.from(bytes);
}
