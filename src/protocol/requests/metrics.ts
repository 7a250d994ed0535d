/** The metrics of a run and their points. */
import * as z from 'zod';
import { MetricSeries, MetricSummary, RunId, SeriesAxis } from '../entities';
import { PackedSeries } from '../series';
import { nextPage, Page, read, RunPage } from './define';

export const MAX_SERIES_POINTS = 4000;

/** What the observer measures of the machine; everything else is the script's own. */
export const SYSTEM_METRICS = 'system/';

export const metricRequests = {
  'runs/metrics': read(
    RunPage.extend({ which: z.enum(['all', 'own', 'system']).default('all') }),
    z.object({ metrics: z.array(MetricSummary), ...nextPage }),
  ),
  /** A metric's points between two places on the axis (inclusive), folded into at most `maxPoints` buckets. */
  'metrics/series': read(
    z.object({
      runId: RunId,
      key: z.string(),
      axis: SeriesAxis.default({ by: 'step' }),
      from: z.number().optional(),
      to: z.number().optional(),
      maxPoints: z.number().int().min(2).max(MAX_SERIES_POINTS).default(600),
      /** Weight of what was before in the exponential moving average, as TensorBoard counts it; 0 for none. */
      smoothing: z.number().min(0).max(0.999).default(0),
    }),
    PackedSeries,
  ),
  /** Every logged point as it was logged, in the order of arrival. */
  'metrics/points': read(
    z.object({ runId: RunId, key: z.string(), ...Page, limit: z.number().int().min(1).max(5000).default(2000) }),
    z.object({ points: MetricSeries.shape.points, ...nextPage }),
  ),
} as const;
