/** The lines of parallel coordinates: which are let through, where they run, which one is pointed at. Pure. */
import { type PlotRun, type Scale } from './scale';

/** What is let through on an axis, as places on it; from below. */
export interface Brush {
  readonly from: number;
  readonly to: number;
}

/** By the id of the axis. */
export type Brushes = Readonly<Record<string, Brush>>;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Above the axes, and below them. */
const TOP = 44;
const BOTTOM = 48;

export const xOf = (axis: number, axisCount: number, width: number): number => ((axis + 0.5) * width) / axisCount;

export const yOf = (place: number, height: number): number => height - BOTTOM - place * (height - TOP - BOTTOM);

export const placeOf = (y: number, height: number): number => (height - BOTTOM - y) / (height - TOP - BOTTOM);

/** For each run its places on the axes. */
export function placesOf(runs: readonly PlotRun[], scales: readonly Scale[]): readonly (readonly number[])[] {
  return runs.map(({ values }) => scales.map(({ place }, axis) => place(values[axis] ?? null)));
}

/** Brushes in the order of the axes; none lets everything through. */
export function isLetThrough(places: readonly number[], brushes: readonly (Brush | undefined)[]): boolean {
  return places.every((place, axis) => {
    const brush = brushes[axis];
    return brush === undefined || (place >= brush.from && place <= brush.to);
  });
}

/** As the `d` of an SVG path. */
export function pathOf(places: readonly number[], { width, height }: Size): string {
  const points = places.map(
    (place, axis) => `${xOf(axis, places.length, width).toFixed(1)},${yOf(place, height).toFixed(1)}`,
  );
  return points.length === 0 ? '' : `M${points.join('L')}`;
}

/** Lines of one colour are one element: a thousand of them are drawn as quickly as ten. */
export function groupPaths(
  lines: readonly { readonly places: readonly number[]; readonly group: string }[],
  size: Size,
): ReadonlyMap<string, string> {
  const groups = new Map<string, string[]>();
  for (const { places, group } of lines) {
    const known = groups.get(group);
    if (known) known.push(pathOf(places, size));
    else groups.set(group, [pathOf(places, size)]);
  }
  return new Map([...groups].map(([group, paths]) => [group, paths.join('')]));
}

const NEAR_PIXELS = 10;

/** @returns which of the lines passes nearest to the point; -1 where none is near */
export function nearestLine(
  lines: readonly (readonly number[])[],
  { x, y }: { readonly x: number; readonly y: number },
  { width, height }: Size,
): number {
  let nearest = -1;
  let least = NEAR_PIXELS;
  for (const [index, places] of lines.entries()) {
    const count = places.length;
    const along = (x * count) / width - 0.5;
    const left = Math.min(Math.max(Math.floor(along), 0), count - 2);
    const [from, to] = [places[left], places[left + 1]];
    if (from === undefined || to === undefined) continue;
    const share = Math.min(Math.max(along - left, 0), 1);
    const slope = ((yOf(to, height) - yOf(from, height)) * count) / width;
    const distance = Math.abs(y - yOf(from + (to - from) * share, height)) / Math.hypot(1, slope);
    if (distance < least) {
      least = distance;
      nearest = index;
    }
  }
  return nearest;
}

const STEP = 0.05;
const FIRST_PART = 0.25;
const [LOWEST, HIGHEST] = [-0.2, 1.2];

/** What an arrow key makes of a brush: moves it, or with Shift its upper end. */
export function nudged(brush: Brush | undefined, way: 1 | -1, isResizing: boolean): Brush {
  if (brush === undefined) return way > 0 ? { from: 1 - FIRST_PART, to: HIGHEST } : { from: LOWEST, to: FIRST_PART };
  const by = way * STEP;
  if (isResizing) return { from: brush.from, to: Math.min(HIGHEST, Math.max(brush.from + STEP, brush.to + by)) };
  const kept = Math.min(Math.max(by, LOWEST - brush.from), HIGHEST - brush.to);
  return { from: brush.from + kept, to: brush.to + kept };
}

/** The axes with one of them moved to another place. */
export function moved<T>(axes: readonly T[], from: number, to: number): readonly T[] {
  const others = axes.filter((_, index) => index !== from);
  const axis = axes[from];
  if (axis === undefined) return axes;
  const at = Math.min(Math.max(to, 0), others.length);
  return [...others.slice(0, at), axis, ...others.slice(at)];
}
