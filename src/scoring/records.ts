/**
 * Where the records of a text end. Of CSV a record may go over several lines, if a field of it is in quotes; a quote means
 * that only at the beginning of a field, as DuckDB reads it.
 */
const QUOTE = 0x22;
const RETURN = 0x0d;

export interface RecordForm {
  /** The byte that ends a line: `\n`, or `\r` in files of old. */
  readonly newline: number;
  /** The byte between fields; null where quotes mean nothing. */
  readonly delimiter: number | null;
}

export interface Advance {
  /** Behind the last record that was found, or the end of the block. */
  readonly at: number;
  readonly found: number;
}

export class RecordScanner {
  /** Lines that have ended, those within quotes too. */
  lines = 0;
  /** A line that is empty, or ends as on Windows, was among them. */
  hasOddLines = false;
  private lastByte: number;
  private block: Buffer | null = null;
  /** Where the next quote of the block stands, behind its end where there is none. */
  private quote = 0;
  private isInQuotes = false;
  /** A quote within quotes was the last byte: it ends the field, or is the first half of one that stands for itself. */
  private isHalf = false;
  private isFieldStart = true;

  constructor(private readonly form: RecordForm) {
    this.lastByte = form.newline;
  }

  /** @param wanted how many records are looked for */
  advance(block: Buffer, from: number, wanted: number): Advance {
    const advance = this.advanced(block, from, wanted);
    this.lastByte = block[advance.at - 1] ?? this.lastByte;
    return advance;
  }

  private advanced(block: Buffer, from: number, wanted: number): Advance {
    const { delimiter } = this.form;
    if (delimiter === null) return this.plainly(block, from, wanted, block.length);
    let at = from;
    let found = 0;
    while (found < wanted && at < block.length) {
      const quote = this.quoteIn(block, at);
      if (!this.isInQuotes && !this.isHalf) {
        const plain = this.plainly(block, at, wanted - found, quote);
        at = plain.at;
        found += plain.found;
        if (found === wanted || at === block.length) break;
      }
      const record = this.quoted(block, at, 1, delimiter);
      at = record.at;
      found += record.found;
    }
    return { at, found };
  }

  private quoteIn(block: Buffer, from: number): number {
    if (this.block === block && this.quote >= from) return this.quote;
    const found = block.indexOf(QUOTE, from);
    this.block = block;
    this.quote = found === -1 ? block.length : found;
    return this.quote;
  }

  /** Records before a place, behind which there may be quotes: native code finds them, many times faster. */
  private plainly(block: Buffer, from: number, wanted: number, until: number): Advance {
    const { newline, delimiter } = this.form;
    let at = from;
    let found = 0;
    while (found < wanted) {
      const end = block.indexOf(newline, at);
      if (end > until) break;
      if (end === -1) {
        if (until < block.length) break;
        if (block.length > at) this.isFieldStart = block.at(-1) === delimiter;
        at = block.length;
        break;
      }
      this.lookBefore(block, end);
      at = end + 1;
      found++;
      this.isFieldStart = true;
    }
    this.lines += found;
    return { at, found };
  }

  private lookBefore(block: Buffer, newline: number): void {
    const before = newline > 0 ? block[newline - 1] : this.lastByte;
    if (before === RETURN || before === this.form.newline) this.hasOddLines = true;
  }

  private quoted(block: Buffer, from: number, wanted: number, delimiter: number | null): Advance {
    const { newline } = this.form;
    let found = 0;
    for (let at = from; at < block.length; at++) {
      const byte = block[at];
      if (byte === newline) {
        this.lines++;
        this.lookBefore(block, at);
      }
      if (this.isHalf) {
        this.isHalf = false;
        if (byte === QUOTE) continue;
        this.isInQuotes = false;
      }
      if (this.isInQuotes) {
        if (byte === QUOTE) this.isHalf = true;
        continue;
      }
      if (byte === newline) {
        this.isFieldStart = true;
        if (++found === wanted) return { at: at + 1, found };
      } else if (byte === QUOTE && this.isFieldStart) {
        this.isInQuotes = true;
        this.isFieldStart = false;
      } else this.isFieldStart = byte === delimiter;
    }
    return { at: block.length, found };
  }
}
