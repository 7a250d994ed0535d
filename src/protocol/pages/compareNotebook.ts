/** What the page that compares two runs of a notebook and the extension say to each other. */
import * as z from 'zod';
import { MetricSummary, Param, RunRow } from '../entities';
import { ArtifactText, CellPage, CellPlace, NotebookSummary } from './run';

/** The older run stands on the left. */
export const Side = z.enum(['before', 'after']);
export type Side = z.infer<typeof Side>;

/** More parameters or metrics of one run are not compared; the page says so. */
export const COMPARED_VALUES = 500;

export const ComparedRun = z.object({
  run: RunRow,
  notebook: NotebookSummary.nullable(),
  params: z.array(Param),
  metrics: z.array(MetricSummary),
  totals: z.object({ params: z.number(), metrics: z.number(), executions: z.number() }),
});
export type ComparedRun = z.infer<typeof ComparedRun>;

const OnSide = { side: Side };

export const compareNotebookRequests = {
  load: { params: z.object({}), result: z.object({ before: ComparedRun, after: ComparedRun }) },
  executions: { params: z.object({ ...OnSide, from: z.number().int().min(0) }), result: CellPage },
  figure: {
    params: z.object({ ...OnSide, path: z.string() }),
    result: z.object({ dataUrl: z.string().nullable() }),
  },
  artifactText: { params: z.object({ ...OnSide, path: z.string() }), result: ArtifactText },
  /** Whether two artifacts have the same bytes, pair by pair. */
  sameFiles: {
    params: z.object({ pairs: z.array(z.object({ before: z.string(), after: z.string() })).max(200) }),
    result: z.object({ same: z.array(z.boolean()) }),
  },
} as const;

export const compareNotebookCommands = {
  openRun: z.object(OnSide),
  openArtifact: z.object({ ...OnSide, path: z.string() }),
  openExecuted: z.object(OnSide),
  goToCell: CellPlace,
  /** The sources of two executions in VS Code's own diff editor; null where there is none on that side. */
  openSourceDiff: z.object({ before: z.number().int().min(0).nullable(), after: z.number().int().min(0).nullable() }),
  showLog: z.object({}),
} as const;
