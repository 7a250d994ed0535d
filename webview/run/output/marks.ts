/** Marks what was searched for in the lines that are shown, by the browser's own highlights: no element is added. */
import { type LineBlocks } from './lineBlocks';
import { type Terminal } from './terminal';

export interface Wanted {
  readonly text: string;
  readonly matchCase: boolean;
  /** The line of the hit that is looked at, and which of its matches it is. */
  readonly line: number;
  readonly nth: number;
}

const MAX_MARKS = 2000;

/** @returns where the hit that is looked at is, to be scrolled to */
export function markHits(blocks: LineBlocks, terminal: Terminal, wanted: Wanted): Range | null {
  const others: Range[] = [];
  let current: Range | null = null;
  for (let line = terminal.firstLine; line < terminal.endLine && others.length < MAX_MARKS; line++) {
    const places = matchesIn(lineText(terminal, line), wanted);
    for (const [nth, at] of places.entries()) {
      const range = blocks.range(line, at, at + wanted.text.length);
      if (!range) continue;
      if (line === wanted.line && nth === wanted.nth) current = range;
      else others.push(range);
    }
  }
  // A progress bar that wrote over the hit has left its line.
  current ??= blocks.range(wanted.line, 0, Math.max(1, lineText(terminal, wanted.line).length));
  CSS.highlights.set('lw-output-hit', new Highlight(...others));
  CSS.highlights.set('lw-output-current', new Highlight(...(current ? [current] : [])));
  return current;
}

export function clearMarks(): void {
  CSS.highlights.delete('lw-output-hit');
  CSS.highlights.delete('lw-output-current');
}

export function lineText(terminal: Terminal, line: number): string {
  return terminal
    .line(line)
    .map(({ text }) => text)
    .join('');
}

function matchesIn(line: string, { text, matchCase }: Wanted): number[] {
  const [where, what] = matchCase ? [line, text] : [line.toLowerCase(), text.toLowerCase()];
  const places: number[] = [];
  for (let at = where.indexOf(what); at >= 0 && what !== ''; at = where.indexOf(what, at + what.length))
    places.push(at);
  return places;
}
