import { describe, expect, it } from 'vitest';
import { ColourBook, colourIndex, dashOf } from '../../webview/charts/colours';
import { chartFrame } from '../../webview/charts/frame';
import { endLabelRoom, endLabels, shortened } from '../../webview/charts/labels';
import { svgPicture } from '../../webview/charts/picture';
import { rowsOf, tabSeparated } from '../../webview/charts/text';
import { clockTicks, linearTicks, logTicks, niceRange, timeTicks } from '../../webview/charts/ticks';

const T = '\u2009';
const labels = (ticks: readonly { label: string }[]) => ticks.map(({ label }) => label);

describe('ticks', () => {
  it.each<[string, number, number, string[]]>([
    ['have as many decimals as their distance', 0, 1, ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']],
    ['are never 0.30000000000000004', 0, 0.4, ['0.0', '0.1', '0.2', '0.3', '0.4']],
    ['of large numbers have a unit', 0, 5e6, ['0', '1M', '2M', '3M', '4M', '5M']],
    ['of small numbers have an exponent', 0, 3e-4, ['0', '1e-4', '2e-4', '3e-4']],
    ['beyond every unit have an exponent', 0, 1e19, ['0', '2e18', '4e18', '6e18', '8e18', '1e19']],
    [
      'of a narrow range are written out',
      1e6,
      1e6 + 2,
      [`1${T}000${T}000.0`, `1${T}000${T}000.5`, `1${T}000${T}001.0`, `1${T}000${T}001.5`, `1${T}000${T}002.0`],
    ],
    ['go through zero', -10, 10, ['-10', '-5', '0', '5', '10']],
  ])('%s', (_, from, to, expected) => {
    expect(labels(linearTicks({ from, to }, 4))).toEqual(expected);
  });

  it('of steps are whole', () => {
    expect(labels(linearTicks({ from: 0, to: 2 }, 8, 1))).toEqual(['0', '1', '2']);
  });

  it('of a logarithmic axis are powers of ten, with 2 and 5 where there are few', () => {
    expect(labels(logTicks({ from: 1, to: 100 }, 5))).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    expect(labels(logTicks({ from: 1e-8, to: 1e8 }, 4))).toEqual(['1e-8', '1e-4', '1', `10${T}000`, '100M']);
    expect(logTicks({ from: 5e-324, to: 1.7e308 }, 4).length).toBeLessThan(10);
  });

  it('of time are where clocks have them', () => {
    expect(labels(timeTicks({ from: 0, to: 95 }, 4, 1000))).toEqual(['0s', '30s', '1m', '1m 30s']);
    expect(labels(timeTicks({ from: 0, to: 80 }, 4, 1))).toEqual(
      [0, 20, 40, 60, 80].map((ms) => `${String(ms)}${T}ms`),
    );
    expect(labels(timeTicks({ from: -2000, to: 2000 }, 4, 1))).toEqual(['-2s', '-1s', '0s', '1s', '2s']);
  });

  it('never hang, whatever the range', () => {
    for (const range of [
      { from: 0, to: Number.MAX_VALUE },
      { from: 1e300, to: 1e300 * (1 + 1e-15) },
      { from: -Number.MAX_VALUE, to: Number.MAX_VALUE },
    ]) {
      expect(linearTicks(range, 4).length).toBeLessThanOrEqual(100);
      const nice = niceRange(range, 4);
      expect(nice.from).toBeLessThanOrEqual(range.from);
      expect(nice.to).toBeGreaterThanOrEqual(range.to);
    }
  });
});

describe('colours', () => {
  it('stay with what they were given to, and the lowest that is free is next', () => {
    const book = new ColourBook();
    expect(['a', 'b', 'c'].map((id) => book.slotOf(id))).toEqual([0, 1, 2]);
    book.forget('b');
    expect(['c', 'd', 'a', 'e'].map((id) => book.slotOf(id))).toEqual([2, 1, 0, 3]);
    expect(new ColourBook(book.kept).slotOf('c')).toBe(2);
    expect(book.slotOf('__proto__')).toBe(4);
  });

  it('with dashes past six are different for thirty lines', () => {
    const looks = Array.from({ length: 30 }, (_, slot) => `${String(colourIndex(slot))} ${dashOf(slot).join()}`);
    expect(new Set(looks).size).toBe(30);
    expect(looks.slice(0, 6).every((look) => look.endsWith(' '))).toBe(true);
  });
});

const point = (x: number, value: number) => ({
  x,
  step: x,
  timestampMs: 0,
  value,
  min: value,
  max: value,
  count: 1,
  smooth: null,
});
const line = (name: string, slot: number, points: [number, number][]) => ({
  id: name,
  name,
  slot,
  count: points.length,
  points: points.map(([x, value]) => point(x, value)),
});

describe('names at the ends of lines', () => {
  it('do not overlap and stay inside, also where all lines end at one value', () => {
    const lines = Array.from({ length: 6 }, (_, at) =>
      line(`run ${String(at)}`, at, [
        [0, 1],
        [1, 0],
      ]),
    );
    const ys = endLabels(lines, chartFrame(lines), 100).map(({ y }) => y);
    expect(Math.max(...ys)).toBeLessThanOrEqual(93);
    for (const [at, y] of ys.slice(1).entries()) expect(y - (ys[at] ?? 0)).toBeGreaterThanOrEqual(14);
  });

  it('have room for up to six, in a chart that is wide enough', () => {
    expect(endLabelRoom(6, 600, 200)).toBeGreaterThan(0);
    for (const [count, width, height] of [
      [1, 600, 200],
      [7, 600, 200],
      [3, 200, 200],
      [6, 600, 60],
    ] as const)
      expect(endLabelRoom(count, width, height)).toBe(0);
  });

  it('keep their ends when they are shortened, and every character whole', () => {
    expect(shortened('val/accuracy_top5_of_epoch')).toBe('val/a…5_of_epoch');
    expect(Array.from(shortened('😀'.repeat(40))).every((one) => one === '😀' || one === '…')).toBe(true);
  });
});

describe('a chart as text', () => {
  it('has a row for each place and a column for each line', () => {
    const lines = [
      line('a\tb', 0, [
        [0, 1],
        [1, 2],
      ]),
      line('c', 1, [
        [1, 3],
        [1, 4],
      ]),
    ];
    expect(tabSeparated(lines, 'step')).toBe('Step\ta b\tc\n0\t1\t\n1\t2\t3\n1\t\t4');
    expect(rowsOf([])).toEqual([]);
  });
});

describe('a chart as a picture', () => {
  it('has a title and a legend, and names in it are never markup', () => {
    const lines = [line('<img onerror="x">', 0, [[0, 1]]), line('b', 7, [[0, 1]])];
    const theme = {
      palette: ['#00f'],
      mark: '#f00',
      label: '#777',
      text: '#000',
      grid: '#ccc',
      background: '#fff',
      font: '"A", sans',
      bandOpacity: 0.3,
    };
    const svg = svgPicture({
      plot: '<svg class="marks" width="400" height="200"></svg>',
      title: '</text><script>',
      caption: 'c & d',
      lines,
      theme,
    });
    expect(svg).not.toContain('<img');
    expect(svg).not.toContain('<script');
    expect(svg).toContain('&lt;img oner');
    expect(svg).toContain('stroke-dasharray="6 3"');
    expect(svg).toContain('c &amp; d');
  });
});

describe('ticks of the time of day', () => {
  const at = (minutes: number, seconds: number) => new Date(2026, 2, 4, 14, minutes, seconds).getTime();

  it('are at whole seconds and minutes, none so near to the end that its label is cut off', () => {
    const labels = (from: number, to: number) => clockTicks({ from, to }, 3).map(({ label }) => label);
    expect(labels(at(2, 1), at(2, 31))).toEqual(['14:02:10', '14:02:20']);
    expect(labels(at(0, 30), at(10, 30))).toEqual(['14:05']);
  });
});
