/** What the page that compares runs and the extension say to each other. */
import * as z from 'zod';
import { ComparedKind, ComparedRow, MAX_COMPARED } from '../compared';
import { RunId, RunRow } from '../entities';
import { UnpackedSeries } from '../series';
import { SavedPicture, SavedPoints, SeriesQuery } from './charts';

/** Rows in one answer. */
export const COMPARED_ROWS = 200;

const RunIds = z.array(RunId).min(2).max(MAX_COMPARED);

/** What VS Code keeps of a page, as far as the extension must know it; the rest is the page's. */
export const ComparePageState = z.object({ runIds: z.array(RunId).min(1).max(MAX_COMPARED) });
export type ComparePageState = z.infer<typeof ComparePageState>;

export const CompareModel = z.object({
  /** In the order in which they were added. */
  runs: z.array(RunRow),
  /** Those that were removed from the store while they were compared. */
  gone: z.array(RunId),
});
export type CompareModel = z.infer<typeof CompareModel>;

export const CodeDifference = z.object({
  files: z.array(z.object({ path: z.string(), status: z.enum(['added', 'modified', 'deleted']) })),
  /** Of which `files` are the first. */
  count: z.number(),
});
export type CodeDifference = z.infer<typeof CodeDifference>;

export const compareRequests = {
  load: { params: z.object({}), result: CompareModel },
  rows: {
    params: z.object({
      what: ComparedKind,
      runIds: RunIds,
      onlyDifferences: z.boolean(),
      search: z.string().default(''),
      pageToken: z.string().optional(),
    }),
    result: z.object({ rows: z.array(ComparedRow), nextPageToken: z.string().nullable() }),
  },
  series: { params: SeriesQuery.extend({ runId: RunId }), result: UnpackedSeries },
  /** What differs from the code of one run to that of another. */
  code: { params: z.object({ from: RunId, to: RunId }), result: CodeDifference },
} as const;

export const compareCommands = {
  openRun: z.object({ runId: RunId }),
  /** Asks the user which ones; the page is told when they are there. */
  addRuns: z.object({}),
  removeRun: z.object({ runId: RunId }),
  openCodeDiff: z.object({ from: RunId, to: RunId, path: z.string() }),
  copy: z.object({ text: z.string() }),
  savePicture: SavedPicture,
  savePoints: SavedPoints,
  /** Comma-separated values that the page has. */
  saveText: z.object({ heading: z.string().max(4096), text: z.string().max(1_000_000) }),
  showLog: z.object({}),
} as const;
