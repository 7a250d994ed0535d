/**
 * An endpoint's gRPC, on connections that it is handed. Its code is loaded with the first of them.
 *
 * Before a message is read, `admit` is asked about the call's metadata: the one place for what decides who is answered.
 */
import type { Socket } from 'node:net';
import {
  Metadata,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type status,
  type ServerInterceptor,
  type ServerWritableStream,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type Guard, noKey, requireHost, requireOrigin } from '../admission';
import { newCall } from '../call';
import type { Served } from '../dialect';
import { Failure, STATUS } from '../failure';
import { MAX_BODY_BYTES } from '../http';
import { standingOf } from '../key';
import { CODES, type Method, type Service } from './service';
import { SERVICES } from './services/list';
import { Watches } from './watches';

/** More would be headers that clients refuse. */
const MAX_DETAILS = 1000;
const MAX_STREAMS = 256;
/** Of one connection, in MB: several of the largest messages. */
const MAX_SESSION_MEMORY_MB = 512;
/** What may be on its way unread: tensors are larger than the 64 kB that HTTP/2 begins with. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export interface GrpcLimits {
  /** For a request to be there whole. */
  readonly bodyMs: number;
  /** A connection on which nothing is asked is closed. */
  readonly idleMs: number;
}

interface Status {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;
}

export class GrpcServer {
  private readonly server: Server;
  /** What is answered without a key. */
  private readonly open = new Set<string>();
  private readonly watches = new Watches();
  private readonly sockets = new Set<Socket>();
  private onIdle: (() => void) | null = null;
  private readonly injector: { injectConnection(socket: Socket): void };

  constructor(
    private readonly served: Served,
    private readonly guard: Guard,
    private readonly hosts: ReadonlySet<string>,
    private readonly limits: GrpcLimits,
    private readonly log: (line: string) => void,
  ) {
    this.server = new Server({
      'grpc.max_receive_message_length': MAX_BODY_BYTES,
      'grpc.max_concurrent_streams': MAX_STREAMS,
      'grpc.max_connection_idle_ms': limits.idleMs,
      'grpc-node.max_session_memory': MAX_SESSION_MEMORY_MB,
      'grpc-node.flow_control_window': WINDOW_BYTES,
      'grpc.enable_channelz': 0,
      interceptors: [this.admission()],
    });
    for (const service of SERVICES) this.add(service);
    this.injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
  }

  take(socket: Socket): void {
    // What it says of a connection that breaks is of no use to anybody.
    socket.on('error', () => undefined);
    this.sockets.add(socket);
    socket.once('close', () => {
      this.sockets.delete(socket);
      if (this.sockets.size === 0) this.onIdle?.();
    });
    this.injector.injectConnection(socket);
  }

  /** Takes no more calls, and waits for those that are under way. */
  async drain(limitMs: number): Promise<void> {
    this.watches.end();
    // Each connection is closed by it once its calls are answered. That it says so before that, where Node's own server has begun to
    // close the connections (from Node 24 on), is why they are looked at here.
    this.server.tryShutdown(() => undefined);
    if (this.sockets.size > 0) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.onIdle = () => resolve(undefined);
      const limit = setTimeout(this.onIdle, limitMs);
      await promise;
      clearTimeout(limit);
    }
    this.server.forceShutdown();
  }

  /**
   * @param authority HTTP/2's `Host`
   * @throws Failure for a call that is not answered
   */
  private admit(path: string, authority: string, metadata: Metadata): void {
    const header = (name: string): string | undefined => metadata.get(name)[0]?.toString();
    if (this.guard.isLocal) requireHost(authority, this.hosts);
    requireOrigin(header('origin'), header('sec-fetch-site'), this.hosts);
    if (!this.open.has(path) && standingOf(this.guard.key, header) === 'missing') throw noKey();
  }

  private admission(): ServerInterceptor {
    return ({ path }, call) =>
      new ServerInterceptingCall(call, {
        start: (next) => {
          let limit: NodeJS.Timeout | undefined;
          next({
            onReceiveMetadata: (metadata, then) => {
              try {
                this.admit(path, call.getHost(), metadata);
              } catch (thrown) {
                call.sendStatus(this.statusOf(thrown, ''));
                return;
              }
              const { bodyMs } = this.limits;
              const late = new Failure('timeout', `The request was not there within ${String(bodyMs / 1000)} s.`);
              limit = setTimeout(() => call.sendStatus(this.statusOf(late, '')), bodyMs);
              then(metadata);
            },
            onReceiveHalfClose: (then) => {
              clearTimeout(limit);
              then();
            },
            onCancel: () => clearTimeout(limit),
          });
        },
      });
  }

  private add({ name, methods }: Service): void {
    const asIs = (bytes: Buffer): Buffer => bytes;
    const coding = {
      ...{ requestSerialize: asIs, requestDeserialize: asIs },
      ...{ responseSerialize: asIs, responseDeserialize: asIs },
    };
    const paths = methods.map((method) => [method, `/${name}/${method.name}`] as const);
    const definition = paths.map(([method, path]) => {
      const form = { requestStream: false, responseStream: method.isWatched };
      return [method.name, { path, ...form, ...coding }] as const;
    });
    const handlers = paths.map(([method, path]) => [
      method.name,
      method.isWatched
        ? (call: ServerWritableStream<Buffer, Buffer>) => this.watch(method, path, call)
        : ({ request, metadata }: { request: Buffer; metadata: Metadata }, done: Done) =>
            void this.answer(method, path, request, metadata, done),
    ]);
    for (const [method, path] of paths) if (method.isOpen) this.open.add(path);
    this.server.addService(
      Object.fromEntries(definition),
      Object.fromEntries(handlers) as UntypedServiceImplementation,
    );
  }

  private async answer(method: Method, path: string, request: Buffer, metadata: Metadata, done: Done): Promise<void> {
    const id = metadata.get('x-request-id')[0]?.toString();
    const call = method.infers ? newCall(path.slice(1), { 'x-request-id': id }) : null;
    try {
      done(null, await method.answer(request, call ? this.served.during(call) : this.served, call));
      if (call) this.served.remember(call, 200, null);
    } catch (thrown) {
      done(this.statusOf(thrown, path));
      const { kind, message } = Failure.from(thrown);
      if (call) this.served.remember(call, STATUS[kind], message);
    }
  }

  private watch(method: Method, path: string, call: ServerWritableStream<Buffer, Buffer>): void {
    this.watches.add(
      async () => method.answer(call.request, this.served, null),
      call,
      (thrown) => call.emit('error', this.statusOf(thrown, path)),
    );
  }

  private statusOf(thrown: unknown, path: string): Status {
    const { kind, message, retryAfterS } = Failure.from(thrown);
    if (kind === 'internal') this.log(`${path}: ${thrown instanceof Error ? (thrown.stack ?? '') : ''}`);
    const metadata = new Metadata();
    // https://github.com/grpc/proposal/blob/master/A6-client-retries.md#pushback
    if (retryAfterS !== null) metadata.set('grpc-retry-pushback-ms', String(retryAfterS * 1000));
    // Half of a character that was cut can't be sent.
    return { code: CODES[kind], details: message.slice(0, MAX_DETAILS).toWellFormed(), metadata };
  }
}

type Done = (status: Status | null, answer?: Buffer) => void;
