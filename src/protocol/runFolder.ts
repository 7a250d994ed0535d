/** The JSON files of a run's folder; `docs/run-folder.md` describes them in full. */
import * as z from 'zod';
import { CaptureOptions, DEFAULT_CAPTURE } from './capture';
import { RunId, RunKind } from './entities';
import { RunOrigin } from './imports';
import { NotebookOptions } from './notebooks';

export const RUN_FOLDER_FORMAT = 1;

/** The whole command line, in a run's folder, until the runner has read it. */
export const HANDED_OVER = 'handed-over.json';

export const RunSpec = z.object({
  format: z.literal(RUN_FOLDER_FORMAT),
  run_id: RunId,
  experiment: z.string().min(1),
  name: z.string(),
  parent_run_id: RunId.nullable(),
  kind: RunKind,
  /** With `***` in place of what looks like a secret. */
  argv: z.array(z.string()).min(1),
  /** Which words of `argv` have something hidden; the runner is handed the whole ones in `handed-over.json`, once. */
  hidden: z.array(z.number().int()).default([]),
  /** The same of `params` and `env`, by name. */
  hidden_params: z.array(z.string()).default([]),
  hidden_env: z.array(z.string()).default([]),
  source: z.string(),
  cwd: z.string(),
  interpreter: z.string().nullable(),
  params: z.record(z.string(), z.string()),
  tags: z.record(z.string(), z.string()),
  env: z.record(z.string(), z.string()),
  hook_dir: z.string(),
  /** The folder whose code and data belong to the run; older runs have no word on it. */
  root: z.string().nullable().default(null),
  capture: CaptureOptions.default(DEFAULT_CAPTURE),
  /** How a notebook is run whole; null for everything else. */
  notebook: NotebookOptions.nullable().default(null),
  /**
   * A run that starts others, one for each combination of values, each with `argv` as its command. Its own command is the
   * one that does so, with those words behind it.
   */
  sweep: z
    .object({
      over: z.record(z.string(), z.array(z.string()).min(1)),
      argv: z.array(z.string()).min(1),
      /** How many go on at the same time. */
      jobs: z.number().int().min(1).default(1),
      /** What is captured of each. */
      capture: CaptureOptions.default(DEFAULT_CAPTURE),
    })
    .nullable()
    .default(null),
  user: z.string(),
  host: z.string(),
  created_ms: z.number(),
  socket: z.string().nullable(),
  token: z.string().nullable(),
  origin: RunOrigin,
  /** The store's tracking server, which the script is told of; older runs have no word on it. */
  tracking: z.string().nullable().default(null),
});
export type RunSpec = z.infer<typeof RunSpec>;

/** A process that can be told from a later one with the same pid; `start` is empty where the system has no such thing. */
export const ProcessId = z.object({ pid: z.number().int(), start: z.string() });
export type ProcessId = z.infer<typeof ProcessId>;

export const RunnerState = z.object({
  state: z.enum(['starting', 'running', 'exited', 'failed_to_start']),
  keeper: ProcessId.nullable(),
  runner: ProcessId.nullable(),
  child: ProcessId.nullable(),
  /** The process beside the script that may write a journal later; older runs have no word on it. */
  observer: ProcessId.nullable().default(null),
  boot_id: z.string(),
  started_ms: z.number().nullable(),
  ended_ms: z.number().nullable(),
  exit_code: z.number().int().nullable(),
  signal: z.string().nullable(),
  stop_requested: z.boolean(),
  tty: z.boolean(),
  error: z.string().nullable(),
  output_lost: z.string().nullable(),
  /** Why no terminal can be attached; older runs have no word on it. */
  socket_error: z.string().nullable().default(null),
  /** Why the observer could not be started. */
  observer_error: z.string().nullable().default(null),
  hook: z.enum(['loaded', 'absent', 'unknown']),
});
export type RunnerState = z.infer<typeof RunnerState>;

export const StoreFile = z.object({ id: z.string().regex(/^[0-9a-f]{32}$/), created: z.string(), format: z.number() });
export type StoreFile = z.infer<typeof StoreFile>;
