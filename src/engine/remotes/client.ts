/** Speaking MLflow's REST to a tracking server elsewhere, and what it means when that does not answer as it should. */
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';
import type { ServerAccess } from '../../protocol/servers';

const API = '/api/2.0/mlflow';
/** The server's own limits allow pages of a thousand runs with all that they have. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;
const TIMEOUT_MS = 60_000;
/** A file may take as long as it comes. */
const FILE_TIMEOUT_MS = 24 * 60 * 60_000;
/** What is asked again is asked after these. */
const PAUSES_MS: readonly number[] = [300, 1500, 5000];
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504]);

const Failure = z.object({ error_code: z.string().default(''), message: z.string().default('') });

type RequestBody = NonNullable<RequestInit['body']>;

export type Query = Readonly<Record<string, string>>;

interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT';
  readonly path: string;
  readonly body?: RequestBody;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether asking twice does no more than asking once. */
  readonly isRepeatable: boolean;
  readonly timeoutMs?: number;
}

/** The server has answered, and does not do what it was asked. */
export class ServerRefusal extends LoopwrightError {
  constructor(
    message: string,
    /** MLflow's, such as `RESOURCE_DOES_NOT_EXIST`; empty where the answer is not of its form. */
    readonly errorCode: string,
    readonly status: number,
  ) {
    super(status === 401 || status === 403 ? 'server_refused' : status === 404 ? 'not_found' : 'bad_request', message);
  }
}

export class MlflowClient {
  constructor(
    private readonly access: ServerAccess,
    private readonly signal: AbortSignal,
  ) {}

  get url(): string {
    return this.access.url;
  }

  /** @throws LoopwrightError `server_unreachable`, `server_refused`, or what the server has against it */
  async get<T extends z.ZodType>(path: string, query: Query, answer: T): Promise<z.output<T>> {
    const call = {
      method: 'GET',
      path: `${API}/${path}?${String(new URLSearchParams(query))}`,
      isRepeatable: true,
    } as const;
    return this.read(call, answer);
  }

  /** Asks for something with a body. */
  async search<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.output<T>> {
    return this.read(this.posting('POST', path, body, true), answer);
  }

  /** Changes something there. Where the answer is lost, so is whether it was done, unless it `isRepeatable`. */
  async post<T extends z.ZodType>(path: string, body: unknown, answer: T, isRepeatable = false): Promise<z.output<T>> {
    return this.read(this.posting('POST', path, body, isRepeatable), answer);
  }

  async patch<T extends z.ZodType>(path: string, body: unknown, answer: T): Promise<z.output<T>> {
    return this.read(this.posting('PATCH', path, body, true), answer);
  }

  /** @param path below the server's address */
  async download(path: string, target: string): Promise<void> {
    const response = await this.send({ method: 'GET', path, isRepeatable: true, timeoutMs: FILE_TIMEOUT_MS });
    if (!response.body) throw new LoopwrightError('internal', `${this.url}${path} has no content.`);
    await pipeline(Readable.from(response.body), createWriteStream(target, { flags: 'wx' }), {
      signal: this.signal,
    });
  }

