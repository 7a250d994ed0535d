/** The specification, drawn by Vega without a browser and with the interpreter, as the page does it. */
import { describe, expect, it, vi } from 'vitest';
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { type MetricSeries, toWireNumber } from '../../src/protocol/entities';
import { type ChartFrame, chartFrame } from '../../webview/charts/frame';
import { DATA, metricSpec, SIGNAL } from '../../webview/charts/spec';
import { type ChartTheme } from '../../webview/charts/theme';

const THEME: ChartTheme = {
  line: '#0000fe',
  mark: '#fe0000',
  label: '#00fe00',
  grid: '#fefe00',
  background: '#000000',
  font: 'Some Font',
  bandOpacity: 0.25,
};

function seriesOf(values: readonly number[], count = 1): MetricSeries {
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
  return { key: 'loss', points, count: points.length * count };
}

async function draw(frame: ChartFrame): Promise<string> {
  const { spec } = compile(metricSpec(frame.shape, THEME));
  const view = new View(parse(spec, undefined, { ast: true }), { expr: expressionInterpreter, renderer: 'none' });
  view
    .signal(SIGNAL.fromStep, frame.steps.from)
    .signal(SIGNAL.toStep, frame.steps.to)
    .signal(SIGNAL.fromValue, frame.values.from)
    .signal(SIGNAL.toValue, frame.values.to)
    .data(DATA.line, [...frame.line])
    .data(DATA.dots, [...frame.dots])
    .data(DATA.above, [...frame.above])
    .data(DATA.below, [...frame.below]);
  return view.toSVG();
}

const linePaths = (svg: string) =>
  [...svg.matchAll(/<path d="([^"]+)" stroke="#0000fe"/g)].map(([, path]) => path ?? '');

describe('the specification of a metric', () => {
  it('compiles without a warning and leaves the engine nothing to filter, sort or parse', () => {
    const warn = vi.spyOn(console, 'warn');
    const { spec } = compile(metricSpec(chartFrame(seriesOf([1, 2]), null).shape, THEME));
    expect(warn).not.toHaveBeenCalled();
    expect(spec.data?.every((data) => !('transform' in data))).toBe(true);
    expect(spec.data?.map(({ name }) => name)).toEqual(Object.values(DATA));
  });

  it('draws one unbroken line', async () => {
    const [path, ...others] = linePaths(await draw(chartFrame(seriesOf([1, 2, 3, 2]), null)));
    expect(others).toEqual([]);
    expect(path?.match(/M/g)).toHaveLength(1);
    expect(path?.match(/L/g)).toHaveLength(3);
  });

  it('leaves a gap at NaN', async () => {
    const [path] = linePaths(await draw(chartFrame(seriesOf([1, 2, Number.NaN, 3, 4]), null)));
    expect(path?.match(/M/g)).toHaveLength(2);
    expect(path).not.toContain('NaN');
  });

  it('draws infinities at the edges in the colour of marks', async () => {
    const svg = await draw(chartFrame(seriesOf([1, Infinity, -Infinity, 2]), null));
    const marks = [...svg.matchAll(/transform="translate\(([\d.]+),([\d.]+)\)"[^>]*fill="#fe0000"/g)];
    expect(marks.map(([, , y]) => Number(y))).toEqual([4, 116]);
  });

  it('draws the band only where points were folded', async () => {
    expect(await draw(chartFrame(seriesOf([1, 2, 3], 10), null))).toContain('fill="#0000fe" opacity="0.25"');
    expect(await draw(chartFrame(seriesOf([1, 2, 3]), null))).not.toContain('opacity="0.25"');
  });

  it('writes labels in the theme, with thin spaces between thousands', async () => {
    const frame = chartFrame(
      {
        ...seriesOf([1, 2]),
        points: seriesOf([1, 2]).points.map((point) => ({ ...point, step: point.step * 20_000 })),
      },
      null,
    );
    const svg = await draw(frame);
    expect(svg).toContain('font-family="Some Font"');
    expect(svg).toContain('fill="#00fe00"');
    expect(svg).toContain('>10\u2009000<');
  });
});
