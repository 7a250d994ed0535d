/**
 * The extension's end of a page: a table of requests and commands, every message checked on its way in. A page may
 * come and go with its tab; it is told to look again whenever it comes back.
 */
import type * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import { FIRST_REQUEST_ID, type GivenAnswer, type HostToPage, PageToHost } from '../../protocol/pages/run';
import { describeError, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';

export interface PageContract {
  readonly requests: Readonly<Record<string, { readonly params: z.ZodType; readonly result: z.ZodType }>>;
  readonly commands: Readonly<Record<string, z.ZodType>>;
}

/** A handler for every request and command of a page; leaving one out does not compile. */
export interface PageHandlers<C extends PageContract> {
  readonly requests: {
    readonly [M in keyof C['requests']]: (
      params: z.output<C['requests'][M]['params']>,
    ) => Promise<z.input<C['requests'][M]['result']>>;
  };
  readonly commands: { readonly [M in keyof C['commands']]: (params: z.output<C['commands'][M]>) => Promise<void> };
  /** What the page will ask for first, to go with its document. */
  readonly ahead?: () => Promise<readonly GivenAnswer[]>;
}

/** What a host needs of a `vscode.WebviewPanel`. */
export interface Page {
  readonly visible: boolean;
  readonly webview: {
    postMessage(message: HostToPage): PromiseLike<boolean>;
    onDidReceiveMessage(listener: (message: unknown) => void): Disposable;
  };
  onDidChangeViewState(listener: () => void): Disposable;
}

export interface PageHostOptions<C extends PageContract> {
  readonly contract: C;
  readonly handlers: PageHandlers<C>;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly log: Log;
  /** The reader does more with the page than to look at it. */
  readonly onUsed?: () => void;
  /** Another page was in the same tab: what it said last is not for this one. */
  readonly isReused?: boolean;
}

type Handlers = Readonly<Record<string, (params: unknown) => Promise<unknown>>>;

export class PageHost<C extends PageContract> implements Disposable {
  private readonly disposables = new Disposables();
  private readonly requests: Handlers;
  private readonly commands: Handlers;
  private isReady = false;
  private isDisposed = false;
  /** Whether what is said comes from this page: a page begins with `ready`, or with its first request. */
  private hasBegun: boolean;
  /** Something changed since the page could last be told, or since its document was made. */
  private hasMissed = false;

  constructor(
    private readonly page: Page,
    private readonly options: PageHostOptions<C>,
  ) {
    // The types tie each handler to its own schema; the compiler can't follow a name that comes at run time.
    this.requests = options.handlers.requests as unknown as Handlers;
    this.commands = options.handlers.commands as unknown as Handlers;
    this.hasBegun = options.isReused !== true;
    this.disposables.track(page.webview.onDidReceiveMessage((message) => void this.receive(message)));
    this.disposables.track(page.onDidChangeViewState(() => this.onViewState()));
  }

  /** Tells the page to look again. One that is hidden will when it is shown. */
  changed(): void {
    if (this.isReady && this.page.visible) this.send({ type: 'changed' });
    else this.hasMissed = true;
  }

  /** A hidden page is gone: it begins again with the document that it had, whose answers are old by then. */
  private onViewState(): void {
    if (!this.page.visible) this.hasMissed = true;
    else if (this.hasMissed && this.isReady) this.tellMissed();
  }

  private tellMissed(): void {
    this.hasMissed = false;
    this.changed();
  }

  /** For the page's document. None where they can't be had: the page asks, and is told why. */
  async answersAhead(): Promise<readonly GivenAnswer[]> {
    try {
      return (await this.options.handlers.ahead?.()) ?? [];
    } catch (error) {
      this.options.log.debug(`nothing goes with a page: ${describeError(error)}`);
      return [];
    }
  }

  dispose(): void {
    this.isDisposed = true;
    this.disposables.dispose();
  }

  private async receive(raw: unknown): Promise<void> {
    const message = PageToHost.safeParse(raw);
    if (!message.success) {
      this.options.log.warn(`a page sent a message that is not of its form: ${message.error.message}`);
      return;
    }
    const { data } = message;
    this.hasBegun ||= data.type === 'ready' || (data.type === 'request' && data.id === FIRST_REQUEST_ID);
    if (!this.hasBegun) return;
    switch (data.type) {
      case 'ready':
        if (this.isReady || this.hasMissed) {
          this.isReady = true;
          this.tellMissed();
        }
        this.isReady = true;
        return;
      case 'used':
        this.options.onUsed?.();
        return;
      case 'request':
        return this.answer(data.id, data.method, data.params);
      case 'command':
        return this.obey(data.command, data.params);
    }
  }

  private async answer(id: number, method: string, raw: unknown): Promise<void> {
    try {
      const params = parse(own(this.options.contract.requests, method)?.params, raw, method);
      this.send({ type: 'reply', id, value: await own(this.requests, method)?.(params) });
    } catch (thrown) {
      const { code, message } = LoopwrightError.from(thrown);
      this.options.log.warn(`page, ${method}: ${message}`);
      this.send({ type: 'failure', id, code, message });
    }
  }

  private obey(command: string, raw: unknown): Promise<void> {
    return this.options.attempt(`page, ${command}`, async () => {
      const params = parse(own(this.options.contract.commands, command), raw, command);
      await own(this.commands, command)?.(params);
    });
  }

  private send(message: HostToPage): void {
    // The tab may be another page's by now.
    if (this.isDisposed) return;
    this.page.webview.postMessage(message).then(undefined, (error: unknown) => {
      this.options.log.debug(`a page went away before its answer: ${describeError(error)}`);
    });
  }
}

function parse(schema: z.ZodType | undefined, raw: unknown, what: string): unknown {
  if (!schema) throw new LoopwrightError('bad_request', `The page asked for ${what}, which is not known.`);
  const params = schema.safeParse(raw ?? {});
  if (params.success) return params.data;
  throw new LoopwrightError('bad_request', `The page asked for ${what} in a form that is not known.`, {
    cause: params.error,
  });
}

/** A page's word never reaches what objects inherit. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
