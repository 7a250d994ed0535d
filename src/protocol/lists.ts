/** How runs are listed, grouped and edited: what the tree, the table of children and the command line share. */
import * as z from 'zod';
import { RunId } from './entities';

/** More would not fit beside each other. */
export const MAX_COLUMNS = 12;
/** Runs in one edit, deletion or restoration. */
export const MAX_EDITS = 500;
export const MAX_NAME_CHARS = 4096;
export const MAX_NOTE_CHARS = 100_000;

/** What a row shows beside what every row has. */
export const RunColumn = z.object({ kind: z.enum(['param', 'metric', 'tag']), key: z.string().max(MAX_NAME_CHARS) });
export type RunColumn = z.infer<typeof RunColumn>;

/** Runs that lack what they are sorted by come last, whichever the direction. */
export const RunOrder = z.object({
  by: z.enum(['start', 'end', 'duration', 'name', 'status', 'param', 'metric', 'tag']),
  /** Of the parameter, metric (its last value) or tag. Text that is a number is sorted as one. */
  key: z.string().max(MAX_NAME_CHARS).default(''),
  descending: z.boolean(),
});
export type RunOrder = z.infer<typeof RunOrder>;

export const NEWEST_FIRST: RunOrder = { by: 'start', key: '', descending: true };

/** Of the runs that have a key, so many are counted. */
export const COUNTED_RUNS = 1000;

/** By what runs stand together. `script`: what was started; `day`: of the start, in the engine's time zone. */
export const RunGrouping = z.object({
  by: z.enum(['experiment', 'script', 'branch', 'day', 'tag', 'status']),
  /** Of the tag. */
  key: z.string().max(MAX_NAME_CHARS).default(''),
});
export type RunGrouping = z.infer<typeof RunGrouping>;

export const RunGroup = z.object({
  /** What `runs/list` takes to give the runs of this group; null for those that have no branch, no such tag. */
  value: z.string().nullable(),
  /** Of top-level runs. */
  runCount: z.number().int(),
  /** Of all levels. */
  runningCount: z.number().int(),
  lastStartMs: z.number().nullable(),
});
export type RunGroup = z.infer<typeof RunGroup>;

/** A change by the user; what is not named stays as it is. Undone by the edit that `runs/edit` answers with. */
export const RunEdit = z.object({
  runId: RunId,
  name: z.string().trim().min(1).max(MAX_NAME_CHARS).optional(),
  /** Markdown; empty for none. */
  note: z.string().max(MAX_NOTE_CHARS).optional(),
  starred: z.boolean().optional(),
  pinned: z.boolean().optional(),
  /** By name; made if there is none. A run takes its children along. */
  experiment: z.string().trim().min(1).max(MAX_NAME_CHARS).optional(),
  /** null takes a tag away. What the script says of a tag later does not change what the user has set. */
  tags: z.record(z.string().min(1).max(MAX_NAME_CHARS), z.string().nullable()).optional(),
});
export type RunEdit = z.infer<typeof RunEdit>;
