/** The page's end of the conversation with the extension: requests with an answer, commands without one, notices. */
import type * as z from 'zod';
import { type GivenAnswer, HostToPage, type PageToHost } from '../src/protocol/pages/run';

export type RequestTable = Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>;
type CommandTable = Readonly<Record<string, z.ZodType>>;

/** What VS Code gives a page; a seam so that the rest can be tested without it. */
export interface Wire {
  postMessage(message: PageToHost): void;
  getState(): unknown;
  setState(state: unknown): void;
}

/** Why a request has no answer. `code` is the extension's, or `timeout` or `bad_reply` of our own. */
export class HostError extends Error {
  override readonly name = 'HostError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 10_000;

export interface HostOptions {
  readonly timeoutMs?: number;
  /** A request that was sent before there was a host: the first one of its method is answered by that. */
  readonly sent?: { readonly id: number; readonly method: string };
  /** Answers that came with the document: each serves the first request that is the same. */
  readonly given?: readonly GivenAnswer[];
}

interface Pending {
  readonly result: z.ZodType;
  readonly method: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: HostError) => void;
  readonly timer: ReturnType<typeof setTimeout> | undefined;
}

export class Host<R extends RequestTable, C extends CommandTable> {
  private readonly pending = new Map<number, Pending>();
  private readonly listeners = new Set<() => void>();
  private readonly timeoutMs: number;
  private readonly sent = new Map<string, Promise<unknown>>();
  private readonly given = new Map<string, unknown>();
  private lastId = 0;

  constructor(
    private readonly wire: Wire,
    private readonly requests: R,
    { timeoutMs = TIMEOUT_MS, sent, given = [] }: HostOptions = {},
  ) {
    this.timeoutMs = timeoutMs;
    for (const { method, params, value } of given) this.given.set(keyOf(method, params), value);
    if (!sent) return;
    const answer = this.expect(sent.id, sent.method, timeoutMs);
    answer.catch(() => undefined); // whoever asks is told
    this.sent.set(sent.method, answer);
  }

  /** To be called with the data of each message that arrives. Anything malformed is dropped. */
  receive(data: unknown): void {
    const parsed = HostToPage.safeParse(data);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.type) {
      case 'reply': {
        this.settle(message.id, message.value);
        return;
      }
      case 'failure':
        return this.take(message.id)?.reject(new HostError(message.code, message.message));
      case 'changed':
        for (const listener of this.listeners) listener();
    }
  }

  /** Says that the page listens; the extension sends nothing before. */
  ready(): void {
    this.wire.postMessage({ type: 'ready' });
  }

  /** @param timeoutMs null where it is the user who answers */
  /** Says that the reader does something with the page: its tab is not taken for another one then. */
  used(): void {
    this.wire.postMessage({ type: 'used' });
  }

  request<M extends keyof R & string>(
    method: M,
    params: z.input<R[M]['params']>,
    timeoutMs: number | null = this.timeoutMs,
  ): Promise<z.output<R[M]['result']>> {
    type Answer = Promise<z.output<R[M]['result']>>;
    const sent = this.sent.get(method);
    this.sent.delete(method);
    if (sent) return sent as Answer;
    const id = ++this.lastId;
    const answer = this.expect(id, method, timeoutMs);
    const key = keyOf(method, params);
    if (this.given.has(key)) {
      this.settle(id, this.given.get(key));
      this.given.delete(key);
      return answer as Answer;
    }
    this.wire.postMessage({ type: 'request', id, method, params });
    return answer as Answer;
  }

  command<K extends keyof C & string>(command: K, params: z.input<C[K]>): void {
    this.wire.postMessage({ type: 'command', command, params });
  }

  /** Calls the listener whenever the extension says that something changed. */
  onChanged(listener: () => void): void {
    this.listeners.add(listener);
  }

  get state(): unknown {
    return this.wire.getState();
  }

  set state(state: unknown) {
    this.wire.setState(state);
  }

  private expect(id: number, method: string, timeoutMs: number | null): Promise<unknown> {
    const { result } = this.requests[method] as R[string];
    return new Promise((resolve, reject) => {
      const timer =
        timeoutMs === null ? undefined : setTimeout(() => this.take(id)?.reject(timeoutError(timeoutMs)), timeoutMs);
      this.pending.set(id, { result, method, resolve, reject, timer });
    });
  }

  private settle(id: number, value: unknown): void {
    const pending = this.take(id);
    if (!pending) return;
    const parsed = pending.result.safeParse(value);
    if (parsed.success) pending.resolve(parsed.data);
    else pending.reject(new HostError('bad_reply', `The answer to "${pending.method}" could not be understood.`));
  }

  private take(id: number): Pending | undefined {
    const pending = this.pending.get(id);
    if (!pending) return undefined;
    this.pending.delete(id);
    clearTimeout(pending.timer);
    return pending;
  }
}

const keyOf = (method: string, params: unknown) => JSON.stringify([method, params]);

function timeoutError(timeoutMs: number): HostError {
  return new HostError('timeout', `No answer within ${String(timeoutMs / 1000)} seconds.`);
}
