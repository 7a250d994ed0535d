/** Starting the process of an endpoint. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { EndpointNews, EndpointOrder } from '../protocol/endpoints';
import { LoopwrightError } from '../protocol/errors';
import { endpointLog, makeEndpointFolder } from '../protocol/node/endpointFolder';

export interface EndpointProgram {
  readonly runtime: string;
  /** `endpoint.js`. */
  readonly file: string;
}

export interface StartedEndpoint {
  readonly url: string;
  readonly pid: number;
  readonly answersBatches: boolean;
  readonly process: ChildProcess;
}

/**
 * @param order of one whose log is a file, the store is named
 * @param outlives whether it goes on when whoever started it has ended
 * @throws LoopwrightError that says why it does not serve
 */
export async function startEndpoint(
  { runtime, file }: EndpointProgram,
  order: EndpointOrder,
  outlives: boolean,
): Promise<StartedEndpoint> {
  const log = outlives ? logOf(order) : null;
  const errors = log ?? 'inherit';
  const child = spawn(runtime, [file, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', errors, 'ipc'],
    detached: outlives,
    windowsHide: true,
  });
  if (log !== null) closeSync(log);
  const news = await firstNews(child);
  if (news.kind === 'failed') throw new LoopwrightError(news.code, news.message);
  const { url, pid, answersBatches } = news;
  if (outlives) {
    child.send('stay');
    child.unref();
  }
  return { url, pid, answersBatches, process: child };
}

function logOf({ store, name }: EndpointOrder): number {
  if (store === null) throw new LoopwrightError('internal', 'An endpoint that stays needs a store for its log.');
  makeEndpointFolder(store, name);
  return openSync(endpointLog(store, name), 'a');
}

/** Another process of the same build speaks: what it says is of its form. */
function firstNews(child: ChildProcess): Promise<EndpointNews> {
  return new Promise((resolve, reject) => {
    child.once('message', (news: EndpointNews) => resolve(news));
    child.once('error', (error) => reject(new LoopwrightError('internal', `It can't be started: ${error.message}`)));
    child.once('exit', (code, signal) => {
      const end = signal ?? `code ${String(code)}`;
      resolve({ kind: 'failed', code: 'internal', message: `The endpoint's process ended with ${end}.` });
    });
  });
}
