/** What the run page and the extension say to each other. The page never talks to the engine itself. */
import * as z from 'zod';
import { Artifact, MetricSeries, MetricSummary, Note, Param, Provenance, RunRow, Tag } from '../entities';
import { MAX_SERIES_POINTS } from '../requests';

/** The page shows so many of each; the rest is behind "Show more". */
export const RUN_PAGE_LIMIT = 200;

export const RunPageModel = z.object({
  run: RunRow,
  provenance: Provenance,
  params: z.array(Param),
  metrics: z.array(MetricSummary),
  tags: z.array(Tag),
  artifacts: z.array(Artifact),
  notes: z.array(Note),
  /** How many there are in all of those that are shown in part. */
  totals: z.object({
    params: z.number(),
    metrics: z.number(),
    tags: z.number(),
    artifacts: z.number(),
    notes: z.number(),
  }),
  /** Whether the actions that change something are offered. */
  canAct: z.boolean(),
});
export type RunPageModel = z.infer<typeof RunPageModel>;

/** Requests of the page, answered by the extension. */
export const runPageRequests = {
  load: { params: z.object({}), result: RunPageModel },
  moreMetrics: {
    params: z.object({ pageToken: z.string().optional() }),
    result: z.object({ metrics: z.array(MetricSummary), nextPageToken: z.string().nullable() }),
  },
  series: {
    params: z.object({
      key: z.string(),
      fromStep: z.number().optional(),
      toStep: z.number().optional(),
      maxPoints: z.number().int().min(2).max(MAX_SERIES_POINTS),
    }),
    result: MetricSeries,
  },
  output: {
    params: z.object({ offset: z.number().int(), limit: z.number().int().min(1) }),
    result: z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
  },
  /** A figure as a data URL, or null where it is too large or no picture. */
  figure: { params: z.object({ path: z.string() }), result: z.object({ dataUrl: z.string().nullable() }) },
} as const;

/** Things that the page asks for without an answer. */
export const runPageCommands = {
  stop: z.object({}),
  runAgain: z.object({}),
  showTerminal: z.object({}),
  openArtifact: z.object({ path: z.string() }),
  openSource: z.object({}),
  openOutput: z.object({}),
  showLog: z.object({}),
  copy: z.object({ text: z.string() }),
} as const;

/** What the extension tells the page: something changed, look again. */
export const RunPageNotice = z.object({ kind: z.literal('changed') });

/** The envelope in which all of this travels through `postMessage`. */
export const PageToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('request'), id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({ type: z.literal('command'), command: z.string(), params: z.unknown() }),
]);
export type PageToHost = z.infer<typeof PageToHost>;

export const HostToPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), id: z.number(), value: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.number(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('changed') }),
]);
export type HostToPage = z.infer<typeof HostToPage>;
