/** Lists of runs, what a run is and has, and what is done with runs. */
import * as z from 'zod';
import { FactSection, LineageFile, Work } from '../capture';
import { ComparedKind, ComparedRow, MAX_COMPARED } from '../compared';
import { Experiment, Note, Param, Provenance, RunId, RunRow, Tag, WireNumber } from '../entities';
import { MAX_COLUMNS, MAX_EDITS, NEWEST_FIRST, RunColumn, RunEdit, RunGroup, RunGrouping, RunOrder } from '../lists';
import { RunSpec } from '../runFolder';
import { MAX_PAGE, nextPage, Nothing, OneRun, Page, read, RunPage, write } from './define';

/** A page of child runs. */
export const MAX_CHILDREN = 100;

/** `best`: the best one first, then as they were started. */
export const ChildOrder = z.object({
  by: z.enum(['best', 'start', 'name', 'duration', 'param', 'metric']),
  /** Of the parameter or metric. */
  key: z.string().default(''),
  descending: z.boolean(),
});
export type ChildOrder = z.infer<typeof ChildOrder>;

export const ChildColumn = z.object({ kind: z.enum(['param', 'metric']), key: z.string() });
export type ChildColumn = z.infer<typeof ChildColumn>;

export const ChildRun = z.object({
  run: RunRow,
  isBest: z.boolean(),
  /** One for each column, in their order; a metric's last value. */
  values: z.array(z.union([z.string(), WireNumber]).nullable()),
});
export type ChildRun = z.infer<typeof ChildRun>;

const SomeRuns = z.object({ runIds: z.array(RunId).max(MAX_EDITS) });

/** Which runs: all of these hold. */
const RunSelection = {
  /** `status = 'RUNNING' AND metrics.auc > 0.9`, in the language of `protocol/filter`. */
  filter: z.string().optional(),
  /** Each word stands in the name, in a tag, or in a parameter as `key=value`. */
  search: z.string().optional(),
  deleted: z.boolean().default(false),
};

export const runRequests = {
  'experiments/list': read(z.object(Page), z.object({ experiments: z.array(Experiment), ...nextPage })),
  /** Runs newest first. Without `parentRunId` only top-level runs; `allLevels` takes every run. */
  'runs/list': read(
    z.object({
      ...Page,
      ...RunSelection,
      experimentId: z.number().int().optional(),
      experiment: z.string().optional(),
      parentRunId: RunId.optional(),
      allLevels: z.boolean().default(false),
      /** Only runs of one group of `runs/groups`. */
      group: z.object({ grouping: RunGrouping, value: z.string().nullable() }).optional(),
      orderBy: RunOrder.default(NEWEST_FIRST),
      /** Pinned ones first, then those that run, then the others, each in the order asked for. */
      stacked: z.boolean().default(false),
      columns: z.array(RunColumn).max(MAX_COLUMNS).default([]),
    }),
    z.object({ runs: z.array(RunRow), ...nextPage }),
  ),
  /** What groups the runs of a selection fall into, the one with the newest run first. */
  'runs/groups': read(
    z.object({ ...Page, ...RunSelection, grouping: RunGrouping }),
    z.object({ groups: z.array(RunGroup), ...nextPage }),
  ),
  /**
   * Which parameters, metrics and tags there are, to choose from: those of the most runs first, what was measured of the
   * machine and MLflow's own tags last.
   */
  'runs/keys': read(
    z.object({
      kinds: z.array(RunColumn.shape.kind).min(1).default(['param', 'metric', 'tag']),
      /** A part of the key, in upper or lower case. */
      search: z.string().default(''),
      limit: z.number().int().min(1).max(MAX_PAGE).default(200),
    }),
    /** `runCount` is no more than `COUNTED_RUNS`, which stands for as many or more. */
    z.object({ keys: z.array(RunColumn.extend({ runCount: z.number().int() })) }),
  ),
  'runs/rows': read(
    z.object({ runIds: z.array(RunId).max(MAX_PAGE), columns: z.array(RunColumn).max(MAX_COLUMNS).default([]) }),
    z.object({ runs: z.array(RunRow) }),
  ),
  'runs/get': read(
    OneRun,
    z.object({
      run: RunRow,
      provenance: Provenance,
      /** The user's own words, Markdown; empty for none. */
      note: z.string(),
      counts: z.object({
        params: z.number(),
        metrics: z.number(),
        /** How many of those are about the machine, see `SYSTEM_METRICS`. */
        systemMetrics: z.number(),
        tags: z.number(),
        artifacts: z.number(),
        notes: z.number(),
        inputs: z.number(),
        outputs: z.number(),
        /** Figures and charts by name. */
        figures: z.number().int(),
        executions: z.number(),
      }),
      /** What went on beside the script, as far as it has come to an end; `isComplete` when nothing is to come. */
      work: z.array(Work),
      isComplete: z.boolean(),
    }),
  ),
  /** The facts of one section, key by key; `protocol/capture.ts` has the schemas of their values. */
  'runs/facts': read(
    z.object({ runId: RunId, section: FactSection }),
    z.object({ facts: z.record(z.string(), z.unknown()) }),
  ),
  'runs/files': read(
    RunPage.extend({ direction: z.enum(['in', 'out']) }),
    z.object({ files: z.array(LineageFile), ...nextPage }),
  ),
  /** The runs below a run, with the parameters and metrics in which they differ. */
  'runs/children': read(
    z.object({
      ...Page,
      limit: z.number().int().min(1).max(MAX_CHILDREN).default(MAX_CHILDREN),
      runId: RunId,
      orderBy: ChildOrder.default({ by: 'best', key: '', descending: false }),
    }),
    z.object({ columns: z.array(ChildColumn), children: z.array(ChildRun), ...nextPage }),
  ),
  'runs/params': read(RunPage, z.object({ params: z.array(Param), ...nextPage })),
  'runs/tags': read(RunPage, z.object({ tags: z.array(Tag), ...nextPage })),
  'runs/notes': read(RunPage, z.object({ notes: z.array(Note), ...nextPage })),
  /**
   * What several runs have of one kind, key by key. `metric`: last values of what the script logged; `system`: of the
   * machine; `input`, `output`: digests by path, below the root of each run where they are below it. A file without a
   * digest differs from every other. `run`: what they are, `start` and `duration` in milliseconds.
   */
  'runs/compare': read(
    z.object({
      ...Page,
      runIds: z.array(RunId).min(2).max(MAX_COMPARED),
      what: ComparedKind,
      onlyDifferences: z.boolean().default(false),
      /** A part of the key or of a value that is text, in upper or lower case. */
      search: z.string().default(''),
    }),
    z.object({ rows: z.array(ComparedRow), ...nextPage }),
  ),
  /** What was asked for when the run was started: to run it again. */
  'runs/spec': read(OneRun, z.object({ spec: RunSpec })),
  /** A run was started by the caller; the engine would find it by itself a little later. */
  'runs/announce': write(OneRun, Nothing),
  /** Asks the run's process group to end: SIGINT, then SIGTERM, then SIGKILL. */
  'runs/stop': write(OneRun, Nothing),
  /** Acknowledged when it is in the runs' folders. @returns the edits that undo it */
  'runs/edit': write(
    z.object({ edits: z.array(RunEdit).min(1).max(MAX_EDITS) }),
    z.object({ before: z.array(RunEdit) }),
  ),
  /** Runs with their children. @returns those that changed: `runs/restore` of the same is the way back, and the other way */
  'runs/delete': write(SomeRuns, SomeRuns),
  'runs/restore': write(SomeRuns, SomeRuns),
} as const;
