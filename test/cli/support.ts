/** A folder with scripts in it, and the built command line to be called there. Ends everything that it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { z } from 'zod';
import { pythonPath, repository, until } from '../engine/support';

/** Where the programs were built; another folder beside a `python` and a `node_modules` can be named. */
const dist = process.env.LOOPWRIGHT_TEST_DIST ?? join(repository, 'dist');
export const cliFile = join(dist, 'cli.js');
export const engineFiles = dist;

/** The observer gives way to everything else, so that on a busy machine its work after a script takes its time. */
const PATIENT_MS = 150_000;

/** Logs a metric so often as is said; half-way it waits until a file is there, if one is named. */
export const LOG_SCRIPT = `
import loopwright, os, sys, time
count, gate = int(sys.argv[1]), sys.argv[2:]
for i in range(count):
    loopwright.log(x=i, step=i)
    print(i, flush=True)
    while gate and i == count // 2 and not os.path.exists(gate[0]): time.sleep(0.02)
print("done")
`;

export interface Called {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CallOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string | Buffer;
  /** Another Node, another build. */
  readonly node?: string;
  readonly file?: string;
}

export interface Calling {
  readonly process: ChildProcess;
  readonly end: Promise<Called>;
  /** What has come so far. */
  seen(): { readonly stdout: string; readonly stderr: string };
}

export interface Workplace {
  readonly folder: string;
  readonly store: string;
  write(name: string, text: string): string;
  start(words: readonly string[], options?: CallOptions): Calling;
  call(words: readonly string[], options?: CallOptions): Promise<Called>;
  /** Calls with `--json` in front and parses what is alone on stdout. */
  json<T>(schema: z.ZodType<T>, words: readonly string[], options?: CallOptions): Promise<T>;
  /** Calls with `--json` what must be refused: one line on stderr, the same as document on stdout. */
  refusal(
    words: readonly string[],
    options?: CallOptions,
  ): Promise<{ exitCode: number | null; code: string; message: string }>;
  environment(more?: NodeJS.ProcessEnv): NodeJS.ProcessEnv;
  dispose(): Promise<void>;
}

