/** What the run page and the extension say to each other. The page never talks to the engine itself. */
import * as z from 'zod';
import { CaptureKind, FactSection, LineageFile, Work } from '../capture';
import { CodeSummary } from '../codeWords';
import { Artifact, MetricSummary, Note, Param, Provenance, RunId, RunRow, Tag } from '../entities';
import { RunEdit } from '../lists';
import { Execution, NotebookFacts } from '../notebooks';
import { ChartLayout, Rival, SavedPicture, SavedPoints, SeriesQuery } from './charts';
import { UnpackedSeries } from '../series';
import {
  ArtifactEntry,
  ChildColumn,
  ChildOrder,
  ChildRun,
  Figure,
  OutputHit,
  OutputPlace,
  OutputSearch,
} from '../requests';

/** The page shows so many of each; the rest is behind "Show more". */
export const RUN_PAGE_LIMIT = 200;
/** Cells of a notebook are asked for so many at a time, as they come onto the screen. */
export const CELLS_AT_A_TIME = 50;

/** What is said of a notebook beside its cells; the reasons themselves are asked for by their section. */
export const NotebookSummary = NotebookFacts.pick({
  path: true,
  format: true,
  language: true,
  kernel: true,
  codeCells: true,
  executed: true,
  observed: true,
})
  .strip()
  .extend({ findingCount: z.number().int() });
export type NotebookSummary = z.infer<typeof NotebookSummary>;

/** Requests and commands of every page that shows cells. */
export const CellPage = z.object({
  executions: z.array(Execution),
  longestMs: z.number(),
  nextPageToken: z.string().nullable(),
});
export const ArtifactText = z.object({ text: z.string(), sizeBytes: z.number(), isCut: z.boolean() });
export type ArtifactText = z.infer<typeof ArtifactText>;
export const CellPlace = z.object({ cellId: z.string().nullable(), cellIndex: z.number().int().min(0).nullable() });
export type CellPlace = z.infer<typeof CellPlace>;

export const RunPageModel = z.object({
  run: RunRow,
  /** The user's own words, Markdown; `notes` is what the product says. */
  note: z.string(),
  provenance: Provenance,
  params: z.array(Param),
  /** Those that the script logged; `system` has those of the machine. */
  metrics: z.array(MetricSummary),
  system: z.array(MetricSummary),
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
    inputs: z.number(),
    outputs: z.number(),
    executions: z.number(),
    /** Figures and charts by name. */
    figures: z.number(),
  }),
  /** Of a notebook; null for everything else. */
  notebook: NotebookSummary.nullable(),
  /** Where the run's code and data lie; null where that is not known. */
  root: z.string().nullable(),
  /** What was to be captured; null for runs that have no process of their own. */
  capture: z.array(CaptureKind).nullable(),
  /** What went on beside the script, as far as it has come to an end. */
  work: z.array(Work),
  /** Whether nothing more is to come. */
  isComplete: z.boolean(),
  /** The code in short; null as long as it is not known. */
  code: CodeSummary.nullable(),
  /** Whether the actions that change something are offered. */
  canAct: z.boolean(),
  /** How the charts of this experiment were left; null if they never were. */
  layout: ChartLayout.nullable(),
  /** How often each of the other runs that are drawn beside it has changed while the page was open. */
  rivalChanges: z.record(z.string(), z.number()),
});
export type RunPageModel = z.infer<typeof RunPageModel>;

/** Of the form of `DriftSettings`; whoever takes it looks. */
const DriftChange = z.record(z.string(), z.unknown());

const nextPage = { nextPageToken: z.string().nullable() };

