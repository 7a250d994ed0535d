import { describe, expect, it } from 'vitest';
import { SeriesFold } from '../../src/engine/tracking/series';
import { type MetricSeries } from '../../src/protocol/entities';
import { chartFrame, foldCaption } from '../../webview/charts/frame';
import { curve, type Points } from './fixtures/build';

function seriesOf(points: Points, maxPoints = 1000): MetricSeries {
  const fold = new SeriesFold(points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0, maxPoints);
  for (const [step, value] of points) fold.add({ step, timestampMs: step, value });
  return { key: 'loss', ...fold.result() };
}

const frameOf = (points: Points, zoom: { from: number; to: number } | null = null) =>
  chartFrame(seriesOf(points), zoom);

describe('the rows of a chart', () => {
  it('breaks the line at NaN', () => {
    const { line } = frameOf([
      [0, 1],
      [1, Number.NaN],
      [2, 3],
    ]);
    expect(line.map(({ value }) => value)).toEqual([1, null, 3]);
  });

  it('marks infinities at the edges and leaves a gap in the line', () => {
    const frame = frameOf([
      [0, 1],
      [1, Infinity],
      [2, -Infinity],
      [3, 2],
    ]);
    expect(frame.above).toEqual([{ step: 1 }]);
    expect(frame.below).toEqual([{ step: 2 }]);
    expect(frame.line.map(({ value }) => value)).toEqual([1, null, null, 2]);
    expect(frame.values).toEqual({ from: 1, to: 2 });
  });

  it('knows whether there are gaps, which cost time to look for at every redraw', () => {
    expect(frameOf(curve(10, Math.sin)).shape.hasGaps).toBe(false);
    expect(frameOf(curve(10, (step) => (step === 5 ? Number.NaN : 1))).shape.hasGaps).toBe(true);
  });

  it('marks every point where there are few', () => {
    expect(frameOf(curve(10, (step) => step)).dots).toHaveLength(10);
    expect(frameOf(curve(100, (step) => step)).dots).toHaveLength(0);
  });

  it('marks a value that stands between two gaps, which no line would show', () => {
    const frame = frameOf(curve(60, (step) => (step === 30 || step < 10 ? 5 : Number.NaN)));
    expect(frame.dots.map(({ step }) => step)).toEqual([30]);
  });

  it('has a band from lowest to highest only where points were folded', () => {
    expect(chartFrame(seriesOf(curve(100, Math.sin)), null).shape.hasBand).toBe(false);
    const folded = chartFrame(seriesOf(curve(1000, Math.sin), 10), null);
    expect(folded.shape.hasBand).toBe(true);
    expect(folded.line).toHaveLength(10);
    for (const { low, high, value } of folded.line) {
      expect(low).toBeLessThanOrEqual(value ?? Number.NaN);
      expect(high).toBeGreaterThanOrEqual(value ?? Number.NaN);
    }
  });

  it('shows of a zoom what is in it until its own points arrive', () => {
    const frame = frameOf(
      curve(100, (step) => step),
      { from: 10, to: 20 },
    );
    expect(frame.line.map(({ step }) => step)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(frame.steps).toEqual({ from: 10, to: 20 });
  });
});

describe('the range of values', () => {
  it.each<[string, number[], { from: number; to: number }]>([
    ['zero is far away', [0.9, 0.95], { from: 0.9, to: 0.95 }],
    ['zero is near', [0.2, 1], { from: 0, to: 1 }],
    ['zero is near from below', [-1, -0.2], { from: -1, to: 0 }],
    ['both sides of zero', [-1, 1], { from: -1, to: 1 }],
    ['one value', [42, 42], { from: 37.8, to: 46.2 }],
    ['nothing but zero', [0, 0], { from: -1, to: 1 }],
    ['nothing finite', [Number.NaN, Infinity], { from: 0, to: 1 }],
  ])('%s', (_, values, range) => {
    const { values: shown } = frameOf(values.map((value, step) => [step, value]));
    expect(shown.from).toBeCloseTo(range.from, 10);
    expect(shown.to).toBeCloseTo(range.to, 10);
  });

  it('covers the band, not only the line', () => {
    const series = seriesOf(
      curve(1000, (step) => (step === 500 ? 99 : 1)),
      10,
    );
    expect(chartFrame(series, null).values.to).toBe(99);
  });

  it('is made of numbers whatever the series', () => {
    for (const points of [[], [[5, 1]]] as Points[]) {
      const { steps, values } = frameOf(points);
      for (const edge of [steps.from, steps.to, values.from, values.to]) expect(edge).toBeTypeOf('number');
      expect(steps.to).toBeGreaterThan(steps.from);
      expect(values.to).toBeGreaterThan(values.from);
    }
  });
});

describe('the labels', () => {
  it.each<[string, number[], string | null]>([
    ['ordinary numbers', [0, 1], null],
    ['large numbers', [0, 5e6], '.3~s'],
    ['small numbers', [0, 3e-4], '.3~g'],
    ['beyond every prefix', [0, 1e19], '.3~g'],
    ['a narrow range of large numbers is written out', [1_000_000, 1_000_003], null],
  ])('%s', (_, values, format) => {
    expect(frameOf(values.map((value, step) => [step, value])).shape.valueFormat).toBe(format);
  });

  it('have room for the digits of a narrow range', () => {
    const narrow = frameOf([
      [0, 1_000_000],
      [1, 1_000_003],
    ]).shape.labelRoom;
    expect(narrow).toBeGreaterThan(
      frameOf([
        [0, 0],
        [1, 1],
      ]).shape.labelRoom,
    );
  });
});

describe('the caption', () => {
  it('says how many steps one point stands for', () => {
    expect(foldCaption(seriesOf(curve(20_000, Math.sin), 400))).toBe('1 in 50 steps shown');
  });

  it('says nothing where nothing is left out', () => {
    expect(foldCaption(seriesOf(curve(100, Math.sin)))).toBeNull();
    expect(foldCaption({ key: 'x', points: [], count: 0 })).toBeNull();
  });
});
