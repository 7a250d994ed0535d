/** `loopwright serve`, `loopwright endpoints …`: models that answer requests. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { orderOf, startEndpoint } from '../../client/endpoint';
import {
  ENDPOINT_NAME,
  type EndpointFile,
  endpointNameOf,
  isLoopback,
  MAX_BATCH_ROWS,
  MAX_THREADS,
  urlOf,
  type ServedModel,
} from '../../protocol/endpoints';
import { LoopwrightError } from '../../protocol/errors';
import { type Cli, examples, type Perform, viewOf, withCommonOptions } from '../command';
import { addChoose } from './choose';
import { LOG_HELP, showRequests, requestLogOf } from '../requestLog';
import { formatAgo, printable, table } from '../format';
import { inSession } from '../inSession';
import { EXIT } from '../output';
import { MODEL_WORDS, servedModel } from '../servedModel';
import { storeToRead } from '../store';

interface ServeOptions {
  readonly endpoint?: string;
  readonly port?: string;
  readonly threads?: string;
  readonly batch?: string;
  readonly timeout?: string;
  readonly queue?: string;
  readonly log?: string;
  readonly logDays?: string;
  readonly logSize?: string;
  readonly logMask?: string;
  readonly key?: boolean;
  readonly host?: string;
  readonly detach?: boolean;
}

const MAX_SECONDS = 3600;

export function addServing(program: Command, perform: Perform): void {
  const serving = withCommonOptions(program.command('serve'))
    .summary('an ONNX model as an endpoint that clients of Triton, KServe, MLflow and others can ask')
    .description(
      'Serve an ONNX file or a version of a registered model on this machine, until Ctrl+C: the Open Inference Protocol ' +
        "(clients of Triton and KServe), MLflow's scoring protocol and those of KServe v1, TensorFlow Serving, TorchServe and " +
        "Azure's endpoints on one port; /openapi.json tells all. A registered model without a version " +
        'is served in its latest.',
    )
    .argument('<model>', MODEL_WORDS)
    .option('--endpoint <name>', 'its name (default: that of the model)')
    .option('--port <n>', 'the port (default: one that is free)')
    .option('--threads <n>', 'how many threads one run of the model takes (default: tuned when it is loaded)')
    .option('--batch <rows>', 'how many rows of requests that wait are run together at most (default: tuned)')
    .option('--timeout <seconds>', 'how long a request may take (default: 30)')
    .option('--queue <n>', 'how many requests may wait; others are told to try again (default: 128)')
    .option('--key', 'make a key, without which it is not asked; it is shown once')
    .option('--host <address>', 'listen on another address than 127.0.0.1; needs --key')
    .option('--log <on|off>', LOG_HELP)
    .option('--log-days <n>', 'for how many days (default: 7)')
    .option('--log-size <mb>', 'and how many MB of it at most (default: 256)')
    .option('--log-mask <names>', 'inputs and outputs that are not kept, or columns of theirs: country,x[2]')
    .option('--detach', 'leave it running, and end this command once it answers')
    .addHelpText('after', examples('serve model.onnx', 'serve fraud@champion --port 8080', 'serve fraud/3 --detach'))
    .action((model: string, options: ServeOptions, self: Command) =>
      perform(self, (cli) => serve(cli, model, options)),
    );
  addChoose(serving, perform);
  const endpoints = withCommonOptions(program.command('endpoints'))
    .summary('endpoints of this store: list, log, change, stop')
    .description('Endpoints that serve models of this store.')
    .addHelpText(
      'after',
      examples(
        'endpoints list',
        'endpoints change fraud fraud/4',
        'endpoints log fraud --limit 5',
        'endpoints stop fraud',
      ),
    );
  withCommonOptions(endpoints.command('list'))
    .description('Those that answer now.')
    .action((_: unknown, self: Command) => perform(self, list));
  withCommonOptions(endpoints.command('log'))
    .description(
      'The requests that one has answered last, the newest first, with their labels; also of one that has ended.',
    )
    .argument('<name>', 'the endpoint')
    .option('--limit <n>', 'how many (default: 20)')
    .action((name: string, { limit }: { limit?: string }, self: Command) =>
      perform(self, (cli) => showRequests(cli, name, whole('--limit', limit, 1, 10_000) ?? 20)),
    );
  withCommonOptions(endpoints.command('change'))
    .description('Serve another model at the same address from now on. No request fails by it.')
    .argument('<name>', 'the endpoint')
    .argument('<model>', MODEL_WORDS)
    .option('--anyway', 'also if it takes or gives something else than what is served now')
    .action((name: string, model: string, { anyway = false }: { anyway?: boolean }, self: Command) =>
      perform(self, (cli) => change(cli, name, model, anyway)),
    );
  withCommonOptions(endpoints.command('stop'))
    .description('End one; what it has begun is answered.')
    .argument('<name>', 'the endpoint')
    .action((name: string, _: unknown, self: Command) => perform(self, (cli) => stop(cli, name)));
}

async function serve(cli: Cli, model: string, options: ServeOptions): Promise<number> {
  const { output } = cli;
  const port = whole('--port', options.port, 1024, 65_535);
  const threads = whole('--threads', options.threads, 1, MAX_THREADS);
  const batchRows = whole('--batch', options.batch, 1, MAX_BATCH_ROWS);
  const seconds = whole('--timeout', options.timeout, 1, MAX_SECONDS);
  const queue = whole('--queue', options.queue, 1, 100_000);
  const wishes = {
    ...(port === null ? {} : { port }),
    ...{ threads, batchRows },
    ...(seconds === null ? {} : { deadlineMs: seconds * 1000 }),
    ...(queue === null ? {} : { queue }),
    requestLog: requestLogOf(options),
    ...(options.host === undefined ? {} : { host: options.host }),
    ...(options.key === true ? { key: 'new' as const } : {}),
  };
  if (options.host !== undefined && !isLoopback(options.host) && options.key !== true)
    throw new LoopwrightError(
      'bad_request',
      `--host ${options.host.slice(0, 60)} is reached by others: it needs --key.`,
    );
  if (options.endpoint !== undefined && !ENDPOINT_NAME.test(options.endpoint))
    throw new LoopwrightError('bad_request', '--endpoint takes a name of letters, digits, ".", "_" and "-".');
  const { served, store } = await servedModel(cli, model);
  const name = options.endpoint ?? endpointNameOf(served.model.replace(/\.onnx$/i, ''));
  const program = { runtime: process.execPath, file: join(cli.programs, 'endpoint.js') };
  const stays = options.detach === true;
  const started = await startEndpoint(program, orderOf(served, store, name, wishes), stays);
  const { url, newKey } = started;
  if (output.isJson)
    output.document({
      endpoint: name,
      url,
      ...{ model: served.model, version: served.version, file: served.file, digest: served.digest },
      pid: started.pid,
      ...{ batches: started.answersBatches, threads: started.threads, batchRows: started.batchRows },
      ...(newKey === null ? {} : { key: newKey }),
      store: { path: store },
    });
  else
    output.lines([
      `${servedText(served)} answers at ${url}`,
      `  Open Inference Protocol  ${url}/v2/models/${name}/infer`,
      `  MLflow                   ${url}/invocations`,
      `  Prometheus               ${url}/metrics`,
      ...(newKey === null ? [] : [`Its key, shown this once: ${newKey}`, '  Authorization: Bearer KEY']),
      stays ? `End it with: loopwright endpoints stop ${name}` : 'Ctrl+C ends it.',
    ]);
  return stays ? EXIT.done : ended(started.process);
}

/** Passes on what ends us, and waits until it has answered what it has begun. */
function ended(endpoint: Awaited<ReturnType<typeof startEndpoint>>['process']): Promise<number> {
  // Ctrl+C reaches both: the endpoint ends by it, and this command with the endpoint.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => endpoint.kill('SIGTERM'));
  return new Promise((resolve) => {
    endpoint.once('exit', (code) => resolve(code === 0 ? EXIT.done : EXIT.failed));
  });
}

