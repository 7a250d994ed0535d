/** ROC curves, or precision against recall, by Vega-Lite: both axes from 0 to 1, beside the line that guessing reaches. */
import '../jitless';
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile, type TopLevelSpec } from 'vega-lite';
import { type LoggedCurves } from '../../src/protocol/logged';
import { dashOf } from './colours';
import { type ChartTheme, colourOf } from './theme';

const HEIGHT = 240;
const AXES = {
  roc: ['False positive rate', 'True positive rate'],
  pr: ['Recall', 'Precision'],
} as const;

export function curvesSpec(chart: LoggedCurves, theme: ChartTheme, width: number): TopLevelSpec {
  const [xTitle, yTitle] = AXES[chart.type];
  const axis = { grid: true, tickCount: 5, titleFontWeight: 'normal' as const, format: '.1f' };
  const scale = { domain: [0, 1], nice: false };
  const baseline =
    chart.type === 'roc'
      ? [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ]
      : chart.baseline === null
        ? []
        : [
            { x: 0, y: chart.baseline },
            { x: 1, y: chart.baseline },
          ];
  const channels = {
    x: { field: 'x', type: 'quantitative' as const, scale, axis: { ...axis, title: xTitle } },
    y: { field: 'y', type: 'quantitative' as const, scale, axis: { ...axis, title: yTitle } },
  };
  return {
    width,
    height: HEIGHT,
    autosize: { type: 'fit', contains: 'padding' },
    background: 'transparent',
    layer: [
      {
        data: { values: baseline },
        mark: { type: 'line', color: theme.label, strokeWidth: 1, strokeDash: [4, 4] },
        encoding: channels,
      },
      ...chart.curves.map(({ x, y }, index) => ({
        // In the order of the points: recall stands still where precision falls.
        data: { values: x.map((value, at) => ({ x: value, y: y[at] ?? 0, at })) },
        mark: {
          type: 'line' as const,
          color: colourOf(theme, index),
          strokeWidth: 1.5,
          strokeDash: [...dashOf(index)],
        },
        encoding: { ...channels, order: { field: 'at', type: 'quantitative' as const } },
      })),
    ],
    config: {
      aria: false,
      font: theme.font,
      view: { stroke: null },
      axis: {
        domain: false,
        ticks: false,
        gridColor: theme.grid,
        gridOpacity: 0.8,
        labelColor: theme.label,
        titleColor: theme.label,
        labelFont: theme.font,
        titleFont: theme.font,
        labelFontSize: 12,
        titleFontSize: 12,
        labelPadding: 6,
      },
    },
  };
}

/** Draws it into the element; what is returned takes it away again. */
export async function drawCurves(container: HTMLElement, spec: TopLevelSpec): Promise<() => void> {
  const view = new View(parse(compile(spec).spec, { events: { bind: 'none' } }, { ast: true }), {
    expr: expressionInterpreter,
    renderer: 'svg',
    container,
    hover: false,
  });
  await view.runAsync();
  return () => {
    view.finalize();
    container.replaceChildren();
  };
}
