/** What an endpoint serves: one model at a time, what is counted and remembered of it, and the protocols in front of it. */
import { mayBatch } from '../inference/batch';
import { checkFeeds } from '../inference/feeds';
import type { NamedTensor } from '../inference/datatype';
import {
  type EndpointChanged,
  type EndpointOrder,
  isLoopback,
  type ServedModel,
  type ToldEndpoint,
} from '../protocol/endpoints';
import { LoopwrightError } from '../protocol/errors';
import { forgetChange, orderedChange } from '../protocol/node/endpointChange';
import { requestLogFolder } from '../protocol/node/requestLog/segments';
import type { Call } from './call';
import { unlike } from './change';
import type { Served } from './dialect';
import { DIALECTS } from './dialects/list';
import { Failure } from './failure';
import { ModelInstance } from './instance';
import { logMetrics } from './log/logMetrics';
import { RequestLog } from './log/requestLog';
import { Metrics } from './metrics';
import { type Loaded, ModelProcess } from './modelProcess';
import { openApiOf, toldPaths } from './openApi';
import { Queue } from './queue';
import { RecentRequests } from './recent';
import { EndpointServer } from './server';
import { Troubles } from './troubles';

/** Why a request was refused may quote a value of it. */
const UNTOLD = 'It was refused. Why is not kept, as values are masked.';

export interface EndpointParts {
  /** `model.js`. */
  readonly modelProgram: string;
  readonly key: string | null;
  readonly log: (line: string) => void;
  /** Keeps what is served from now on, before it is. @throws where that can't be kept */
  readonly keep: (model: ServedModel) => void;
}

export class Endpoint {
  private instance: ModelInstance;
  /** Those that answer what they had begun when another took their place. */
  private readonly leaving = new Set<ModelInstance>();
  private readonly server: EndpointServer;
  private readonly requests: RequestLog | null;
  private readonly metrics = new Metrics();
  private readonly troubles = new Troubles();
  private readonly recent = new RecentRequests();
  private isDraining = false;
  private isUnloaded = false;
  private lastChange = Promise.resolve<unknown>(undefined);

  constructor(
    private readonly order: EndpointOrder,
    private readonly parts: EndpointParts,
  ) {
    const { model, version, file, digest, name, store, requestLog, host } = order;
    const { key, log } = parts;
    this.instance = this.instanceOf({ model, version, file, digest });
    this.requests =
      requestLog && store !== null
        ? new RequestLog(requestLogFolder(store, name), requestLog, () => this.instance.model, log)
        : null;
    const served = this.servedBy(() => this.instance);
    this.server = new EndpointServer(DIALECTS, served, { key, isLocal: isLoopback(host) }, log);
  }

  /** @returns the port that it answers on, once it does. @throws Failure for a model that can't be loaded */
  async start(port: number): Promise<{ port: number; loaded: Loaded }> {
    const loaded = await this.instance.process.start();
    return { port: await this.server.listen(port, this.order.host), loaded };
  }

  async end(): Promise<void> {
    this.isDraining = true;
    await this.server.drain();
    await this.requests?.end();
    for (const { process } of [this.instance, ...this.leaving]) process.end();
  }

  private instanceOf(model: ServedModel): ModelInstance {
    const { order, parts, metrics, troubles } = this;
    const process = new ModelProcess(
      { program: parts.modelProgram, file: model.file, threads: order.threads, batchRows: order.batchRows },
      parts.log,
      () => parts.log('the model is loaded'),
      (why) => troubles.crashed(why),
    );
    const limits = { waiting: order.queue, deadlineMs: order.deadlineMs };
    return new ModelInstance(model, process, new Queue(process, limits, metrics));
  }

