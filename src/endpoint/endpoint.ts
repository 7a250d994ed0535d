/** A model that is served: its process, who waits for it, what is counted, and the protocols in front of it. */
import { mayBatch } from '../inference/batch';
import { checkFeeds } from '../inference/feeds';
import type { NamedTensor, Signature } from '../inference/datatype';
import { type EndpointOrder, isLoopback, type ToldEndpoint } from '../protocol/endpoints';
import { requestLogFolder } from '../protocol/node/requestLog/segments';
import type { Call } from './call';
import type { Served } from './dialect';
import { DIALECTS } from './dialects/list';
import { Failure } from './failure';
import { logMetrics } from './log/logMetrics';
import { RequestLog } from './log/requestLog';
import { Metrics } from './metrics';
import { ModelProcess } from './modelProcess';
import { openApiOf, toldPaths } from './openApi';
import { Queue } from './queue';
import { EndpointServer } from './server';
import { Troubles } from './troubles';

/** More gain little with models that take long, and cost the first of them time. */
const MAX_BATCH_ROWS = 64;

export class Endpoint {
  private readonly model: ModelProcess;
  private readonly server: EndpointServer;
  private readonly requests: RequestLog | null;
  private isDraining = false;
  private isUnloaded = false;

  /** @param modelProgram `model.js` */
  constructor(
    private readonly order: EndpointOrder,
    modelProgram: string,
    key: string | null,
    log: (line: string) => void,
  ) {
    const { file, threads, name, version } = order;
    const metrics = new Metrics();
    const troubles = new Troubles();
    const model = new ModelProcess(
      { program: modelProgram, file, threads },
      log,
      () => log('the model is loaded'),
      (why) => troubles.crashed(why),
    );
    this.model = model;
    const limits = { waiting: order.queue, rows: MAX_BATCH_ROWS, deadlineMs: order.deadlineMs };
    const queue = new Queue(model, limits, metrics);
    const isOff = (): boolean => this.isDraining || this.isUnloaded;
    const whyUnloaded = `The model ${name} is unloaded. POST /v2/repository/models/${name}/load loads it again.`;
    let change = Promise.resolve();
    /** One after the other. */
    const changed = (work: () => Promise<void>): Promise<void> => {
      const done = change.then(work);
      change = done.catch(() => undefined);
      return done;
    };
    const signature = (): Signature => {
      if (model.loaded) return model.loaded.signature;
      throw model.unavailable();
    };
    const requests =
      order.requestLog && order.store !== null
        ? new RequestLog(requestLogFolder(order.store, name), order.requestLog, order, log)
        : null;
    this.requests = requests;
    const infer = async (feeds: readonly NamedTensor[], call: Call | null): Promise<readonly NamedTensor[]> => {
      if (call) call.feeds = feeds;
      if (this.isUnloaded) throw new Failure('unavailable', whyUnloaded);
      checkFeeds(feeds, signature());
      const started = performance.now();
      let outputs: readonly NamedTensor[] | null = null;
      try {
        outputs = await queue.infer(feeds);
        if (call) call.outputs = outputs;
        return outputs;
      } catch (thrown) {
        troubles.failed(thrown);
        throw thrown;
      } finally {
        metrics.answered(outputs !== null, performance.now() - started);
      }
    };
    const served: Served = {
      name,
      version,
      get isReady() {
        return model.loaded !== null && !isOff();
      },
      get signature() {
        return signature();
      },
      get exactIntegers() {
        return signature().inputs.some(({ datatype }) => datatype === 'INT64' || datatype === 'UINT64');
      },
      get waiting() {
        return queue.length;
      },
      get room() {
        return Math.max(0, order.queue - queue.length);
      },
      log: requests && order.requestLog,
      during: (call) =>
        Object.assign(Object.create(served) as Served, {
          infer: (feeds: readonly NamedTensor[]) => infer(feeds, call),
        }),
      remember: (call, status, failure) => requests?.request(call, status, failure),
      label: async (labels) => {
        if (!requests)
          throw new Failure('unsupported', 'This endpoint keeps no log of its requests: labels have no place.');
        await requests.label(labels);
        return labels.map(({ id }) => id).filter((id) => !requests.isKnown(id));
      },
      infer: (feeds) => infer(feeds, null),
      unload: () =>
        changed(async () => {
          this.isUnloaded = true;
          await queue.idle();
          await model.stop(whyUnloaded);
        }),
      load: () =>
        changed(async () => {
          if (this.isUnloaded && !this.isDraining) await model.resume();
          this.isUnloaded = false;
        }),
      metrics: () => metrics.text(name, version, queue.length, model) + logMetrics(name, version, requests?.counted),
      told: () => ({
        batches: batchesOf(model.loaded),
        ...{ threads, deadlineMs: order.deadlineMs, queue: order.queue, troubles: troubles.list },
      }),
      routes: () => Object.fromEntries(DIALECTS.map((one) => [one.name, one.routes.flatMap(toldPaths)])),
      openApi: () => openApiOf(DIALECTS, { name, version, signature: signature() }),
    };
    this.server = new EndpointServer(DIALECTS, served, { key, isLocal: isLoopback(order.host) }, log);
  }

  /** @returns the port that it answers on, once it does. @throws Failure for a model that can't be loaded */
  async start(port: number): Promise<{ port: number; answersBatches: boolean }> {
    const { answersBatches } = await this.model.start();
    return { port: await this.server.listen(port, this.order.host), answersBatches };
  }

  async end(): Promise<void> {
    this.isDraining = true;
    await this.server.drain();
    await this.requests?.end();
    this.model.end();
  }
}

/** What `mayBatch` asks for first, then what was tried when the model was loaded. */
function batchesOf(loaded: ModelProcess['loaded']): ToldEndpoint['batches'] {
  if (!loaded) return 'unknown';
  if (loaded.answersBatches) return 'answered';
  return mayBatch(loaded.signature) ? 'otherwise' : 'shape';
}
