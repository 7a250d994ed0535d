/**
 * Where the records of a text end. Of CSV a record may go over several lines, if a field of it is in quotes; a quote means
 * that only at the beginning of a field, as DuckDB reads it.
 */
const QUOTE = 0x22;

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
  private isInQuotes = false;
  /** A quote within quotes was the last byte: it ends the field, or is the first half of one that stands for itself. */
  private isHalf = false;
  private isFieldStart = true;

  constructor(private readonly form: RecordForm) {}

  /** @param wanted how many records are looked for */
  advance(block: Buffer, from: number, wanted: number): Advance {
    const isPlain =
      this.form.delimiter === null || (!this.isInQuotes && !this.isHalf && block.indexOf(QUOTE, from) === -1);
    return isPlain ? this.plainly(block, from, wanted) : this.quoted(block, from, wanted, this.form.delimiter);
  }

  private plainly(block: Buffer, from: number, wanted: number): Advance {
    const { newline, delimiter } = this.form;
    let at = from;
    let found = 0;
    while (found < wanted) {
      const end = block.indexOf(newline, at);
      if (end === -1) {
        if (block.length > at) this.isFieldStart = block.at(-1) === delimiter;
        return this.counted({ at: block.length, found });
      }
      at = end + 1;
      found++;
      this.isFieldStart = true;
    }
    return this.counted({ at, found });
  }

  private counted(advance: Advance): Advance {
    this.lines += advance.found;
    return advance;
  }

  private quoted(block: Buffer, from: number, wanted: number, delimiter: number | null): Advance {
    const { newline } = this.form;
    let found = 0;
    for (let at = from; at < block.length; at++) {
      const byte = block[at];
      if (byte === newline) this.lines++;
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
