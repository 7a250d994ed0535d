/** How the engine's main thread talks to the threads that hold the database: calls with an answer, and events. */
import type { MessagePort, Worker } from 'node:worker_threads';
import { isErrorCode, LoopwrightError } from '../../protocol/errors';

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown;
}

type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: { code: string; message: string } };

interface Event {
  readonly event: unknown;
}

/** The first that a worker says: it has loaded its code and opened what it serves. */
const READY = 'ready';

/** How many calls a worker has not come to yet, for it to see while it works on one. Shared by both sides. */
export class Queue {
  private readonly counts;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.counts = new Int32Array(memory);
  }

  get length(): number {
    return Atomics.load(this.counts, 0);
  }

  enter(): void {
    Atomics.add(this.counts, 0, 1);
  }

  leave(): void {
    Atomics.sub(this.counts, 0, 1);
  }
}

/** Bytes that a worker gives away with its answer: nobody copies them, however many they are. */
export interface Moved {
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Handlers by name; the caller's side is typed by the same map. */
export type Handlers = Record<string, (params: never) => unknown>;

/** Serves calls in a worker. A handler that throws answers with the error; the worker lives on. */
export function serveCalls(port: MessagePort, handlers: Handlers, queue?: Queue): { emit(event: unknown): void } {
  const send = (message: Reply | Event | typeof READY, moved: ArrayBuffer[] = []) => {
    port.postMessage(message, moved);
  };
  port.on('message', (call: Call) => {
    queue?.leave();
    const handler = handlers[call.method];
    try {
      if (!handler) throw new LoopwrightError('internal', `No such call: ${call.method}`);
      // The caller's side took the parameters' type from this very handler.
      const value = handler(call.params as never);
      send({ id: call.id, value }, movedIn(value));
    } catch (thrown) {
      const { code, message } = LoopwrightError.from(thrown);
      send({ id: call.id, error: { code, message } });
    }
  });
  send(READY);
  return {
    emit: (event) => {
      send({ event });
    },
  };
}

function movedIn(value: unknown): ArrayBuffer[] {
  const bytes = typeof value === 'object' && value !== null && 'bytes' in value ? value.bytes : null;
  return bytes instanceof Uint8Array && bytes.buffer instanceof ArrayBuffer ? [bytes.buffer] : [];
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The caller's side of a worker. When the worker dies, what waits for it is rejected and `onDeath` is told. */
export class Thread<H extends Handlers> {
  /** Resolves when the worker is up, and when it will never be. */
  readonly ready: Promise<void>;
  private worker: Worker | null = null;
  private readonly waiting = new Map<number, Waiting>();
  /** What was called before there was a worker. */
  private readonly early: Call[] = [];
  private nextId = 1;
  private isClosed = false;

  constructor(
    private readonly make: () => Worker,
    private readonly options: {
      readonly onEvent?: (event: unknown) => void;
      readonly onDeath: (error: Error) => void;
      /** The worker is made when this resolves; at once without it. */
      readonly after?: Promise<void>;
      /** Where the worker sees what waits for it. */
      readonly queue?: Queue;
    },
  ) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.ready = promise;
    const start = () => {
      if (!this.isClosed)
        this.start(() => {
          resolve(undefined);
        });
    };
    if (options.after) void options.after.then(start);
    else start();
  }

  get pending(): number {
    return this.waiting.size;
  }

  call<M extends keyof H & string>(method: M, ...[params]: Parameters<H[M]>): Promise<ReturnType<H[M]>> {
    if (this.isClosed)
      return Promise.reject(new LoopwrightError('engine_stopping', 'The engine is stopping. Try again.'));
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      // The worker answers with what this method's handler returned.
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      const call: Call = { id, method, params };
      this.options.queue?.enter();
      if (this.worker) this.worker.postMessage(call);
      else this.early.push(call);
    });
  }

  async end(): Promise<void> {
    this.isClosed = true;
    await this.worker?.terminate();
    this.rejectAll(new LoopwrightError('engine_stopping', 'The store was closed meanwhile. Try again.'));
  }

  private start(onReady: () => void): void {
    const worker = this.make();
    this.worker = worker;
    worker.on('message', (message: Reply | Event | typeof READY) => {
      if (message === READY) onReady();
      else if ('event' in message) this.options.onEvent?.(message.event);
      else this.settle(message);
    });
    const die = (error: Error) => {
      onReady();
      if (this.isClosed) return;
      this.isClosed = true;
      this.rejectAll(error);
      this.options.onDeath(error);
    };
    worker.on('error', (thrown: unknown) => {
      die(thrown instanceof Error ? thrown : new Error(String(thrown)));
    });
    worker.on('exit', (code) => {
      die(new LoopwrightError('internal', `A worker of the engine ended with code ${String(code)}.`));
    });
    for (const call of this.early.splice(0)) worker.postMessage(call);
  }

  /** Nobody waits for a thread that will not answer any more. */
  private rejectAll(error: Error): void {
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }

  private settle(reply: Reply): void {
    const waiting = this.waiting.get(reply.id);
    if (!waiting) return;
    this.waiting.delete(reply.id);
    if ('value' in reply) waiting.resolve(reply.value);
    else
      waiting.reject(
        new LoopwrightError(isErrorCode(reply.error.code) ? reply.error.code : 'internal', reply.error.message),
      );
  }
}
