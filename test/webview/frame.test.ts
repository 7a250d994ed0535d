import { describe, expect, it } from 'vitest';
import { SeriesFold } from '../../src/engine/tracking/series';
import { chartFrame, type ChartLine, foldCaption, shareFromTop, valueTicks } from '../../webview/charts/frame';
import { curve, type Points } from './fixtures/build';

function seriesOf(points: Points, maxPoints = 1000, slot = 0): ChartLine {
  const fold = new SeriesFold(points[0]?.[0] ?? 0, points.at(-1)?.[0] ?? 0, maxPoints);
  for (const [step, value] of points) fold.add(step, step, step, value, Number.NaN);
  return { id: String(slot), name: 'loss', slot, ...fold.result() };
}

const frameOf = (points: Points, zoom: { from: number; to: number } | null = null) =>
  chartFrame([seriesOf(points)], { zoom });

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
    expect(frame.above).toEqual([{ x: 1, s: 0 }]);
    expect(frame.below).toEqual([{ x: 2, s: 0 }]);
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
    expect(frame.dots.map(({ x }) => x)).toEqual([30]);
  });

  it('has a band from lowest to highest only where points were folded', () => {
    expect(chartFrame([seriesOf(curve(100, Math.sin))]).shape.hasBand).toBe(false);
    const folded = chartFrame([seriesOf(curve(1000, Math.sin), 10)]);
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
    expect(frame.line.map(({ x }) => x)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(frame.xs).toEqual({ from: 10, to: 20 });
  });
});

describe('the range of values', () => {
  it.each<[string, number[], { from: number; to: number }]>([
    ['zero is far away', [0.9, 0.95], { from: 0.9, to: 0.95 }],
    ['zero is near', [0.2, 1], { from: 0, to: 1 }],
    ['zero is near from below', [-1, -0.2], { from: -1, to: 0 }],
    ['both sides of zero', [-1, 1], { from: -1, to: 1 }],
    ['one value', [42, 42], { from: 36, to: 48 }],
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
    expect(chartFrame([series]).values.to).toBe(100);
  });

  it('is made of numbers whatever the series', () => {
    for (const points of [[], [[5, 1]]] as Points[]) {
      const { xs: steps, values } = frameOf(points);
      for (const edge of [steps.from, steps.to, values.from, values.to]) expect(edge).toBeTypeOf('number');
      expect(steps.to).toBeGreaterThan(steps.from);
      expect(values.to).toBeGreaterThan(values.from);
    }
  });
});

describe('several lines', () => {
  it('share the axes and say which is which', () => {
    const frame = chartFrame([seriesOf([[0, 1], [5, 2]]), seriesOf([[3, 4], [9, 8]], 1000, 7)]); // prettier-ignore
    expect(frame.xs).toEqual({ from: 0, to: 9 });
    expect(frame.values).toEqual({ from: 0, to: 8 });
    expect(frame.line.map(({ s }) => s)).toEqual([0, 0, 1, 1]);
    expect(frame.slots).toEqual([0, 7]);
    expect(frame.shape.isMany).toBe(true);
  });
});

describe('a logarithmic axis', () => {
  const frame = chartFrame([seriesOf([[0, 0.03], [1, 700], [2, 0], [3, -1]])], { isLog: true }); // prettier-ignore

  it('begins and ends at round values above zero, and counts what it leaves out', () => {
    expect(frame.values).toEqual({ from: 0.02, to: 1000 });
    expect(frame.leftOut).toBe(2);
    expect(frame.line.map(({ value }) => value)).toEqual([0.03, 700, null, null]);
  });

  it('has its ticks at powers of ten, and places by their size', () => {
    expect(valueTicks(frame, 4).map(({ label }) => label)).toEqual(['0.1', '1', '10', '100', '1\u2009000']);
    expect(shareFromTop(frame, 1000)).toBeCloseTo(0);
    expect(shareFromTop(frame, 0.02)).toBeCloseTo(1);
    expect(shareFromTop(frame, -1)).toBeNull();
  });

  it('is there also where nothing is above zero', () => {
    expect(chartFrame([seriesOf([[0, -1], [1, 0]])], { isLog: true }).values).toEqual({ from: 1, to: 10 }); // prettier-ignore
  });
});

describe('an average', () => {
  it('is within the range of the chart, and gaps of it are those of its values', () => {
    const line = seriesOf(curve(40, (step) => (step === 20 ? Number.NaN : step)));
    const points = line.points.map((point) => ({ ...point, smooth: point.value === 'NaN' ? null : 99 }));
    const frame = chartFrame([{ ...line, points }]);
    expect(frame.shape).toMatchObject({ isSmooth: true, hasGaps: true, hasBand: false });
    expect(frame.values.to).toBeGreaterThanOrEqual(99);
    expect(frame.line[20]).toMatchObject({ value: null, smooth: null });
  });
});

describe('the caption', () => {
  it('says how many steps one point stands for', () => {
    expect(foldCaption([seriesOf(curve(20_000, Math.sin), 400)])).toBe('1 in 50 steps shown');
  });

  it('says nothing where nothing is left out', () => {
    expect(foldCaption([seriesOf(curve(100, Math.sin))])).toBeNull();
    expect(foldCaption([{ points: [], count: 0 }])).toBeNull();
  });
});
