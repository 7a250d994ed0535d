/**
 * An endpoint is asked in all its protocols until so many requests are answered or so much time is over:
 * `serving.mjs [--requests N] [--minutes N] [--log-size MB]`. Every answer has to be right, memory flat, and the log whole; at the
 * first violation it stops and keeps its folder.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { DEFAULT_LOG, type EndpointNews, type EndpointOrder } from '../../../src/protocol/endpoints';
import { makeStore } from '../../../src/protocol/node/storeFolder';
import { classifier } from '../../endpoint/models';
import { Violation } from '../place';
import { labelsOf, MODEL, PROTOCOLS } from './asked';
import { type Counted, lookThrough, sizeOfLog } from './logged';
import { JUDGED_FROM_MINUTES, Memory, PROCESSES } from './memory';
import { type ClientOrder, type ConnectionReport, type Report, Times } from './report';

const CLIENTS = 2;
/** Of each process, in each protocol. */
const CONNECTIONS = 2;
const SAMPLE_MS = 2000;
const SAY_EVERY = 15;
/**
 * By how much the median of the last third of the time may be above that of the second. In two minutes with collected garbage it grew by
 * 3 MB; the last ids of clients that are remembered, up to 65,536, are some 10 MB more in the first minutes of a slow machine. What
 * kept 100 bytes of each request would be above it after 250,000 of them.
 */
const MAX_GROWTH_MB = 24;
const END_LIMIT_MS = 30_000;
/** What is being written stays, whatever the bound. */
const SEGMENT_MB = 8;

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const { values } = parseArgs({
  options: { requests: { type: 'string' }, minutes: { type: 'string' }, 'log-size': { type: 'string' } },
});
const minutes = Number(values.minutes ?? Infinity);
const requests = Number(values.requests ?? (values.minutes === undefined ? 5_000_000 : 1e12));
const megabytes = Number(values['log-size'] ?? DEFAULT_LOG.megabytes);
// From `dist/soak/`, where this is bundled to.
const dist = resolve(import.meta.dirname, '..');
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-soak-serving-')));
const children = new Set<ChildProcess>();

function start(program: string, order: unknown, log: string, execArgv: readonly string[] = []): ChildProcess {
  const out = openSync(join(folder, log), 'w');
  const child = fork(join(dist, program), [JSON.stringify(order)], {
    stdio: ['ignore', out, out, 'ipc'],
    execArgv: [...execArgv],
  });
  closeSync(out);
  children.add(child);
  return child;
}

async function serve(store: string): Promise<{ endpoint: ChildProcess; url: string }> {
  const file = join(folder, 'model.onnx');
  writeFileSync(file, classifier());
  const order: EndpointOrder = {
    ...{ name: MODEL, model: MODEL, version: '1', file, digest: null, store, host: '127.0.0.1', key: 'none' },
    ...{
      port: 0,
      threads: 1,
      batchRows: null,
      deadlineMs: 30_000,
      queue: 128,
      requestLog: { ...DEFAULT_LOG, megabytes },
    },
  };
  const endpoint = start('endpoint.js', order, 'endpoint.log', [
    '--expose-gc',
    ...['--require', join(dist, 'soak/collect.cjs')],
  ]);
  const [news] = (await once(endpoint, 'message')) as [EndpointNews];
  if (news.kind === 'failed') throw new Violation(news.message);
  return { endpoint, url: news.url };
}

interface Asked {
  answered: number;
  readonly done: Promise<Extract<Report, { kind: 'done' }>>;
}

function ask(order: ClientOrder): Asked {
  const child = start('soak/client.cjs', order, `client-${String(order.process)}.log`);
  const { promise, resolve: done, reject } = Promise.withResolvers<Extract<Report, { kind: 'done' }>>();
  const asked: Asked = { answered: 0, done: promise };
  child.on('message', (report: Report) => {
    if (report.kind === 'progress') asked.answered = report.answered;
    else if (report.kind === 'done') done(report);
    else reject(new Violation(report.message));
  });
  child.once('exit', () => reject(new Violation(`client ${String(order.process)} ended before it was done`)));
  return asked;
}

async function counted(url: string): Promise<Counted & { readonly labelled: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const of = (name: string): number => Number(new RegExp(`^loopwright_${name}_total{.*} (\\d+)$`, 'm').exec(text)?.[1]);
  return { logged: of('requests_logged'), dropped: of('requests_dropped'), labelled: of('labels_logged') };
}

function judge(memory: Memory, hasBeenMinutes: number): void {
  for (const one of PROCESSES) {
    const { second, last } = memory.thirds(one);
    const isJudged = hasBeenMinutes >= JUDGED_FROM_MINUTES;
    say(
      `memory of the ${one === 'model' ? 'process that runs the model' : 'endpoint'}: ${second.toFixed(1)} MB in the second third, ` +
        `${last.toFixed(1)} MB in the last, at most ${memory.most(one).toFixed(1)} MB${isJudged ? '' : ' (too short to be judged)'}`,
    );
    if (isJudged && last - second > MAX_GROWTH_MB)
      throw new Violation(`the ${one} grew by more than ${String(MAX_GROWTH_MB)} MB`);
  }
}

