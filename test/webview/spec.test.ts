/** The specification, drawn by Vega without a browser and with the interpreter, as the page does it. */
import { describe, expect, it, vi } from 'vitest';
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { toWireNumber } from '../../src/protocol/entities';
import { fill } from '../../webview/charts/drawing';
import { type ChartFrame, chartFrame, type ChartLine } from '../../webview/charts/frame';
import { DATA, metricSpec } from '../../webview/charts/spec';
import { type ChartTheme } from '../../webview/charts/theme';

const THEME: ChartTheme = {
  palette: ['#0000fe', '#00aa00'],
  mark: '#fe0000',
  label: '#00fe00',
  text: '#00fe00',
  grid: '#fefe00',
  background: '#000000',
  font: 'Some Font',
  bandOpacity: 0.25,
};

function lineOf(values: readonly number[], count = 1, slot = 0): ChartLine {
  const points = values.map((value, step) => ({
    x: step,
    step,
    timestampMs: step,
    value: toWireNumber(value),
    min: Number.isFinite(value) ? value - (count > 1 ? 1 : 0) : null,
    max: Number.isFinite(value) ? value : null,
    count,
    smooth: null,
  }));
  return { id: String(slot), name: `line ${String(slot)}`, slot, points, count: points.length * count };
}

async function draw(frame: ChartFrame): Promise<string> {
  const { spec } = compile(metricSpec(frame.shape));
  const view = new View(parse(spec, undefined, { ast: true }), { expr: expressionInterpreter, renderer: 'none' });
  fill(view, frame, THEME, { width: 300, height: 120, left: 56, right: 10 });
  view
    .data(DATA.line, [...frame.line])
    .data(DATA.dots, [...frame.dots])
    .data(DATA.above, [...frame.above])
    .data(DATA.below, [...frame.below]);
  if (frame.shape.isMany) view.data(DATA.labels, [{ y: 20, text: 'line 1', s: 1 }]);
  return view.toSVG();
}

const linePaths = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]+)" stroke="#0000fe"/g)].map(([, path]) => path ?? '');

describe('the specification of a metric', () => {
  it('compiles without a warning and leaves the engine nothing to filter, sort or parse', () => {
    const warn = vi.spyOn(console, 'warn');
    const { spec } = compile(metricSpec(chartFrame([lineOf([1, 2])]).shape));
    expect(warn).not.toHaveBeenCalled();
    expect(spec.data?.every((data) => !('transform' in data))).toBe(true);
    expect(spec.data?.map(({ name }) => name)).toEqual(['line', 'dots', 'above', 'below']);
  });

  it('draws one unbroken line', async () => {
    const [path, ...others] = linePaths(await draw(chartFrame([lineOf([1, 2, 3, 2])])));
    expect(others).toEqual([]);
    expect(path?.match(/M/g)).toHaveLength(1);
    expect(path?.match(/L/g)).toHaveLength(3);
  });

  it('leaves a gap at NaN', async () => {
    const [path] = linePaths(await draw(chartFrame([lineOf([1, 2, Number.NaN, 3, 4])])));
    expect(path?.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain('NaN');
  });

  it('draws infinities at the edges in the colour of marks', async () => {
    const svg = await draw(chartFrame([lineOf([1, Infinity, -Infinity, 2])]));
    const marks = [...svg.matchAll(/transform="translate\(([\d.]+),([\d.]+)\)"[^>]*fill="#fe0000"/g)];
    expect(marks.map(([, , y]) => Number(y))).toEqual([4, 116]);
  });

  it('draws the band only where points were folded', async () => {
    expect(await draw(chartFrame([lineOf([1, 2, 3], 10)]))).toContain('fill="#0000fe" opacity="0.25"');
    expect(await draw(chartFrame([lineOf([1, 2, 3])]))).not.toContain('opacity="0.25"');
  });

  it('writes labels in the theme, with thin spaces between thousands', async () => {
    const { points, ...line } = lineOf([1, 2]);
    const frame = chartFrame([{ ...line, points: points.map((point) => ({ ...point, x: point.x * 20_000 })) }]);
    const svg = await draw(frame);
    expect(svg).toContain('font-family="Some Font"');
    expect(svg).toContain('fill="#00fe00"');
    expect(svg).toContain('>10\u2009000<');
  });

  it('draws several lines in their colours, those past six with dashes, and their names', async () => {
    const svg = await draw(chartFrame([lineOf([1, 2, 3]), lineOf([3, 2, 1], 1, 13)]));
    expect(linePaths(svg)).toHaveLength(1);
    expect(svg).toMatch(/<path d="[^"]+" stroke="#00aa00"[^>]* stroke-dasharray="2,2"/);
    expect(svg).toMatch(/<text[^>]*translate\(306,24\)[^>]*fill="#00aa00">line 1</);
  });

  it('draws averages over their faint values', async () => {
    const line = lineOf([1, 5, 3]);
    const points = line.points.map((point) => ({ ...point, smooth: 2 }));
    const svg = await draw(chartFrame([{ ...line, points }]));
    expect(svg).toMatch(/stroke="#0000fe"[^>]* opacity="0.3"/);
    expect(svg).toMatch(/stroke="#0000fe" stroke-width="2"/);
  });

  it('compiles a logarithmic axis without a warning and leaves out what has no place on it', async () => {
    const warn = vi.spyOn(console, 'warn');
    const frame = chartFrame([lineOf([0, 1, 100, -3, 10])], { isLog: true });
    const [path] = linePaths(await draw(frame));
    expect(path).not.toContain('NaN');
    expect(path?.match(/M/g)).toHaveLength(2);
    expect(frame.leftOut).toBe(2);
    expect(warn).not.toHaveBeenCalled();
  });
});
