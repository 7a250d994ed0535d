/** What a journal holds: one schema for each kind of record (`docs/run-folder.md`). */
import * as z from 'zod';
import { Column, FactSection, WorkKind } from './capture';
import { ArtifactKind, ParamSource, RunId, WireNumber } from './entities';
import { RunEdit } from './lists';
import { CellError, CellOutput, ExecutionState } from './notebooks';

const Milliseconds = z.number();

/** `r` read, `w` written, `rw` both. */
const FileMode = z.enum(['r', 'w', 'rw']);

/** A later record of the same execution replaces what it names; `source` and `tags` may be left out then. */
const ExecutionRecord = z.object({
  n: z.number().int().min(0),
  cell: z.string().nullable(),
  index: z.number().int().nullable(),
  state: ExecutionState,
  start_ms: z.number(),
  end_ms: z.number().nullable().default(null),
  count: z.number().int().nullable().default(null),
  source: z.string().optional(),
  source_cut: z.boolean().default(false),
  tags: z.array(z.string()).optional(),
  error: CellError.nullable().default(null),
});

/** A later record of the same output replaces it. */
const OutputRecord = z.object({
  n: z.number().int().min(0),
  i: z.number().int().min(0),
  kind: CellOutput.shape.kind,
  name: z.string().nullable().default(null),
  mime: z.string(),
  data: z.string().nullable().default(null),
  path: z.string().nullable().default(null),
  alternative: z.string().nullable().default(null),
  size: z.number(),
  cut: z.boolean().default(false),
});

/** What is told of notebooks while they are executed. */
export const NOTEBOOK_RECORDS = [
  z.tuple([z.literal('execution'), Milliseconds, ExecutionRecord]),
  z.tuple([z.literal('output'), Milliseconds, OutputRecord]),
] as const;

/** What it does is written out for each run: children that go along have records of their own. */
export const RecordedEdit = RunEdit.omit({ runId: true }).extend({
  /** Runs without a folder of their own that are meant, instead of the one whose journal it is. */
  runs: z.array(RunId).optional(),
  deleted: z.boolean().optional(),
});
export type RecordedEdit = z.infer<typeof RecordedEdit>;

export const JournalRecord = z.union([
  ...NOTEBOOK_RECORDS,
  z.tuple([z.literal('metric'), Milliseconds, z.number(), z.record(z.string(), WireNumber)]),
  z.tuple([z.literal('param'), Milliseconds, ParamSource, z.record(z.string(), z.string())]),
  z.tuple([z.literal('tag'), Milliseconds, z.record(z.string(), z.string())]),
  z.tuple([
    z.literal('artifact'),
    Milliseconds,
    z.object({
      path: z.string(),
      size: z.number(),
      kind: ArtifactKind,
      name: z.string().nullable().default(null),
      step: z.number().int().nullable().default(null),
    }),
  ]),
  /** By the user, written by the engine into a journal of its own. The later one wins. */
  z.tuple([z.literal('edit'), Milliseconds, RecordedEdit]),
  z.tuple([z.literal('note'), Milliseconds, z.enum(['info', 'warning']), z.string()]),
  z.tuple([z.literal('facts'), Milliseconds, FactSection, z.record(z.string(), z.unknown())]),
  z.tuple([
    z.literal('file'),
    Milliseconds,
    z.object({
      path: z.string(),
      mode: FileMode,
      via: z.string(),
      kind: z.enum(['file', 'folder', 'remote']).default('file'),
      size: z.number().optional(),
      mtime_ns: z.string().optional(),
      files: z.number().optional(),
    }),
  ]),
  z.tuple([z.literal('loaded'), Milliseconds, z.array(z.tuple([z.string(), z.string(), z.number()]))]),
  z.tuple([
    z.literal('digest'),
    Milliseconds,
    z.object({
      path: z.string(),
      direction: z.enum(['in', 'out']),
      md5: z.string().nullable(),
      size: z.number().nullable(),
      files: z.number().nullable().default(null),
      rows: z.number().nullable().default(null),
      columns: z.array(Column).nullable().default(null),
      pinned: z.boolean(),
      problem: z.string().nullable(),
    }),
  ]),
  z.tuple([
    z.literal('child'),
    Milliseconds,
    z.object({
      id: RunId,
      name: z.string(),
      status: z.enum(['FINISHED', 'FAILED', 'KILLED']),
      start_ms: z.number(),
      end_ms: z.number(),
      params: z.record(z.string(), z.string()).default({}),
      metrics: z.record(z.string(), WireNumber).default({}),
      tags: z.record(z.string(), z.string()).default({}),
    }),
  ]),
  z.tuple([z.literal('done'), Milliseconds, WorkKind, z.string().nullable()]),
  z.tuple([
    z.literal('open'),
    Milliseconds,
    z
      .object({ pid: z.number(), start: z.string(), main: z.boolean(), python: z.string(), executable: z.string() })
      .loose(),
  ]),
]);
export type JournalRecord = z.infer<typeof JournalRecord>;
