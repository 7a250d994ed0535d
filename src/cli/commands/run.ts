/** `loopwright run`: a script, a module or a command as a tracked run, with its own output and exit code. */
import type { Command } from 'commander';
import { argvOf, type PreparedRun, prepareRun, type RunRequest, type RunTarget } from '../../client/launch';
import { requireNotebookPackages } from '../../client/notebook';
import { CAPTURE_KINDS, DEFAULT_CAPTURE } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import { pathsOf } from '../../protocol/node/storeFolder';
import type { RunnerState } from '../../protocol/runFolder';
import { checkSweep, combinationCount } from '../../client/sweep';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { finishedDocument, finishedFromRunner } from '../documents';
import { EXIT, oneLine, type Output } from '../output';
import { finishedLine, startedLine, warningLines } from '../rendering';
import { endsInLine, readRunner, type RunnerEnd, runInForeground, runPlainly, shellCode } from '../runner';
import { runAround, storeToRunIn } from '../store';
import { type ChildDocument, childDocuments } from '../sweep';
import { parseJobs, parseSweep } from '../sweepWords';
import { checkTarget, pythonFor } from '../target';
import { RunWatch } from '../watch';
import { parseCapture, parseParams, parseSeconds } from '../words';

/** How long the end of a run waits until the engine has taken it in. */
const ENGINE_PATIENCE_MS = 5000;

interface RunOptions {
  readonly experiment?: string;
  readonly name?: string;
  readonly param?: readonly string[];
  readonly sweep?: readonly string[];
  readonly jobs?: string;
  readonly python?: string;
  readonly capture?: string;
  readonly pythonArg?: readonly string[];
  readonly quiet?: boolean;
  readonly orPlain?: boolean;
  readonly notebook?: boolean;
  readonly timeLimit?: string;
  readonly cellTimeLimit?: string;
  readonly kernel?: string;
}

export const RUN_OPTIONS_WITH_VALUE = [
  '--experiment',
  '--name',
  '-P',
  '--param',
  '--sweep',
  '--jobs',
  '--python',
  '--python-arg',
  '--capture',
  '--time-limit',
  '--cell-time-limit',
  '--kernel',
] as const;

/** @param target what stood behind our own options, taken off before they were parsed */
export function addRun(program: Command, perform: Perform, target: RunTarget | null): void {
  withCommonOptions(program.command('run'))
    .summary('run a script, a notebook, a module or a command as a tracked run')
    .description(
      'Run a Python script, a module or any command as a tracked run, without a change to it. What follows FILE, ' +
        'MODULE or -- belongs to the script. Output, input and exit code are its own; 125: nothing could be started. ' +
        'A notebook is run from its first cell to its last in a fresh kernel; its file stays as it is, and the executed ' +
        'one is an artifact of the run.',
    )
    .usage('[options] FILE [ARGS…] | -m MODULE [ARGS…] | -- COMMAND…')
    .option('--experiment <name>', 'the experiment that it belongs to (default: Default)')
    .option('--name <name>', 'the name of the run (default: that of the script)')
    .option(
      '-P, --param <key=value>',
      'a parameter to record, and of a notebook to set; can be repeated',
      (pair: string, pairs?: string[]) => [...(pairs ?? []), pair],
    )
    .option(
      '--sweep <key=values>',
      'values to try, with commas between; each combination is a run of its own, {key} in ARGS its value; can be repeated',
      (values: string, before?: string[]) => [...(before ?? []), values],
    )
    .option('--jobs <n>', 'so many runs of a sweep at the same time (default: 1)')
    .option('--python <exe>', 'the interpreter (default: the active or nearest virtual environment, then python3)')
    .option(
      '--python-arg <option>',
      'an option for the interpreter itself (--python-arg=-u); can be repeated',
      (option: string, options?: string[]) => [...(options ?? []), option],
    )
    .option(
      '--capture <kinds>',
      `what is captured by itself, with commas between: ${CAPTURE_KINDS.join(',')}; or none (default: all of it)`,
    )
    .option('--notebook', 'run a Python script with cells (# %%) as a notebook; a file .ipynb always is one')
    .option('--time-limit <seconds>', 'of a notebook: how long it may take')
    .option('--cell-time-limit <seconds>', 'of a notebook: how long each cell may take')
    .option('--kernel <name>', "of a notebook: a kernelspec (default: Python's own by --python, else the notebook's)")
    .option('-q, --quiet', 'no lines of our own around the output of the script')
    .option('--or-plain', 'where a run can not be made, run the script untracked')
    .addHelpText(
      'after',
      examples(
        'run train.py --lr 0.1',
        'run --experiment fraud -P data=v7 train.py',
        'run -m package.train',
        'run -- make train',
        'run --capture code,data train.py',
        'run -P lr=0.1 --time-limit 3600 train.ipynb',
        'run --sweep lr=0.1,0.3 --sweep depth=2,4 train.py --lr {lr} --depth {depth}',
      ),
    )
    .action((options: RunOptions, command: Command) => perform(command, (cli) => run(cli, options, target)));
}

