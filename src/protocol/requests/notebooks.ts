/** Runs of notebooks, and those that are told of from outside: followed ones. */
import * as z from 'zod';
import { Artifact, RunRow } from '../entities';
import { CellDuration, Execution, NotebookFacts } from '../notebooks';
import { NOTEBOOK_RECORDS } from '../notebookRecords';
import { MAX_PAGE, nextPage, Nothing, OneRun, Page, read, RunPage, write } from './define';

export const notebookRequests = {
  /** What was executed of a notebook, in order, from one execution on. */
  'notebooks/executions': read(
    RunPage.extend({
      from: z.number().int().min(0).default(0),
      /** Whoever only counts the cells asks for none. */
      withOutputs: z.boolean().default(true),
    }),
    /** `longestMs`: of all executions of the run that are over. */
    z.object({ executions: z.array(Execution), longestMs: z.number(), ...nextPage }),
  ),
  /** The runs of a notebook by its absolute path, newest first. */
  'notebooks/runs': read(
    z.object({ path: z.string(), ...Page, limit: z.number().int().min(1).max(MAX_PAGE).default(20) }),
    z.object({ runs: z.array(RunRow), ...nextPage }),
  ),
  /** How long its cells took in the last of its runs that went through, the median of up to ten. */
  'notebooks/durations': read(
    z.object({ path: z.string() }),
    z.object({ runCount: z.number().int(), cells: z.array(CellDuration).max(MAX_PAGE) }),
  ),
  /**
   * A notebook is being followed: the caller has prepared the run and tells of it from now on. Its end is told by
   * `notebooks/end`, or by the end of the process `pid`. Asked again (after the engine was replaced), it goes on.
   */
  'notebooks/begin': write(OneRun.extend({ pid: z.number().int() }), Nothing),
  /** Acknowledged when it is in the run's journal. */
  'notebooks/record': write(
    OneRun.extend({
      records: z.array(z.union(NOTEBOOK_RECORDS)).max(200),
      facts: NotebookFacts.optional(),
      /** Files that the caller has put below the run's artifacts. */
      artifacts: z.array(Artifact).max(200).default([]),
    }),
    Nothing,
  ),
  /** @param note what the run page should say of the end, where there is something to say */
  'notebooks/end': write(OneRun.extend({ note: z.string().nullable() }), Nothing),
} as const;
