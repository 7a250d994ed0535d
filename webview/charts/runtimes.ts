/**
 * What Vega needs to draw charts of metrics, by their shape. In pages this file is not what is written here but what
 * comes of it: the build (`scripts/lib/compiled-charts.mjs`) compiles every shape and all expressions ahead, so that a
 * page loads neither Vega-Lite nor Vega's parser before its first chart, and needs no `eval` to draw at full speed.
 */
import { parse, type Runtime } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import { type ChartShape } from './frame';
import { metricSpec } from './spec';

export const expressions = expressionInterpreter;

export function runtimeOf(shape: ChartShape): Promise<Runtime> {
  const { spec } = compile(metricSpec(shape));
  return Promise.resolve(parse(spec, { events: { bind: 'none' } }, { ast: true }));
}
