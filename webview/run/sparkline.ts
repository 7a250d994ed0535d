/** A line so small that it only says how things went. Pure. */
import { type SeriesPoint } from '../../src/protocol/entities';

export const SPARK_WIDTH = 90;
export const SPARK_HEIGHT = 16;
const MARGIN = 1.5;

/** The `d` of a path; empty where there is no line to draw. */
export function sparkPath(points: readonly SeriesPoint[]): string {
  const finite = points.flatMap(({ value }) => (typeof value === 'number' ? [value] : []));
  const low = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const high = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const from = points[0]?.x ?? 0;
  const width = (points.at(-1)?.x ?? 0) - from;
  if (finite.length < 2 || width <= 0) return '';
  let path = '';
  let isBroken = true;
  for (const { x, value } of points) {
    if (typeof value !== 'number') {
      isBroken = true;
      continue;
    }
    const at = MARGIN + ((x - from) / width) * (SPARK_WIDTH - 2 * MARGIN);
    const share = high > low ? (high - value) / (high - low) : 0.5;
    path += `${isBroken ? 'M' : 'L'}${at.toFixed(1)},${(MARGIN + share * (SPARK_HEIGHT - 2 * MARGIN)).toFixed(1)}`;
    isBroken = false;
  }
  return path;
}
