/**
 * Preparing a run: its folder, what is asked for, and the marker by which the engine finds it. The runner is then
 * started by the caller, with the caller's own environment and terminal.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir, hostname, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { type CaptureOptions, DEFAULT_CAPTURE } from '../protocol/capture';
import { LoopwrightError } from '../protocol/errors';
import { addressesOf, tokenOf } from '../protocol/node/addresses';
import { newRunId } from '../protocol/node/runId';
import { trackingPort, trackingUri } from '../protocol/node/tracking';
import {
  adopt,
  isAdopted,
  makeStore,
  pathsOf,
  STORE_NAME,
  type StorePaths,
  writeAtomically,
} from '../protocol/node/storeFolder';
import type { NotebookOptions } from '../protocol/notebooks';
import { HANDED_OVER, RUN_FOLDER_FORMAT, type RunSpec } from '../protocol/runFolder';
import { maskArguments, maskValues } from './secretArguments';
import { checkSweep, type SweepValues } from './sweep';

/** What of a script, a module or any command shall be run. */
export type RunTarget =
  | { readonly kind: 'script'; readonly file: string; readonly args: readonly string[] }
  | { readonly kind: 'module'; readonly module: string; readonly args: readonly string[] }
  | { readonly kind: 'command'; readonly command: readonly string[] }
  /** An `.ipynb`, or a Python script in percent format, from its first cell to its last. */
  | { readonly kind: 'notebook'; readonly file: string; readonly options: NotebookOptions }
  /** A notebook that is executed in an editor: nothing is started, `notebooks/begin` and so on tell of it. */
  | { readonly kind: 'followed'; readonly file: string };

