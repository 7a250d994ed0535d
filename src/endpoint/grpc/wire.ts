/**
 * Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/), read from a message that is in memory and written
 * to one. Bytes are handed on as they are, in both directions: a tensor is not copied here before it is whole.
 */
import { endianness } from 'node:os';
import { Refused } from '../../inference/refused';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Where the halves of a number of 64 bits are. */
const LOW = endianness() === 'LE' ? 0 : 1;
const halves = new Uint32Array(2);
const signed = new BigInt64Array(halves.buffer);
const unsigned = new BigUint64Array(halves.buffer);

export class Reader {
  field = 0;
  wire = VARINT;
  private low = 0;
  private high = 0;

  constructor(
    private readonly content: Buffer,
    private at = 0,
    private readonly end = content.length,
  ) {}

  /** @returns false at the end. @throws Refused for what is no field */
  next(): boolean {
    if (this.at >= this.end) return false;
    this.varint();
    this.field = this.low >>> 3;
    this.wire = this.low & 7;
    if (this.high !== 0 || this.field === 0) throw this.broken();
    return true;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** How many bytes are left. */
  get left(): number {
    return this.end - this.at;
  }

  skip(): void {
    if (this.wire === VARINT) this.varint();
    else if (this.wire === FIXED64) this.take(8);
    else if (this.wire === FIXED32) this.take(4);
    else if (this.wire === BYTES) this.bytes();
    else throw this.broken();
  }

  int32(): number {
    this.varint();
    return this.low | 0;
  }

  uint32(): number {
    this.varint();
    return this.low >>> 0;
  }

  bool(): boolean {
    this.varint();
    return this.low !== 0 || this.high !== 0;
  }

  int64(): bigint {
    this.halve(halves, 0);
    return signed[0] ?? 0n;
  }

  uint64(): bigint {
    this.halve(halves, 0);
    return unsigned[0] ?? 0n;
  }

  /** Puts the halves of a number of 64 bits into an array of them, at the number's place: no bigint is made. */
  halve(array: Uint32Array, at: number): void {
    this.varint();
    array[2 * at + LOW] = this.low;
    array[2 * at + 1 - LOW] = this.high;
  }

  float(): number {
    return this.content.readFloatLE(this.take(4));
  }

  double(): number {
    return this.content.readDoubleLE(this.take(8));
  }

  /** Behind their length. Of the message itself: nothing is copied. */
  bytes(): Buffer {
    this.varint();
    if (this.high !== 0) throw this.broken();
    const from = this.take(this.low);
    return this.content.subarray(from, this.at);
  }

  /** @throws Refused for what is not UTF-8 */
  text(): string {
    try {
      return utf8.decode(this.bytes());
    } catch (thrown) {
      if (thrown instanceof Refused) throw thrown;
      throw new Refused('The request has a text that is not UTF-8.');
    }
  }

  inner(): Reader {
    return new Reader(this.bytes());
  }

  /** How many varints are left. */
  count(): number {
    let count = 0;
    for (let at = this.at; at < this.end; at++) if ((this.content[at] ?? 0) < 0x80) count++;
    return count;
  }

  broken(): Refused {
    return new Refused(`The request is no message of the protocol: there is no field at byte ${String(this.at)}.`);
  }

  private take(length: number): number {
    const from = this.at;
    if (length > this.end - from) throw this.broken();
    this.at = from + length;
    return from;
  }

  private varint(): void {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.at >= this.end) throw this.broken();
      const byte = this.content[this.at++] ?? 0;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.low = low >>> 0;
        this.high = high >>> 0;
        return;
      }
    }
    throw this.broken();
  }
}

/** What is shorter is copied: a buffer of its own would cost more. */
const OWN_PART_BYTES = 512;

export class Writer {
  length = 0;
  private readonly parts: Buffer[] = [];
  private small = Buffer.allocUnsafe(OWN_PART_BYTES);
  private used = 0;

  tag(field: number, wire: number): void {
    this.uint32((field << 3) | wire);
  }

  uint32(value: number): void {
    this.room(5);
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** Negative ones have all of their 64 bits. */
  int64(value: bigint): void {
    signed[0] = value;
    this.halved(halves, 0);
  }

  halved(array: Uint32Array, at: number): void {
    this.room(10);
    let low = array[2 * at + LOW] ?? 0;
    let high = array[2 * at + 1 - LOW] ?? 0;
    while (high > 0 || low > 0x7f) {
      this.byte((low & 0x7f) | 0x80);
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    this.byte(low);
  }

  bytes(content: Buffer): void {
    this.uint32(content.length);
    this.raw(content);
  }

  text(content: string): void {
    this.bytes(Buffer.from(content));
  }

  /** A message within this one, behind its length. */
  inner(write: (writer: Writer) => void): void {
    const writer = new Writer();
    write(writer);
    writer.flush();
    this.uint32(writer.length);
    for (const part of writer.parts) this.raw(part);
  }

  finish(): Buffer {
    this.flush();
    const [only] = this.parts;
    return only && this.parts.length === 1 ? only : Buffer.concat(this.parts, this.length);
  }

  private raw(content: Buffer): void {
    if (content.length < OWN_PART_BYTES) {
      this.room(content.length);
      content.copy(this.small, this.used);
      this.used += content.length;
    } else {
      this.flush();
      this.parts.push(content);
    }
    this.length += content.length;
  }

  private byte(value: number): void {
    this.small[this.used++] = value;
    this.length++;
  }

  private room(length: number): void {
    if (this.used + length > this.small.length) this.flush();
  }

  private flush(): void {
    if (this.used > 0) this.parts.push(this.small.subarray(0, this.used));
    this.small = Buffer.allocUnsafe(OWN_PART_BYTES);
    this.used = 0;
  }
}
