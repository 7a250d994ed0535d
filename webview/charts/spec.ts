/**
 * The Vega-Lite specification of a metric's chart. Pure. It names its data and signals and holds none: what is
 * compiled from it serves every chart of the same shape and theme.
 */
import { type TopLevelSpec } from 'vega-lite';
import { type ChartShape } from './frame';
import { SECONDS_AXIS } from './secondsAxis';
import { type ChartTheme } from './theme';

/** Fixed, so that charts beside each other line up and drawing needs no second pass for the layout. */
export const PADDING = { right: 10, top: 8, bottom: 22 } as const;

/** The names that the specification and whoever fills it in share. */
export const DATA = { line: 'line', dots: 'dots', above: 'above', below: 'below' } as const;
export const SIGNAL = { fromStep: 'fromStep', toStep: 'toStep', fromValue: 'fromValue', toValue: 'toValue' } as const;

const BREAK = 'break-paths-show-domains';
const FONT_SIZE = 12;
const PIXELS_PER_STEP_LABEL = 80;
const PIXELS_PER_VALUE_LABEL = 36;
/** How far from the edge the mark of an infinite value is. */
export const EDGE_PIXELS = 4;

export function metricSpec(shape: ChartShape, theme: ChartTheme): TopLevelSpec {
  const value = {
    field: 'value',
    type: 'quantitative' as const,
    scale: {
      domain: [{ expr: SIGNAL.fromValue }, { expr: SIGNAL.toValue }],
      zero: false,
      nice: 4,
    },
    axis: {
      ...(shape.valueFormat === null ? {} : { format: shape.valueFormat }),
      title: null,
      tickCount: { expr: `ceil(height / ${String(PIXELS_PER_VALUE_LABEL)})` },
      labelLimit: shape.labelRoom - 8,
    },
  };
  return {
    autosize: { type: 'none' },
    padding: { ...PADDING, left: shape.labelRoom },
    width: 300,
    height: 120,
    background: 'transparent',
    params: Object.values(SIGNAL).map((name, index) => ({ name, value: index % 2 })),
    data: named(DATA.line),
    encoding: {
      x: {
        field: 'step',
        type: 'quantitative',
        scale: {
          domain: [{ expr: SIGNAL.fromStep }, { expr: SIGNAL.toStep }],
          zero: false,
          nice: false,
        },
        axis: {
          ...(shape.stepFormat === null ? {} : { format: shape.stepFormat }),
          title: null,
          grid: false,
          ...(shape.x === 'seconds'
            ? SECONDS_AXIS
            : { tickMinStep: 1, tickCount: { expr: `ceil(width / ${String(PIXELS_PER_STEP_LABEL)})` } }),
          labelFlush: true,
        },
      },
    },
    layer: [
      ...(shape.hasBand
        ? [
            {
              mark: { type: 'area' as const, color: theme.line, opacity: theme.bandOpacity },
              encoding: { y: { ...value, field: 'low' }, y2: { field: 'high' } },
            },
          ]
        : []),
      {
        mark: { type: 'line', color: theme.line, strokeWidth: shape.hasBand ? 1 : 1.5, strokeJoin: 'round' },
        encoding: { y: value },
      },
      {
        data: named(DATA.dots),
        mark: { type: 'point', filled: true, size: 14, opacity: 1, color: theme.line },
        encoding: { y: value },
      },
      edgeLayer(DATA.above, theme, 'triangle-up', { value: EDGE_PIXELS }),
      edgeLayer(DATA.below, theme, 'triangle-down', { value: { expr: `height - ${String(EDGE_PIXELS)}` } }),
    ],
    config: {
      aria: false,
      font: theme.font,
      locale: { number: { decimal: '.', thousands: '\u2009', grouping: [3], currency: ['', ''], minus: '-' } },
      view: { stroke: null },
      mark: { invalid: 'show' },
      // Asking every point whether it is a number is half of the price of a redraw.
      ...(shape.hasGaps ? { line: { invalid: BREAK }, area: { invalid: BREAK } } : {}),
      axis: {
        domain: false,
        ticks: false,
        gridColor: theme.grid,
        gridOpacity: 0.8,
        labelColor: theme.label,
        labelFont: theme.font,
        labelFontSize: FONT_SIZE,
        labelPadding: 6,
        labelOverlap: true,
      },
    },
  };
}

function edgeLayer(name: string, theme: ChartTheme, shape: string, y: { value: number | { expr: string } }) {
  return {
    data: named(name),
    mark: { type: 'point' as const, filled: true, size: 60, opacity: 1, color: theme.mark, shape },
    encoding: { y },
  };
}

/** Filled in by whoever draws, with numbers only and in order: nothing to parse, to filter or to sort. */
function named(name: string) {
  return { name, format: { type: 'json' as const, parse: null } };
}
