/**
 * Which charts the section of metrics has, and which points they ask for. The page draws by it, and the extension gives
 * the points of the first charts along with the page. Pure.
 */
import type { MetricSummary, SeriesAxis } from '../entities';
import type { ChartLayout, ChartSettings, PinnedChart, Rival } from './charts';

export interface ChartRange {
  readonly from: number;
  readonly to: number;
}

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

/** About one for each pixel of a chart in the grid: more would only blacken it. */
export const POINTS_PER_CHART = 300;
/** Of all lines of a chart together; each has enough to have a shape. */
const POINTS_OF_MANY = 600;
const LEAST_POINTS = 60;

export function pointsPerLine(lineCount: number): number {
  return Math.max(LEAST_POINTS, Math.min(POINTS_PER_CHART, Math.floor(POINTS_OF_MANY / Math.max(1, lineCount))));
}

/** What is asked for. */
export interface SeriesSpec {
  /** Of another run than the page's own. */
  readonly runId?: string;
  readonly key: string;
  readonly axis: SeriesAxis;
  readonly from?: number;
  readonly to?: number;
  readonly maxPoints: number;
  readonly smoothing: number;
}

/** `count`: how many points there are; the series is out of date as soon as that is another number. */
export interface Wanted {
  readonly spec: SeriesSpec;
  readonly count: number;
}

/** As many charts as a window of common size shows. */
const FIRST_CHARTS = 6;

export interface ChartOfLines {
  readonly settings: ChartSettings;
  readonly zoom: ChartRange | null;
  readonly lineCount: number;
}

export function specOf(key: string, rival: Rival | null, { settings, zoom, lineCount }: ChartOfLines): SeriesSpec {
  const { axis, smoothing } = settings;
  const maxPoints = pointsPerLine(lineCount);
  return { ...(rival ? { runId: rival.runId } : {}), key, axis, ...zoom, maxPoints, smoothing };
}

/** What may differ from page to page of how its charts are looked at. */
export interface ChartsState {
  readonly layout: ChartLayout | null;
  readonly overrides: Readonly<Record<string, Partial<ChartSettings>>>;
  readonly zooms: Readonly<Record<string, ChartRange>>;
  readonly rivals: readonly Rival[];
}

/** What the charts that are seen first will ask for of the page's own run. */
export function firstWanted(
  metrics: readonly MetricSummary[],
  { layout, overrides, zooms, rivals }: ChartsState,
): Wanted[] {
  const { pinned, settings } = layout ?? EMPTY_LAYOUT;
  const charts = planCharts(metrics, metrics, pinned).slice(0, FIRST_CHARTS);
  return charts.flatMap(({ id, summaries }) => {
    const lines: ChartOfLines = {
      settings: { ...settings, ...(Object.hasOwn(overrides, id) ? overrides[id] : {}) },
      zoom: Object.hasOwn(zooms, id) ? (zooms[id] ?? null) : null,
      lineCount: summaries.length * (rivals.length + 1),
    };
    return summaries.map(({ key, count }) => ({ spec: specOf(key, null, lines), count }));
  });
}
