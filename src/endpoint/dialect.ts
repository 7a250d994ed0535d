/**
 * A protocol that clients speak: a table of routes, a function for each, and how failures look. All of them are on one port, and
 * know nothing of sockets. Adding one is a file in `dialects/` and a line in its list.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { NamedTensor, Signature } from '../inference/datatype';
import type { EndpointChanged, RequestLogSettings, ToldEndpoint } from '../protocol/endpoints';
import type { Label } from '../protocol/node/requestLog/form';
import type { Call } from './call';
import type { Failure } from './failure';
import type { Standing } from './key';
import type { Schema } from './schema';

export interface Asked {
  /** What is in braces in the route's path, decoded. */
  readonly params: readonly (string | undefined)[];
  readonly headers: IncomingHttpHeaders;
  /** Inflated. */
  readonly body: Buffer;
  /** Of a route that infers. */
  readonly call: Call | null;
  /** Whether the endpoint's key came with it. */
  readonly standing: Standing;
}

export interface Answer {
  readonly status?: number;
  /** JSON if left out. */
  readonly type?: string;
  readonly body: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What `/openapi.json` says of a route. */
export interface Told {
  readonly summary: string;
  /** JSON that it takes, and gives. */
  asks?(signature: Signature): Schema;
  gives?(signature: Signature): Schema;
  /** Of an answer that is no JSON. */
  readonly type?: string;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'OPTIONS';
  /** As `route.ts` reads it. */
  readonly path: string;
  /** Left out for what only refuses. */
  readonly told?: Told;
  /** Whether what is asked here is a prediction, which is remembered. */
  readonly infers?: true;
  /** Whether it is answered without a key, as probes have none. */
  readonly isOpen?: true;
  answer(asked: Asked, served: Served): Answer | Promise<Answer>;
}

export interface Dialect {
  readonly name: string;
  /** Whether what is asked for here is told in this dialect's words, if nothing is there. */
  owns(path: string): boolean;
  readonly routes: readonly Route[];
  fails(failure: Failure, headers: IncomingHttpHeaders): Answer;
  /** Of the bodies that it fails with. */
  readonly failure: Schema;
}

/** What is behind the dialects. */
export interface Served {
  readonly name: string;
  readonly version: string;
  /** Whether it can be asked now. */
  readonly isReady: boolean;
  /** @throws Failure `unavailable` while nothing is loaded */
  readonly signature: Signature;
  /** Whether whole numbers beyond 2^53 are to be read exactly. */
  readonly exactIntegers: boolean;
  /** How many requests wait, and how many more may. */
  readonly waiting: number;
  readonly room: number;
  /** What is remembered of requests; null where nothing is. */
  readonly log: RequestLogSettings | null;
  /** The same for one request, which is told what it is asked and what it answers. */
  during(call: Call): Served;
  /** @param failure why it was not answered as it wished */
  remember(call: Call, status: number, failure: string | null): void;
  /**
   * Resolves when they are safe.
   *
   * @returns those of requests that are not known to have been here
   * @throws Failure where nothing is remembered, or they can't be kept
   */
  label(labels: readonly Label[]): Promise<readonly string[]>;
  /** Checked against the signature. @throws Failure, Refused */
  infer(feeds: readonly NamedTensor[]): Promise<readonly NamedTensor[]>;
  /** Takes the model back when all that has begun is answered. */
  unload(): Promise<void>;
  /** @throws Failure `unavailable` for a model that can't be loaded any more */
  load(): Promise<void>;
  /**
   * Another model takes its place once it is loaded; what has begun is answered by the one before.
   *
   * @param id of the order for it
   * @throws Failure where there is none, or the model can't be loaded: then nothing has changed
   */
  change(id: string): Promise<EndpointChanged>;
  metrics(): string;
  /** How it is set, and what went wrong lately. */
  told(): ToldEndpoint;
  /** By protocol, the addresses that can be asked. */
  routes(): Readonly<Record<string, readonly string[]>>;
  /** What all of them take and give, as OpenAPI has it. @throws Failure `unavailable` */
  openApi(): string;
}

export const JSON_TYPE = 'application/json';
export const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });
