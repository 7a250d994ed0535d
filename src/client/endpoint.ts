/** Starting the process of an endpoint. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, realpathSync } from 'node:fs';
import { basename } from 'node:path';
import { DEFAULT_LOG, type EndpointNews, type EndpointOrder, type ServedModel } from '../protocol/endpoints';
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
  readonly threads: number;
  readonly batchRows: number;
  /** One that was made for it, which is told once. */
  readonly newKey: string | null;
  readonly process: ChildProcess;
}

/** Why it was not started, where a front end has a way out of its own. */
export class EndpointNotStarted extends LoopwrightError {
  constructor(
    readonly reason: 'name_in_use' | 'port_in_use',
    message: string,
  ) {
    super('bad_request', message);
  }
}

type Wishes = Partial<Omit<EndpointOrder, keyof ServedModel | 'name' | 'store'>>;

export const orderOf = (served: ServedModel, store: string, name: string, wishes: Wishes): EndpointOrder => ({
  ...{
    port: 0,
    threads: null,
    batchRows: null,
    deadlineMs: 30_000,
    queue: 128,
    requestLog: DEFAULT_LOG,
    host: '127.0.0.1',
    key: 'none' as const,
  },
  ...wishes,
  ...{ model: served.model, version: served.version, file: served.file, digest: served.digest },
  ...{ name, store },
});

/** A file that nobody has registered. @throws when it is not there */
export const fileServed = (path: string): ServedModel => ({
  model: basename(path),
  version: '1',
  file: realpathSync(path),
  digest: null,
});

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
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    windowsHide: true,
  });
  if (log !== null) closeSync(log);
  const news = await firstNews(child);
  if (news.kind === 'failed')
    throw news.reason
      ? new EndpointNotStarted(news.reason, news.message)
      : new LoopwrightError(news.code, news.message);
  const { url, pid, answersBatches, threads, batchRows, newKey } = news;
  if (outlives) {
    child.send('stay');
    child.unref();
  }
  return { url, pid, answersBatches, threads, batchRows, newKey, process: child };
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