  /**
   * @param of asked anew each time. A request is answered by the one that is there when it is read, and in the words of that one,
   * whatever takes its place meanwhile
   */
  private servedBy(of: () => ModelInstance): Served {
    const { order, metrics, troubles, recent, requests } = this;
    const { name, deadlineMs } = order;
    const isMasked = (order.requestLog?.mask.length ?? 0) > 0;
    const pinned = new WeakMap<ModelInstance, Served>();
    const isOff = (): boolean => this.isDraining || this.isUnloaded;
    return {
      name,
      get version() {
        return of().model.version;
      },
      get isReady() {
        return of().process.loaded !== null && !isOff();
      },
      get signature() {
        return of().signature;
      },
      get exactIntegers() {
        return of().signature.inputs.some(({ datatype }) => datatype === 'INT64' || datatype === 'UINT64');
      },
      get waiting() {
        return of().queue.length;
      },
      get room() {
        return Math.max(0, order.queue - of().queue.length);
      },
      log: requests && order.requestLog,
      during: (call) => {
        const instance = of();
        call.model = instance.model;
        let served = pinned.get(instance);
        if (!served) pinned.set(instance, (served = this.servedBy(() => instance)));
        return Object.assign(Object.create(served) as Served, {
          infer: (feeds: readonly NamedTensor[]) => this.infer(instance, feeds, call),
        });
      },
      remember: (call, status, failure) => {
        const kept = failure !== null && isMasked && status < 500 ? UNTOLD : failure;
        recent.add(call, status, kept);
        requests?.request(call, status, kept);
      },
      label: async (labels) => {
        if (!requests)
          throw new Failure('unsupported', 'This endpoint keeps no log of its requests: labels have no place.');
        await requests.label(labels);
        return labels.map(({ id }) => id).filter((id) => !requests.isKnown(id));
      },
      infer: (feeds) => this.infer(of(), feeds, null),
      unload: () => this.oneByOne(() => this.unload()),
      load: () => this.oneByOne(() => this.load()),
      change: (id) => this.oneByOne(() => this.change(id)),
      metrics: () => {
        const { model, queue, process } = of();
        return (
          metrics.text(name, model.version, queue.length, process) + logMetrics(name, model.version, requests?.counted)
        );
      },
      told: () => ({
        batches: batchesOf(of().process.loaded),
        tuning: of().process.loaded?.tuning ?? null,
        ...{ deadlineMs, queue: order.queue, troubles: troubles.list, recent: recent.list },
      }),
      routes: () => Object.fromEntries(DIALECTS.map((one) => [one.name, one.routes.flatMap(toldPaths)])),
      openApi: () => openApiOf(DIALECTS, { name, version: of().model.version, signature: of().signature }),
    };
  }

  private async infer(
    instance: ModelInstance,
    feeds: readonly NamedTensor[],
    call: Call | null,
  ): Promise<readonly NamedTensor[]> {
    if (call) call.feeds = feeds;
    if (this.isUnloaded) throw new Failure('unavailable', this.whyUnloaded);
    checkFeeds(feeds, instance.signature);
    const started = performance.now();
    let outputs: readonly NamedTensor[] | null = null;
    try {
      outputs = await instance.queue.infer(feeds);
      if (call) call.outputs = outputs;
      return outputs;
    } catch (thrown) {
      this.troubles.failed(thrown);
      throw thrown;
    } finally {
      this.metrics.answered(outputs !== null, performance.now() - started);
    }
  }

  private get whyUnloaded(): string {
    const { name } = this.order;
    return `The model ${name} is unloaded. POST /v2/repository/models/${name}/load loads it again.`;
  }

  private oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const done = this.lastChange.then(work);
    this.lastChange = done.catch(() => undefined);
    return done;
  }

  private async unload(): Promise<void> {
    this.isUnloaded = true;
    await this.instance.queue.idle();
    await this.instance.process.stop(this.whyUnloaded);
  }

  private async load(): Promise<void> {
    if (this.isUnloaded && !this.isDraining) await this.instance.process.resume();
    this.isUnloaded = false;
  }

  /** @throws Failure where nothing is changed */
  private async change(id: string): Promise<EndpointChanged> {
    const { store, name } = this.order;
    const ordered = store === null ? null : orderedChange(store, name, id);
    if (store === null || !ordered) throw new Failure('not_found', 'There is no order of that id for this endpoint.');
    forgetChange(store, name, id);
    const next = this.instanceOf(ordered.model);
    try {
      const { signature } = await next.process.start();
      const before = this.instance.process.loaded?.signature;
      const other = before ? unlike(before, signature) : null;
      if (other !== null && !ordered.anyway) {
        next.process.end();
        return { changed: false, unlike: other };
      }
      if (this.isDraining) throw new Failure('unavailable', 'The endpoint is ending.');
      this.parts.keep(ordered.model);
      this.takeOver(next);
      return { changed: true, version: ordered.model.version, unlike: other };
    } catch (thrown) {
      next.process.end();
      // A store that is full, say: no fault of this process.
      throw thrown instanceof LoopwrightError ? new Failure('unavailable', thrown.message) : thrown;
    }
  }

  private takeOver(next: ModelInstance): void {
    const before = this.instance;
    this.instance = next;
    this.isUnloaded = false;
    this.parts.log(`serves ${next.model.file} from now on`);
    this.leaving.add(before);
    void before.retire().finally(() => this.leaving.delete(before));
  }
}

/** What `mayBatch` asks for first, then what was tried when the model was loaded. */
function batchesOf(loaded: ModelProcess['loaded']): ToldEndpoint['batches'] {
  if (!loaded) return 'unknown';
  if (loaded.isUntried) return 'crashed';
  if (loaded.answersBatches) return 'answered';
  return mayBatch(loaded.signature) ? 'otherwise' : 'shape';
}
