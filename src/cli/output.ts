/**
 * The one door to stdout and stderr. Writes are synchronous: nothing is lost when the process ends, and a slow reader
 * holds us up instead of filling our memory.
 */
import { writeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { type ErrorCode, LoopwrightError } from '../protocol/errors';

const STDOUT = 1;
const STDERR = 2;
const FULL_PIPE_WAIT_MS = 5;

export const EXIT = { done: 0, failed: 1, wrongUse: 2, notStarted: 125 } as const;

/** Whoever read our output has gone (`| head`): nothing is left to do, and nobody to tell. */
export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';
const CODES: Readonly<Record<Colour, readonly [number, number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

export type Paint = (colour: Colour, text: string) => string;

export class Output {
  /** Paints for stdout and for stderr: each only if it is a terminal, and colours are wanted. */
  readonly paint: Paint;
  readonly paintNote: Paint;

  /** Whether anything has gone to stdout: what was begun there can't be begun again. */
  hasWritten = false;

  constructor(
    readonly isJson: boolean,
    env: NodeJS.ProcessEnv = process.env,
  ) {
    const painter = (descriptor: number): Paint =>
      isatty(descriptor) && !env.NO_COLOR && env.TERM !== 'dumb'
        ? (colour, text) => `\u001b[${String(CODES[colour][0])}m${text}\u001b[${String(CODES[colour][1])}m`
        : (_, text) => text;
    this.paint = painter(STDOUT);
    this.paintNote = painter(STDERR);
  }

  /** The terminal's width, null where stdout is none. */
  get width(): number | null {
    return isatty(STDOUT) ? process.stdout.columns || null : null;
  }

  get isNoteOnTerminal(): boolean {
    return isatty(STDERR);
  }

  /** Lines for people, on stdout. */
  lines(lines: readonly string[]): void {
    for (const line of lines) this.raw(`${line}\n`);
  }

  /** The one document of `--json`. @throws ReaderGone */
  document(value: unknown): void {
    this.raw(`${JSON.stringify(value, null, isatty(STDOUT) ? 2 : undefined)}\n`);
  }

  /** A document that must not change how the command ends, whether it is still read or not. */
  lastDocument(value: unknown): void {
    try {
      this.document(value);
    } catch (error) {
      if (!(error instanceof ReaderGone)) throw error;
    }
  }

  /** @throws ReaderGone */
  raw(data: string | Uint8Array): void {
    this.hasWritten = true;
    writeAll(STDOUT, data);
  }

  /** A line beside the result, on stderr. A closed stderr is no reason to end. */
  note(line: string): void {
    try {
      writeAll(STDERR, `${line}\n`);
    } catch {
      // there is nobody to tell
    }
  }

  /** One line on stderr; with `--json` also the error's document. @returns the exit code */
  error(thrown: unknown, exitCode?: number): number {
    const { code, message } = LoopwrightError.from(thrown);
    const line = oneLine(code, message);
    this.note(`${this.paintNote('red', 'loopwright:')} ${line}`);
    if (this.isJson) this.lastDocument({ error: { code, message: line } });
    return exitCode ?? exitCodeOf(code);
  }
}

/** The way out that only the command line can name is added to what the engine says. */
export function oneLine(code: ErrorCode, message: string): string {
  const line = message.replaceAll(/\s*\n\s*/g, ' ').trim();
  return code === 'store_corrupt' ? `${line} Run "loopwright engine repair".` : line;
}

/** 2 where another command line or another store would have helped, 1 where the work itself failed. */
export function exitCodeOf(code: ErrorCode): number {
  switch (code) {
    case 'bad_request':
    case 'not_found':
    case 'not_trusted':
    case 'not_adopted':
    case 'store_unusable':
    case 'store_newer':
    case 'store_corrupt':
    case 'store_foreign':
    case 'runtime_too_old':
    case 'no_python':
    case 'notebook_packages_missing':
    case 'run_over':
    case 'server_refused':
      return EXIT.wrongUse;
    case 'read_only':
    case 'engine_unavailable':
    case 'engine_stopping':
    case 'run_failed_to_start':
    case 'gate_failed':
    case 'server_unreachable':
    case 'cancelled':
    case 'internal':
      return EXIT.failed;
  }
}

function writeAll(descriptor: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data;
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      // Somebody set the pipe to non-blocking for all who share it, and its reader is slow.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_WAIT_MS);
      else if (code === 'EPIPE' || code === 'EIO') throw new ReaderGone();
      else throw error;
    }
  }
}
