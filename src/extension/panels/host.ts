/**
 * The extension's end of a page: a table of requests and commands, every message checked on its way in. A page may
 * come and go with its tab; it is told to look again whenever it comes back.
 */
import type * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import { type HostToPage, PageToHost } from '../../protocol/pages/run';
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
}

type Handlers = Readonly<Record<string, (params: unknown) => Promise<unknown>>>;

export class PageHost<C extends PageContract> implements Disposable {
  private readonly disposables = new Disposables();
  private readonly requests: Handlers;
  private readonly commands: Handlers;
  private isReady = false;
  /** Something changed after the page may have asked, and before it could be told. */
  private hasMissed = false;

  constructor(
    private readonly page: Page,
    private readonly options: PageHostOptions<C>,
  ) {
    // The types tie each handler to its own schema; the compiler can't follow a name that comes at run time.
    this.requests = options.handlers.requests as unknown as Handlers;
    this.commands = options.handlers.commands as unknown as Handlers;
    this.disposables.track(page.webview.onDidReceiveMessage((message) => void this.receive(message)));
    this.disposables.track(page.onDidChangeViewState(() => this.changed()));
  }

  /** Tells the page to look again. One that is hidden will when it is shown. */
  changed(): void {
    if (!this.isReady) this.hasMissed = true;
    else if (this.page.visible) this.send({ type: 'changed' });
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async receive(raw: unknown): Promise<void> {
    const message = PageToHost.safeParse(raw);
    if (!message.success) {
      this.options.log.warn(`a page sent a message that is not of its form: ${message.error.message}`);
      return;
    }
    switch (message.data.type) {
      case 'ready':
        this.isReady = true;
        if (this.hasMissed) this.changed();
        this.hasMissed = false;
        return;
      case 'request':
        return this.answer(message.data.id, message.data.method, message.data.params);
      case 'command':
        return this.obey(message.data.command, message.data.params);
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