async function list(cli: Cli): Promise<number> {
  const { output } = cli;
  return inSession(cli, async (_, { connection }) => {
    const { endpoints } = await connection.request('endpoints/list', {});
    if (output.isJson) output.document({ endpoints: endpoints.map(documentOf) });
    else if (endpoints.length > 0) output.lines(endpointTable(endpoints, viewOf(cli)));
    else output.note('No endpoints. Start one with "loopwright serve MODEL".');
    return EXIT.done;
  });
}

async function change(cli: Cli, name: string, model: string, anyway: boolean): Promise<number> {
  // Naming a file would make a store where there is none, and so no endpoint.
  storeToRead(cli.store, cli.cwd);
  const { served } = await servedModel(cli, model);
  const { output } = cli;
  return inSession(cli, async (_, { connection }) => {
    const done = await connection.request('endpoints/change', { name, change: { model: served, anyway } });
    const what = servedText(served);
    if (!done.changed)
      throw new LoopwrightError(
        'bad_request',
        `${what} ${done.unlike}. Those who ask ${name} may fail; --anyway serves it all the same.`,
      );
    if (output.isJson)
      output.document({
        endpoint: name,
        ...{ model: served.model, version: served.version, file: served.file, digest: served.digest },
        unlike: done.unlike,
      });
    else output.note(`${name} serves ${what} now.`);
    return EXIT.done;
  });
}

const servedText = ({ model, version, digest }: ServedModel): string =>
  printable(`${model}${digest === null ? '' : ` version ${version}`}`);

async function stop(cli: Cli, name: string): Promise<number> {
  storeToRead(cli.store, cli.cwd);
  return inSession(cli, async ({ output }, { connection }) => {
    await connection.request('endpoints/stop', { name });
    if (output.isJson) output.document({ stopped: name });
    else output.note(`${name} has ended.`);
    return EXIT.done;
  });
}

const documentOf = ({
  name,
  port,
  host,
  key,
  model,
  version,
  file,
  digest,
  process: { pid },
  startedMs,
}: EndpointFile) => ({
  endpoint: name,
  url: urlOf(port, host),
  key,
  ...{ model, version, file, digest, pid },
  started: new Date(startedMs).toISOString(),
});

function endpointTable(
  endpoints: readonly EndpointFile[],
  { paint, width, nowMs }: ReturnType<typeof viewOf>,
): string[] {
  const columns = [
    { title: 'ENDPOINT', shrinks: true },
    { title: 'ADDRESS' },
    { title: 'MODEL', shrinks: true },
    { title: 'VERSION', align: 'right' as const },
    { title: 'STARTED' },
  ];
  const rows = endpoints.map(({ name, port, host, model, version, digest, startedMs }) => [
    name,
    urlOf(port, host),
    model,
    digest === null ? '' : version,
    formatAgo(startedMs, nowMs),
  ]);
  return table(columns, rows, width, (title) => paint('bold', title));
}

/** @throws LoopwrightError `bad_request` */
function whole(option: string, text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new LoopwrightError(
    'bad_request',
    `${option} takes a number from ${String(least)} to ${String(most)}, not "${text.slice(0, 60)}".`,
  );
}
