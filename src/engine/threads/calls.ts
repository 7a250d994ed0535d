/** How the engine's main thread talks to the threads that hold the database: calls with an answer, and events. */
import { type MessagePort, Worker } from 'node:worker_threads';
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

/** Handlers by name; the caller's side is typed by the same map. */
export type Handlers = Record<string, (params: never) => unknown>;

/** Serves calls in a worker. A handler that throws answers with the error; the worker lives on. */
export function serveCalls(port: MessagePort, handlers: Handlers): { emit(event: unknown): void } {
  const send = (message: Reply | Event) => {
    port.postMessage(message);
  };
  port.on('message', (call: Call) => {
    const handler = handlers[call.method];
    try {
      if (!handler) throw new LoopwrightError('internal', `No such call: ${call.method}`);
      // The caller's side took the parameters' type from this very handler.
      send({ id: call.id, value: handler(call.params as never) });
    } catch (thrown) {
      const { code, message } = LoopwrightError.from(thrown);
      send({ id: call.id, error: { code, message } });
    }
  });
  return {
    emit: (event) => {
      send({ event });
    },
  };
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The caller's side of a worker. When the worker dies, what waits for it is rejected and `onDeath` is told. */
export class Thread<H extends Handlers> {
  private readonly worker: Worker;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private isClosed = false;

  constructor(
    file: string,
    data: unknown,
    options: { readonly onEvent?: (event: unknown) => void; readonly onDeath: (error: Error) => void },
  ) {
    this.worker = new Worker(file, { workerData: data });
    this.worker.on('message', (message: Reply | Event) => {
      if ('event' in message) options.onEvent?.(message.event);
      else this.settle(message);
    });
    const die = (error: Error) => {
      if (this.isClosed) return;
      this.isClosed = true;
      this.rejectAll(error);
      options.onDeath(error);
    };
    this.worker.on('error', (thrown: unknown) => {
      die(thrown instanceof Error ? thrown : new Error(String(thrown)));
    });
    this.worker.on('exit', (code) => {
      die(new LoopwrightError('internal', `A worker of the engine ended with code ${String(code)}.`));
    });
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
      this.worker.postMessage({ id, method, params } satisfies Call);
    });
  }

  async end(): Promise<void> {
    this.isClosed = true;
    await this.worker.terminate();
    this.rejectAll(new LoopwrightError('engine_stopping', 'The store was closed meanwhile. Try again.'));
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
