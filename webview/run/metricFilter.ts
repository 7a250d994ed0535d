/** Which metrics are shown, and how. Pure. */
import { type MetricSummary } from '../../src/protocol/entities';

/** The metrics whose key holds every word, whatever the case. */
export function filterMetrics(metrics: readonly MetricSummary[], filter: string): readonly MetricSummary[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return metrics;
  return metrics.filter(({ key }) => {
    const lower = key.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** A single value is a number; more are a chart. */
export function splitMetrics(metrics: readonly MetricSummary[]): { numbers: MetricSummary[]; charts: MetricSummary[] } {
  return {
    numbers: metrics.filter(({ count }) => count <= 1),
    charts: metrics.filter(({ count }) => count > 1),
  };
}

/** Whether two summaries read the same on the page. */
export function sameSummary(left: MetricSummary | undefined, right: MetricSummary | undefined): boolean {
  return left === right || SHOWN.every((field) => left?.[field] === right?.[field]);
}

const SHOWN = ['key', 'count', 'last', 'min', 'max', 'step'] as const;
