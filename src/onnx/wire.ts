/**
 * Protobuf's wire format (https://protobuf.dev/programming-guides/encoding/), walked in place: a field that nobody asks for
 * is stepped over without being read. One cursor walks one message, and is moved from field to field: millions of fields
 * of a large model make no objects.
 */
import { LoopwrightError } from '../protocol/errors';
import type { FileBytes } from './fileBytes';

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

/** A text that is longer than this is told from others by its beginning and its length. */
const MAX_TEXT_BYTES = 4096;
/** More than the largest models have: a file that is nothing but fields ends here. */
const MAX_FIELDS = 100_000_000;
const TWO_32 = 4_294_967_296;
const MAX_TAG = TWO_32 - 1;

/** A file as the reader of messages sees it. */
export class Wire {
  private left = MAX_FIELDS;

  constructor(
    readonly bytes: FileBytes,
    /** How the file is called in errors. */
    private readonly name: string,
  ) {}

  message(start: number, end: number): Message {
    return new Message(this, start, end);
  }

  step(): void {
    if (--this.left < 0) throw this.damaged('it has more than 100 million fields');
  }

  damaged(what: string): LoopwrightError {
    return new LoopwrightError('bad_request', `${this.name} is no ONNX model: ${what}.`);
  }
}

export class Message {
  /** Of the field that the cursor is at. */
  field = 0;
  kind = VARINT;
  /** Of a varint, as a signed 64-bit number; above 2^53 the nearest that a number can be. */
  value = 0;
  /** Where the content of a field of bytes or of fixed length is. */
  from = 0;
  to = 0;
  /** Where the field itself begins, with its number. */
  fieldFrom = 0;

  private position: number;

  constructor(
    readonly wire: Wire,
    readonly start: number,
    readonly end: number,
  ) {
    this.position = start;
  }

  /** @returns false at the end. @throws LoopwrightError `bad_request` for what is no field */
  next(): boolean {
    if (this.position >= this.end) return false;
    this.wire.step();
    const start = this.position;
    this.fieldFrom = start;
    const tag = this.varint();
    if (tag < 8 || tag > MAX_TAG) throw this.wire.damaged(`there is no field at byte ${String(start)}`);
    this.field = tag >>> 3;
    this.kind = tag & 7;
    switch (this.kind) {
      case VARINT:
        this.value = this.varint();
        return true;
      case FIXED64:
        this.take(8, start);
        return true;
      case FIXED32:
        this.take(4, start);
        return true;
      case BYTES:
        this.take(this.varint(), start);
        return true;
      default:
        throw this.wire.damaged(`there is no field at byte ${String(start)}`);
    }
  }

  /** Behind the field. */
  get fieldTo(): number {
    return this.position;
  }

  is(field: number, kind: number): boolean {
    return this.field === field && this.kind === kind;
  }

  /** The message that the field holds. */
  get inner(): Message {
    return new Message(this.wire, this.from, this.to);
  }

  /** The content of the field as text. */
  get text(): string {
    const length = this.to - this.from;
    const text = this.wire.bytes.read(this.from, Math.min(length, MAX_TEXT_BYTES)).toString('utf8');
    return length > MAX_TEXT_BYTES ? `${text}… (${String(length)} bytes)` : text;
  }

  get length(): number {
    return this.to - this.from;
  }

  get float(): number {
    return this.wire.bytes.read(this.from, 4).readFloatLE(0);
  }

  /** Each number of a repeated field of integers, whether packed or not. */
  eachInteger(take: (value: number) => void): void {
    if (this.kind === VARINT) take(this.value);
    if (this.kind !== BYTES) return;
    const packed = new Message(this.wire, this.from, this.to);
    while (packed.position < packed.end) {
      this.wire.step();
      take(packed.varint());
    }
  }

  private take(length: number, start: number): void {
    if (length < 0 || length > this.end - this.position)
      throw this.wire.damaged(
        `field ${String(this.field)} at byte ${String(start)} says it has ${String(length)} bytes, where ${String(
          this.end - this.position,
        )} are left: the file is cut off or damaged`,
      );
    this.from = this.position;
    this.position += length;
    this.to = this.position;
  }

  private varint(): number {
    const { bytes } = this.wire;
    const first = this.position < this.end ? bytes.at(this.position) : -1;
    if (first < 0 || first >= 0x80) return this.longVarint();
    this.position++;
    return first;
  }

  private longVarint(): number {
    const { bytes } = this.wire;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.position >= this.end) throw this.wire.damaged(`a number at byte ${String(this.position)} is cut off`);
      const byte = bytes.at(this.position);
      if (byte < 0) throw this.wire.damaged(`the file ends at byte ${String(this.position)}`);
      this.position++;
      const bits = byte & 0x7f;
      if (shift < 28) {
        low |= bits << shift;
        if (byte < 0x80) return low;
        continue;
      }
      if (shift === 28) {
        low += (bits & 0x0f) * 2 ** 28;
        high = bits >>> 4;
      } else high += bits * 2 ** (shift - 32);
      // The tenth byte has one bit that counts; the rest would be above 64 bits.
      if (byte < 0x80) return ((high % TWO_32) | 0) * TWO_32 + low;
    }
    throw this.wire.damaged(`a number at byte ${String(this.position)} has more than ten bytes`);
  }
}
