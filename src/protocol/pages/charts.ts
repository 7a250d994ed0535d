/** What every page with charts of metrics asks for. */
import * as z from 'zod';
import { RunId, SeriesAxis } from '../entities';
import { MAX_SERIES_POINTS } from '../requests';

export const SeriesQuery = z.object({
  /** Of another run than the page's own. */
  runId: RunId.optional(),
  key: z.string(),
  axis: SeriesAxis.default({ by: 'step' }),
  from: z.number().optional(),
  to: z.number().optional(),
  maxPoints: z.number().int().min(2).max(MAX_SERIES_POINTS),
  smoothing: z.number().min(0).max(0.999).default(0),
});
export type SeriesQuery = z.input<typeof SeriesQuery>;