const runs = (count: number): string => `${String(count)} ${count === 1 ? 'run' : 'runs'}`;

interface Started {
  readonly prepared: PreparedRun;
  readonly store: string;
  readonly watch: RunWatch;
  readonly end: Promise<RunnerEnd>;
}

async function run(cli: Cli, options: RunOptions, target: RunTarget | null): Promise<number> {
  try {
    const request = requestOf(cli, options, target);
    if (request.target.kind === 'notebook') await requireNotebookPackages(request.python, cli.env);
    let started: Started;
    try {
      started = start(cli, options, request);
    } catch (thrown) {
      if (options.orPlain !== true) throw thrown;
      cli.output.note(`loopwright: not tracked: ${LoopwrightError.from(thrown).message}`);
      return shellCode(await runPlainly(argvOf(request, cli.parts), cli.output.isJson ? 2 : 1, cli.env));
    }
    return await conclude(cli.output, started, await started.end, options.quiet === true);
  } catch (thrown) {
    const error = LoopwrightError.from(thrown);
    return cli.output.error(error, error.code === 'bad_request' ? EXIT.wrongUse : EXIT.notStarted);
  }
}

/** What was asked for, checked. Nothing is made for it yet. */
function requestOf({ cwd, env }: Cli, options: RunOptions, named: RunTarget | null): RunRequest {
  const target = named === null ? null : notebookTarget(named, options);
  if (target === null)
    throw new LoopwrightError(
      'bad_request',
      'Say what to run: FILE, -m MODULE or -- COMMAND. See "loopwright run --help".',
    );
  for (const name of ['experiment', 'name'] as const)
    if (options[name]?.trim() === '')
      throw new LoopwrightError('bad_request', `--${name} takes a name that is not empty.`);
  if (options.pythonArg !== undefined && target.kind === 'command')
    throw new LoopwrightError('bad_request', '--python-arg is for FILE and -m MODULE. Put it into the command itself.');
  const params = parseParams(options.param ?? []);
  const sweep = parseSweep(options.sweep ?? []);
  if (sweep) checkSweep(sweep, params);
  if (sweep && options.orPlain === true)
    throw new LoopwrightError('bad_request', '--or-plain runs a script once. Leave it or --sweep out.');
  if (sweep && target.kind === 'script' && target.file === '-')
    throw new LoopwrightError('bad_request', 'The runs of a sweep have no input. Put the script into a file.');
  if (!sweep && options.jobs !== undefined)
    throw new LoopwrightError('bad_request', '--jobs is for --sweep. Leave it out, or add --sweep key=value,value.');
  const capture =
    options.capture === undefined ? undefined : { ...DEFAULT_CAPTURE, kinds: parseCapture(options.capture) };
  checkTarget(target, cwd);
  return {
    target,
    python: pythonFor(target, options.python, cwd, env),
    pythonArgs: options.pythonArg,
    cwd,
    params,
    sweep,
    sweepJobs: options.jobs === undefined ? undefined : parseJobs(options.jobs),
    experiment: options.experiment,
    name: options.name,
    capture,
  };
}

const NOTEBOOK = /\.ipynb$/i;

/** A notebook where the file is one, or is to be taken for one. @throws LoopwrightError `bad_request` */
function notebookTarget(target: RunTarget, options: RunOptions): RunTarget {
  const { notebook, timeLimit, cellTimeLimit, kernel } = options;
  const isNotebook = target.kind === 'script' && (notebook === true || NOTEBOOK.test(target.file));
  if (!isNotebook) {
    const of = {
      '--notebook': notebook,
      '--time-limit': timeLimit,
      '--cell-time-limit': cellTimeLimit,
      '--kernel': kernel,
    };
    const given = Object.entries(of).find(([, value]) => value !== undefined)?.[0];
    if (given !== undefined) throw new LoopwrightError('bad_request', `${given} is for a notebook.`);
    return target;
  }
  if (target.file === '-')
    throw new LoopwrightError('bad_request', 'A notebook is run from a file, not from standard input.');
  if (target.args.length > 0)
    throw new LoopwrightError(
      'bad_request',
      `A notebook takes no arguments ("${target.args[0] ?? ''}"). Our own options stand before the file; ` +
        'its parameters are given with -P key=value.',
    );
  if (options.pythonArg !== undefined)
    throw new LoopwrightError('bad_request', '--python-arg is for scripts; a notebook is run by its kernel.');
  return {
    kind: 'notebook',
    file: target.file,
    options: {
      timeLimitS: parseSeconds('--time-limit', timeLimit),
      cellTimeLimitS: parseSeconds('--cell-time-limit', cellTimeLimit),
      kernel: kernel ?? null,
    },
  };
}

