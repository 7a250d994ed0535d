/** How large a node is drawn, and the lines of text in it, cut to its width. Pure but for the measure that it is given. */
import type { GraphNode } from '../../src/protocol/inspection';

export type LineStyle = 'strong' | 'plain' | 'quiet';

export interface BoxLine {
  readonly text: string;
  readonly style: LineStyle;
}

export interface Box {
  readonly node: GraphNode;
  readonly lines: readonly BoxLine[];
  readonly width: number;
  readonly height: number;
}

/** Pixels of a text at the size of its style. */
export type Measure = (text: string, style: LineStyle) => number;

export const LINE_HEIGHT = 15;
export const PADDING_Y = 7;
/** Room for the mark of a node's kind is in it. */
const PADDING_X = 14;
const LEAST_WIDTH = 76;
const MOST_WIDTH = 204;
/** More characters than this never fit. */
const MOST_CHARS = 80;

export function boxOf(node: GraphNode, measure: Measure): Box {
  const room = MOST_WIDTH - 2 * PADDING_X;
  const lines = linesOf(node)
    .filter(({ text }) => text !== '')
    .map(({ text, style }) => ({ text: cutTo(text, room, (part) => measure(part, style)), style }));
  const widest = Math.max(...lines.map(({ text, style }) => measure(text, style)), 0);
  return {
    node,
    lines,
    width: Math.min(Math.max(Math.ceil(widest) + 2 * PADDING_X, LEAST_WIDTH), MOST_WIDTH),
    height: Math.max(lines.length, 1) * LINE_HEIGHT + 2 * PADDING_Y,
  };
}

function linesOf({ kind, type, name, summary, nodes }: GraphNode): BoxLine[] {
  const quiet = (text: string): BoxLine => ({ text: flat(text), style: 'quiet' });
  const plain = (text: string): BoxLine => ({ text: flat(text), style: 'plain' });
  const strong = (text: string): BoxLine => ({ text: flat(text), style: 'strong' });
  switch (kind) {
    case 'input':
    case 'output':
      return [strong(name || type), quiet(summary)];
    case 'group':
      return [strong(name || type), plain(type), quiet(countOf(nodes))];
    case 'node':
      return [strong(type || name), plain(lastOf(name)), quiet(summary)];
  }
}

const countOf = (nodes: number): string => (nodes === 1 ? '1 node' : `${String(nodes)} nodes`);

/** In one line, and without half of a character at its end. */
const flat = (text: string): string =>
  text
    .slice(0, 400)
    .replace(/\p{Cs}$/u, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

/** Exporters name nodes by the way to them: what is unlike is at the end. */
const lastOf = (name: string): string => name.split('/').filter(Boolean).slice(-2).join('/');

const characters = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** As many whole characters as there is room for: half of one would be another. */
function cutTo(text: string, room: number, measure: (text: string) => number): string {
  if (text.length <= MOST_CHARS && measure(text) <= room) return text;
  const parts: string[] = [];
  for (const { segment } of characters.segment(text)) {
    if (parts.length === MOST_CHARS) break;
    // One "character" may be made of thousands of marks above each other.
    parts.push(Array.from(segment).slice(0, 16).join(''));
  }
  let [fits, tooMany] = [0, parts.length + 1];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (measure(`${parts.slice(0, middle).join('')}…`) <= room) fits = middle;
    else tooMany = middle;
  }
  return `${parts.slice(0, fits).join('').trimEnd()}…`;
}
