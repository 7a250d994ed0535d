/**
 * Where in the form of `loopwright.yaml` a position is, found by indentation and braces alone: while somebody types, the
 * text is no YAML most of the time. Braces and brackets count within their line. Pure.
 */
import { ITEM, type Path } from '../../protocol/config/jsonSchema';

export interface Place {
  /** Of the map or list entry that the position is in. */
  readonly path: Path;
  /** Null where a key may stand, or an entry of a list; else the key whose value stands here. */
  readonly key: string | null;
  /** What stands here already, as far as the position, and where all of it is. */
  readonly word: string;
  readonly from: number;
  readonly to: number;
  /** Whether a colon follows. */
  readonly isKey: boolean;
  /** Keys that the map has, but for the one here. */
  readonly others: readonly string[];
  /** Within braces or brackets: everything in one line. */
  readonly isInline: boolean;
}

const KEY = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#:,[\]{}"'][^:#,[\]{}]*?)\s*:(?=\s|$)/;
const INLINE_KEY = /^\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s:,[\]{}"'][^:,[\]{}]*?)\s*:(?=\s|$)/;
const DELIMITER = /[\s,:[\]{}]/;

interface Line {
  /** The column of the last dash that begins a list's entry. */
  readonly dash: number | null;
  /** The column of what stands behind that. */
  readonly start: number;
  readonly key: string | null;
  /** The column behind the colon; of the text where there is no key. */
  readonly rest: number;
}

/** @returns null in a comment */
export function placeAt(lines: readonly string[], row: number, column: number): Place | null {
  const text = lines[row] ?? '';
  const before = text.slice(0, column);
  if (isComment(before)) return null;
  const line = lineOf(before);
  const above = containerOf(lines, row, line);
  const inline = inlineAt(before, line.rest);
  const { from, to, isKey } = wordAt(text, column, line.rest);
  const word = { word: text.slice(from, column), from, to, isKey };
  if (inline) {
    const path = [...above, ...(line.key === null ? [] : [line.key]), ...inline.path];
    const others = inline.keys.concat(keysAfter(text.slice(to)));
    return { ...word, path, key: inline.key, others, isInline: true };
  }
  const others = line.key === null ? siblings(lines, row, line) : [];
  return { ...word, path: above, key: line.key, others, isInline: false };
}

/** The key that a position is on, as its path. */
export function keyAt(
  lines: readonly string[],
  row: number,
  column: number,
): { path: Path; from: number; to: number } | null {
  const place = placeAt(lines, row, column);
  if (place?.key !== null || !place.isKey) return null;
  const { from, to } = place;
  return { path: [...place.path, unquoted((lines[row] ?? '').slice(from, to))], from, to };
}

const isComment = (before: string): boolean => /(^|\s)#/.test(before.replaceAll(/"[^"]*"|'[^']*'/g, ''));

function lineOf(text: string): Line {
  const [lead = ''] = /^\s*(?:- +|-$)*/.exec(text) ?? [];
  const dash = lead.lastIndexOf('-');
  const [whole = '', key] = KEY.exec(text.slice(lead.length)) ?? [];
  return {
    dash: dash < 0 ? null : dash,
    start: lead.length,
    key: key === undefined ? null : unquoted(key),
    rest: lead.length + whole.length,
  };
}

/** The path to what a line stands in: of the lines above those that are further left. */
function containerOf(lines: readonly string[], row: number, { dash, start }: Line): Path {
  const path: (string | number)[] = dash === null ? [] : [ITEM];
  let limit = dash ?? start;
  // A list may begin in the column of its key.
  let mayBeEqual = dash !== null;
  for (let at = row - 1; at >= 0 && (limit > 0 || mayBeEqual); at--) {
    const text = lines[at] ?? '';
    if (/^\s*(#|$)/.test(text)) continue;
    const above = lineOf(text);
    if (above.dash !== null && above.dash < limit) {
      if (above.key !== null && above.start < limit) path.unshift(above.key);
      path.unshift(ITEM);
      limit = above.dash;
      mayBeEqual = true;
    } else if (above.dash === null && (above.start < limit || (mayBeEqual && above.start === limit))) {
      if (above.key !== null) path.unshift(above.key);
      limit = above.start;
      mayBeEqual = false;
    }
  }
  return path;
}

/** The keys in the column of a line's own, up and down to where something further left begins. */
function siblings(lines: readonly string[], row: number, own: Line): string[] {
  const look = (rows: readonly number[], endsAtDash: boolean): string[] => {
    const found: string[] = [];
    for (const at of rows) {
      const text = lines[at] ?? '';
      if (/^\s*(#|$)/.test(text)) continue;
      const { dash, start, key } = lineOf(text);
      if (start < own.start || (dash !== null && dash < own.start && endsAtDash)) break;
      if (start === own.start && key !== null) found.push(key);
      if (dash !== null && dash < own.start) break;
    }
    return found;
  };
  const up =
    own.dash === null
      ? look(
          Array.from({ length: row }, (_, i) => row - 1 - i),
          false,
        )
      : [];
  const down = look(
    Array.from({ length: Math.max(0, lines.length - row - 1) }, (_, i) => row + 1 + i),
    true,
  );
  return [...up, ...down];
}

interface Inline {
  readonly path: Path;
  readonly key: string | null;
  readonly keys: readonly string[];
}

/** Where in the braces and brackets of a line its end is. Null outside of them. */
function inlineAt(before: string, rest: number): Inline | null {
  const open: { readonly isMap: boolean; readonly keys: string[]; key: string | null }[] = [];
  for (let at = rest; at < before.length; at++) {
    const sign = before[at] ?? '';
    const within = open.at(-1);
    if (sign === '{' || sign === '[') open.push({ isMap: sign === '{', keys: [], key: null });
    else if (sign === '}' || sign === ']') open.pop();
    else if (sign === ',' && within) within.key = null;
    else if (within?.isMap && within.key === null) {
      const [whole, key] = INLINE_KEY.exec(before.slice(at)) ?? [];
      if (whole === undefined || key === undefined) continue;
      within.key = unquoted(key);
      within.keys.push(within.key);
      at += whole.length - 1;
    }
  }
  const last = open.at(-1);
  if (!last) return null;
  const path = open.flatMap(({ isMap, key }, index): (string | number)[] => {
    if (!isMap) return [ITEM];
    return key === null || index === open.length - 1 ? [] : [key];
  });
  return { path, key: last.key, keys: last.key === null ? last.keys : [] };
}

/** The keys of the same braces behind a position. */
function keysAfter(text: string): string[] {
  const [same = ''] = text.split('}');
  return same
    .split(',')
    .slice(1)
    .flatMap((part) => INLINE_KEY.exec(part)?.[1] ?? [])
    .map(unquoted);
}

function wordAt(text: string, column: number, least: number): { from: number; to: number; isKey: boolean } {
  const quoted = [...text.matchAll(/"[^"]*"?|'[^']*'?/g)].find(
    ({ index, 0: whole }) => index < column && column <= index + whole.length,
  );
  let from = quoted?.index ?? column;
  let to = quoted ? quoted.index + quoted[0].length : column;
  if (!quoted) {
    while (from > least && !DELIMITER.test(text[from - 1] ?? '')) from--;
    while (to < text.length && !DELIMITER.test(text[to] ?? '')) to++;
  }
  return { from, to, isKey: /^\s*:(\s|$)/.test(text.slice(to)) };
}

function unquoted(key: string): string {
  return /^(["']).*\1$/.test(key) ? key.slice(1, -1) : key;
}
