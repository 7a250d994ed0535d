/**
 * An endpoint's HTTP, on the loopback interface, and on the same port gRPC. Before anything is routed it is asked where a request
 * is meant for and where it comes from: a page of a browser must not reach it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Guard, hostsOf, noKey, requireHost, requireOrigin } from './admission';
import { type Call, idHeader, newCall } from './call';
import type { Asked, Dialect, Route, Served } from './dialect';
import { Failure } from './failure';
import { Front } from './front';
import type { GrpcServer } from './grpc/server';
import { bodyOf, send } from './http';
import { type Standing, standingOf } from './key';
import { patternOf } from './route';

const BODY_LIMIT_MS = 60_000;
const HEADERS_LIMIT_MS = 20_000;
/** Longer than clients keep theirs, so that none writes to one that is being closed. */
const KEEP_ALIVE_MS = 65_000;
const MAX_CONNECTIONS = 1024;
/** How long requests that are under way may take when the endpoint ends. */
const DRAIN_MS = 10_000;

export class EndpointServer {
  private readonly server: Server;
  private readonly front: Front;
  /** Loaded with the first connection that speaks it. */
  private grpc: Promise<GrpcServer> | null = null;
  private readonly routes: readonly { readonly dialect: Dialect; readonly route: Route; readonly pattern: RegExp }[];
  private hosts: ReadonlySet<string> = new Set();
  private isDraining = false;
  private underWay = 0;
  private onIdle: (() => void) | null = null;

  constructor(
    private readonly dialects: readonly Dialect[],
    private readonly served: Served,
    private readonly guard: Guard,
    private readonly log: (line: string) => void,
  ) {
    this.routes = dialects.flatMap((dialect) =>
      dialect.routes.map((route) => ({ dialect, route, pattern: patternOf(route.path) })),
    );
    const handle = (request: IncomingMessage, response: ServerResponse): void => void this.handle(request, response);
    this.server = createServer(handle);
    // What a client expects besides 100-continue is no reason not to answer it; Node's own 417 would be in the form of no protocol.
    this.server.on('checkExpectation', handle);
    this.server.headersTimeout = HEADERS_LIMIT_MS;
    this.server.requestTimeout = BODY_LIMIT_MS;
    this.server.keepAliveTimeout = KEEP_ALIVE_MS;
    this.server.maxRequestsPerSocket = 0;
    this.server.maxConnections = MAX_CONNECTIONS;
    this.front = new Front(this.server, (socket) => void this.takeGrpc(socket), HEADERS_LIMIT_MS);
  }

  /** @returns the port. @throws what listening throws: EADDRINUSE where somebody else has it */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host, exclusive: true }, () => {
        this.server.off('error', reject);
        this.server.on('error', (error) => this.log(error.message));
        const { port: taken } = this.server.address() as AddressInfo;
        this.hosts = hostsOf(taken);
        resolve(taken);
      });
    });
  }

  /** Takes no more, and waits for what is under way. */
  async drain(): Promise<void> {
    this.isDraining = true;
    this.server.close();
    this.server.closeIdleConnections();
    this.front.close();
    const drained = this.grpc?.then((grpc) => grpc.drain(DRAIN_MS));
    if (this.underWay > 0) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.onIdle = () => resolve(undefined);
      const limit = setTimeout(this.onIdle, DRAIN_MS);
      await promise;
      clearTimeout(limit);
    }
    await drained;
    this.server.closeAllConnections();
  }

  private async takeGrpc(socket: Socket): Promise<void> {
    const limits = { bodyMs: BODY_LIMIT_MS, idleMs: KEEP_ALIVE_MS };
    this.grpc ??= import('./grpc/server').then(
      ({ GrpcServer }) => new GrpcServer(this.served, this.guard, this.hosts, limits, this.log),
    );
    (await this.grpc).take(socket);
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.underWay++;
    if (this.isDraining) response.setHeader('Connection', 'close');
    response.once('close', () => {
      this.underWay--;
      if (this.underWay === 0) this.onIdle?.();
    });
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    let call: Call | null = null;
    try {
      const { dialect, route, found, standing } = this.routeOf(request, path);
      if (route.infers) call = newCall(dialect.name, request.headers);
      const body = request.method === 'POST' ? await bodyOf(request) : Buffer.alloc(0);
      const asked = { ...askedOf(found, request), body, call, standing };
      const answer = await route.answer(asked, call ? this.served.during(call) : this.served);
      send(response, answer, call ? idHeader(call) : undefined);
      if (call) this.served.remember(call, answer.status ?? 200, null);
    } catch (thrown) {
      this.fail(request, response, path, thrown, call);
    }
  }

  /** @throws Failure `forbidden`, `unauthenticated`, `not_found`, `method` */
  private routeOf(
    { headers, method }: IncomingMessage,
    path: string,
  ): { dialect: Dialect; route: Route; found: RegExpExecArray; standing: Standing } {
    // What more than this machine reaches has names that nobody here knows, and a key, which no page knows.
    if (this.guard.isLocal) requireHost(path.startsWith('/') ? headers.host : undefined, this.hosts);
    requireOrigin(headers.origin, headers['sec-fetch-site'], this.hosts);
    const standing = standingOf(this.guard.key, (name) => headers[name]?.toString());
    const wanted = method === 'HEAD' ? 'GET' : method;
    const others = new Set<string>();
    for (const { dialect, route, pattern } of this.routes) {
      const found = pattern.exec(path);
      if (found && route.method === wanted) {
        if (standing === 'missing' && !route.isOpen) throw noKey();
        return { dialect, route, found, standing };
      }
      if (found) others.add(route.method);
    }
    if (standing === 'missing') throw noKey();
    if (others.size > 0)
      throw new Failure(
        'method',
        `${path.slice(0, 200)} is asked with ${[...others].join(' or ')}, not ${method ?? ''}.`,
      );
    const { name } = this.served;
    throw new Failure(
      'not_found',
      `There is no ${path.slice(0, 200)} here. There are /v2/models/${name}/infer, /invocations and /metrics; / has all.`,
    );
  }

  private fail(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    thrown: unknown,
    call: Call | null,
  ): void {
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    const failure = Failure.from(thrown);
    if (failure.kind === 'internal')
      this.log(`${request.method ?? ''} ${path.slice(0, 200)}: ${thrown instanceof Error ? (thrown.stack ?? '') : ''}`);
    // What is left of a body that nobody reads is thrown away, with its connection.
    if (!request.complete) {
      request.resume();
      response.setHeader('Connection', 'close');
    }
    if (failure.kind === 'unauthenticated') response.setHeader('WWW-Authenticate', 'Bearer');
    if (failure.retryAfterS !== null) response.setHeader('Retry-After', String(failure.retryAfterS));
    const dialect = this.dialects.find((one) => one.owns(path));
    const answer = dialect?.fails(failure, request.headers) ?? { status: 500, body: '{}' };
    send(response, answer, call ? idHeader(call) : undefined);
    if (call) this.served.remember(call, answer.status ?? 200, failure.message);
  }
}

/** @throws Failure `invalid` for what is encoded wrongly */
function askedOf(found: RegExpExecArray, { headers }: IncomingMessage): Pick<Asked, 'params' | 'headers'> {
  try {
    const params = found.slice(1).map((text: string | undefined) => text && decodeURIComponent(text));
    return { params, headers };
  } catch {
    throw new Failure('invalid', 'The address is not encoded rightly.');
  }
}
