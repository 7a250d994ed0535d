/** From values to what a terminal shows. Pure. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `0.4s`, `12s`, `2m 14s`, `1h 02m`, `3d 4h`. */
export function formatDuration(durationMs: number): string {
  const ms = Math.max(0, durationMs);
  if (ms < 9.95 * SECOND) return `${(ms / SECOND).toFixed(1)}s`;
  const seconds = Math.round(ms / SECOND);
  if (seconds < 60) return `${String(seconds)}s`;
  const two = (value: number) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${String(Math.floor(seconds / 60))}m ${two(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return `${String(Math.floor(minutes / 60))}h ${two(minutes % 60)}m`;
  const hours = Math.round(minutes / 60);
  return `${String(Math.floor(hours / 24))}d ${String(hours % 24)}h`;
}

/** `just now`, `5 min ago`, `3 h ago`, `2 d ago`; older than four weeks: the date in UTC. */
export function formatAgo(timeMs: number, nowMs: number): string {
  const passed = nowMs - timeMs;
  if (passed < MINUTE) return 'just now';
  if (passed < HOUR) return `${String(Math.floor(passed / MINUTE))} min ago`;
  if (passed < DAY) return `${String(Math.floor(passed / HOUR))} h ago`;
  if (passed < 28 * DAY) return `${String(Math.floor(passed / DAY))} d ago`;
  return new Date(timeMs).toISOString().slice(0, 10);
}

/** At most 4 significant digits, but never fewer digits than an integer has. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '-∞';
  const size = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && size < 1e9)) return String(value);
  if (size >= 1e9 || size < 1e-4)
    return value
      .toExponential(3)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(size >= 1e4 ? Math.round(value) : Number(value.toPrecision(4)));
}

export { formatSize } from '../protocol/format';

const LEAST_ID = 12;

/**
 * The beginnings by which runs are shown. The first 12 digits of an id are its time in milliseconds; where runs of one
 * list share more, all are shown longer.
 */
export function shortIds(ids: readonly string[]): string[] {
  const longest = Math.max(LEAST_ID, ...ids.map((id) => id.length));
  for (let length = LEAST_ID; length < longest; length++) {
    const short = ids.map((id) => id.slice(0, length));
    if (new Set(short).size === new Set(ids).size) return short;
  }
  return [...ids];
}

/**
 * Text from a store as a terminal may show it. Names and values may come from a stranger: a control character in them
 * must not steer the terminal.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) =>
    character === '\n' ? '⏎' : character === '\t' ? ' ' : '�',
  );
}

const segmenter = new Intl.Segmenter();
const EMOJI = /\p{Emoji_Presentation}|\ufe0f/u;
const EAST_ASIAN =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
const LATER_CHINESE = /[\u{20000}-\u{3fffd}]/u;

const isWide = (cluster: string) => EMOJI.test(cluster) || EAST_ASIAN.test(cluster) || LATER_CHINESE.test(cluster);

function clusterWidth(cluster: string): number {
  if (isWide(cluster)) return 2;
  return /^[\p{Mark}\p{Default_Ignorable_Code_Point}]+$/u.test(cluster) ? 0 : 1;
}

/** How many columns of a terminal a text takes: East Asian characters and emoji take two. */
export function displayWidth(text: string): number {
  if (/^[\u0020-\u007e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += clusterWidth(segment);
  return width;
}

/** Cut to a width, with `…` where something was left out. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const next = clusterWidth(segment);
    if (used + next > width - 1) break;
    kept += segment;
    used += next;
  }
  return `${kept}…`;
}

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut when the terminal is too narrow; the widest of these is cut first. */
  readonly shrinks?: boolean;
  /** Colours a cell that has its final width. */
  readonly paint?: (cell: string, row: number) => string;
}

const GAP = '  ';
const LEAST_WIDTH = 8;

/**
 * Rows below aligned titles, without trailing blanks.
 *
 * @param width of the terminal, null where nothing may be cut
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paintTitle: (text: string) => string = (text) => text,
): string[] {
  const cells = rows.map((row) => columns.map((_, index) => printable(row[index] ?? '')));
  const widths = columns.map((column, index) =>
    Math.max(displayWidth(column.title), ...cells.map((row) => displayWidth(row[index] ?? ''))),
  );
  if (width !== null) shrink(columns, widths, width);
  const line = (row: readonly string[], paint: (cell: string, column: Column) => string) =>
    columns
      .map((column, index) =>
        paint(fit(row[index] ?? '', widths[index] ?? 0, column, index === columns.length - 1), column),
      )
      .join(GAP)
      .trimEnd();
  return [
    line(
      columns.map(({ title }) => title),
      paintTitle,
    ),
    ...cells.map((row, at) => line(row, (cell, column) => column.paint?.(cell, at) ?? cell)),
  ];
}

function fit(cell: string, width: number, column: Column, isLast: boolean): string {
  const text = truncate(cell, width);
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  if (column.align === 'right') return blanks + text;
  return isLast ? text : text + blanks;
}

function shrink(columns: readonly Column[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, GAP.length * (widths.length - 1));
  while (total() > width) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const own = widths[index] ?? 0;
      if (column.shrinks && own > LEAST_WIDTH && own > (widths[widest] ?? 0)) widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}
