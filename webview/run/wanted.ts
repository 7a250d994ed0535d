/** Which points the charts of metrics ask for. Pure. */
import { type RunPageModel } from '../../src/protocol/pages/run';
import { type ChartSettings, type Rival } from '../../src/protocol/pages/charts';
import { type Range } from '../charts/frame';
import { EMPTY_LAYOUT, planCharts } from './chartPlan';
import { type PageState } from './pageState';
import { pointsPerLine, type SeriesSpec, type Wanted } from './seriesStore';

/** As many charts as a window of common size shows. */
const FIRST_CHARTS = 6;

export interface ChartOfLines {
  readonly settings: ChartSettings;
  readonly zoom: Range | null;
  readonly lineCount: number;
}

export function specOf(key: string, rival: Rival | null, { settings, zoom, lineCount }: ChartOfLines): SeriesSpec {
  const { axis, smoothing } = settings;
  const maxPoints = pointsPerLine(lineCount);
  return { ...(rival ? { runId: rival.runId } : {}), key, axis, ...zoom, maxPoints, smoothing };
}

/** What the charts that are seen first will ask for of the page's own run. */
export function firstWanted(page: RunPageModel, { layout, overrides, zooms, rivals }: PageState): Wanted[] {
  const { pinned, settings } = layout ?? EMPTY_LAYOUT;
  const charts = planCharts(page.metrics, page.metrics, pinned).slice(0, FIRST_CHARTS);
  return charts.flatMap(({ id, summaries }) => {
    const lines: ChartOfLines = {
      settings: { ...settings, ...(Object.hasOwn(overrides, id) ? overrides[id] : {}) },
      zoom: Object.hasOwn(zooms, id) ? (zooms[id] ?? null) : null,
      lineCount: summaries.length * (rivals.length + 1),
    };
    return summaries.map(({ key, count }) => ({ spec: specOf(key, null, lines), count }));
  });
}
