/** What became of a run, told from what its runner wrote and which of its processes live. Pure. */
import type { RunStatus } from '../../protocol/entities';
import type { RunnerState, RunSpec } from '../../protocol/runFolder';

export type Outcome =
  | { readonly status: 'SCHEDULED' | 'RUNNING'; readonly startMs: number }
  | {
      readonly status: Exclude<RunStatus, 'RUNNING' | 'SCHEDULED'>;
      readonly startMs: number;
      readonly endMs: number;
      readonly exitCode: number | null;
      readonly signal: string | null;
      readonly reason: string | null;
    };

/** What can be seen from outside of a run. */
export interface Observed {
  readonly spec: RunSpec;
  /** Null while the runner has not written anything. */
  readonly runner: RunnerState | null;
  /** Whether the keeper, the relay or the script itself lives; null if the run belongs to another machine. */
  readonly isAnyoneAlive: boolean | null;
  readonly nowMs: number;
  /** The time of the last sign of life in the run's folder. */
  readonly lastSignMs: () => number;
  /** Why the run failed, as a program of ours that carried it out has said; null where none has. */
  readonly saidReason: () => string | null;
}

/** How long a runner may take from being asked for to its first word. */
export const START_GRACE_MS = 15_000;

const KILLED_BY = new Set(['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGHUP', 'SIGQUIT']);

export function outcomeOf({ spec, runner, isAnyoneAlive, nowMs, lastSignMs, saidReason }: Observed): Outcome {
  const startMs = runner?.started_ms ?? spec.created_ms;
  if (runner === null) {
    if (nowMs - spec.created_ms < START_GRACE_MS) return { status: 'SCHEDULED', startMs };
    return over('FAILED', 'The runner never started: the process that asked for this run ended before it could.');
  }
  switch (runner.state) {
    case 'failed_to_start':
      return {
        ...over('FAILED', runner.error ?? 'The script could not be started.'),
        endMs: runner.ended_ms ?? lastSignMs(),
      };
    case 'exited':
      return exited(spec, runner, startMs, lastSignMs, saidReason);
    case 'starting':
    case 'running':
      if (isAnyoneAlive !== false) return { status: runner.state === 'running' ? 'RUNNING' : 'SCHEDULED', startMs };
      if (spec.kind === 'followed') return over('FINISHED', 'The window in which the notebook was followed is gone.');
      return over(
        'KILLED',
        runner.boot_id === ''
          ? 'The runner is gone; how the script ended is not known.'
          : 'The processes of this run are gone and left no exit code: they were killed, or the machine went down.',
      );
  }

  function over(status: 'FINISHED' | 'FAILED' | 'KILLED', reason: string): Extract<Outcome, { endMs: number }> {
    return { status, startMs, endMs: Math.max(startMs, lastSignMs()), exitCode: null, signal: null, reason };
  }
}

function exited(
  spec: RunSpec,
  runner: RunnerState,
  startMs: number,
  lastSignMs: () => number,
  saidReason: () => string | null,
): Outcome {
  const ended = {
    startMs,
    endMs: Math.max(startMs, runner.ended_ms ?? lastSignMs()),
    exitCode: runner.exit_code,
    signal: runner.signal,
  };
  if (runner.stop_requested) return { ...ended, status: 'KILLED', reason: 'Stopped on request.' };
  if (runner.signal !== null) {
    return {
      ...ended,
      status: KILLED_BY.has(runner.signal) ? 'KILLED' : 'FAILED',
      reason: `Ended by ${runner.signal}.`,
    };
  }
  // What was followed has no process of its own that could fail.
  if (runner.exit_code === 0 || spec.kind === 'followed') return { ...ended, status: 'FINISHED', reason: null };
  return { ...ended, status: 'FAILED', reason: saidReason() ?? `Exit code ${String(runner.exit_code)}.` };
}

/** Whether a run that was shown as the one need not be shown anew as the other. */
export function isSame(left: Outcome | null, right: Outcome): boolean {
  if (left === null) return false;
  if ('endMs' in left && 'endMs' in right) return left.status === right.status && left.reason === right.reason;
  return left.status === right.status && left.startMs === right.startMs;
}
