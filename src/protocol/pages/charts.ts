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

/** How a chart is drawn; of one chart or, as far as it says nothing itself, of all of a section. */
export const ChartSettings = z.object({ axis: SeriesAxis, log: z.boolean(), smoothing: z.number().min(0).max(0.999) });
export type ChartSettings = z.infer<typeof ChartSettings>;

export const MAX_PINNED = 100;
export const MAX_CHART_KEYS = 20;

/** A chart that the user has put on top. Named by its first metric: no two have the same. */
export const PinnedChart = z.object({ keys: z.array(z.string().max(4096)).min(1).max(MAX_CHART_KEYS) });
export type PinnedChart = z.infer<typeof PinnedChart>;

/** Kept for the next run of the same experiment. */
export const ChartLayout = z.object({ pinned: z.array(PinnedChart).max(MAX_PINNED), settings: ChartSettings });
export type ChartLayout = z.infer<typeof ChartLayout>;

/** Another run whose lines are drawn beside those of the page's own. */
export const Rival = z.object({ runId: RunId, name: z.string() });
export type Rival = z.infer<typeof Rival>;

const Heading = z.string().max(4096);

/** A picture that the page has made. Anything else would be a way to write what one likes where one likes. */
export const SavedPicture = z.discriminatedUnion('format', [
  z.object({ format: z.literal('svg'), heading: Heading, text: z.string().max(1_000_000) }),
  z.object({ format: z.literal('png'), heading: Heading, base64: z.base64().max(1_000_000) }),
]);
export type SavedPicture = z.infer<typeof SavedPicture>;

/** All that was logged of some metrics, as a file of comma-separated values that the extension writes. */
export const SavedPoints = z.object({
  heading: Heading,
  lines: z
    .array(z.object({ runId: RunId.optional(), key: z.string() }))
    .min(1)
    .max(200),
});
export type SavedPoints = z.infer<typeof SavedPoints>;
