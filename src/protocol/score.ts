/**
 * Batch scoring: a table through a model, into another table. What is asked for, what is fixed before the first row and kept
 * beside the output, what is written down of each chunk, and what is told at the end (`docs/scoring.md`).
 */
import * as z from 'zod';

export const SCORE_FORMATS = ['csv', 'jsonl', 'parquet'] as const;
export const ScoreFormat = z.enum(SCORE_FORMATS);
export type ScoreFormat = z.infer<typeof ScoreFormat>;

/** How many bad rows are too many: a count, or a share of the rows once a thousand have been read. Null: none are. */
export const ErrorLimit = z.union([
  z.object({ count: z.number().int().min(0) }),
  z.object({ share: z.number().min(0).max(1) }),
  z.null(),
]);
export type ErrorLimit = z.infer<typeof ErrorLimit>;

export const DEFAULT_ERRORS: ErrorLimit = { share: 0.1 };
/** As people write it: `100`, `5%`, or `any`; undefined for what is none. */
export function errorLimitIn(text: string): ErrorLimit | undefined {
  const word = text.trim();
  if (word === 'any') return null;
  const share = /^(\d+(?:\.\d+)?)\s*%$/.exec(word)?.[1];
  if (share !== undefined && Number(share) <= 100) return { share: Number(share) / 100 };
  return /^\d+$/.test(word) ? { count: Number(word) } : undefined;
}

export const errorLimitText = (limit: ErrorLimit): string =>
  limit === null ? 'any' : 'count' in limit ? String(limit.count) : `${String(limit.share * 100)}%`;

/** Until then a share says nothing. */
export const SHARE_FROM_ROWS = 1000;

/** An environment that has what a model is made of. */
export const ScorePython = z.object({
  exe: z.string(),
  /** `python/score`. */
  program: z.string(),
  /** Where the model's own code may be imported from. */
  search: z.array(z.string()),
});
export type ScorePython = z.infer<typeof ScorePython>;

const ScoredBefore = z.object({
  output: z.string(),
  /** The model, as people call it. */
  label: z.string(),
});

/** What somebody asks for. Paths are absolute. */
export const ScoreOrder = z.object({
  model: z.object({
    /** As people call it: `fraud v3`. */
    label: z.string(),
    /** Its ONNX file; of others a file, or a folder of MLflow's. */
    file: z.string(),
    /** Of a registered version: its name and number. */
    version: z.object({ name: z.string(), version: z.number().int() }).nullable(),
    /** Names of columns that its signature has; empty where it has none. */
    columns: z.array(z.string()),
    /** How a model that is not ONNX is run; null for one that is. */
    python: ScorePython.nullable().default(null),
  }),
  input: z.string(),
  output: z.string(),
  /** A table that the model was trained with, whose predictions are shown beside; null where none is known. */
  training: z.string().nullable().default(null),
  /** What another model has made of the same input, to be compared; null where nothing is. */
  against: ScoredBefore.nullable().default(null),
  format: ScoreFormat,
  /** Columns of the input that go into the output. `rest`: those that the model does not take. */
  keep: z.union([z.literal('rest'), z.literal('all'), z.array(z.string())]),
  /** Which column goes into which place of the model, in the model's order; null where names or places say it. */
  columns: z.array(z.string()).nullable(),
  /** The number of each row in the input, from 1, as a column `row`. */
  isNumbered: z.boolean(),
  /** A column `row_digest`: SHA-256 of all cells of the input's row. */
  withDigest: z.boolean().default(false),
  /** Columns of the output whose values are folders of it; empty where it is one file. */
  partitionBy: z.array(z.string()).default([]),
  /** Whether an output that is there is replaced. */
  replaces: z.boolean(),
  /** A column `model_version`. */
  withVersion: z.boolean(),
  errors: ErrorLimit,
  /** Of the CSV file; null where it is to be told from its first line. */
  delimiter: z.string().length(1).nullable(),
  hasHeader: z.boolean().nullable(),
  encoding: z.string(),
  chunkRows: z.number().int().min(1).max(1_000_000),
  /** Of one run of the model; null for the usual. */
  batchRows: z.number().int().min(1).max(65_536).nullable(),
  /** Of one run of the model; where it runs in Python, processes. */
  threads: z.number().int().min(1).max(64),
});
export type ScoreOrder = z.infer<typeof ScoreOrder>;

