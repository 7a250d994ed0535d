/** What front ends need to score a table: the command of the job, and what it would do. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as z from 'zod';
import { LoopwrightError } from '../protocol/errors';
import { TABLE } from '../protocol/tables';
import type { Asked } from './convert/looking';
import { ScoreMisfit, type ScoreOrder, ScoreOutline } from '../protocol/score';

export { TABLE };

export interface ScoreProgram {
  readonly runtime: string;
  /** `score.js`. */
  readonly file: string;
}

export type ScoreBeginning = 'new' | 'resume' | 'anew';

/** A table that the run of a model has read; null where none is known, or it is not here any more. */
export async function trainingOf(engine: Asked, runId: string | null): Promise<string | null> {
  if (runId === null) return null;
  try {
    const { files } = await engine.request('runs/files', { runId, direction: 'in', limit: 100 });
    const isTable = ({ kind, path }: (typeof files)[number]) => kind === 'file' && TABLE.test(path) && existsSync(path);
    return files.find(isTable)?.path ?? null;
  } catch (error) {
    if (LoopwrightError.from(error).code === 'not_found') return null; // its run is gone
    throw error;
  }
}

/** The words of a tracked run. */
export const scoreCommand = ({ runtime, file }: ScoreProgram, order: ScoreOrder, how: ScoreBeginning): string[] => [
  runtime,
  file,
  JSON.stringify(order),
  how,
];

/** What would be done, or what another answer may mend. @throws LoopwrightError `bad_request`, `cancelled` */
export function outlineOf(
  program: ScoreProgram,
  order: ScoreOrder,
  signal?: AbortSignal,
): Promise<ScoreOutline | ScoreMisfit> {
  const child = spawn(program.runtime, [program.file, JSON.stringify(order), 'plan'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  const said = { out: '', error: '' };
  child.stdout.on('data', (text: Buffer) => (said.out += String(text)));
  child.stderr.on('data', (text: Buffer) => (said.error = `${said.error}${String(text)}`.slice(-4000)));
  const stop = () => child.kill();
  signal?.addEventListener('abort', stop, { once: true });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new LoopwrightError('internal', `It can't be started: ${error.message}`)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(new LoopwrightError('cancelled', 'It was cancelled.'));
      else if (code === 0) resolve(z.union([ScoreOutline, ScoreMisfit]).parse(JSON.parse(said.out)));
      else reject(new LoopwrightError('bad_request', said.error.trim() || `It ended with code ${String(code)}.`));
    });
  });
}
