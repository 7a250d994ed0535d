/**
 * Notebooks: what was executed of them, what came out, and why they may not give the same once more. A notebook that was
 * run whole and one that was followed while somebody worked in it leave the same records.
 */
import * as z from 'zod';

/** Above this a cell's source, a text or an inline output is cut in a record; the whole is in the executed notebook. */
export const MAX_CELL_TEXT = 20_000;
/** Above this the stored form of one output is cut, and marked so. */
export const MAX_CELL_OUTPUT_BYTES = 1_000_000;

/** `ipynb`, or a Python script whose cells begin with `# %%`. */
export const NotebookFormat = z.enum(['ipynb', 'percent']);
export type NotebookFormat = z.infer<typeof NotebookFormat>;

export const CellError = z.object({
  name: z.string(),
  message: z.string(),
  /** As the kernel wrote it, with ANSI colours. */
  traceback: z.string(),
});
export type CellError = z.infer<typeof CellError>;

export const ExecutionState = z.enum(['running', 'ok', 'failed', 'interrupted']);
export type ExecutionState = z.infer<typeof ExecutionState>;

/** One output of an execution. What is large or binary is in a file, everything else stands here. */
export const CellOutput = z.object({
  /** From 0, in the order of appearance. */
  ordinal: z.number().int().min(0),
  kind: z.enum(['stream', 'display', 'result', 'error']),
  /** `stdout` or `stderr` of a stream. */
  name: z.string().nullable(),
  /** Of `data`, or of the file at `path`. */
  mime: z.string(),
  data: z.string().nullable(),
  /** Below the run's artifacts. */
  path: z.string().nullable(),
  /** The same as plain text, where the kernel gave one. */
  alternative: z.string().nullable(),
  sizeBytes: z.number(),
  /** Something is missing at its end: it was above `MAX_CELL_OUTPUT_BYTES`. */
  isCut: z.boolean(),
});
export type CellOutput = z.infer<typeof CellOutput>;

/** One cell executed once. A cell that is executed twice has two. */
export const Execution = z.object({
  /** From 0, in the order in which they were started. */
  ordinal: z.number().int().min(0),
  /** The cell's own id (nbformat 4.5), or the one that the editor gave it; null where there is none. */
  cellId: z.string().nullable(),
  /** Where the cell stood in the notebook at that time, from 0, all kinds of cells counted. */
  cellIndex: z.number().int().nullable(),
  state: ExecutionState,
  startMs: z.number(),
  endMs: z.number().nullable(),
  /** The number in brackets. */
  count: z.number().int().nullable(),
  source: z.string(),
  isSourceCut: z.boolean(),
  tags: z.array(z.string()),
  error: CellError.nullable(),
  /** The first of them; `data` is left out of those that would make a message too large. */
  outputs: z.array(CellOutput),
  /** How many more there are. */
  moreOutputs: z.number().int(),
});
export type Execution = z.infer<typeof Execution>;

/** A parameter of a notebook, as papermill reads them from the cell with the tag `parameters`. */
export const NotebookParameter = z.object({
  name: z.string(),
  /** `int`, `float`, `str`, `bool`, `list`, `dict`, another annotation as it stands, or `any`. */
  type: z.string(),
  /** Source text of the default. */
  default: z.string(),
  /** The comment behind it. */
  help: z.string(),
});
export type NotebookParameter = z.infer<typeof NotebookParameter>;

export const FINDING_RULES = [
  'out-of-order',
  'changed-after-run',
  'deleted-cell',
  'undefined-name',
  'absolute-path',
  'unpinned-download',
  'unpinned-install',
] as const;

/** A reason why a notebook may not give the same once more. Lines and columns count from 0, within the cell. */
export const Finding = z.object({
  rule: z.enum(FINDING_RULES),
  /** A sentence, with the way out. */
  message: z.string(),
  cellId: z.string().nullable(),
  cellIndex: z.number().int().nullable(),
  range: z
    .object({ startLine: z.number(), startColumn: z.number(), endLine: z.number(), endColumn: z.number() })
    .nullable(),
  /** What to put in place of the range; null where nobody but the author can say. */
  replacement: z.string().nullable(),
});
export type Finding = z.infer<typeof Finding>;

/** The facts of the section `notebook`. */
export const NotebookFacts = z.looseObject({
  /** Absolute. */
  path: z.string().optional(),
  format: NotebookFormat.optional(),
  language: z.string().optional(),
  kernel: z.string().nullable().optional(),
  /** Cells to be executed, the injected one included. */
  codeCells: z.number().int().optional(),
  /** The executed notebook, below the run's artifacts. */
  executed: z.string().optional(),
  parameters: z.array(NotebookParameter).optional(),
  findings: z.array(Finding).optional(),
  /** `whole`: run from the first cell to the last; `cells`: only the events of cells; `kernel`: those, and capture inside. */
  observed: z.enum(['whole', 'cells', 'kernel']).optional(),
  /** Why the run failed, with the cell; becomes the reason of the run. */
  reason: z.string().optional(),
});
export type NotebookFacts = z.infer<typeof NotebookFacts>;

/** What a notebook is asked about: a file, or what an editor holds. */
export const InspectRequest = z.union([
  z.object({ path: z.string() }),
  z.object({
    language: z.string(),
    /** Of the notebook; relative paths in it are meant from here. */
    folder: z.string().nullable(),
    cells: z.array(
      z.object({
        id: z.string().nullable(),
        kind: z.enum(['code', 'markdown', 'raw']),
        source: z.string(),
        tags: z.array(z.string()).default([]),
      }),
    ),
    /** What was executed in the kernel that lives, in order; null where nobody watched. */
    executions: z.array(z.object({ cellId: z.string().nullable(), source: z.string() })).nullable(),
  }),
]);
export type InspectRequest = z.input<typeof InspectRequest>;

export const Inspection = z.object({
  format: NotebookFormat,
  language: z.string(),
  kernel: z.string().nullable(),
  codeCells: z.number().int(),
  parameters: z.array(NotebookParameter),
  findings: z.array(Finding),
});
export type Inspection = z.infer<typeof Inspection>;

/** How a notebook is run whole. Times in seconds; null for no limit. */
export const NotebookOptions = z.object({
  timeLimitS: z.number().positive().nullable().default(null),
  cellTimeLimitS: z.number().positive().nullable().default(null),
  /** A kernelspec by name; null for the notebook's own, Python's always by the run's interpreter. */
  kernel: z.string().nullable().default(null),
});
export type NotebookOptions = z.infer<typeof NotebookOptions>;

/** How long the cells of a notebook took in earlier runs. */
export const CellDuration = z.object({
  cellId: z.string().nullable(),
  cellIndex: z.number().int().nullable(),
  medianMs: z.number(),
});
export type CellDuration = z.infer<typeof CellDuration>;
