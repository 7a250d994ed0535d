/** Endpoints: processes that serve a model, found again by the files that they keep (`endpoints/<name>/endpoint.json`). */
import * as z from 'zod';

const LOOPBACK = '127.0.0.1';
export const isLoopback = (host: string): boolean => ['127.0.0.1', 'localhost', '::1'].includes(host);

/** Also the name of its folder, and of the model in addresses: nothing that could lead elsewhere. */
export const ENDPOINT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Nearest name that an endpoint can have. Pure. */
export const endpointNameOf = (text: string): string =>
  text
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 128)
    .replace(/-+$/, '') || 'model';

/** What it serves. */
export const ServedModel = z.object({
  /** The registered model, or the file's name. */
  model: z.string(),
  /** Of a registered model its number; `1` for a file. */
  version: z.string(),
  /** Absolute. */
  file: z.string(),
  /** Of the version's files; null for a file that is not registered. */
  digest: z.string().nullable(),
});
export type ServedModel = z.infer<typeof ServedModel>;

/** What is to be served in place of what is served now. */
export const EndpointChange = z.object({
  model: ServedModel,
  /** Also where it takes or gives something else than the one before. */
  anyway: z.boolean(),
});
export type EndpointChange = z.infer<typeof EndpointChange>;

/** `unlike` says what clients would have to know of: nothing was changed for that. */
export const EndpointChanged = z.discriminatedUnion('changed', [
  z.object({ changed: z.literal(true), version: z.string(), unlike: z.string().nullable() }),
  z.object({ changed: z.literal(false), unlike: z.string() }),
]);
export type EndpointChanged = z.infer<typeof EndpointChanged>;

/** What is remembered of requests. The oldest goes when it is older than so many days, or when there is more than that. */
export const RequestLogSettings = z.object({
  days: z.number().positive(),
  megabytes: z.number().positive(),
  /** Inputs and outputs that are left out, or columns of theirs: `name[2]`. */
  mask: z.array(z.string()),
});
export type RequestLogSettings = z.infer<typeof RequestLogSettings>;
export const DEFAULT_LOG: RequestLogSettings = { days: 7, megabytes: 256, mask: [] };

/** Written once it can be asked; gone when it has ended by itself. While it is being started, one without a port claims the name. */
export const EndpointFile = ServedModel.extend({
  name: z.string(),
  port: z.number().int(),
  process: z.object({ pid: z.number().int(), start: z.string() }),
  /** Of the boot in which that process runs. */
  boot: z.string(),
  startedMs: z.number(),
  /** As it was ordered, so that it can be started again in the same way. Null: tuned when the model is loaded. */
  threads: z.number().int().min(1).nullable().default(1),
  batchRows: z.number().int().min(1).nullable().default(null),
  deadlineMs: z.number().int().min(1).default(30_000),
  queue: z.number().int().min(1).default(128),
  /** Null: nothing is. */
  requestLog: RequestLogSettings.nullable().default(null),
  /** The address that it listens on. */
  host: z.string().default(LOOPBACK),
  /** Whether it is asked with its key, which is in its folder. */
  key: z.boolean().default(false),
});
export type EndpointFile = z.infer<typeof EndpointFile>;

export const MAX_THREADS = 256;
export const MAX_BATCH_ROWS = 4096;

/** How one is started: the argument of `endpoint.js`. */
export const EndpointOrder = ServedModel.extend({
  name: z.string().regex(ENDPOINT_NAME),
  /** Of the store; null for one that nobody has to find again. */
  store: z.string().nullable(),
  /** 0: one that is free. */
  port: z.number().int().min(0).max(65_535),
  /** Of one run of the model. Null: tuned when it is loaded. */
  threads: z.number().int().min(1).max(MAX_THREADS).nullable(),
  /** Of requests that are run together, at most. Null: tuned. */
  batchRows: z.number().int().min(1).max(MAX_BATCH_ROWS).nullable().default(null),
  /** How long a request may take. */
  deadlineMs: z.number().int().min(1),
  /** How many requests may wait. */
  queue: z.number().int().min(1),
  /** Null: nothing is, as without a store. */
  requestLog: RequestLogSettings.nullable().default(null),
  host: z.string().max(255).default(LOOPBACK),
  /** Whether it needs one: one that is made, or the one that it had. */
  key: z.enum(['none', 'new', 'kept']).default('none'),
});
export type EndpointOrder = z.infer<typeof EndpointOrder>;

