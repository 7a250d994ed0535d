/** A tracked run in the foreground of a command: its runner has the terminal, the last lines are ours. */
import { type PreparedRun, prepareRun, type RunRequest } from '../client/launch';
import { combinationCount } from '../client/sweep';
import { LoopwrightError } from '../protocol/errors';
import { pathsOf } from '../protocol/node/storeFolder';
import type { RunnerState } from '../protocol/runFolder';
import type { Cli } from './command';
import { finishedDocument, finishedFromRunner } from './documents';
import { EXIT, oneLine, type Output } from './output';
import { finishedLine, startedLine, warningLines } from './rendering';
import { endsInLine, readRunner, type RunnerEnd, runInForeground, shellCode } from './runner';
import { runAround, storeToRunIn } from './store';
import { type ChildDocument, childDocuments } from './sweep';
import { RunWatch } from './watch';

/** How long the end of a run waits until the engine has taken it in. */
const ENGINE_PATIENCE_MS = 5000;

const runs = (count: number): string => `${String(count)} ${count === 1 ? 'run' : 'runs'}`;

export interface Started {
  readonly prepared: PreparedRun;
  readonly store: string;
  readonly watch: RunWatch;
  readonly end: Promise<RunnerEnd>;
}

/** @throws LoopwrightError where no run could be made */
export function start(
  { output, cwd, env, store: wished, parts, engines }: Cli,
  isQuiet: boolean,
  asked: RunRequest,
): Started {
  const root = storeToRunIn(wished, cwd, env);
  const prepared = prepareRun(root, { ...asked, parentRunId: runAround(root, env) }, parts);
  if (!isQuiet) output.note(startedLine(prepared.spec, output.paintNote));
  if (!isQuiet && prepared.spec.sweep !== null)
    output.note(output.paintNote('dim', `loopwright: a sweep of ${runs(combinationCount(prepared.spec.sweep.over))}`));
  const end = runInForeground(prepared, output.isJson ? 2 : 1, env);
  // The engine comes up beside the script, which waits for nothing of it.
  const watch = new RunWatch(engines, pathsOf(root), prepared.spec.run_id);
  return { prepared, store: root, watch, end };
}

/**
 * @param also what the document of the run has besides, once it has ended
 * @returns the exit code
 */
export async function conclude(
  output: Output,
  { prepared, store, watch }: Started,
  end: RunnerEnd,
  isQuiet: boolean,
  also: () => object = () => ({}),
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
      spec.sweep === null
        ? { ...document, ...also() }
        : { ...document, children: await childrenOf(output, watch, spec.run_id) },
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
