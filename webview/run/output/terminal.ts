/**
 * What a terminal would show for a stream of text: colours, carriage returns that write over a line, and the cursor
 * movements that progress bars use. Pure; colours are read by anser.
 */
import Anser from 'anser';
import { type Style, styleOf } from './style';

export interface Segment {
  readonly text: string;
  readonly style: Style | null;
}

/** A line while it is written to: one character and its style for each column. */
interface OpenLine {
  readonly cells: string[];
  readonly styles: (Style | null)[];
}

type Line = readonly Segment[];

/** Cursor movements reach this far up; what is above is settled. */
const MAX_CURSOR_UP = 100;
/** A line without an end is cut here: columns are kept one by one. */
const MAX_COLUMNS = 20_000;

const ESCAPE = '\u001B';
const BELL = '\u0007';
/** What follows `ESC [`: parameters, intermediates and the letter that says what it is. */
const CONTROL_SEQUENCE = /([0-?]*)[ -/]*([@-~])/y;
const UNFINISHED_SEQUENCE = /[0-?]*[ -/]*$/y;
const OTHER_ESCAPE = /[ -/]*[0-~]/y;
/** Commands to the system, as titles and links: they have a text that ends with BEL or `ESC \`. */
const STRING_OPENERS = ']PX^_';
/** A sequence whose rest has not come yet is waited for up to this length. */
const MAX_SEQUENCE = 4096;

export class Terminal {
  private readonly settled: Line[] = [];
  private readonly open = new Map<number, OpenLine>();
  private readonly sgr = new Anser();
  private style: Style | null = null;
  private row = 0;
  private column = 0;
  private pending = '';
  private firstChanged = 0;
  /** How many lines were dropped from the start. */
  private dropped = 0;

  constructor(private readonly maxLines: number) {}

  /** The number of the first line that is still there; lines are numbered from the start of the stream. */
  get firstLine(): number {
    return this.dropped;
  }

  /** One more than the number of the last line. */
  get endLine(): number {
    return this.dropped + this.settled.length;
  }

  line(number: number): Line {
    const index = number - this.dropped;
    const open = this.open.get(index);
    return open ? segmentsOf(open) : (this.settled[index] ?? []);
  }

  /** The number of the first line that changed since the last call. */
  takeFirstChanged(): number {
    const first = Math.max(this.firstChanged, this.dropped);
    this.firstChanged = this.endLine;
    return first;
  }

  /** It is to be drawn anew: whoever drew it has drawn something else since. */
  changeAll(): void {
    this.firstChanged = this.dropped;
  }

  write(text: string): void {
    const input = this.pending + text;
    this.pending = '';
    let at = 0;
    while (at < input.length) {
      const end = plainEnd(input, at);
      if (end > at) {
        this.print(input.slice(at, end));
        at = end;
        continue;
      }
      const length = input[at] === ESCAPE ? this.escape(input, at) : this.control(input[at] ?? '');
      if (length === 0) {
        this.pending = input.slice(at);
        break;
      }
      at += length;
    }
    this.trim();
  }

  private control(character: string): number {
    switch (character) {
      case '\n':
        this.row++;
        this.column = 0;
        this.current();
        break;
      case '\r':
        this.column = 0;
        break;
      case '\b':
        this.column = Math.max(0, this.column - 1);
        break;
      case '\t':
        this.print(' '.repeat(8 - (this.column % 8)));
        break;
      default:
    }
    return 1;
  }

  /** The length of the escape sequence at `at`, or 0 as long as its end has not come. */
  private escape(input: string, at: number): number {
    const canWait = input.length - at < MAX_SEQUENCE;
    const opener = input[at + 1];
    if (opener === undefined) return canWait ? 0 : 1;
    if (opener === '[') {
      const match = matchAt(CONTROL_SEQUENCE, input, at + 2);
      if (!match) return canWait && matchAt(UNFINISHED_SEQUENCE, input, at + 2) ? 0 : 2;
      const [whole, parameters = '', final = ''] = match;
      this.command(parameters, final);
      return 2 + whole.length;
    }
    if (STRING_OPENERS.includes(opener)) {
      const length = stringLength(input.slice(at, at + MAX_SEQUENCE));
      return length ?? (canWait ? 0 : 1);
    }
    const match = matchAt(OTHER_ESCAPE, input, at + 1);
    return 1 + (match?.[0].length ?? 0);
  }

