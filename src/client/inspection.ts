/** What a notebook's parameters are, and why it may not give the same once more: asked of Python, which parses Python. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as z from 'zod';
import { isErrorCode, LoopwrightError } from '../protocol/errors';
import { type InspectRequest, Inspection } from '../protocol/notebooks';
import type { PythonParts } from './launch';

const TIME_LIMIT_MS = 10_000;
/** A notebook has 20 MB at most; what is said of it is far less. */
const MAX_ANSWER_BYTES = 20_000_000;
const MAX_COMPLAINT_BYTES = 4_000;

const Refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

export interface InspectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly timeLimitMs?: number;
}

/**
 * Reads a notebook without executing anything of it.
 *
 * @param python absolute path of an interpreter; the notebook's own knows its own syntax best
 * @throws LoopwrightError `not_found` or `bad_request` where the notebook can't be read, `no_python` where there is no
 *   such interpreter, `cancelled`, `internal` where it took too long or said nothing that can be understood
 */
export async function inspectNotebook(
  python: string,
  parts: PythonParts,
  request: InspectRequest,
  { signal, timeLimitMs = TIME_LIMIT_MS }: InspectOptions = {},
): Promise<Inspection> {
  const { code, stdout, stderr } = await ask(python, parts, JSON.stringify(request), signal, timeLimitMs);
  const answer = parsed(stdout);
  const refusal = Refusal.safeParse(answer);
  if (refusal.success) {
    const { error } = refusal.data;
    throw new LoopwrightError(isErrorCode(error.code) ? error.code : 'internal', error.message);
  }
  const inspection = Inspection.safeParse(answer);
  if (code === 0 && inspection.success) return inspection.data;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  throw new LoopwrightError(
    'internal',
    `The notebook could not be inspected: Python (${python}) ended with ${String(code)}${why ? `: ${why}` : '.'}`,
    { cause: inspection.error },
  );
}

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function ask(
  python: string,
  parts: PythonParts,
  input: string,
  signal: AbortSignal | undefined,
  timeLimitMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(new LoopwrightError('cancelled', 'Cancelled.'));
      return;
    }
    // Isolated: neither the user's environment nor what lies beside the notebook is imported.
    const child = spawn(python, ['-I', '-S', join(parts.folder, 'inspection')], { stdio: 'pipe', windowsHide: true });
    const out: Buffer[] = [];
    let outBytes = 0;
    let stderr = '';
    let failure: LoopwrightError | null = null;
    const end = (error: LoopwrightError) => {
      failure ??= error;
      child.kill('SIGKILL');
    };
    const cancel = () => end(new LoopwrightError('cancelled', 'Cancelled.'));
    signal?.addEventListener('abort', cancel, { once: true });
    const timer = setTimeout(() => {
      const seconds = String(timeLimitMs / 1000);
      end(new LoopwrightError('internal', `The notebook could not be inspected within ${seconds} s.`));
    }, timeLimitMs);
    child.stdout.on('data', (data: Buffer) => {
      outBytes += data.length;
      if (outBytes <= MAX_ANSWER_BYTES) out.push(data);
      else end(new LoopwrightError('internal', 'The notebook could not be inspected: the answer is too long.'));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-MAX_COMPLAINT_BYTES);
    });
    child.stdin.on('error', () => undefined); // it ended before it had read all: its exit says why
    child.once('error', (cause: NodeJS.ErrnoException) => {
      failure ??=
        cause.code === 'ENOENT' || cause.code === 'EACCES'
          ? new LoopwrightError('no_python', `The Python interpreter ${python} could not be started.`, { cause })
          : new LoopwrightError('internal', `The notebook could not be inspected: ${cause.message}`, { cause });
      if (child.pid === undefined) over(null);
    });
    child.once('close', (code) => over(code));
    child.stdin.end(input);

    const over = (code: number | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', cancel);
      if (failure) reject(failure);
      else resolve({ code, stdout: Buffer.concat(out).toString('utf8'), stderr });
    };
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // it ended before it could answer: the exit code and stderr tell
  }
}
