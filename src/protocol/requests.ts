/**
 * Every request and notification between the engine and whoever talks to it (windows, command line), as one table.
 * A request without a handler is a compile error on the engine's side, see `engine/rpc/dispatch.ts`.
 */
import * as z from 'zod';
import { ComparedKind, ComparedRow, MAX_COMPARED } from './compared';
import { ChangedFile, FactSection, LineageFile, Work } from './capture';
import {
  Artifact,
  Experiment,
  MetricSeries,
  MetricSummary,
  Note,
  Param,
  Provenance,
  RunId,
  RunRow,
  SeriesAxis,
  StoreState,
  Tag,
  WireNumber,
} from './entities';
import { GcPlan, GcResult, GcState, Retention, RetentionState } from './house';
import { MAX_COLUMNS, MAX_EDITS, NEWEST_FIRST, RunColumn, RunEdit, RunGroup, RunGrouping, RunOrder } from './lists';
import { NOTEBOOK_RECORDS } from './records';
import { CellDuration, Execution, NotebookFacts } from './notebooks';
import { RunSpec } from './runFolder';

/** Raised when a message changes its meaning; an engine refuses clients that speak another number. */
export const PROTOCOL_VERSION = 1;

/** Lists are paged: at most this many rows in one reply, so that no message comes near 1 MB. */
export const MAX_PAGE = 500;
export const MAX_SERIES_POINTS = 4000;
export const MAX_OUTPUT_BYTES = 256 * 1024;
export const MAX_CONTENT_BYTES = 256 * 1024;

/** A message above this size is refused on both sides. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;

const Page = { limit: z.number().int().min(1).max(MAX_PAGE).default(100), pageToken: z.string().optional() };
const nextPage = { nextPageToken: z.string().nullable() };

/** Version and build of a program; the later build of the same version takes over. */
export const ProgramInfo = z.object({ version: z.string(), build: z.number() });
export type ProgramInfo = z.infer<typeof ProgramInfo>;

/** What is directly below a folder of the artifacts: an artifact, a folder that others lie in, or both. */
export const ArtifactEntry = z.object({
  name: z.string(),
  path: z.string(),
  artifact: Artifact.nullable(),
  /** How many artifacts lie below it, and their size. */
  count: z.number().int(),
  sizeBytes: z.number(),
});
export type ArtifactEntry = z.infer<typeof ArtifactEntry>;

export const Figure = z.object({
  kind: z.enum(['figure', 'chart']),
  /** How many there are of this name: one for each step. */
  count: z.number().int(),
  /** The one of the highest step. One without a name stands for itself. */
  last: Artifact,
});
export type Figure = z.infer<typeof Figure>;

/** The beginning of a line of the output: its place in bytes, and its number from 0. */
export const OutputPlace = z.object({ offset: z.number().int().min(0), line: z.number().int().min(0) });
export type OutputPlace = z.infer<typeof OutputPlace>;

/** `nth`: of several in one line, from 0. */
export const OutputHit = OutputPlace.extend({ nth: z.number().int().min(0) });
export type OutputHit = z.infer<typeof OutputHit>;

export const OutputSearch = {
  text: z.string().min(1).max(1000),
  matchCase: z.boolean().default(false),
  from: OutputPlace.default({ offset: 0, line: 0 }),
};

/** A page of child runs. */
export const MAX_CHILDREN = 100;

/** What the observer measures of the machine; everything else is the script's own. */
export const SYSTEM_METRICS = 'system/';

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

interface Request {
  readonly params: z.ZodType;
  readonly result: z.ZodType;
  /** Whether it changes anything: refused from an untrusted connection and on a read-only store. */
  readonly writes: boolean;
}

const read = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) =>
  ({ params, result, writes: false }) as const;
const write = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) =>
  ({ params, result, writes: true }) as const;

const OneRun = z.object({ runId: RunId });
const SomeRuns = z.object({ runIds: z.array(RunId).max(MAX_EDITS) });
const Nothing = z.object({});
const RunPage = z.object({ runId: RunId, ...Page });

/** Which runs: all of these hold. */
const RunSelection = {
  /** `status = 'RUNNING' AND metrics.auc > 0.9`: comparisons joined by AND. */
  filter: z.string().optional(),
  /** Each word stands in the name, in a tag, or in a parameter as `key=value`. */
  search: z.string().optional(),
  deleted: z.boolean().default(false),
};

