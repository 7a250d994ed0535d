/**
 * The Vega-Lite specification of a chart of metrics. Pure. It names its data and signals and holds none: what is
 * compiled from it serves every chart of the same shape, whatever its lines, its size and the theme. The build compiles it.
 */
import type { TopLevelSpec } from 'vega-lite';
import { type ChartShape } from './frame';

/** Fixed, so that charts beside each other line up and drawing needs no second pass for the layout. */
export const PADDING = { right: 10, top: 8, bottom: 22 } as const;

/** The names that the specification and whoever fills it in share. */
export const DATA = { line: 'line', dots: 'dots', above: 'above', below: 'below', labels: 'labels' } as const;

/** `colours` and `dashes`: of each line. `xLabels`, `yLabels`: by the place of the tick. From `mark` on: the theme's. */
export const SIGNAL = {
  fromX: 'fromX',
  toX: 'toX',
  fromValue: 'fromValue',
  toValue: 'toValue',
  xTicks: 'xTicks',
  xLabels: 'xLabels',
  yTicks: 'yTicks',
  yLabels: 'yLabels',
  colours: 'colours',
  dashes: 'dashes',
  mark: 'markColour',
  label: 'labelColour',
  grid: 'gridColour',
  font: 'fontName',
  bandOpacity: 'bandOpacity',
} as const;

const BREAK = 'break-paths-show-domains';
const FONT_SIZE = 12;
/** How far from the edge the mark of an infinite value is. */
export const EDGE_PIXELS = 4;

const COLOUR = { value: { expr: 'colours[datum.s]' } } as const;
const FONT = { expr: SIGNAL.font } as const;
const DASH = { value: { expr: 'dashes[datum.s]' } } as const;

export function metricSpec(shape: ChartShape): TopLevelSpec {
  const value = {
    field: 'value',
    type: 'quantitative' as const,
    scale: {
      type: shape.isLog ? ('log' as const) : ('linear' as const),
      domain: [{ expr: SIGNAL.fromValue }, { expr: SIGNAL.toValue }],
      ...(shape.isLog ? {} : { zero: false }),
      nice: false,
    },
    axis: { title: null, values: { expr: SIGNAL.yTicks }, labelExpr: `${SIGNAL.yLabels}[datum.value]` },
  };
  const detail = shape.isMany ? { detail: { field: 's', type: 'nominal' as const } } : {};
  const drawn = { color: COLOUR, ...(shape.isMany ? { strokeDash: DASH } : {}), ...detail };
  return {
    autosize: { type: 'none' },
    padding: { ...PADDING, left: 56 },
    width: 300,
    height: 120,
    background: 'transparent',
    params: Object.values(SIGNAL).map((name) => ({ name, value: STARTS[name] })),
    data: named(DATA.line),
    encoding: {
      x: {
        field: 'x',
        type: 'quantitative',
        scale: { domain: [{ expr: SIGNAL.fromX }, { expr: SIGNAL.toX }], zero: false, nice: false },
        axis: {
          title: null,
          grid: false,
          values: { expr: SIGNAL.xTicks },
          labelExpr: `${SIGNAL.xLabels}[datum.value]`,
          labelFlush: true,
        },
      },
    },
    layer: [
      ...(shape.hasBand
        ? [
            {
              mark: {
                type: 'area' as const,
                opacity: { expr: shape.isMany ? `${SIGNAL.bandOpacity} / 2` : SIGNAL.bandOpacity },
              },
              encoding: { y: { ...value, field: 'low' }, y2: { field: 'high' }, color: COLOUR, ...detail },
            },
          ]
        : []),
      {
        mark: {
          type: 'line',
          strokeWidth: shape.hasBand || shape.isSmooth ? 1 : 1.5,
          strokeJoin: 'round',
          ...(shape.isSmooth ? { opacity: 0.3 } : {}),
        },
        encoding: { y: value, ...drawn },
      },
      ...(shape.isSmooth
        ? [
            {
              mark: { type: 'line' as const, strokeWidth: 2, strokeJoin: 'round' as const },
              encoding: { y: { ...value, field: 'smooth' }, ...drawn },
            },
          ]
        : []),
      {
        data: named(DATA.dots),
        mark: { type: 'point', filled: true, size: 14, opacity: 1 },
        encoding: { y: value, color: COLOUR },
      },
      edgeLayer(DATA.above, shape, 'triangle-up', { value: EDGE_PIXELS }),
      edgeLayer(DATA.below, shape, 'triangle-down', { value: { expr: `height - ${String(EDGE_PIXELS)}` } }),
      ...(shape.isMany
        ? [
            {
              data: named(DATA.labels),
              mark: {
                type: 'text' as const,
                align: 'left' as const,
                baseline: 'middle' as const,
                fontSize: FONT_SIZE,
                font: FONT,
              },
              encoding: {
                x: { value: { expr: 'width + 6' } },
                y: { value: { expr: 'datum.y' } },
                text: { value: { expr: 'datum.text' } },
                color: COLOUR,
              },
            },
          ]
        : []),
    ],
    config: {
      aria: false,
      view: { stroke: null },
      mark: { invalid: 'show' },
      // Asking every point whether it is a number is half of the price of a redraw.
      ...(shape.hasGaps ? { line: { invalid: BREAK }, area: { invalid: BREAK } } : {}),
      axis: {
        domain: false,
        ticks: false,
        gridColor: { expr: SIGNAL.grid },
        gridOpacity: 0.8,
        labelColor: { expr: SIGNAL.label },
        labelFont: FONT,
        labelFontSize: FONT_SIZE,
        labelPadding: 6,
        labelLimit: 200,
        labelOverlap: true,
      },
    },
  };
}

const STARTS: Readonly<Record<(typeof SIGNAL)[keyof typeof SIGNAL], unknown>> = {
  fromX: 0,
  toX: 1,
  fromValue: 1,
  toValue: 2,
  xTicks: [],
  xLabels: {},
  yTicks: [],
  yLabels: {},
  colours: [],
  dashes: [],
  markColour: '',
  labelColour: '',
  gridColour: '',
  fontName: '',
  bandOpacity: 1,
};

function edgeLayer(name: string, { isMany }: ChartShape, shape: string, y: { value: number | { expr: string } }) {
  return {
    data: named(name),
    mark: { type: 'point' as const, filled: true, size: 60, opacity: 1, shape },
    encoding: { y, color: isMany ? COLOUR : { value: { expr: SIGNAL.mark } } },
  };
}

/** Filled in by whoever draws, with numbers only and in order: nothing to parse, to filter or to sort. */
function named(name: string) {
  return { name, format: { type: 'json' as const, parse: null } };
}
