/** Measuring how a model can be served here, in a process of its own that ends with whoever asks. */
import { spawn } from 'node:child_process';
import { LoopwrightError } from '../protocol/errors';
import type { MeasureNews, MeasureOrder, MeasureStep, ServeFigures } from '../protocol/serveChoice';
import type { EndpointProgram } from './endpoint';

/** It takes some seconds, and as long as a model takes that is slow to load or to run. */
const LIMIT_MS = 180_000;

/**
 * @param program `measure.js`
 * @throws LoopwrightError `bad_request` for a model that can't be run, `cancelled`
 */
export async function measureServing(
  { runtime, file: program }: EndpointProgram,
  order: MeasureOrder,
  onStep: (step: MeasureStep) => void,
  signal: AbortSignal,
): Promise<ServeFigures> {
  const cancelled = () => new LoopwrightError('cancelled', 'Measuring was cancelled.');
  if (signal.aborted) throw cancelled();
  const child = spawn(runtime, [program, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  // What it has started ends with it.
  const end = () => child.kill('SIGKILL');
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end();
  }, LIMIT_MS);
  signal.addEventListener('abort', end, { once: true });
  try {
    return await new Promise<ServeFigures>((resolve, reject) => {
      child.on('message', (news: MeasureNews) => {
        if (news.kind === 'step') onStep(news.step);
        else if (news.kind === 'measured') resolve(news.figures);
        else reject(new LoopwrightError('bad_request', news.message));
      });
      child.once('error', (error) => reject(new LoopwrightError('internal', `It can't be started: ${error.message}`)));
      child.once('exit', (code, killedBy) => {
        const took = `It was not measured within ${String(LIMIT_MS / 1000)} s: the model is too slow for that here.`;
        if (signal.aborted) reject(cancelled());
        else if (isLate) reject(new LoopwrightError('bad_request', took));
        else reject(new LoopwrightError('internal', `What measures ended with ${killedBy ?? `code ${String(code)}`}.`));
      });
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