export const InputFile = z.object({
  path: z.string(),
  size: z.number(),
  /** A decimal string: nanoseconds are more than a number holds. */
  mtimeNs: z.string(),
});
export type InputFile = z.infer<typeof InputFile>;

/** What the bytes of a file mean; of Parquet nothing has to be known. */
export const TextForm = z.object({
  kind: z.enum(['csv', 'lines']),
  compression: z.enum(['none', 'gzip', 'zstd']),
  encoding: z.string(),
  delimiter: z.string(),
  hasHeader: z.boolean(),
});
export type TextForm = z.infer<typeof TextForm>;

/** How a column of the input is read. */
export const PlannedColumn = z.object({
  name: z.string(),
  /** DuckDB's type, as it is read from the file. */
  type: z.string(),
  /** What it looks like at the beginning of the file: the type that it has in an output with types. */
  sniffed: z.string(),
});
export type PlannedColumn = z.infer<typeof PlannedColumn>;

/** What a port of the model takes, or gives. */
const PlannedPort = z.object({
  name: z.string(),
  datatype: z.string(),
  /** Sizes behind the first. */
  shape: z.array(z.number()),
});

export const PlannedInput = PlannedPort.extend({
  /** Places of its columns in the input. */
  at: z.array(z.number().int()),
});
export type PlannedInput = z.infer<typeof PlannedInput>;

export const PlannedOutput = PlannedPort.extend({
  /** Names of its columns in the output. */
  columns: z.array(z.string()),
});
export type PlannedOutput = z.infer<typeof PlannedOutput>;

/** All that decides about the bytes of the output: fixed before the first row, the same after every resume. */
export const ScorePlan = z.object({
  format: z.literal(2),
  order: ScoreOrder,
  /** Of this program and of DuckDB: others may write other bytes. */
  versions: z.object({ loopwright: z.string(), duckdb: z.string() }),
  /** SHA-256 of the model's file. */
  modelDigest: z.string(),
  files: z.array(InputFile),
  /** Null for Parquet. */
  text: TextForm.nullable(),
  columns: z.array(PlannedColumn),
  /** Places of those that go into the output. */
  kept: z.array(z.number().int()),
  matched: z.enum(['name', 'signature', 'position', 'asked']),
  inputs: z.array(PlannedInput),
  outputs: z.array(PlannedOutput),
  batchRows: z.number().int(),
  /** All rows, where the input tells that without being read. */
  rows: z.number().nullable(),
});
export type ScorePlan = z.infer<typeof ScorePlan>;

/** One line of `commits.jsonl`: a chunk that is on the disk. */
export const ScoreCommit = z.object({
  chunk: z.number().int(),
  /** Of `files`. */
  file: z.number().int(),
  /** Where the chunk ends: bytes of the decoded text, or rows of the Parquet file. */
  end: z.number(),
  /** Lines of the text up to there. */
  lines: z.number(),
  /** Whether it is the last of its file. */
  isLast: z.boolean(),
  /** Rows of the input, good and bad, in this chunk. */
  rows: z.number().int(),
  bad: z.number().int(),
  /** Where the output ends behind it, and what was added; of one in folders the files of this chunk together. */
  output: z.object({ end: z.number(), length: z.number(), sha256: z.string() }),
  /** Where the quarantine ends behind it. */
  errorsEnd: z.number(),
  /** Of Parquet: what is known of the row groups that there are, where it ends, and how many they and their rows are. */
  groups: z.object({ end: z.number(), count: z.number(), rows: z.number() }).nullable(),
});
export type ScoreCommit = z.infer<typeof ScoreCommit>;

/** A row that is not in the output: a line of the quarantine file. */
export interface BadRow {
  readonly file: string;
  /** From 1; null in a Parquet file. */
  readonly line: number | null;
  /** Of the file, from 1. */
  readonly row: number;
  readonly column: string | null;
  readonly reason: string;
  /** The row as it stands in the file, cut. */
  readonly text: string | null;
}