export interface RunRequest {
  readonly target: RunTarget;
  /** Absolute path of the Python that runs scripts and modules, and the runner. */
  readonly python: string;
  readonly cwd: string;
  readonly experiment?: string | undefined;
  readonly name?: string | undefined;
  readonly parentRunId?: string | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** Values to be tried, each combination in a run of its own below this one. */
  readonly sweep?: SweepValues | undefined;
  /** How many runs of a sweep go on at the same time; 1 where nothing is said. */
  readonly sweepJobs?: number | undefined;
  readonly capture?: CaptureOptions | undefined;
  /** Words between the interpreter and what it runs: options such as `-u`, or a debugger that runs it. */
  readonly pythonArgs?: readonly string[] | undefined;
  /** Added to the environment of the script. */
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** On a run whose script a debugger was attached to. */
export const DEBUG_TAG = 'loopwright.debug';

export interface PreparedRun {
  readonly spec: RunSpec;
  readonly folder: string;
  /** The command of the runner, to which `--detach` and the like are added: `[python, -I, -S, …/runner, FOLDER]`. */
  readonly runner: readonly string[];
}

/** The folder with the runner and the hook. */
export interface PythonParts {
  readonly folder: string;
}

export const DEFAULT_EXPERIMENT = 'Default';

/**
 * Makes the run's folder and marker in the store, which is made too if there is none. Asking for a run is adopting the
 * store.
 *
 * @throws LoopwrightError `read_only` if there is no place for it, `bad_request` for a sweep that can't be
 */
export function prepareRun(store: string, request: RunRequest, parts: PythonParts): PreparedRun {
  if (request.sweep) checkSweep(request.sweep, request.params ?? {});
  const paths = makeStore(store);
  if (!isAdopted(paths)) adopt(paths);
  const { spec, whole } = specOf(paths, request, parts);
  const folder = paths.runFolder(spec.run_id);
  try {
    mkdirSync(join(folder, 'journals'), { recursive: true });
    mkdirSync(join(folder, 'artifacts'), { recursive: true });
    // For our eyes only, and only until the runner has read it.
    if (hasHidden(spec)) writeFileSync(join(folder, HANDED_OVER), JSON.stringify(whole), { mode: 0o600 });
    writeAtomically(join(folder, 'spec.json'), `${JSON.stringify(spec, null, 2)}\n`);
    writeFileSync(join(paths.active, spec.run_id), '');
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new LoopwrightError(
      'read_only',
      `The run's folder ${folder} can't be written (${cause}). Free some space, or choose another store with --store DIR.`,
      { cause: error },
    );
  }
  return { spec, folder, runner: [...runnerOf(request.python, parts), folder] };
}

/** How the runner is called, without its arguments: isolated from whatever the user's environment does to Python. */
export function runnerOf(python: string, parts: PythonParts): readonly string[] {
  return [python, '-I', '-S', join(parts.folder, 'runner')];
}

/** What is asked for when a run is run again: the same command, a new run. */
export function againOf(spec: RunSpec): RunRequest & { readonly argv: readonly string[] } {
  const python = spec.interpreter ?? spec.argv[0] ?? 'python3';
  // The last words of a sweep are the command of each of its runs; what is hidden may have been put back into them.
  const argv = spec.sweep === null ? spec.argv : spec.argv.slice(-spec.sweep.argv.length);
  const { target, pythonArgs } = targetOf({ ...spec, argv });
  const { [DEBUG_TAG]: debugged, ...tags } = spec.tags;
  return {
    target,
    python,
    cwd: spec.cwd,
    experiment: spec.experiment,
    name: spec.name,
    params: spec.params,
    sweep: spec.sweep?.over,
    sweepJobs: spec.sweep?.jobs,
    tags,
    capture: spec.sweep?.capture ?? spec.capture,
    // Run again is not debugged again: what stood there was the debugger.
    pythonArgs: debugged === undefined ? pythonArgs : [],
    env: spec.env,
    argv,
  };
}

function targetOf({ kind, source, argv, notebook }: RunSpec): { target: RunTarget; pythonArgs: readonly string[] } {
  const words = argv.slice(1);
  if (kind === 'command') return { target: { kind, command: argv }, pythonArgs: [] };
  if (kind === 'script') {
    const at = Math.max(words.indexOf(source), 0);
    return {
      target: { kind, file: words[at] ?? source, args: words.slice(at + 1) },
      pythonArgs: words.slice(0, at),
    };
  }
  if (kind === 'notebook') {
    const options = notebook ?? { timeLimitS: null, cellTimeLimitS: null, kernel: null };
    return { target: { kind, file: source, options }, pythonArgs: [] };
  }
  if (kind === 'client')
    throw new LoopwrightError(
      'bad_request',
      `This run was begun by a program that logged it (${source}): run that again.`,
    );
  if (kind === 'followed') return { target: { kind, file: source }, pythonArgs: [] };
  const at = Math.max(
    words.findIndex((word, index) => word === '-m' && words[index + 1] === source),
    0,
  );
  return {
    target: { kind, module: words[at + 1] ?? source, args: words.slice(at + 2) },
    pythonArgs: words.slice(0, at),
  };
}

/** What the script is to get, nothing hidden. */
type Whole = Pick<RunSpec, 'argv' | 'params' | 'env'>;

const hasHidden = ({ hidden, hidden_params: params, hidden_env: env }: RunSpec): boolean =>
  hidden.length + params.length + env.length > 0;

/** What is written down, with secrets hidden, and the whole of it. */
function specOf(paths: StorePaths, request: RunRequest, parts: PythonParts): { spec: RunSpec; whole: Whole } {
  const { target, python, cwd } = request;
  const own = argvOf(request, parts);
  const isSweep = Object.keys(request.sweep ?? {}).length > 0;
  const driver = isSweep ? [python, '-I', '-S', '-X', 'utf8', join(parts.folder, 'sweep')] : [];
  const argv = [...driver, ...own];
  const masked = maskArguments(argv);
  const visible = masked.argv.slice(driver.length);
  const capture = request.capture ?? DEFAULT_CAPTURE;
  const params = maskValues(request.params ?? {});
  const env = maskValues(request.env ?? {});
  const runId = newRunId(Date.now());
  const addresses = addressesOf(paths.root);
  tokenOf(addresses); // made now, so that the runner only reads
  const spec: RunSpec = {
    format: RUN_FOLDER_FORMAT,
    run_id: runId,
    experiment: request.experiment ?? DEFAULT_EXPERIMENT,
    name: request.name ?? nameOf(target),
    parent_run_id: request.parentRunId ?? null,
    kind: target.kind,
    ...masked,
    source: sourceOf(target, visible),
    cwd,
    // Which Python a kernel runs on is not known from outside.
    interpreter: target.kind === 'command' || target.kind === 'followed' ? null : python,
    params: params.masked,
    hidden_params: params.hidden,
    tags: { ...request.tags },
    env: env.masked,
    hidden_env: env.hidden,
    hook_dir: join(parts.folder, 'hook'),
    root: rootOf(paths.root, cwd),
    // What a sweep's runs read, write and use is theirs; only the code that it began with is its own.
    capture: isSweep ? { ...capture, kinds: capture.kinds.filter((kind) => kind === 'code') } : capture,
    notebook: target.kind === 'notebook' ? target.options : null,
    sweep: isSweep
      ? { over: mutable(request.sweep ?? {}), argv: visible, jobs: request.sweepJobs ?? 1, capture }
      : null,
    user: userInfo().username,
    host: hostname(),
    created_ms: Date.now(),
    socket: process.platform === 'win32' ? null : addresses.runSocket(runId),
    token: process.platform === 'win32' ? null : addresses.tokenFile,
    origin: null,
    tracking: process.platform === 'win32' ? null : trackingUri(trackingPort(addresses)),
  };
  return { spec, whole: { argv, params: { ...request.params }, env: { ...request.env } } };
}

/**
 * The folder whose code and data belong to a run: the store's if the run is started below it, else its repository, else
 * the working folder. Never the home folder as a whole.
 */
function rootOf(store: string, cwd: string): string {
  const inside = (folder: string) =>
    cwd === folder || cwd.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
  const beside = dirname(store);
  if (basename(store) === STORE_NAME && inside(beside) && beside !== homedir() && dirname(beside) !== beside)
    return beside;
  for (let at = cwd; at !== homedir() && dirname(at) !== at; at = dirname(at))
    if (existsSync(join(at, '.git'))) return at;
  return cwd;
}

/** The command that a request asks for. */
export function argvOf({ target, python, pythonArgs = [] }: RunRequest, parts: PythonParts): string[] {
  switch (target.kind) {
    case 'script':
      return [python, ...pythonArgs, target.file, ...target.args];
    case 'module':
      return [python, ...pythonArgs, '-m', target.module, ...target.args];
    case 'command':
      return [...target.command];
    case 'notebook':
      return [python, join(parts.folder, 'notebook'), target.file];
    case 'followed':
      return [target.file];
  }
}

const mutable = (over: SweepValues): Record<string, string[]> =>
  Object.fromEntries(Object.entries(over).map(([key, values]) => [key, [...values]]));

/** What is run, as the user named it. */
function sourceOf(target: RunTarget, argv: readonly string[]): string {
  switch (target.kind) {
    case 'script':
    case 'notebook':
    case 'followed':
      return target.file;
    case 'module':
      return target.module;
    case 'command':
      return argv.join(' ');
  }
}

/** A short name for a run that was given none: the script's, without its ending. */
function nameOf(target: RunTarget): string {
  switch (target.kind) {
    case 'script':
    case 'notebook':
    case 'followed':
      return basename(target.file).replace(/\.(py|pyw|ipynb)$/i, '');
    case 'module':
      return target.module;
    case 'command':
      return basename(target.command[0] ?? 'command');
  }
}

/** The store that a file's runs go to, unless the user names one. */
export function storePathsFor(store: string): StorePaths {
  return pathsOf(isAbsolute(store) ? store : resolve(store));
}

/** The folder in which a script is run where nothing else is said: its own workspace folder, or the one it lies in. */
export function folderOf(file: string): string {
  return dirname(resolve(file));
}