/** What it tells whoever started it. */
export type EndpointNews =
  | {
      readonly kind: 'ready';
      readonly url: string;
      readonly pid: number;
      /** Whether requests are run together, and of how many rows at most. */
      readonly answersBatches: boolean;
      readonly batchRows: number;
      readonly threads: number;
      /** One that was made for this start. */
      readonly newKey: string | null;
    }
  | {
      readonly kind: 'failed';
      readonly code: 'bad_request' | 'internal';
      readonly message: string;
      /** For front ends that have another way out than the message names. */
      readonly reason?: 'name_in_use' | 'port_in_use';
    };

/**
 * - `unloaded`: it answers, but somebody has taken its model back until it is loaded again.
 * - `restarting`: it answers, but the process that runs the model ended and is started again.
 * - `silent`: its process lives, and has not answered in time.
 * - `ended`: it has not ended by itself, nor because it was told to.
 */
export type EndpointState = 'starting' | 'ready' | 'unloaded' | 'restarting' | 'stopping' | 'silent' | 'ended';

/** One endpoint of the store, as the engine sees it now. */
export interface EndpointRow extends EndpointFile {
  readonly state: EndpointState;
  /** Of one that has ended: why, as far as that can be told. */
  readonly cause: string;
  /** How often the process that runs the model crashed. */
  readonly crashes: number;
  /** Over the last seconds; null where nobody has looked twice yet. */
  readonly requestsPerSecond: number | null;
  readonly p95Ms: number | null;
  /** Of one that has ended: the last lines of its log. */
  readonly lastLines: readonly string[];
  /** Null for one that is attached to a terminal and writes none. */
  readonly log: string | null;
}

/** A crash of the process that runs the model, or a request that it did not answer; the same one after the other is one. */
export const EndpointTrouble = z.object({
  /** Of the last of them. */
  atMs: z.number(),
  kind: z.enum(['crash', 'request']),
  message: z.string(),
  count: z.number().int(),
});
export type EndpointTrouble = z.infer<typeof EndpointTrouble>;

/** How a model is run, and what was tried to find that out. */
export const Tuning = z.object({
  /** Of one run. */
  threads: z.number().int(),
  /** In one run at most: 1 where it does not answer rows together as it answers each alone. */
  batchRows: z.number().int(),
  /** Runs, each with its shortest time: none where both were told, or made-up rows are refused. */
  tried: z.array(z.object({ threads: z.number().int(), rows: z.number().int(), ms: z.number() })).readonly(),
});
export type Tuning = z.infer<typeof Tuning>;

/** A request that inferred, as an endpoint remembers it whether or not it keeps a log. */
export const RecentRequest = z.object({
  /** From 1, among those that this process answered. */
  number: z.number(),
  id: z.string(),
  /** When it began. */
  timeMs: z.number(),
  tookMs: z.number(),
  /** The protocol; of gRPC the service and the method. */
  dialect: z.string(),
  /** What answered it; null where it came to no model. */
  version: z.string().nullable(),
  /** Null where its inputs were not read, or have no rows. */
  rows: z.number().nullable(),
  /** HTTP's. */
  status: z.number(),
  /** Why it was not answered as it wished. */
  failure: z.string().nullable(),
});
export type RecentRequest = z.infer<typeof RecentRequest>;

/** What an endpoint says of itself (`/loopwright/endpoint`). */
export const ToldEndpoint = z.object({
  /**
   * Whether requests are run together. `shape`: not only the first dimension of its inputs is open. `otherwise`: it answers rows
   * together not as it answers each alone. `crashed`: its process ended when that was tried. `unknown` while no model is loaded.
   */
  batches: z.enum(['answered', 'shape', 'otherwise', 'crashed', 'unknown']),
  /** Null while no model is loaded. */
  tuning: Tuning.nullable().default(null),
  deadlineMs: z.number(),
  queue: z.number().int(),
  troubles: z.array(EndpointTrouble).readonly(),
  /** The newest first. Null for an endpoint of a build that does not tell it. */
  recent: z.array(RecentRequest).readonly().nullable().default(null),
});
export type ToldEndpoint = z.infer<typeof ToldEndpoint>;

/** A request that an endpoint answers, to be pasted somewhere. */
export interface EndpointCall {
  readonly url: string;
  /** Of an endpoint that has one. */
  readonly key: string | null;
  /** JSON. Null where the inputs have so many values that nobody would paste them. */
  readonly body: string | null;
  /** What it takes, a row of it. */
  readonly inputs: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[];
}

/** From this machine. */
export function urlOf(port: number, host = LOOPBACK): string {
  const name = host === '0.0.0.0' || host === '::' ? LOOPBACK : host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${String(port)}`;
}