/** Requests of the page, answered by the extension. */
export const runPageRequests = {
  load: { params: z.object({}), result: RunPageModel },
  moreMetrics: {
    params: z.object({ pageToken: z.string().optional() }),
    result: z.object({ metrics: z.array(MetricSummary), ...nextPage }),
  },
  /** Each section asks for its own when it is unfolded. */
  facts: {
    params: z.object({ section: FactSection }),
    result: z.object({ facts: z.record(z.string(), z.unknown()) }),
  },
  files: {
    params: z.object({ direction: z.enum(['in', 'out']), pageToken: z.string().optional() }),
    result: z.object({ files: z.array(LineageFile), ...nextPage }),
  },
  children: {
    params: z.object({ orderBy: ChildOrder, pageToken: z.string().optional() }),
    result: z.object({ columns: z.array(ChildColumn), children: z.array(ChildRun), ...nextPage }),
  },
  series: { params: SeriesQuery, result: UnpackedSeries },
  /** With which runs this one can be compared without choosing: null where there is none, or it is this one. */
  rivals: { params: z.object({}), result: z.object({ parent: Rival.nullable(), best: Rival.nullable() }) },
  /** The user chooses; null where they leave without. Takes as long as they like. */
  pickRun: { params: z.object({}), result: z.object({ run: Rival.nullable() }) },
  pickMetric: {
    params: z.object({ purpose: z.enum(['add', 'axis']), without: z.array(z.string()).max(20) }),
    result: z.object({ key: z.string().nullable() }),
  },
  output: {
    params: z.object({ offset: z.number().int(), limit: z.number().int().min(1) }),
    result: z.object({ offset: z.number(), sizeBytes: z.number(), base64: z.string() }),
  },
  searchOutput: {
    params: z.object(OutputSearch),
    result: z.object({ hits: z.array(OutputHit), next: OutputPlace.nullable(), sizeBytes: z.number() }),
  },
  figures: {
    params: z.object({ pageToken: z.string().optional() }),
    result: z.object({ figures: z.array(Figure), ...nextPage }),
  },
  figureAt: {
    params: z.object({ name: z.string(), kind: Figure.shape.kind, index: z.number().int().min(0) }),
    result: z.object({ artifact: Artifact.nullable() }),
  },
  artifactFolder: {
    params: z.object({ under: z.string(), pageToken: z.string().optional() }),
    result: z.object({ entries: z.array(ArtifactEntry), ...nextPage }),
  },
  artifacts: {
    params: z.object({ search: z.string(), pageToken: z.string().optional() }),
    result: z.object({ artifacts: z.array(Artifact), ...nextPage }),
  },
  /** The user changes the run itself: answered when it is kept. */
  edit: { params: RunEdit.omit({ runId: true, experiment: true }), result: z.object({}) },
  /** A figure as a data URL, or null where it is too large or no picture. */
  figure: { params: z.object({ path: z.string() }), result: z.object({ dataUrl: z.string().nullable() }) },
  /** What was executed of a notebook, from one execution on. */
  executions: { params: z.object({ from: z.number().int().min(0) }), result: CellPage },
  /** The beginning of an artifact as text: an output of a cell that was too long for its record. */
  artifactText: { params: z.object({ path: z.string() }), result: ArtifactText },
  /** Settings of drift into `loopwright.yaml`: answered when they are there. */
  keepDrift: { params: z.object({ change: DriftChange }), result: z.object({}) },
} as const;

/** Things that the page asks for without an answer. */
export const runPageCommands = {
  stop: z.object({}),
  runAgain: z.object({}),
  /** Takes back that it was deleted. */
  restore: z.object({}),
  showTerminal: z.object({}),
  /** Selects the run in the Runs view. */
  revealInTree: z.object({}),
  openArtifact: z.object({ path: z.string() }),
  /** A copy of it, where the user says. */
  saveArtifact: z.object({ path: z.string() }),
  revealArtifact: z.object({ path: z.string() }),
  copyArtifactPath: z.object({ path: z.string() }),
  /** A link in a note: `http` and `https` alone are opened. */
  openLink: z.object({ url: z.string() }),
  openSource: z.object({}),
  openOutput: z.object({}),
  /** A file that the run read or wrote, as it is now. */
  openFile: z.object({ path: z.string() }),
  openChild: z.object({ runId: RunId }),
  /** A file of the run's code beside the one of the commit it was made from. */
  openCodeDiff: z.object({ path: z.string() }),
  /** Of a scoring job: the same input through another model, compared with it. */
  scoreAgain: z.object({}),
  /** With one that was ended before its output was whole. */
  scoreOn: z.object({}),
  /** Of a comparison for drift: the same tables, by other settings, or by `loopwright.yaml` where they are kept there. */
  driftAgain: z.object({ change: DriftChange, isKept: z.boolean() }),
  /** With others that the user chooses. */
  compareRuns: z.object({}),
  compareCode: z.object({ with: z.enum(['commit', 'now', 'run']) }),
  /** The cell in the notebook as it is now. */
  goToCell: CellPlace,
  /** The notebook with the outputs of this run. */
  openExecuted: z.object({}),
  showLog: z.object({}),
  copy: z.object({ text: z.string() }),
  keepCharts: ChartLayout,
  savePicture: SavedPicture,
  /** Comma-separated values that the page has. */
  saveText: z.object({ heading: z.string().max(4096), text: z.string().max(2_000_000) }),
  savePoints: SavedPoints,
} as const;

/** What the extension tells the page: something changed, look again. */
export const RunPageNotice = z.object({ kind: z.literal('changed') });

/** Of the request that a page begins with, where it has to. */
export const FIRST_REQUEST_ID = 0;

/** The envelope in which all of this travels through `postMessage`. */
export const PageToHost = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('used') }),
  z.object({ type: z.literal('request'), id: z.number(), method: z.string(), params: z.unknown() }),
  z.object({ type: z.literal('command'), command: z.string(), params: z.unknown() }),
]);
export type PageToHost = z.infer<typeof PageToHost>;

/** The answer to a request that a page has not sent yet; in its document, so that it need not wait for it. */
export const GivenAnswer = z.object({ method: z.string(), params: z.unknown(), value: z.unknown() });
export type GivenAnswer = z.infer<typeof GivenAnswer>;

/** Of the element with all of them, as JSON. */
export const ANSWERS_ID = 'loopwright-answers';

export const HostToPage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('reply'), id: z.number(), value: z.unknown() }),
  z.object({ type: z.literal('failure'), id: z.number(), code: z.string(), message: z.string() }),
  z.object({ type: z.literal('changed') }),
]);
export type HostToPage = z.infer<typeof HostToPage>;
