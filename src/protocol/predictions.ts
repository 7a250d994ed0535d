/**
 * What two versions of models predict on the rows of one table, beside each other. Bounded, so that it fits into a message;
 * whoever shows it checks it by this, the table of requests imports its types alone.
 */
import * as z from 'zod';
import { WireNumber } from './entities';

/** So many rows of a table are compared. */
export const MAX_PREDICTED_ROWS = 10_000;
export const DEFAULT_TOLERANCE = 1e-4;

const Count = z.number().int().min(0);
const listOf = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total: Count });

/** What was run of a version: itself, or the ONNX model that was made of it. */
export const RanVersion = z.object({
  name: z.string(),
  version: z.number().int(),
  /** Where that is a conversion of what was asked for. */
  isConversion: z.boolean(),
});
export type RanVersion = z.infer<typeof RanVersion>;

export const PredictedSide = z.object({
  ran: RanVersion,
  /** `name`: the model's inputs have names of columns; `signature`: the names that a signature has; `position`: their order. */
  matched: z.enum(['name', 'signature', 'position']),
  /** The columns that it was given, in its order. */
  columns: listOf(z.string()),
  /** Columns of the table that it was not given. */
  leftOut: listOf(z.string()),
});
export type PredictedSide = z.infer<typeof PredictedSide>;

/** An output of both. */
export const PredictedOutput = z.object({
  /** One where both call it the same, else both names. */
  names: z.array(z.string()).min(1).max(2),
  /** Classes, texts and whole numbers are equal or not; other numbers are more or less far from each other. */
  kind: z.enum(['class', 'number']),
  /** Rows on which both say the same, within the tolerance. */
  agree: Count,
  /** Of numbers; null of classes. Values that are no number on one side alone count as infinitely far. */
  meanDifference: WireNumber.nullable(),
  largestDifference: WireNumber.nullable(),
});
export type PredictedOutput = z.infer<typeof PredictedOutput>;

export const PredictedRow = z.object({
  /** In the table, from 1. */
  row: z.number().int().min(1),
  inputs: z.array(z.string()),
  /** For each output what both say, as text. */
  outputs: z.array(
    z.object({ values: z.tuple([z.string(), z.string()]), differs: z.boolean(), difference: WireNumber.nullable() }),
  ),
});
export type PredictedRow = z.infer<typeof PredictedRow>;

export const ComparedPredictions = z.object({
  table: z.object({
    name: z.string(),
    /** How many were compared. */
    rows: Count,
    /** How many it has; null where they were not counted. */
    total: Count.nullable(),
    /** Why not all of them were compared: there are more than are taken, or it took too long. */
    cut: z.enum(['rows', 'time']).nullable(),
  }),
  tolerance: z.number(),
  sides: z.tuple([PredictedSide, PredictedSide]),
  /** What `agree` is about: the classes where there are any, else the numbers. */
  basis: z.enum(['class', 'number']),
  /** Rows on which both say the same in that. */
  agree: Count,
  outputs: z.array(PredictedOutput),
  /** Outputs that only one of them has, or that can't be compared, each with why. */
  leftOut: z.array(z.string()),
  /** Of the rows below; not all where there are many. */
  columns: listOf(z.string()),
  /** Those that differ in anything, the most different first. */
  rows: listOf(PredictedRow),
  seconds: z.number(),
});
export type ComparedPredictions = z.infer<typeof ComparedPredictions>;

/** How far it has come. */
export interface PredictionsProgress {
  readonly step: 'waiting' | 'checking' | 'reading' | 'loading' | 'running';
  readonly rows: number;
  /** How many it will be; null as long as that is not known. */
  readonly of: number | null;
}
