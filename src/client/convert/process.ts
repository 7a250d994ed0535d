/**
 * The process that makes an ONNX model of another one, in the user's environment. It executes what the model's pickle says:
 * who calls this has asked. It ends with whoever started it, and with all that it has started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { basename, join } from 'node:path';
import * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import { modelPythonEnvironment } from '../../protocol/node/pythonEnvironment';
import type { PythonParts } from '../launch';
import { Converted } from './conversion';

const TIME_LIMIT_MS = 10 * 60_000;
const MAX_COMPLAINT_CHARS = 4_000;
const MAX_LINE_CHARS = 1_000_000;

export const Step = z.enum(['loading', 'converting', 'comparing']);
export type Step = z.infer<typeof Step>;

const Said = z.union([
  z.object({ step: Step }),
  z.object({ converted: Converted }),
  z.object({ refused: z.string() }),
  z.object({ missing: z.object({ packages: z.array(z.string()).min(1), neededFor: z.string() }) }),
]);
type Said = z.infer<typeof Said>;

/** Packages that the environment of an interpreter lacks. */
export class PackagesMissing extends LoopwrightError {
  /** What installs them into that environment. */
  readonly command: readonly string[];

  constructor(
    readonly python: string,
    readonly packages: readonly string[],
    neededFor: string,
  ) {
    const command = [python, '-m', 'pip', 'install', ...packages];
    super(
      'bad_request',
      `${neededFor} needs ${packages.join(' and ')}, which ${python} does not have. Install it: ${command.join(' ')}`,
    );
    this.command = command;
  }
}

export interface ConversionRequest {
  /** A file, or a folder of MLflow's. */
  readonly model: string;
  /** A folder that is there: `model.onnx` is written into it, and what belongs to it. */
  readonly out: string;
  /** A table with rows of its input. */
  readonly example: string | null;
  /** Where the model's own code may be imported from. */
  readonly search: readonly string[];
}

export interface ConversionOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeLimitMs?: number;
  readonly onStep?: (step: Step) => void;
}

/** @throws LoopwrightError `bad_request` with why there is no ONNX model, `cancelled`, `no_python`; PackagesMissing */
export function runConversion(
  python: string,
  parts: PythonParts,
  request: ConversionRequest,
  { env, cwd, signal, timeLimitMs = TIME_LIMIT_MS, onStep }: ConversionOptions,
): Promise<Converted> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(cancelled());
      return;
    }
    // A group of its own: what the model's code starts ends with it.
    const child = spawn(python, [join(parts.folder, 'convert')], {
      cwd,
      env: modelPythonEnvironment(env, parts.folder),
      stdio: 'pipe',
      windowsHide: true,
      detached: process.platform !== 'win32',
    });
    let failure: LoopwrightError | null = null;
    let result: Exclude<Said, { step: Step }> | null = null;
    let line = '';
    let complaints = '';
    const end = (error: LoopwrightError) => {
      failure ??= error;
      killAll(child);
    };
    const cancel = () => end(cancelled());
    signal?.addEventListener('abort', cancel, { once: true });
    const timer = setTimeout(() => {
      const limit = String(Math.round(timeLimitMs / 1000));
      end(refused(`${basename(request.model)} was not converted within ${limit} s.`));
    }, timeLimitMs);
    const hear = (text: string) => {
      const said = Said.safeParse(parsed(text));
      if (!said.success) return; // of a process that dies in the middle of a line
      if ('step' in said.data) onStep?.(said.data.step);
      else {
        result = said.data;
        // It is over; what its libraries may still do on their way out is of no use.
        killAll(child);
      }
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      lines.forEach(hear);
      if (line.length > MAX_LINE_CHARS) end(refused('The conversion said more than can be understood.'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints = (complaints + text).slice(-MAX_COMPLAINT_CHARS);
    });
    child.stdin.on('error', () => undefined); // it ended before it had read all: its exit says why
    child.once('error', (cause: NodeJS.ErrnoException) => {
      failure ??= new LoopwrightError('no_python', `The Python interpreter ${python} could not be started.`, { cause });
      if (child.pid === undefined) over(null, null);
    });
    child.once('exit', () => killAll(child)); // a child of its own may hold our pipes
    child.once('close', (code, by) => over(code, by));
    // Left open: its end tells the process that nobody waits any more.
    child.stdin.write(`${JSON.stringify(request)}\n`);

    const over = (code: number | null, by: NodeJS.Signals | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (result !== null && failure === null) {
        if ('converted' in result) resolve(result.converted);
        else if ('refused' in result) reject(refused(result.refused));
        else reject(new PackagesMissing(python, result.missing.packages, result.missing.neededFor));
        return;
      }
      const last = complaints.trim().split('\n').at(-1) ?? '';
      const how = by === null ? `with exit code ${String(code)}` : `by ${by}`;
      reject(failure ?? refused(`The process that loaded the model ended ${how}${last === '' ? '.' : `: ${last}`}`));
    };
  });
}

const refused = (message: string) => new LoopwrightError('bad_request', message);
const cancelled = () => new LoopwrightError('cancelled', 'The conversion was cancelled.');

function killAll({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    if (process.platform === 'win32') spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { windowsHide: true });
    else process.kill(-pid, 'SIGKILL');
  } catch {
    // all of it has ended
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // something else has written there
  }
}