function start(
  { output, cwd, env, store: wished, parts, engines }: Cli,
  options: RunOptions,
  asked: RunRequest,
): Started {
  const root = storeToRunIn(wished, cwd, env);
  const prepared = prepareRun(root, { ...asked, parentRunId: runAround(root, env) }, parts);
  if (options.quiet !== true) output.note(startedLine(prepared.spec, output.paintNote));
  if (options.quiet !== true && prepared.spec.sweep !== null)
    output.note(output.paintNote('dim', `loopwright: a sweep of ${runs(combinationCount(prepared.spec.sweep.over))}`));
  const end = runInForeground(prepared, output.isJson ? 2 : 1, env);
  // The engine comes up beside the script, which waits for nothing of it.
  const watch = new RunWatch(engines, pathsOf(root), prepared.spec.run_id);
  return { prepared, store: root, watch, end };
}

async function conclude(
  output: Output,
  { prepared, store, watch }: Started,
  end: RunnerEnd,
  isQuiet: boolean,
): Promise<number> {
  const { spec, folder } = prepared;
  const runner = readRunner(folder);
  const code = shellCode(end);
  if (runner === null) {
    // It has said why already: a full disk, a folder that has gone.
    if (code === EXIT.notStarted)
      throw new LoopwrightError('run_failed_to_start', `The run in ${folder} was not started; why stands above.`);
    const [python = ''] = prepared.runner;
    throw new LoopwrightError(
      'run_failed_to_start',
      `${python} did not start the run (exit code ${String(code)}). Is it a Python 3? Choose another with --python.`,
    );
  }
  if (end.signal !== null && runner.state === 'running') {
    output.note(
      `loopwright: what carried the output was ended by ${end.signal}. ` +
        `The script goes on: loopwright runs show ${spec.run_id}`,
    );
    if (output.isJson) output.lastDocument(finishedFromRunner(spec, runner, store));
    return code;
  }
  if (isQuiet && !output.isJson) {
    // Nothing is waited for that nobody is told; the engine learns of the run by itself.
    return runner.state === 'failed_to_start' ? EXIT.notStarted : code;
  }
  const document = await tellEnd(output, prepared, runner, store, watch);
  if (runner.state === 'failed_to_start') {
    if (output.isJson)
      output.lastDocument({ error: { code: 'run_failed_to_start', message: runner.error ?? '' }, ...document });
    return EXIT.notStarted;
  }
  if (output.isJson)
    output.lastDocument(
      spec.sweep === null ? document : { ...document, children: await childrenOf(output, watch, spec.run_id) },
    );
  return code;
}

/** The runs of a sweep; null where the engine can't tell them. */
const childrenOf = (output: Output, watch: RunWatch, runId: string): Promise<ChildDocument[] | null> =>
  watch
    .use((connection) => childDocuments(connection, runId, ENGINE_PATIENCE_MS))
    .catch((thrown: unknown) => {
      const { code, message } = LoopwrightError.from(thrown);
      output.note(`${output.paintNote('yellow', '!')} The runs of the sweep can't be told: ${oneLine(code, message)}`);
      return null;
    });

/** The last lines on stderr. @returns the document for stdout */
async function tellEnd(
  output: Output,
  { spec, folder }: PreparedRun,
  runner: RunnerState,
  store: string,
  watch: RunWatch,
) {
  const { paintNote: paint } = output;
  const finished = await watch.finish(ENGINE_PATIENCE_MS).catch((thrown: unknown) => LoopwrightError.from(thrown));
  const isKnown = !(finished instanceof LoopwrightError);
  const document = isKnown
    ? finishedDocument(finished.run, finished.metrics, store)
    : finishedFromRunner(spec, runner, store);
  if (output.isNoteOnTerminal && !endsInLine(folder)) output.note('');
  // The runner itself has said why nothing was started.
  if (runner.state !== 'failed_to_start')
    output.note(finishedLine(document, isKnown ? finished.run.headline : null, paint));
  if (isKnown) for (const line of warningLines(finished.notes, paint)) output.note(line);
  else
    output.note(
      `${paint('yellow', '!')} ${oneLine(finished.code, finished.message)} Nothing is lost: the run is in ${folder}`,
    );
  return document;
}