/** @param options.capture false where what is captured is not what a test is about: its runs are over much sooner */
export function workplace({ capture = true } = {}): Workplace {
  if (!existsSync(cliFile)) throw new Error(`${cliFile} is missing: node scripts/build.mjs`);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-cli-')));
  const work = join(folder, 'work');
  // A repository's folder ends the search for a store: nothing above the test's folder is found.
  mkdirSync(join(work, '.git'), { recursive: true });
  const running = new Set<ChildProcess>();

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => {
    const { VIRTUAL_ENV: _, LOOPWRIGHT_RUN_ID: _id, LOOPWRIGHT_RUN_DIR: _dir, NO_COLOR: _colour, ...env } = process.env;
    return {
      ...env,
      PATH: `${dirname(pythonPath())}${delimiter}${env.PATH ?? ''}`,
      LOOPWRIGHT_STATE_DIR: join(folder, 'state'),
      LOOPWRIGHT_IDLE_MS: '2000',
      ...more,
    };
  };

  const start: Workplace['start'] = (
    words,
    { cwd = work, env, input, node = process.execPath, file = cliFile } = {},
  ) => {
    const child = spawn(node, [file, ...(capture ? words : withoutCapture(words))], {
      cwd,
      env: environment(env),
      stdio: 'pipe',
    });
    running.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined); // a script need not read
    child.stdin.end(input ?? '');
    const end = new Promise<Called>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => {
        running.delete(child);
        resolve({ code, signal, stdout, stderr });
      });
    });
    return { process: child, end, seen: () => ({ stdout, stderr }) };
  };

  const call: Workplace['call'] = (words, options) => start(words, options).end;

  return {
    folder: work,
    store: join(work, '.loopwright'),
    environment,
    start,
    call,
    write: (name, text) => {
      const path = join(work, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    json: async (schema, words, options) => {
      return documentIn(await call(['--json', ...words], options), schema);
    },
    refusal: async (words, options) => {
      const called = await call(['--json', ...words], options);
      const { code, message } = documentIn(called, Failure).error;
      if (called.stderr !== `loopwright: ${message}\n`) throw new Error(`not one line, or another: ${called.stderr}`);
      return { exitCode: called.code, code, message };
    },
    dispose: async () => {
      for (const child of running) child.kill('SIGKILL');
      await call(['engine', 'stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function withoutCapture(words: readonly string[]): string[] {
  const at = words.findIndex((word) => !word.startsWith('-'));
  return words[at] === 'run' ? [...words.slice(0, at + 1), '--capture', 'none', ...words.slice(at + 1)] : [...words];
}

/** The run when all that goes on beside and after its script has come to its end. */
export function completed(place: Workplace, runId: string): Promise<z.infer<typeof RunDocument>> {
  return until(
    'the run is complete',
    async () => {
      const run = await place.json(RunDocument, ['runs', 'show', runId]);
      return run.complete && run;
    },
    PATIENT_MS,
  );
}

/** The one document on stdout; what was there instead if there was not. */
export function documentIn<T>(called: { stdout: string; stderr: string }, schema: z.ZodType<T>): T {
  const what = `\nstdout: ${called.stdout}\nstderr: ${called.stderr}`;
  let value: unknown;
  try {
    value = JSON.parse(called.stdout);
  } catch (cause) {
    throw new Error(`stdout is not one JSON document${what}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${z.prettifyError(parsed.error)}${what}`);
}

const Id = z.string().regex(/^[0-9a-f]{32}$/);
const Time = z.iso.datetime({ precision: 3 });
const Status = z.enum(['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']);
const WireNumber = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);
const Metric = z.strictObject({
  last: WireNumber,
  min: z.number().nullable(),
  max: z.number().nullable(),
  step: z.number(),
  count: z.number(),
});
const Artifact = z.strictObject({
  path: z.string(),
  kind: z.enum(['file', 'directory', 'figure', 'model']),
  size: z.number(),
});

/** The documents of `--json` as DESIGN.md and the help promise them: nothing may be missing, and nothing unnamed. */
export const finishedShape = {
  run_id: Id,
  experiment: z.string(),
  name: z.string(),
  status: Status,
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  start_time: Time,
  end_time: Time.nullable(),
  metrics: z.record(z.string(), Metric),
  store: z.string(),
};
export const Finished = z.strictObject(finishedShape);
export const Failure = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string().min(10) }) });
export const NotStarted = z.strictObject({ ...finishedShape, ...Failure.shape });

const rowShape = {
  run_id: Id,
  experiment: z.string(),
  name: z.string(),
  status: Status,
  start_time: Time,
  end_time: Time.nullable(),
  exit_code: z.number().nullable(),
  signal: z.string().nullable(),
  reason: z.string().nullable(),
  parent_run_id: Id.nullable(),
  child_count: z.number(),
  starred: z.boolean(),
  pinned: z.boolean(),
  deleted: z.boolean(),
};
export const Row = z.strictObject({
  ...rowShape,
  headline: z.strictObject({ key: z.string(), value: WireNumber }).nullable(),
  values: z.record(z.string(), z.union([WireNumber, z.string()]).nullable()).optional(),
});
export const RunList = z.strictObject({ runs: z.array(Row), next_page_token: z.string().nullable() });
const FileDocument = z.strictObject({
  path: z.string(),
  kind: z.enum(['file', 'folder', 'remote']),
  digest: z.string().nullable(),
  size: z.number().nullable(),
  files: z.number().nullable(),
  rows: z.number().nullable(),
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })).nullable(),
  observed_by: z.array(z.string()),
  pinned: z.boolean(),
  problem: z.string().nullable(),
});
export const RunDocument = z.strictObject({
  note: z.string(),
  ...rowShape,
  params: z.record(z.string(), z.string()),
  metrics: z.record(z.string(), Metric),
  tags: z.record(z.string(), z.string()),
  artifacts: z.array(Artifact),
  inputs: z.array(FileDocument),
  outputs: z.array(FileDocument),
  code: z.looseObject({}),
  origin: z.strictObject({ format: z.string(), source: z.string(), id: z.string() }).nullable(),
  models: z.looseObject({}),
  notebook: z
    .strictObject({
      path: z.string(),
      executed: z.string().nullable(),
      observed: z.enum(['whole', 'cells', 'kernel']).nullable(),
      cells: z.array(
        z.strictObject({
          index: z.number().nullable(),
          id: z.string().nullable(),
          state: z.enum(['running', 'ok', 'failed', 'interrupted']),
          seconds: z.number().nullable(),
          error: z.strictObject({ name: z.string(), message: z.string() }).nullable(),
        }),
      ),
    })
    .nullable(),
  complete: z.boolean(),
  work: z.array(z.strictObject({ kind: z.string(), state: z.enum(['done', 'failed']), reason: z.string().nullable() })),
  environment: z.looseObject({
    python: z.string().nullable(),
    interpreter: z.string().nullable(),
    user: z.string(),
    host: z.string(),
  }),
  kind: z.enum(['script', 'module', 'command', 'notebook', 'followed']),
  source: z.string(),
  command: z.array(z.string()),
  cwd: z.string(),
  notes: z.array(z.strictObject({ level: z.enum(['info', 'warning']), text: z.string(), time: Time })),
  store: z.string(),
});
export const MetricPoints = z.strictObject({
  run_id: Id,
  key: z.string(),
  points: z.array(z.strictObject({ step: z.number(), timestamp: Time, value: WireNumber })),
});
export const Artifacts = z.strictObject({ run_id: Id, folder: z.string(), artifacts: z.array(Artifact) });
export const OutputDocument = z.strictObject({ run_id: Id, output: z.string(), size: z.number() });
export const Marked = z.strictObject({ run_id: Id, deleted: z.boolean() });
export const Edited = Row.extend({ note: z.string(), tags: z.record(z.string(), z.string()) });
export const SeveralMarked = z.strictObject({ run_ids: z.array(Id), deleted: z.boolean() });
export const EngineStatus = z.discriminatedUnion('running', [
  z.strictObject({ running: z.literal(false), store: z.strictObject({ path: z.string() }) }),
  z.strictObject({
    running: z.literal(true),
    pid: z.number(),
    version: z.string(),
    uptime_seconds: z.number(),
    connections: z.number(),
    active_runs: z.number(),
    store: z.looseObject({ path: z.string(), state: z.enum(['ready', 'readonly', 'unusable']) }),
    log: z.string(),
  }),
]);
export const EngineStopped = z.strictObject({ stopped: z.boolean(), store: z.strictObject({ path: z.string() }) });
export const Repaired = z.strictObject({
  store: z.looseObject({ state: z.enum(['ready', 'readonly', 'unusable']) }),
  kept_as: z.string().nullable(),
  complete: z.boolean(),
});