export const requests = {
  /** The first request of a connection. */
  initialize: read(
    z.object({
      protocol: z.number(),
      client: ProgramInfo.extend({ kind: z.enum(['extension', 'cli', 'test']) }),
      /** Whether the user trusts the folder; the engine refuses changes from a connection that says no. */
      trusted: z.boolean(),
    }),
    z.object({ engine: ProgramInfo.extend({ pid: z.number() }), store: StoreState }),
  ),

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
  /** Which parameters, metrics and tags there are, to choose from: those of the most runs first. */
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

  'runs/params': read(RunPage, z.object({ params: z.array(Param), ...nextPage })),
  'runs/metrics': read(
    RunPage.extend({ which: z.enum(['all', 'own', 'system']).default('all') }),
    z.object({ metrics: z.array(MetricSummary), ...nextPage }),
  ),
  'runs/tags': read(RunPage, z.object({ tags: z.array(Tag), ...nextPage })),
  'runs/artifacts': read(
    /** `search`: each word stands in the path; upper and lower case of ASCII letters are the same. */
    RunPage.extend({ search: z.string().max(1000).default('') }),
    z.object({ artifacts: z.array(Artifact), ...nextPage }),
  ),
  /** One level of the artifacts as a tree: what is directly below a folder (`reports/`, empty for the top), folders first. */
  'runs/artifactFolder': read(
    RunPage.extend({ under: z.string().default('') }),
    z.object({ entries: z.array(ArtifactEntry), ...nextPage }),
  ),
  /** Figures and charts by name: those of one name and kind are one, in the order of their steps. */
  'runs/figures': read(RunPage, z.object({ figures: z.array(Figure), ...nextPage })),
  /** The one of a name at a place in the order of steps; null where there is none. */
  'runs/figureAt': read(
    z.object({ runId: RunId, name: z.string(), kind: Figure.shape.kind, index: z.number().int().min(0) }),
    z.object({ artifact: Artifact.nullable() }),
  ),
  'runs/notes': read(RunPage, z.object({ notes: z.array(Note), ...nextPage })),

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
    MetricSeries,
  ),
  /** Every logged point as it was logged, in the order of arrival. */
  'metrics/points': read(
    z.object({ runId: RunId, key: z.string(), ...Page, limit: z.number().int().min(1).max(5000).default(2000) }),
    z.object({ points: MetricSeries.shape.points, ...nextPage }),
  ),

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

  /** A piece of the terminal's bytes. A negative offset counts from the end. */
  'runs/output': read(
    z.object({
      runId: RunId,
      offset: z.number().int(),
      limit: z.number().int().min(1).max(MAX_OUTPUT_BYTES).default(MAX_OUTPUT_BYTES),
    }),
    z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
  ),
  /**
   * Where a text stands in what was printed, escape sequences left out. Answers after a moment with what it has found so
   * far; `next` is where to go on.
   */
  'runs/searchOutput': read(
    z.object({ runId: RunId, ...OutputSearch }),
    z.object({ hits: z.array(OutputHit), next: OutputPlace.nullable(), sizeBytes: z.number() }),
  ),

  /** Files of a run's snapshot that differ from the user's commit, the first 2,000 of `count`. */
  'code/changes': read(
    OneRun,
    z.object({
      root: z.string(),
      commit: z.string().nullable(),
      branch: z.string().nullable(),
      files: z.array(ChangedFile),
      count: z.number(),
    }),
  ),
  /** From a run's snapshot to another run's, or to what its folder holds now; the first 2,000 files of `count`. */
  'code/compare': read(
    OneRun.extend({ with: z.union([z.literal('now'), OneRun]) }),
    z.object({
      root: z.string(),
      files: z.array(z.object({ path: z.string(), status: z.enum(['added', 'modified', 'deleted']) })),
      count: z.number(),
    }),
  ),
  /** A piece of a file: as the run's snapshot has it, or the commit that was checked out then. */
  'code/content': read(
    OneRun.extend({
      side: z.enum(['snapshot', 'commit']),
      /** Below the root of the run, with `/` between its parts. */
      path: z.string(),
      offset: z.number().int().min(0).default(0),
      limit: z.number().int().min(1).max(MAX_CONTENT_BYTES).default(MAX_CONTENT_BYTES),
    }),
    z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
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

  /** The user takes responsibility for a store that came from elsewhere. */
  'store/adopt': write(Nothing, z.object({ store: StoreState })),
  /** Moves a database that can't be read aside and makes it again from the run folders. */
  'store/repair': write(Nothing, z.object({ store: StoreState, keptAs: z.string().nullable() })),

  /** The room that the store takes on the disk, the largest part first. */
  'store/usage': read(
    Nothing,
    z.object({
      parts: z.array(
        z.object({
          part: z.enum(['runs', 'data', 'code', 'database', 'other']),
          sizeBytes: z.number(),
          fileCount: z.number(),
        }),
      ),
    }),
  ),

  /** What would be removed by these rules. Nothing is. */
  'store/planGc': read(Retention, z.object({ plan: GcPlan })),
  /** Removes what `store/planGc` has shown; refused if that would be something else by now. Answers when it is done. */
  'store/gc': write(Retention.extend({ planId: z.string() }), GcResult),
  'store/gcState': read(Nothing, GcState),
  /** Removal ends soon; runs that were not begun with stay. */
  'store/cancelGc': write(Nothing, Nothing),
  'store/retention': read(Nothing, RetentionState),
  /** The user has seen what these rules remove and wants them applied from now on; null for none any more. */
  'store/confirmRetention': write(z.object({ rules: Retention.nullable() }), Nothing),

  'engine/status': read(
    Nothing,
    z.object({
      pid: z.number(),
      uptimeMs: z.number(),
      connections: z.number(),
      activeRuns: z.number(),
      store: StoreState,
      log: z.string(),
    }),
  ),
  /** Drains, commits and ends. Runs go on without it. */
  'engine/stop': read(z.object({ reason: z.enum(['user', 'handover']) }), Nothing),
} as const satisfies Record<string, Request>;

export type Requests = typeof requests;
export type Method = keyof Requests;
/** What a caller may leave out has a default. */
export type Params<M extends Method> = z.input<Requests[M]['params']>;
/** What a handler gets, defaults filled in. */
export type CheckedParams<M extends Method> = z.output<Requests[M]['params']>;
export type Result<M extends Method> = z.output<Requests[M]['result']>;

/** Why a client should look again, coalesced over a tenth of a second. */
export const Changed = z.object({
  /** Experiments or the set of runs below them changed. */
  structure: z.boolean(),
  /** Runs whose row or page changed. */
  runIds: z.array(RunId),
  store: StoreState.optional(),
});
export type Changed = z.infer<typeof Changed>;

export const notifications = { changed: Changed } as const;