  /** @param path below the server's address */
  async upload(path: string, file: string, sizeBytes: number): Promise<void> {
    // The same file as often as it is asked for.
    const body = Readable.toWeb(createReadStream(file)) as unknown as RequestBody;
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) };
    await (
      await this.send({ method: 'PUT', path, body, headers, isRepeatable: false, timeoutMs: FILE_TIMEOUT_MS })
    ).arrayBuffer();
  }

  private posting(method: 'POST' | 'PATCH', path: string, body: unknown, isRepeatable: boolean): Call {
    const headers = { 'content-type': 'application/json' };
    return { method, path: `${API}/${path}`, body: JSON.stringify(body), headers, isRepeatable };
  }

  private async read<T extends z.ZodType>(call: Call, answer: T): Promise<z.output<T>> {
    const response = await this.send(call);
    const text = await textOf(response, this.url).catch((error: unknown) => {
      this.signal.throwIfAborted();
      throw error instanceof LoopwrightError ? error : unreachable(this.url, error); // it broke off within its answer
    });
    const checked = answer.safeParse(parsed(text));
    if (checked.success) return checked.data;
    throw new LoopwrightError(
      'bad_request',
      `${this.url} does not answer as a tracking server of MLflow does. Look at the address; what a browser shows there should be MLflow’s own page.`,
      { cause: checked.error },
    );
  }

  private async send(call: Call): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const pauseMs = call.isRepeatable ? PAUSES_MS[attempt] : undefined;
      try {
        const response = await this.once(call);
        if (response.ok) return response;
        if (pauseMs === undefined || !BUSY.has(response.status)) throw await refusalOf(response, this.access);
        await response.body?.cancel();
      } catch (error) {
        this.signal.throwIfAborted();
        if (error instanceof LoopwrightError) throw error;
        if (pauseMs === undefined || isHopeless(error)) throw unreachable(this.url, error);
      }
      await sleep(pauseMs, undefined, { signal: this.signal });
    }
  }

  private once({ method, path, body, headers, timeoutMs = TIMEOUT_MS }: Call): Promise<Response> {
    const { url, token } = this.access;
    return fetch(`${url}${path}`, {
      method,
      // A redirection would take the token and what is sent to wherever it leads.
      redirect: 'manual',
      headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      signal: AbortSignal.any([this.signal, AbortSignal.timeout(timeoutMs)]),
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    });
  }
}

async function refusalOf(response: Response, { url, token }: ServerAccess): Promise<LoopwrightError> {
  const { status } = response;
  const text = await textOf(response, url).catch(() => '');
  const failure = Failure.safeParse(parsed(text));
  const { error_code: errorCode, message } = failure.success ? failure.data : { error_code: '', message: '' };
  const location = response.headers.get('location');
  if (status === 401 || status === 403) {
    const why = token === null ? 'wants a token' : 'does not accept the token';
    return new ServerRefusal(
      `${url} ${why} (${String(status)})${message === '' ? '' : `: ${message}`}.`,
      errorCode,
      status,
    );
  }
  if (location !== null)
    return new ServerRefusal(
      `${url} sends on to ${location}. Name that address if it is the server you mean.`,
      '',
      status,
    );
  return new ServerRefusal(
    message === '' ? `${url} answers with ${String(status)}.` : `${url}: ${message}`,
    errorCode,
    status,
  );
}

/** A name that nobody knows and a port on which nobody listens stay so, and who hangs was waited for long enough. */
const isHopeless = (error: unknown): boolean =>
  isTimeout(error) || ['ENOTFOUND', 'ECONNREFUSED', 'CERT_HAS_EXPIRED'].includes(codeOf(error));

const isTimeout = (error: unknown): boolean => error instanceof DOMException && error.name === 'TimeoutError';

function unreachable(url: string, error: unknown): LoopwrightError {
  const code = codeOf(error);
  const why = isTimeout(error)
    ? 'it does not answer'
    : code === 'ENOTFOUND'
      ? 'nobody knows a machine of that name'
      : code === 'ECONNREFUSED'
        ? 'nothing listens there'
        : reasonOf(error);
  return new LoopwrightError(
    'server_unreachable',
    `${url} can't be reached: ${why}. Look at the address, and whether the server runs.`,
    { cause: error },
  );
}

/** `fetch` says only that it failed; why is in its cause. */
const causeOf = (error: unknown): unknown =>
  error instanceof Error && error.cause !== undefined ? error.cause : error;

function codeOf(error: unknown): string {
  const cause = causeOf(error);
  return typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
}

function reasonOf(error: unknown): string {
  const cause = causeOf(error);
  return cause instanceof Error && cause.message !== '' ? cause.message : codeOf(error);
}

async function textOf(response: Response, url: string): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  if (!body) return '';
  for await (const piece of body) {
    size += piece.length;
    if (size > MAX_ANSWER_BYTES)
      throw new LoopwrightError('bad_request', `An answer of ${url} is larger than ${String(MAX_ANSWER_BYTES)} bytes.`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page of a proxy, or nothing
  }
}
