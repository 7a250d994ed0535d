/** Which charts the section of metrics has, in which order and how each is drawn. Pure. */
import { type SeriesAxis } from '../../src/protocol/entities';
import { DEFAULT_SETTINGS, EMPTY_LAYOUT, planCharts, type PlannedChart } from '../../src/protocol/pages/chartPlan';
import { MAX_CHART_KEYS, MAX_PINNED, type PinnedChart } from '../../src/protocol/pages/charts';
import { type XUnit } from '../charts/frame';

export { DEFAULT_SETTINGS, EMPTY_LAYOUT, planCharts, type PlannedChart };

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
