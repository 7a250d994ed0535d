/**
 * The opcodes of pickles with what stands behind each, for protocols 0 to 5
 * (https://github.com/python/cpython/blob/main/Lib/pickletools.py).
 */
import type { Forward } from './forward';

/** Of a text no more is kept, and no more than this of a line. */
const MAX_TEXT_BYTES = 1024;

type Argument =
  | 'none'
  | 'line'
  | 'two lines'
  /** Fixed lengths. */
  | 1
  | 2
  | 4
  | 8
  | 'signed 4'
  | 'float 8'
  /** A length of so many bytes, then a text, or bytes that are stepped over. */
  | 'text 1'
  | 'text 4'
  | 'text 8'
  | 'bytes 1'
  | 'bytes 4'
  | 'bytes 8'
  | 'long 1'
  | 'long 4';

/** The opcodes with each kind of argument, as the characters that they are. */
const OPCODES: readonly (readonly [string, Argument])[] = [
  ['().012NQR]abdelostu}\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94\x97\x98', 'none'],
  ['FILPSVgp', 'line'],
  ['ci', 'two lines'],
  ['Khq\x80\x82', 1],
  ['M\x83', 2],
  ['jr', 4],
  ['\x95', 8],
  ['J\x84', 'signed 4'],
  ['G', 'float 8'],
  ['U\x8c', 'text 1'],
  ['TX', 'text 4'],
  ['\x8d', 'text 8'],
  ['C', 'bytes 1'],
  ['B', 'bytes 4'],
  ['\x8e\x96', 'bytes 8'],
  ['\x8a', 'long 1'],
  ['\x8b', 'long 4'],
];

const BY_CODE: readonly (Argument | undefined)[] = Array.from({ length: 256 }, (_, code) => {
  const op = String.fromCharCode(code);
  return OPCODES.find(([ops]) => ops.includes(op))?.[1];
});

/** Thrown where what follows is no pickle, or is cut off. */
export class NoOpcode extends Error {}

/** Reads one opcode after the other; what stood behind the last is in its fields. */
export class Opcodes {
  /** The opcode as a character. */
  op = '';
  number = 0;
  /** The first bytes of a text, and of the second line. */
  text = '';
  second = '';
  /** Of a text or of bytes, in bytes. */
  length = 0;

  constructor(readonly bytes: Forward) {}

  /** @returns false at the end of the bytes. @throws NoOpcode */
  async next(): Promise<boolean> {
    const { bytes } = this;
    // Most opcodes and what stands behind them are short: one look for both.
    if (!bytes.holds(9) && !(await bytes.has(9)) && !bytes.holds(1)) return false;
    const start = bytes.position;
    const code = bytes.byte();
    const argument = BY_CODE[code];
    this.op = String.fromCharCode(code);
    if (argument === undefined) throw new NoOpcode(`there is no opcode ${String(code)} at byte ${String(start)}`);
    if (argument === 'none') return true;
    if (argument === 'line') this.text = await this.line();
    else if (argument === 'two lines') {
      this.text = await this.line();
      this.second = await this.line();
    } else await this.binary(argument);
    return true;
  }

  private async binary(argument: Exclude<Argument, 'none' | 'line' | 'two lines'>): Promise<void> {
    switch (argument) {
      case 1:
      case 2:
      case 4:
      case 8:
        this.number = await this.unsigned(argument);
        return;
      case 'signed 4':
        this.number = (await this.unsigned(4)) | 0;
        return;
      case 'float 8':
        this.number = (await this.take(8)).readDoubleBE(0);
        return;
      case 'text 1':
      case 'text 4':
      case 'text 8':
        this.length = await this.unsigned(Number(argument.slice(5)));
        this.text = await this.beginning();
        return;
      case 'bytes 1':
      case 'bytes 4':
      case 'bytes 8':
        this.length = await this.unsigned(Number(argument.slice(6)));
        await this.skip(this.length);
        return;
      case 'long 1':
      case 'long 4':
        this.length = await this.unsigned(Number(argument.slice(5)));
        await this.long();
    }
  }

  /** A number of at most six bytes is told, the rest is as good as infinite. */
  private async long(): Promise<void> {
    const { length } = this;
    if (length > 6) {
      await this.skip(length);
      this.number = Number.POSITIVE_INFINITY;
    } else this.number = length === 0 ? 0 : (await this.take(length)).readIntLE(0, length);
  }

  private async unsigned(length: number): Promise<number> {
    const bytes = await this.take(length);
    if (length < 8) return bytes.readUIntLE(0, length);
    return Number(bytes.readBigUInt64LE(0));
  }

  private async beginning(): Promise<string> {
    const kept = Math.min(this.length, MAX_TEXT_BYTES);
    const text = (await this.take(kept)).toString('utf8');
    await this.skip(this.length - kept);
    return text;
  }

  private async take(count: number): Promise<Buffer> {
    if (!this.bytes.holds(count) && !(await this.bytes.has(count))) throw this.cutOff();
    return this.bytes.take(count);
  }

  private async skip(count: number): Promise<void> {
    if (count > 0 && !(await this.bytes.skip(count))) throw this.cutOff();
  }

  private async line(): Promise<string> {
    let text = '';
    for (;;) {
      if (this.bytes.held === 0 && !(await this.bytes.has(1))) throw this.cutOff();
      const end = this.bytes.find(10);
      const part = this.bytes.take(end < 0 ? this.bytes.held : end);
      if (text.length < MAX_TEXT_BYTES) text += part.toString('utf8', 0, MAX_TEXT_BYTES);
      if (end < 0) continue;
      this.bytes.byte();
      return text.replace(/\r$/, '');
    }
  }

  private cutOff(): NoOpcode {
    return new NoOpcode(
      `it ends at byte ${String(this.bytes.position)}, in the middle of a value: the file is cut off`,
    );
  }
}
