/** `loopwright run`: a script, a module or a command as a tracked run, with its own output and exit code. */
import type { Command } from 'commander';
import { argvOf, type RunRequest, type RunTarget } from '../../client/launch';
import { requireNotebookPackages } from '../../client/notebook';
import { CAPTURE_KINDS, DEFAULT_CAPTURE } from '../../protocol/capture';
import { LoopwrightError } from '../../protocol/errors';
import { checkSweep } from '../../client/sweep';
import { type Cli, examples, type Perform, withCommonOptions } from '../command';
import { EXIT } from '../output';
import { runPlainly, shellCode } from '../runner';
import { parseJobs, parseSweep } from '../sweepWords';
import { checkTarget, pythonFor } from '../target';
import { conclude, start, type Started } from '../trackedRun';
import { parseCapture, parseParams, parseSeconds } from '../words';

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

async function run(cli: Cli, options: RunOptions, target: RunTarget | null): Promise<number> {
  try {
    const request = requestOf(cli, options, target);
    if (request.target.kind === 'notebook') await requireNotebookPackages(request.python, cli.env);
    let started: Started;
    try {
      started = start(cli, options.quiet === true, request);
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
