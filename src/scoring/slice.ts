/** A chunk of a text as DuckDB is given it: its records one behind the other, each with a line feed at its end. */
import type { TextForm } from '../protocol/score';
import { RecordScanner } from './records';
import { NEWLINE, type TextChunk } from './text';

const RETURN = 0x0d;
const MAX_TEXT = 500;

export interface TextRecord {
  /** Of its bytes in the slice. */
  readonly start: number;
  readonly end: number;
  /** Of the file, from 1. */
  readonly line: number;
}

export class Slice {
  private known: readonly TextRecord[] | null;
  private whole: Buffer | null = null;

  private constructor(
    /** One behind the other they are the slice. */
    readonly parts: readonly Buffer[],
    records: readonly TextRecord[] | null,
    private readonly find: () => readonly TextRecord[],
  ) {
    this.known = records;
  }

  /**
   * Lines without anything are no rows, as pandas has it, too; where a record ends as on Windows, it ends in a line feed alone: what
   * else there is in a chunk, DuckDB would take its first line end for that of all.
   */
  static of(chunk: TextChunk, form: TextForm): Slice {
    const find = () => recordsIn(joined(chunk.parts), chunk.firstLine, form);
    if (!chunk.hasOddLines) return new Slice(chunk.parts, null, find);
    const bytes = joined(chunk.parts);
    const parts: Buffer[] = [];
    const records: TextRecord[] = [];
    let at = 0;
    for (const { start, end, line } of find()) {
      const ends = bytes[end - 1] === NEWLINE;
      const content = !ends ? end : bytes[end - 2] === RETURN ? end - 2 : end - 1;
      if (content <= start) continue;
      parts.push(bytes.subarray(start, content), LINE_FEED);
      records.push({ start: at, end: at + content - start + 1, line });
      at += content - start + 1;
    }
    return new Slice([Buffer.concat(parts)], records, find);
  }

  /** Put together when one of them is to be told of. */
  private get bytes(): Buffer {
    return (this.whole ??= joined(this.parts));
  }

  /** Found when something is to be told of one of them. */
  get records(): readonly TextRecord[] {
    return (this.known ??= this.find());
  }

  /** What some of them are. */
  bytesOf(records: readonly number[]): Buffer {
    return Buffer.concat(
      records.flatMap((record) => {
        const { start, end } = this.records[record] ?? { start: 0, end: 0 };
        return [this.bytes.subarray(start, end)];
      }),
    );
  }

  /** Cut where it is long. */
  textOf(record: number): string | null {
    const found = this.records[record];
    if (!found) return null;
    return this.bytes.toString('utf8', found.start, Math.min(found.end, found.start + MAX_TEXT)).replace(/\n$/, '');
  }
}

const joined = (parts: readonly Buffer[]): Buffer => (parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts));

const LINE_FEED = Buffer.from('\n');

function recordsIn(bytes: Buffer, firstLine: number, form: TextForm): TextRecord[] {
  const scanner = new RecordScanner({
    newline: NEWLINE,
    delimiter: form.kind === 'csv' ? (Buffer.from(form.delimiter)[0] ?? null) : null,
  });
  const found: TextRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    const line = firstLine + scanner.lines + 1;
    const { at: end } = scanner.advance(bytes, at, 1);
    found.push({ start: at, end, line });
    at = end;
  }
  return found;
}
