import { describe, expect, it } from 'vitest';
import { type SeriesPoint } from '../../src/protocol/entities';
import { chartFrame, type ChartLine } from '../../webview/charts/frame';
import {
  describeLines,
  draggedRange,
  nearestIndex,
  nearestPoint,
  otherReadings,
  readingOf,
  scaledRange,
  spokenReading,
} from '../../webview/charts/reading';

const point = (change: Partial<SeriesPoint>): SeriesPoint => ({
  x: 0,
  step: 0,
  timestampMs: 0,
  value: 1,
  min: 1,
  max: 1,
  count: 1,
  smooth: null,
  ...change,
});

const lineOf = (points: readonly SeriesPoint[], count = points.length, slot = 0): ChartLine => ({
  id: String(slot),
  name: `line ${String(slot)}`,
  slot,
  points,
  count,
});

describe('several lines', () => {
  const at = (pairs: readonly (readonly [number, number])[]) => pairs.map(([x, value]) => point({ x, value }));
  const lines = [lineOf(at([[0, 0], [50, 5], [100, 10]])), lineOf(at([[0, 10], [51, 9], [100, 8]])), lineOf(at([[0, 2]]))]; // prettier-ignore
  const frame = chartFrame(lines);

  it('are read where the pointer is nearest to one in height', () => {
    expect(nearestPoint(lines, frame, 49, 0.1)).toEqual({ line: 1, index: 1 });
    expect(nearestPoint(lines, frame, 49, 0.6)).toEqual({ line: 0, index: 1 });
    expect(nearestPoint([], frame, 49, 0.6)).toBeNull();
  });

  it('are all said at that place, and those that have nothing there are not', () => {
    expect(otherReadings(lines, frame, { line: 0, index: 1 })).toEqual([{ line: 1, value: '9', place: 'step 51' }]);
    expect(otherReadings(lines, frame, { line: 0, index: 0 }).map(({ line }) => line)).toEqual([1, 2]);
  });
});

describe('the point that the pointer is at', () => {
  const points = [0, 10, 20, 100].map((x) => point({ x }));

  it.each([
    [-5, 0],
    [0, 0],
    [5, 0],
    [6, 1],
    [59, 2],
    [61, 3],
    [1000, 3],
  ])('step %d is nearest to point %d', (step, index) => {
    expect(nearestIndex(points, step)).toBe(index);
  });

  it('is none where there are none', () => {
    expect(nearestIndex([], 3)).toBe(-1);
  });
});

describe('what is said about a point', () => {
  it('is exact', () => {
    const reading = readingOf(point({ x: 12, value: 0.1 + 0.2 }));
    expect(reading).toMatchObject({ place: 'step 12', value: '0.30000000000000004', folded: null });
    expect(spokenReading(reading)).toBe('step 12, 0.30000000000000004');
  });

  it('tells the bounds of what it stands for', () => {
    const reading = readingOf(point({ value: 'NaN', min: 0.1, max: 0.4, count: 50 }));
    expect(spokenReading(reading)).toBe('step 0, NaN, 0.1 to 0.4 in 50 points');
  });
});

describe('what is said about a chart', () => {
  it('names its points, last step and last value', () => {
    const points = [point({ x: 0 }), point({ x: 9, value: 0.25 })];
    expect(describeLines('loss', [lineOf(points, 10)])).toBe('loss: 10 points up to step 9, last value 0.25.');
    expect(describeLines('loss', [lineOf([], 0)])).toBe('loss: no points.');
  });
});

describe('zooming', () => {
  it('by a drag takes the whole steps that it covers, in either direction', () => {
    expect(draggedRange({ from: 0, to: 100 }, 200, 21, 58)).toEqual({ from: 10, to: 29 });
    expect(draggedRange({ from: 0, to: 100 }, 200, 58, 21)).toEqual({ from: 10, to: 29 });
  });

  it('by a drag beyond the edges ends at them', () => {
    expect(draggedRange({ from: 5, to: 10 }, 200, -50, 999)).toEqual({ from: 5, to: 10 });
  });

  it('by keys keeps the place of what it is around', () => {
    const steps = { from: 0, to: 100 };
    expect(scaledRange(steps, steps, 50, 0.5)).toEqual({ from: 25, to: 75 });
    expect(scaledRange(steps, steps, 0, 0.5)).toEqual({ from: 0, to: 50 });
    expect(scaledRange(steps, steps, 100, 0.5)).toEqual({ from: 50, to: 100 });
  });

  it('out to the whole is no zoom', () => {
    expect(scaledRange({ from: 25, to: 75 }, { from: 0, to: 100 }, 50, 2)).toBeNull();
  });
});