async function soak(): Promise<void> {
  const { root: store } = makeStore(join(folder, '.loopwright'));
  const { endpoint, url } = await serve(store);
  const memory = new Memory(endpoint.pid ?? 0);
  const sinceMs = Date.now();
  const clients = Array.from({ length: CLIENTS }, (_, at) =>
    ask({
      ...{ url, process: at, connections: CONNECTIONS, requests: Math.ceil(requests / CLIENTS) },
      untilMs: Math.min(sinceMs + minutes * 60_000, Number.MAX_SAFE_INTEGER),
    }),
  );
  const minutesNow = (): number => (Date.now() - sinceMs) / 60_000;
  let samples = 0;
  let mostLogMb = 0;
  const sampling = setInterval(() => {
    memory.sample();
    mostLogMb = Math.max(mostLogMb, sizeOfLog(store));
    if (++samples % SAY_EVERY !== 0) return;
    const answered = clients.reduce((sum, one) => sum + one.answered, 0);
    say(
      `${minutesNow().toFixed(1)} min: ${String(answered)} answered, ${memory.last('endpoint').toFixed(0)} and ${memory.last('model').toFixed(0)} MB`,
    );
  }, SAMPLE_MS);
  const ended = once(endpoint, 'exit').then(() => Promise.reject(new Violation('the endpoint ended by itself')));
  const reports = await Promise.race([Promise.all(clients.map(({ done }) => done)), ended]).finally(() =>
    clearInterval(sampling),
  );
  const tookMinutes = minutesNow();
  const connections: readonly ConnectionReport[] = reports.flatMap((report) => report.connections);
  const answered = connections.reduce((sum, one) => sum + one.answered, 0);
  const times = reports.reduce<number[]>(
    (all, report) =>
      Array.from(
        { length: Math.max(all.length, report.times.length) },
        (_, at) => (all[at] ?? 0) + (report.times[at] ?? 0),
      ),
    [],
  );
  const perSecond = answered / tookMinutes / 60;
  say(
    `${String(answered)} requests in ${tookMinutes.toFixed(1)} min, ${perSecond.toFixed(0)} a second, ` +
      `p50 ${Times.below(times, 0.5).toFixed(2)} ms, p99 ${Times.below(times, 0.99).toFixed(2)} ms: every answer right`,
  );
  for (const protocol of PROTOCOLS) {
    const own = connections.filter((one) => one.protocol === protocol);
    say(
      `  ${protocol}: ${String(own.reduce((sum, one) => sum + one.answered, 0))} over ${String(own.length)} connections`,
    );
  }
  judge(memory, tookMinutes);
  if (mostLogMb > megabytes + 2 * SEGMENT_MB)
    throw new Violation(`the log had ${mostLogMb.toFixed(0)} MB, where it may have ${String(megabytes)}`);
  await checkLog(endpoint, url, store, connections, ended);
}

async function checkLog(
  endpoint: ChildProcess,
  url: string,
  store: string,
  connections: readonly ConnectionReport[],
  ended: Promise<never>,
): Promise<void> {
  const answered = connections.reduce((sum, one) => sum + one.answered, 0);
  const labelled = connections.reduce((sum, one) => sum + labelsOf(one), 0);
  let log = await counted(url);
  for (let waits = 0; log.logged + log.dropped < answered && waits < 100; waits++) {
    await sleep(100);
    log = await counted(url);
  }
  if (log.logged + log.dropped !== answered)
    throw new Violation(`${String(log.logged)} logged and ${String(log.dropped)} left out, of ${String(answered)}`);
  if (log.labelled !== labelled)
    throw new Violation(`${String(log.labelled)} labels logged, of ${String(labelled)} that were acknowledged`);
  ended.catch(() => undefined);
  endpoint.kill('SIGTERM');
  const limit = AbortSignal.timeout(END_LIMIT_MS);
  if (endpoint.exitCode === null) await once(endpoint, 'exit', { signal: limit });
  if (endpoint.exitCode !== 0) throw new Violation(`the endpoint ended with ${String(endpoint.exitCode)}`);
  const found = await lookThrough(store, connections, log);
  say(
    `log: ${String(found.kept)} requests kept, ${String(found.removed)} removed by its bound of ${String(megabytes)} MB, ` +
      `${String(log.dropped)} left out and counted; ${String(labelled)} labels acknowledged, ${String(found.labelled)} with what is kept`,
  );
  const crashes = readFileSync(join(folder, 'endpoint.log'), 'utf8').match(/^ {4}at |ended \(/gm);
  if (crashes) throw new Violation(`the endpoint's log tells of ${String(crashes.length)} troubles`);
}

say(`Soak of serving, in ${folder}`);
try {
  await soak();
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  say('nothing lost, nothing wrong');
} catch (error) {
  say(`VIOLATION: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  say(`Everything is kept in ${folder}.`);
  process.exitCode = 1;
}
for (const child of children) child.kill('SIGKILL');
// What a violation has left half open must not hold up what is over.
process.exit();
