/** A model that is served: its process, who waits for it, what is counted, and the protocols in front of it. */
import { mayBatch } from '../inference/batch';
import { checkFeeds } from '../inference/feeds';
import type { NamedTensor, Signature } from '../inference/datatype';
import type { EndpointOrder, ToldEndpoint } from '../protocol/endpoints';
import type { Served } from './dialect';
import { DIALECTS } from './dialects/list';
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
  private isDraining = false;

  /** @param modelProgram `model.js` */
  constructor(order: EndpointOrder, modelProgram: string, log: (line: string) => void) {
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
    const isDraining = (): boolean => this.isDraining;
    const signature = (): Signature => {
      if (model.loaded) return model.loaded.signature;
      throw model.unavailable();
    };
    const served: Served = {
      name,
      version,
      get isReady() {
        return model.loaded !== null && !isDraining();
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
      infer: async (feeds) => {
        checkFeeds(feeds, signature());
        const started = performance.now();
        let outputs: readonly NamedTensor[] | null = null;
        try {
          outputs = await queue.infer(feeds);
          return outputs;
        } catch (thrown) {
          troubles.failed(thrown);
          throw thrown;
        } finally {
          metrics.answered(outputs !== null, performance.now() - started);
        }
      },
      metrics: () => metrics.text(name, version, queue.length, model),
      told: () => ({
        batches: batchesOf(model.loaded),
        ...{ threads, deadlineMs: order.deadlineMs, queue: order.queue, troubles: troubles.list },
      }),
      routes: () => Object.fromEntries(DIALECTS.map((one) => [one.name, one.routes.flatMap(toldPaths)])),
      openApi: () => openApiOf(DIALECTS, { name, version, signature: signature() }),
    };
    this.server = new EndpointServer(DIALECTS, served, log);
  }

  /** @returns the port that it answers on, once it does. @throws Failure for a model that can't be loaded */
  async start(port: number): Promise<{ port: number; answersBatches: boolean }> {
    const { answersBatches } = await this.model.start();
    return { port: await this.server.listen(port), answersBatches };
  }

  async end(): Promise<void> {
    this.isDraining = true;
    await this.server.drain();
    this.model.end();
  }
}

/** What `mayBatch` asks for first, then what was tried when the model was loaded. */
function batchesOf(loaded: ModelProcess['loaded']): ToldEndpoint['batches'] {
  if (!loaded) return 'unknown';
  if (loaded.answersBatches) return 'answered';
  return mayBatch(loaded.signature) ? 'otherwise' : 'shape';
}
