/** The runner in our foreground: it has the user's terminal and pipes, we pass on what is meant for the script. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';
import type { PreparedRun } from '../client/launch';
import { LoopwrightError } from '../protocol/errors';
import { RunnerState } from '../protocol/runFolder';
import { descriptorsIn } from './words';

export interface RunnerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The code that a shell would give. */
export const shellCode = ({ code, signal }: RunnerEnd): number =>
  code ?? 128 + (signal === null ? 0 : constants.signals[signal]);

const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const OTHER = ['SIGUSR1', 'SIGUSR2'] as const;
/** By then the runner has written down that it was signalled itself, also on a busy machine. */
const WITNESS_MS = 400;

/**
 * Starts the runner and resolves with its end.
 *
 * @param stdout descriptor that the script's stdout goes to
 * @throws LoopwrightError `run_failed_to_start` if it could not be started
 */
export function runInForeground({ runner, folder, spec }: PreparedRun, stdout: 1 | 2, env: NodeJS.ProcessEnv) {
  const isHangupIgnored = process.platform !== 'win32' && basename(env._ ?? '') === 'nohup';
  const [program = '', ...args] = isHangupIgnored
    ? ['/bin/sh', '-c', 'trap "" HUP; exec "$@"', 'sh', ...runner]
    : runner;
  const child = spawn(program, args, { stdio: stdioFor(stdout, spec.argv), env: scriptEnv(env) });
  const stopListening =
    process.platform === 'win32' ? ignoreInterrupts() : passOnSignals(child, folder, isHangupIgnored);
  return endOf(child, program, stopListening);
}

/**
 * Runs a script as if we were not there, and resolves with its end: what is left where no run can be made.
 *
 * @throws LoopwrightError `run_failed_to_start` if it could not be started
 */
export function runPlainly([program = '', ...args]: readonly string[], stdout: 1 | 2, env: NodeJS.ProcessEnv) {
  const child = spawn(program, args, { stdio: stdioFor(stdout, args), env: scriptEnv(env) });
  // A terminal sends its interrupts to the script too; other signals come to us alone.
  const ignore = () => undefined;
  const passOn = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, ignore);
  for (const signal of ['SIGTERM', 'SIGHUP', ...OTHER] as const) process.on(signal, passOn);
  return endOf(child, program, () => {
    for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.off(signal, ignore);
    for (const signal of ['SIGTERM', 'SIGHUP', ...OTHER] as const) process.off(signal, passOn);
  });
}

function endOf(child: ChildProcess, program: string, stopListening: () => void): Promise<RunnerEnd> {
  return new Promise<RunnerEnd>((resolve, reject) => {
    child.once('error', (cause) => {
      stopListening();
      reject(
        new LoopwrightError('run_failed_to_start', `${program} could not be started: ${cause.message}.`, { cause }),
      );
    });
    child.once('exit', (code, signal) => {
      stopListening();
      resolve({ code, signal });
    });
  });
}

function stdioFor(stdout: 1 | 2, argv: readonly string[]) {
  const stdio: ('inherit' | 'ignore' | number)[] = ['inherit', stdout, 2];
  for (const descriptor of descriptorsIn(argv)) {
    while (stdio.length < descriptor) stdio.push('ignore');
    stdio[descriptor] = descriptor;
  }
  return stdio;
}

/** An Electron that plays our Node must not turn those that the script starts into Nodes. */
function scriptEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  if (!process.versions.electron) return env;
  const { ELECTRON_RUN_AS_NODE: _, ...rest } = env;
  return rest;
}

/** Windows sends an interrupt to everybody in the console by itself. */
function ignoreInterrupts(): () => void {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  return () => process.off('SIGINT', ignore);
}

/**
 * A signal to the whole group (Ctrl+C, `timeout`) has reached the runner already, one to this process alone has not.
 * The runner writes down when it was asked to end: where that appears by itself, nothing is passed on a second time.
 */
function passOnSignals(runner: { kill(signal: NodeJS.Signals): boolean }, folder: string, isHangupIgnored: boolean) {
  let held: NodeJS.Signals[] = [];
  let comeToUsAlone = false;
  const onEnding = (signal: NodeJS.Signals) => {
    if (signal === 'SIGHUP' && isHangupIgnored) return;
    if (comeToUsAlone || wasAskedToEnd(folder, WITNESS_MS)) {
      comeToUsAlone = true;
      runner.kill(signal);
      return;
    }
    held.push(signal);
    if (held.length > 1) return;
    setTimeout(() => {
      comeToUsAlone = !wasAskedToEnd(folder, 0);
      if (comeToUsAlone) for (const one of held) runner.kill(one);
      held = [];
    }, WITNESS_MS);
  };
  // Without a listener SIGUSR1 would open Node's debugger.
  const onOther = (signal: NodeJS.Signals) => {
    runner.kill(signal);
  };
  for (const signal of ENDING) process.on(signal, onEnding);
  for (const signal of OTHER) process.on(signal, onOther);
  return () => {
    for (const signal of ENDING) process.off(signal, onEnding);
    for (const signal of OTHER) process.off(signal, onOther);
  };
}

/** Whether the runner had written down, so long ago, that the run shall end. */
function wasAskedToEnd(folder: string, agoMs: number): boolean {
  if (readRunner(folder)?.stop_requested !== true) return false;
  return Date.now() - statSync(join(folder, 'runner.json')).mtimeMs >= agoMs;
}

/** What the runner wrote down; null if it never came so far. */
export function readRunner(folder: string): RunnerState | null {
  try {
    return RunnerState.parse(JSON.parse(readFileSync(join(folder, 'runner.json'), 'utf8')));
  } catch {
    return null; // not written yet, or caught while it is overwritten
  }
}

/** Whether the script's output ended with a line break, so that the next line begins at the left. */
export function endsInLine(folder: string): boolean {
  try {
    const descriptor = openSync(join(folder, 'output.log'), 'r');
    try {
      const { size } = fstatSync(descriptor);
      const last = Buffer.alloc(1);
      return size === 0 || (readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] === 0x0a);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return true; // there was no output
  }
}
