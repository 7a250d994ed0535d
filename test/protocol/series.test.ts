import { describe, expect, it } from 'vitest';
import type { SeriesPoint } from '../../src/protocol/entities';
import { packSeries, UnpackedSeries } from '../../src/protocol/series';

const point = (step: number, change: Partial<SeriesPoint> = {}): SeriesPoint => ({
  x: step,
  step,
  timestampMs: 1_700_000_000_000 + step,
  value: step / 8,
  min: step / 8,
  max: step / 8,
  count: 1,
  smooth: null,
  ...change,
});

const there = (points: SeriesPoint[]) => UnpackedSeries.parse(packSeries({ key: 'loss', points, count: 7 })).points;

describe('the points of a metric on their way', () => {
  it.each<[string, SeriesPoint[]]>([
    ['none', []],
    ['as they were logged', [point(0), point(1), point(5)]],
    ['not finite', [point(0, { value: 'NaN', min: null, max: null }), point(1, { value: '-Infinity', min: null, max: null })]], // prettier-ignore
    ['along another axis', [point(3, { x: 250 }), point(4, { x: 0.5 })]],
    ['folded', [point(3, { count: 4, min: -1, max: 2 }), point(9, { count: 2, value: 'NaN', min: null, max: null })]],
    ['averaged', [point(0, { smooth: 0.25 }), point(1)]],
  ])('arrive: %s', (_, points) => {
    expect(there(points)).toEqual(points);
  });

  it.each([
    '',
    '[]',
    '{"step":[1]}',
    '{"step":[1],"timestampMs":[1],"value":[]}',
    '{"step":["1"],"timestampMs":[1],"value":[1]}',
  ])('are refused where they are none: %s', (points) => {
    expect(UnpackedSeries.safeParse({ key: 'loss', points, count: 1 }).success).toBe(false);
  });
});
