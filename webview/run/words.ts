/** What the run page says about a run, in words. Pure. */
import { type ParamSource, type Provenance, type RunRow, type RunStatus } from '../../src/protocol/entities';
import { formatDuration } from '../../src/protocol/format';
import { stoppedWords } from '../cells/words';
import { type IconName } from '../ui/icons';

export interface StateWords {
  readonly icon: IconName;
  readonly word: string;
}

export const STATES: Readonly<Record<RunStatus, StateWords>> = {
  RUNNING: { icon: 'loading', word: 'running' },
  SCHEDULED: { icon: 'clock', word: 'scheduled' },
  FINISHED: { icon: 'pass', word: 'finished' },
  FAILED: { icon: 'error', word: 'failed' },
  KILLED: { icon: 'circle-slash', word: 'stopped' },
};

export const SOURCES: Readonly<Record<ParamSource, string>> = {
  library: 'library',
  argparse: 'argparse',
  cli: 'command line',
  api: 'logged',
  client: 'logged by MLflow',
};

export function isOver(run: RunRow): boolean {
  return run.timing.endMs !== null;
}

/** How long the run took, or has taken until now. */
export function runDuration({ timing }: RunRow, nowMs: number): string {
  return formatDuration(Math.max(0, (timing.endMs ?? nowMs) - timing.startMs));
}

/** `Exit code 3.`, or what the engine found out; null where a run needs no explanation. */
export function reasonOf(run: RunRow): string | null {
  if (run.stoppedAt !== null)
    return [causeOf(run), stoppedWords(run.stoppedAt)].filter((part) => part !== null).join(' ');
  return causeOf(run);
}

/** An exit code says nothing beside the error of a cell. */
function causeOf(run: RunRow): string | null {
  if (run.stoppedAt?.state === 'failed' && run.timing.status === 'FAILED' && run.signal === null) return null;
  if (run.reason !== null) return run.reason;
  if (run.timing.status !== 'FAILED' && run.timing.status !== 'KILLED') return null;
  if (run.signal !== null) return `Ended by ${run.signal}.`;
  return run.exitCode !== null && run.exitCode !== 0 ? `Exit code ${String(run.exitCode)}.` : null;
}

/** For the live region: what became of the run. */
export function announcement(run: RunRow, nowMs: number): string {
  const state = STATES[run.timing.status].word;
  return [`${run.name}: ${state}, ${runDuration(run, nowMs)}.`, reasonOf(run)]
    .filter((part) => part !== null)
    .join(' ');
}

export interface CommandWords {
  /** The script, module or program as it was named. */
  readonly program: string;
  readonly rest: string;
  /** All of it, to be pasted into a shell. */
  readonly whole: string;
}

/** How many words of a command line were put in front of what the user named: an interpreter, a program of ours. */
const OWN_WORDS = { script: 1, module: 1, command: 0, notebook: 2, followed: 0, client: 0 } as const;

/** The command line without the interpreter in front of it. */
export function commandWords({ kind, argv, source }: Provenance): CommandWords {
  const whole = argv.map(quoted).join(' ');
  const words = argv.slice(OWN_WORDS[kind]);
  const at = kind === 'module' && words[0] === '-m' ? 2 : 1;
  return {
    program: words.slice(0, at).map(quoted).join(' ') || source,
    rest: words.slice(at).map(quoted).join(' '),
    whole,
  };
}

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function absoluteTime(timeMs: number): string {
  return new Date(timeMs).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `512 B`, `1.2 MB`: thousands, as disks are sold. */
export function formatSize(sizeBytes: number): string {
  let size = sizeBytes;
  let unit = 0;
  while (size >= 999.5 && unit < UNITS.length - 1) {
    size /= 1000;
    unit++;
  }
  const digits = unit > 0 && size < 9.95 ? size.toFixed(1) : size.toFixed(0);
  return `${digits} ${UNITS[unit] ?? ''}`;
}

/** `12 of 1 000`, or the number alone where all are there. */
export function countWords(shown: number, total: number): string {
  const grouped = (count: number) => count.toLocaleString('en').replaceAll(',', '\u2009');
  return shown >= total ? grouped(total) : `${grouped(shown)} of ${grouped(total)}`;
}
