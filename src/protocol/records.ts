/** What a journal holds: one schema for each kind of record (`docs/run-folder.md`). */
import * as z from 'zod';
import { Column, FactSection, WorkKind } from './capture';
import { ArtifactKind, ParamSource, RunId, RunStatus, WireNumber } from './entities';
import { RunEdit } from './lists';
import { NOTEBOOK_RECORDS } from './notebookRecords';

const Milliseconds = z.number();

/** `r` read, `w` written, `rw` both. */
const FileMode = z.enum(['r', 'w', 'rw']);

/** What a tracking client says of a run. */
export const ToldRecord = z.object({
  status: RunStatus.optional(),
  start_ms: z.number().optional(),
  end_ms: z.number().nullable().optional(),
  name: z.string().optional(),
  /** By name. */
  experiment: z.string().optional(),
});
export type ToldRecord = z.infer<typeof ToldRecord>;

/** A data set that a run used, as MLflow describes one. */
export const DatasetRecord = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  schema: z.string().nullable().default(null),
  profile: z.string().nullable().default(null),
  tags: z.record(z.string(), z.string()).default({}),
});
export type DatasetRecord = z.infer<typeof DatasetRecord>;

/** What the engine writes down for a program that logs to it as to a tracking server. */
const CLIENT_RECORDS = [
  z.tuple([z.literal('told'), Milliseconds, ToldRecord]),
  /** `[key, value, timestamp in Unix milliseconds, step]` of each. */
  z.tuple([z.literal('points'), Milliseconds, z.array(z.tuple([z.string(), WireNumber, z.number(), z.number()]))]),
  z.tuple([z.literal('dataset'), Milliseconds, DatasetRecord]),
  /** An artifact, or all below a folder of artifacts. */
  z.tuple([z.literal('removed'), Milliseconds, z.string()]),
  /** Logged models that the run read or made, by id; the step is of those that it made. */
  z.tuple([
    z.literal('models'),
    Milliseconds,
    z.enum(['in', 'out']),
    z.array(z.object({ id: z.string(), step: z.number().default(0) })),
  ]),
] as const;

/** What it does is written out for each run: children that go along have records of their own. */
export const RecordedEdit = RunEdit.omit({ runId: true }).extend({
  /** Runs without a folder of their own that are meant, instead of the one whose journal it is. */
  runs: z.array(RunId).optional(),
  deleted: z.boolean().optional(),
  /** Not by the user: an import says so, because the run was deleted or restored where it came from. */
  imported: z.literal(true).optional(),
});
export type RecordedEdit = z.infer<typeof RecordedEdit>;

export const JournalRecord = z.union([
  ...NOTEBOOK_RECORDS,
  z.tuple([z.literal('metric'), Milliseconds, z.number(), z.record(z.string(), WireNumber)]),
  z.tuple([z.literal('param'), Milliseconds, ParamSource, z.record(z.string(), z.string())]),
  /** null takes a tag away. */
  z.tuple([z.literal('tag'), Milliseconds, z.record(z.string(), z.string().nullable())]),
  ...CLIENT_RECORDS,
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
