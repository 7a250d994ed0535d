import { describe, expect, it } from 'vitest';
import { isLetThrough, moved, nearestLine, nudged, pathOf, placeOf, xOf, yOf } from '../../webview/plots/parallelLines';
import { HIGH, LOW, numberOf, scaleOf } from '../../webview/plots/scale';

describe('an axis', () => {
  it('says what stands at its ends, which need not be ticks', () => {
    const scale = scaleOf([0.05, 0.1, 0.2]);
    expect([scale.ends, scale.ticks[0]?.label]).toEqual([['0.05', '0.2'], '0.06']);
    expect(scaleOf(['b', 'a', 'c']).ends).toEqual(['a', 'c']);
  });

  it('takes parameters for numbers where all of them are', () => {
    const scale = scaleOf(['1e-3', '0.1', '1_000']);
    expect(scale.type).toBe('linear');
    expect(scale.place('1e-3')).toBe(0);
    expect(scale.place('1_000')).toBe(1);
    expect(scaleOf(['0.1', 'auto']).types).toEqual(['category']);
    expect([numberOf('0x10'), numberOf(''), numberOf('1e'), numberOf('-.5')]).toEqual([null, null, null, -0.5]);
  });

  it('places what is no number outside, and says what it is', () => {
    const scale = scaleOf([1, 3, 'NaN', 'Infinity', '-Infinity', null]);
    expect([1, 2, 3].map((value) => scale.place(value))).toEqual([0, 0.5, 1]);
    expect(['NaN', '-Infinity', null].map((value) => scale.place(value))).toEqual([LOW, LOW, LOW]);
    expect(scale.place('Infinity')).toBe(HIGH);
    expect([scale.low, scale.high]).toEqual(['-∞, NaN, none', '∞']);
  });

  it('is logarithmic on request; what has no logarithm stands below', () => {
    const scale = scaleOf(['0.001', '0.1', '0'], 'log');
    expect(scale.place('0.01')).toBeCloseTo(0.5);
    expect(scale.place('0')).toBe(LOW);
    expect(scale.low).toBe('≤ 0');
    expect(scaleOf([-1, -2], 'log').type).toBe('linear');
  });

  it('has categories in the order of their size, with ticks for some of very many', () => {
    const scale = scaleOf(['10', '9', '100'], 'category');
    expect(scale.ticks.map(({ label }) => label)).toEqual(['9', '10', '100']);
    const many = Array.from({ length: 1000 }, (_, index) => `name ${String(index)}`);
    expect(scaleOf(many).ticks.length).toBeLessThanOrEqual(12);
    expect(scaleOf(['only']).place('only')).toBe(0.5);
  });

  it.each([[[]], [[null, null]], [[5, 5]], [['NaN', 'NaN']], [[-1.7e308, 1.7e308]], [[5e-324, 1e-323]]])(
    'has a finite place for each of %j',
    (values) => {
      for (const type of ['linear', 'log', 'category'] as const) {
        const scale = scaleOf(values, type);
        expect(values.every((value) => Number.isFinite(scale.place(value)))).toBe(true);
        expect(scale.ticks.every(({ at }) => Number.isFinite(at))).toBe(true);
      }
    },
  );
});

describe('lines of parallel coordinates', () => {
  const size = { width: 300, height: 320 };

  it('run through the places of their values', () => {
    const [left = '', right = ''] = pathOf([0, 1], size).slice(1).split('L');
    expect(left).toBe(`${xOf(0, 2, 300).toFixed(1)},${yOf(0, 320).toFixed(1)}`);
    expect(right).toBe(`${xOf(1, 2, 300).toFixed(1)},${yOf(1, 320).toFixed(1)}`);
    expect(placeOf(yOf(0.3, 320), 320)).toBeCloseTo(0.3);
  });

  it('are let through where all filters let them', () => {
    const brush = { from: 0.5, to: 1.2 };
    expect(isLetThrough([0.1, 0.6], [undefined, brush])).toBe(true);
    expect(isLetThrough([0.1, 0.6], [brush, brush])).toBe(false);
    expect(isLetThrough([HIGH], [brush])).toBe(true);
  });

  it('are pointed at within a few pixels of their course', () => {
    const lines = [
      [0, 1],
      [1, 0],
      [0.9, 0.9],
    ];
    const at = (place: number, share: number) => ({ x: 75 + share * 150, y: yOf(place, 320) });
    expect(nearestLine(lines, at(0.25, 0.25), size)).toBe(0);
    expect(nearestLine(lines, at(0.9, 0.5), size)).toBe(2);
    expect(nearestLine(lines, at(0.02, 0.5), size)).toBe(-1);
    expect(nearestLine([], at(0, 0), size)).toBe(-1);
  });

  it('are filtered by keys: a first part, moved, its upper end, never past the ends', () => {
    const first = nudged(undefined, 1, false);
    expect(first.from).toBeCloseTo(0.75);
    expect(nudged(first, 1, false)).toEqual(first);
    const down = nudged(first, -1, false);
    expect(down.to - down.from).toBeCloseTo(first.to - first.from);
    expect(nudged(down, -1, true).to).toBeLessThan(down.to);
    let small = down;
    for (let times = 0; times < 99; times++) small = nudged(small, -1, true);
    expect(small.to).toBeGreaterThan(small.from);
  });

  it('have their axes moved to another place', () => {
    expect(moved(['a', 'b', 'c'], 0, 2)).toEqual(['b', 'c', 'a']);
    expect(moved(['a', 'b', 'c'], 2, 0)).toEqual(['c', 'a', 'b']);
    expect(moved(['a', 'b'], 5, 0)).toEqual(['a', 'b']);
    expect(moved(['a', 'b'], 0, 99)).toEqual(['b', 'a']);
  });
});
