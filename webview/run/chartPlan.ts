/** Which charts the section of metrics has, in which order and how each is drawn. Pure. */
import { type MetricSummary, type SeriesAxis } from '../../src/protocol/entities';
import {
  type ChartLayout,
  type ChartSettings,
  MAX_CHART_KEYS,
  MAX_PINNED,
  type PinnedChart,
} from '../../src/protocol/pages/charts';
import { type XUnit } from '../charts/frame';

export const DEFAULT_SETTINGS: ChartSettings = { axis: { by: 'step' }, log: false, smoothing: 0 };
export const EMPTY_LAYOUT: ChartLayout = { pinned: [], settings: DEFAULT_SETTINGS };

/** A chart is named by its first metric. */
export interface PlannedChart {
  readonly id: string;
  readonly summaries: readonly MetricSummary[];
  readonly isPinned: boolean;
}

/**
 * The pinned ones in the user's order, then one for each other metric. A pinned chart of metrics that this run does not
 * have, or that the filter leaves out, is not shown; its place is kept.
 */
export function planCharts(
  shown: readonly MetricSummary[],
  all: readonly MetricSummary[],
  pinned: readonly PinnedChart[],
): PlannedChart[] {
  const byKey = new Map(all.map((summary) => [summary.key, summary]));
  const isShown = new Set(shown.map(({ key }) => key));
  const planned = pinned
    .map(({ keys }) => ({
      id: keys[0] ?? '',
      summaries: keys.map((key) => byKey.get(key)).filter((summary) => summary !== undefined),
      isPinned: true,
    }))
    .filter(({ summaries }) => summaries.some(({ key }) => isShown.has(key)));
  const first = new Set(planned.map(({ id }) => id));
  const others = shown
    .filter(({ key, count }) => count > 1 && !first.has(key))
    .map((summary) => ({ id: summary.key, summaries: [summary], isPinned: false }));
  return [...planned, ...others];
}

export function togglePin(pinned: readonly PinnedChart[], id: string): PinnedChart[] {
  const others = pinned.filter(({ keys }) => keys[0] !== id);
  if (others.length < pinned.length) return others;
  return [...pinned, { keys: [id] }].slice(-MAX_PINNED);
}

/** One place to the left or to the right among the pinned ones. */
export function movePin(pinned: readonly PinnedChart[], id: string, by: -1 | 1): PinnedChart[] {
  const at = pinned.findIndex(({ keys }) => keys[0] === id);
  const to = at + by;
  if (at < 0 || to < 0 || to >= pinned.length) return [...pinned];
  return pinned.with(at, pinned[to] ?? { keys: [id] }).with(to, pinned[at] ?? { keys: [id] });
}

/** Before another pinned chart, or before none: at the end. A chart that was not pinned is then. */
export function placePin(pinned: readonly PinnedChart[], id: string, beforeId: string | null): PinnedChart[] {
  const chart = pinned.find(({ keys }) => keys[0] === id) ?? { keys: [id] };
  const others = pinned.filter(({ keys }) => keys[0] !== id);
  const at = others.findIndex(({ keys }) => keys[0] === beforeId);
  return others.toSpliced(at < 0 ? others.length : at, 0, chart).slice(-MAX_PINNED);
}

/** Adds a metric to a chart, which is pinned with it. */
export function addToChart(pinned: readonly PinnedChart[], id: string, key: string): PinnedChart[] {
  const isPinned = pinned.some(({ keys }) => keys[0] === id);
  const all = isPinned ? pinned : togglePin(pinned, id);
  return all.map((chart) =>
    chart.keys[0] !== id || chart.keys.includes(key) || chart.keys.length >= MAX_CHART_KEYS
      ? chart
      : { keys: [...chart.keys, key] },
  );
}

export function removeFromChart(pinned: readonly PinnedChart[], id: string, key: string): PinnedChart[] {
  return pinned.map((chart) =>
    chart.keys[0] === id && key !== id ? { keys: chart.keys.filter((other) => other !== key) } : chart,
  );
}

export function unitOf(axis: SeriesAxis): XUnit {
  return axis.by === 'step' ? 'step' : axis.by === 'time' ? 'milliseconds' : 'value';
}

export const axisValue = (axis: SeriesAxis): string => (axis.by === 'metric' ? `metric:${axis.key}` : axis.by);