/** Which columns go where. */
export const ScoreShape = z.object({
  matched: ScorePlan.shape.matched,
  inputs: z.array(z.object({ input: z.string(), columns: z.array(z.string()) })),
  kept: z.array(z.string()),
  outputs: z.array(z.string()),
});
export type ScoreShape = z.infer<typeof ScoreShape>;

/** What would be done: what `score.js ORDER plan` prints. */
export const ScoreOutline = ScoreShape.extend({
  /** All columns of the input. */
  columns: z.array(z.string()),
  files: z.number(),
  /** Where the input tells that without being read. */
  rows: z.number().nullable(),
});
export type ScoreOutline = z.infer<typeof ScoreOutline>;

/** Why a table does not fit, where another answer mends it; `columns` are those that it has. It is printed instead. */
export const ScoreMisfit = z.object({
  misfit: z.enum(['columns', 'keep']),
  message: z.string(),
  columns: z.array(z.string()),
});
export type ScoreMisfit = z.infer<typeof ScoreMisfit>;

/** What to do about it in a terminal. */
export const MISFIT_WAYS: Readonly<Record<ScoreMisfit['misfit'], string>> = {
  columns: 'Say which columns it takes, in its order, with --columns a,b,c.',
  keep: 'Say which of the input go into it with --keep a,b,c.',
};

const Share = z.number().min(0).max(1);

/** What the model says, of rows from all over the output, beside what it says of the data that it was trained with. */
export const ScoreDistribution = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('numbers'),
    column: z.string(),
    /** One more than there are bins; what lies beyond is in the first and the last. */
    edges: z.array(z.number()),
    scored: z.array(Share),
    training: z.array(Share).nullable(),
    median: z.object({ scored: z.number(), training: z.number().nullable() }),
  }),
  z.object({
    kind: z.literal('classes'),
    column: z.string(),
    values: z.array(z.object({ value: z.string(), scored: Share, training: Share.nullable() })),
    /** Of values that are not among those. */
    others: z.object({ scored: Share, training: Share.nullable() }).nullable(),
  }),
]);
export type ScoreDistribution = z.infer<typeof ScoreDistribution>;

export const ComparedColumn = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('numbers'),
    column: z.string(),
    differ: Share,
    /** Of the absolute differences. */
    mean: z.number(),
    largest: z.number(),
  }),
  z.object({
    kind: z.literal('classes'),
    column: z.string(),
    differ: Share,
    /** From what the other says, to what this one says: those that are most frequent. */
    changes: z.array(z.object({ from: z.string(), to: z.string(), rows: z.number().int() })),
  }),
]);
export type ComparedColumn = z.infer<typeof ComparedColumn>;

export const ScoreComparison = z.object({
  with: ScoredBefore,
  rows: z.number().int().nullable(),
  columns: z.array(ComparedColumn),
  /** Why there is nothing to compare. */
  problem: z.string().nullable(),
});
export type ScoreComparison = z.infer<typeof ScoreComparison>;

export const ScoreSummary = z.object({
  /** The first rows of the output, as texts that may be cut. */
  preview: z.object({ columns: z.array(z.string()), rows: z.array(z.array(z.string().nullable())) }),
  distributions: z.array(ScoreDistribution),
  /** Rows of the output that they are told of. */
  sampled: z.number().int(),
  training: z.object({ path: z.string(), rows: z.number().int() }).nullable(),
  /** Why there is none of the training data. */
  trainingProblem: z.string().nullable(),
});
export type ScoreSummary = z.infer<typeof ScoreSummary>;

/** `artifacts/score.json` of its run. */
export const ScoreResult = ScoreShape.extend({
  output: z.string(),
  /** Null where no row is bad. */
  errors: z.string().nullable(),
  model: z.string(),
  rows: z.number(),
  scored: z.number(),
  bad: z.number(),
  seconds: z.number(),
  rowsPerSecond: z.number(),
  /** Rows that an earlier process of this job had done. */
  resumedAt: z.number(),
  bytes: z.number(),
  summary: ScoreSummary.nullable().default(null),
  comparison: ScoreComparison.nullable().default(null),
});
export type ScoreResult = z.infer<typeof ScoreResult>;

/** Where a job keeps what it has done, beside its output. */
export const jobFolderName = (outputName: string): string => `.${outputName}.scoring`;
export const errorsFileOf = (output: string): string => `${output}.errors.jsonl`;
