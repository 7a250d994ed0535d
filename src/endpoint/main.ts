/**
 * The process of one endpoint: `endpoint.js ORDER`, where ORDER is JSON (`protocol/endpoints.ts`). It is found again through its
 * file in the store, as whoever started it may end before it.
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { LoopwrightError } from '../protocol/errors';
import { type EndpointFile, type EndpointNews, EndpointOrder, isLoopback, urlOf } from '../protocol/endpoints';
import { claimEndpoint, releaseClaim, removeEndpoint, writeEndpoint } from '../protocol/node/endpointFolder';
import { keepKey, newKey, readKey, removeKey } from '../protocol/node/endpointKey';
import { bootId, startOf } from '../protocol/node/processes';
import { Endpoint } from './endpoint';
import { Failure } from './failure';

const log = (line: string): void => {
  try {
    writeSync(2, `${new Date().toISOString()} ${line}\n`);
  } catch {
    // whoever read it has gone: that is no reason to end
  }
};

const tell = (news: EndpointNews): void => {
  if (process.connected) process.send?.(news);
};

class NotStarted extends LoopwrightError {
  constructor(
    readonly reason: 'name_in_use' | 'port_in_use',
    message: string,
  ) {
    super('bad_request', message);
  }
}

/** What it claimed is free before anybody is told that it does not serve. */
let giveUpName = (): void => undefined;

async function main(): Promise<void> {
  const order = EndpointOrder.parse(JSON.parse(process.argv[2] ?? ''));
  const { name, store, model, version, file, digest, threads, batchRows, deadlineMs, queue, requestLog, host } = order;
  const own = { pid: process.pid, start: startOf(process.pid) ?? '' };
  const claim: EndpointFile = {
    ...{ name, model, version, file, digest, threads, batchRows, deadlineMs, queue, requestLog, host },
    key: order.key !== 'none',
    ...{ port: 0, process: own, boot: bootId(), startedMs: Date.now() },
  };
  if (store !== null) {
    const holder = writing(store, () => claimEndpoint(store, claim));
    if (holder !== claim) throw new NotStarted('name_in_use', inUse(holder));
    giveUpName = () => releaseClaim(store, claim);
    process.on('exit', giveUpName);
  }
  if (order.key === 'none' && !isLoopback(host))
    throw new LoopwrightError('bad_request', 'Beyond this machine an endpoint is served with a key alone: --key.');
  const known = order.key === 'kept' && store !== null ? readKey(store, name) : null;
  const made = order.key !== 'none' && known === null ? newKey() : null;
  if (store !== null) writing(store, () => (made === null ? undefined : keepKey(store, name, made)));
  if (store !== null && order.key === 'none') removeKey(store, name);
  let current: EndpointFile = claim;
  const endpoint = new Endpoint(order, {
    modelProgram: join(__dirname, 'model.js'),
    ...{ key: known ?? made, log },
    keep: (model) => {
      const changed = { ...current, ...model };
      if (store !== null) writing(store, () => writeEndpoint(store, changed));
      current = changed;
    },
  });
  let isEnding = false;
  const end = (why: string): void => {
    if (isEnding) return;
    isEnding = true;
    log(`ending: ${why}`);
    void endpoint.end().then(() => {
      if (store !== null) removeEndpoint(store, name, process.pid);
      process.exit(0);
    });
  };
  process.on('SIGTERM', () => end('SIGTERM'));
  process.on('SIGINT', () => end('Ctrl+C'));
  // Of one that is to stay, the channel is closed by an order to that effect; otherwise whoever started it has died.
  process.on('message', (message) => {
    if (message === 'stay') process.removeAllListeners('disconnect').disconnect();
  });
  process.on('disconnect', () => end('whoever started it has ended'));
  const { port, loaded } = await endpoint.start(order.port).catch((thrown: unknown) => {
    throw asFailedStart(thrown, order.port);
  });
  current = { ...claim, port, startedMs: Date.now() };
  if (store !== null) {
    writing(store, () => writeEndpoint(store, current));
    giveUpName();
  }
  const { answersBatches, tuning } = loaded;
  const how = `${String(tuning.threads)} thread${tuning.threads === 1 ? '' : 's'}, up to ${String(tuning.batchRows)} rows in a run`;
  log(`${name} serves ${file} at ${urlOf(port, host)}: ${how}`);
  const { threads: used, batchRows: rows } = tuning;
  tell({
    ...{ kind: 'ready', url: urlOf(port, host), pid: process.pid, newKey: made },
    ...{ answersBatches, threads: used, batchRows: rows },
  });
}

/** @throws LoopwrightError for a store that can't be written */
function writing<T>(store: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    const message = `The store ${store} can't be written (${error.message}). Free some space, or choose another with --store DIR.`;
    throw new LoopwrightError('bad_request', message);
  }
}

const inUse = ({ name, model, port, host }: EndpointFile): string =>
  port === 0
    ? `The endpoint ${name} is being started already, for ${model}. Wait for it, or name this one with --endpoint.`
    : `The endpoint ${name} serves ${model} already, at ${urlOf(port, host)}. ` +
      `Stop it with "loopwright endpoints stop ${name}", or name this one with --endpoint.`;

function asFailedStart(thrown: unknown, port: number): unknown {
  if (thrown instanceof Failure) return new LoopwrightError('bad_request', thrown.message);
  const isTaken =
    thrown instanceof Error && 'code' in thrown && (thrown.code === 'EADDRINUSE' || thrown.code === 'EACCES');
  return isTaken
    ? new NotStarted(
        'port_in_use',
        `The port ${String(port)} is not free. Choose another with --port, or leave it out.`,
      )
    : thrown;
}

main().catch((thrown: unknown) => {
  const { code, message } = LoopwrightError.from(thrown);
  // Whoever started it says so to the user.
  if (!process.connected) log(message);
  giveUpName();
  const reason = thrown instanceof NotStarted ? { reason: thrown.reason } : {};
  tell({ kind: 'failed', code: code === 'bad_request' ? code : 'internal', message, ...reason });
  process.exit(1);
});
