/** A chart as text: rows for its table, for the clipboard, and a name for its file. Pure. */
import { type SeriesPoint } from '../../src/protocol/entities';
import { type ChartLine, type XUnit } from './frame';

export interface TextRow {
  readonly x: number;
  /** One for each line; null where it has no point at this place. */
  readonly points: readonly (SeriesPoint | null)[];
}

/** The points of all lines by their place on the axis. Those of one line at one place stay apart. */
export function rowsOf(lines: readonly ChartLine[]): TextRow[] {
  const at = lines.map(() => 0);
  const rows: TextRow[] = [];
  for (;;) {
    const next = lines.map(({ points }, line) => points[at[line] ?? 0] ?? null);
    const x = next.reduce((least, point) => Math.min(least, point?.x ?? least), Number.POSITIVE_INFINITY);
    if (x === Number.POSITIVE_INFINITY) return rows;
    const points = next.map((point) => (point?.x === x ? point : null));
    for (const [line, point] of points.entries()) if (point) at[line] = (at[line] ?? 0) + 1;
    rows.push({ x, points });
  }
}

export const AXIS_TITLES: Readonly<Record<XUnit, string>> = {
  step: 'Step',
  seconds: 'Seconds',
  milliseconds: 'Milliseconds',
  value: 'X',
  clock: 'Time',
};

/** Columns by tabs, as spreadsheets take them. */
export function tabSeparated(lines: readonly ChartLine[], x: XUnit, axisName = ''): string {
  const cell = (text: string) => text.replaceAll(/[\t\r\n]+/g, ' ');
  const hasSmooth = lines.some(({ points }) => points.some(({ smooth }) => smooth !== null));
  const head = [
    axisName === '' ? AXIS_TITLES[x] : axisName,
    ...lines.flatMap(({ name }) => (hasSmooth ? [name, `${name} (smoothed)`] : [name])),
  ];
  const rows = rowsOf(lines).map(({ x: at, points }) => [
    String(at),
    ...points.flatMap((point) => (hasSmooth ? [valueText(point), String(point?.smooth ?? '')] : [valueText(point)])),
  ]);
  return [head, ...rows].map((row) => row.map(cell).join('\t')).join('\n');
}

const valueText = (point: SeriesPoint | null) => String(point?.value ?? '');