  private command(parameters: string, final: string): void {
    const amount = Math.max(1, Number.parseInt(parameters, 10) || 1);
    switch (final) {
      case 'm':
        this.style = styleOf(this.sgr, parameters);
        break;
      case 'A':
      case 'F':
        this.row = Math.max(0, this.row - Math.min(amount, MAX_CURSOR_UP));
        if (final === 'F') this.column = 0;
        break;
      case 'B':
      case 'E':
        this.row = Math.min(this.settled.length - 1, this.row + amount);
        if (final === 'E') this.column = 0;
        break;
      case 'C':
        this.column = Math.min(MAX_COLUMNS, this.column + amount);
        break;
      case 'D':
        this.column = Math.max(0, this.column - amount);
        break;
      case 'G':
        this.column = Math.min(MAX_COLUMNS, amount - 1);
        break;
      case 'K':
        this.eraseInLine(Number.parseInt(parameters, 10) || 0);
        break;
      case 'J':
        this.eraseBelow(Number.parseInt(parameters, 10) || 0);
        break;
      default:
    }
  }

  private print(text: string): void {
    let line = this.current();
    for (const character of text) {
      if (this.column >= MAX_COLUMNS) {
        this.row++;
        this.column = 0;
        line = this.current();
      }
      while (line.cells.length < this.column) {
        line.cells.push(' ');
        line.styles.push(null);
      }
      line.cells[this.column] = character;
      line.styles[this.column] = this.style;
      this.column++;
    }
  }

  private eraseInLine(mode: number): void {
    const line = this.current();
    if (mode === 1) {
      line.cells.fill(' ', 0, this.column + 1);
      line.styles.fill(null, 0, this.column + 1);
      return;
    }
    const from = mode === 2 ? 0 : this.column;
    line.cells.length = Math.min(line.cells.length, from);
    line.styles.length = Math.min(line.styles.length, from);
  }

  /** Only what is below: a cleared screen keeps what was printed before it. */
  private eraseBelow(mode: number): void {
    if (mode !== 0) return;
    this.eraseInLine(0);
    for (let row = this.row + 1; row < this.settled.length; row++) {
      this.open.delete(row);
      this.settled[row] = [];
    }
  }

  /** The line of the cursor, opened for writing. */
  private current(): OpenLine {
    while (this.settled.length <= this.row) this.settled.push([]);
    this.firstChanged = Math.min(this.firstChanged, this.dropped + this.row);
    const known = this.open.get(this.row);
    if (known) return known;
    const line = openLine(this.settled[this.row] ?? []);
    this.open.set(this.row, line);
    if (this.open.size > MAX_CURSOR_UP) this.settle();
    return line;
  }

  /** Puts the lines back that the cursor has left. */
  private settle(): void {
    for (const [row, line] of this.open) {
      if (row === this.row) continue;
      this.settled[row] = segmentsOf(line);
      this.open.delete(row);
    }
  }

  private trim(): void {
    const surplus = this.settled.length - this.maxLines;
    if (surplus < this.maxLines / 10) return;
    this.settle();
    const current = this.open.get(this.row);
    this.open.clear();
    this.settled.splice(0, surplus);
    this.dropped += surplus;
    this.row = Math.max(0, this.row - surplus);
    if (current) this.open.set(this.row, current);
  }
}

function openLine(segments: Line): OpenLine {
  const cells: string[] = [];
  const styles: (Style | null)[] = [];
  for (const { text, style } of segments) {
    for (const character of text) {
      cells.push(character);
      styles.push(style);
    }
  }
  return { cells, styles };
}

function segmentsOf({ cells, styles }: OpenLine): Line {
  const segments: Segment[] = [];
  let from = 0;
  for (let at = 1; at <= cells.length; at++) {
    if (at < cells.length && styles[at] === styles[from]) continue;
    segments.push({ text: cells.slice(from, at).join(''), style: styles[from] ?? null });
    from = at;
  }
  return segments;
}

/** Where the text that starts at `at` meets the next control character. */
function plainEnd(input: string, at: number): number {
  let end = at;
  while (end < input.length) {
    const code = input.charCodeAt(end);
    if (code < 0x20 || code === 0x7f) break;
    end++;
  }
  return end;
}

function matchAt(sticky: RegExp, input: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(input);
}

/** The length of a string sequence with its end, or null where the end is missing. */
function stringLength(sequence: string): number | null {
  const bell = sequence.indexOf(BELL);
  const terminator = sequence.indexOf(`${ESCAPE}\\`);
  if (bell < 0 && terminator < 0) return null;
  return bell >= 0 && (terminator < 0 || bell < terminator) ? bell + 1 : terminator + 2;
}
