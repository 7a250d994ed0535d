/**
 * The store as a tracking server: MLflow's REST API over HTTP, on the loopback interface only. Before anything is routed
 * it is asked where a request is meant for and where it comes from (a page of a browser must not reach it), then who asks.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { userInfo } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import { type Author, invalid, Refusal, type Reply, valueOf, type Write } from '../clients';
import type { Versions } from '../versions';
import { MlflowError } from './answers';
import { type Listed, type Place, Artifacts } from './artifacts';
import type { Context } from './endpoint';
import { endpoints } from './endpoints';
import { LANDING_HEADERS, landingPage } from './landing';
import type { ReadMethod } from './reads';
import { routeOf } from './routes';
import { Doorkeeper } from './token';
import { Group } from './group';
import { badForm, bodyOf, decoded, parsed, queryOf, send } from './http';
import { forms } from './wire';

const API = /^\/(?:ajax-)?api\/(?:2\.0|3\.0|2\.0\/preview)\/mlflow\/(.+)$/;
const ARTIFACTS = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/artifacts(?:\/(.*))?$/;
const MULTIPART = /^\/(?:ajax-)?api\/2\.0\/mlflow-artifacts\/mpu\//;
/** How long nothing may come of a body that is not whole: then it won't any more. */
const PAUSE_MS = Number(process.env.LOOPWRIGHT_BODY_PAUSE_MS ?? 60_000);
/** The version of MLflow whose protocol this is: clients ask for it before they send what older servers don't know. */
export const MLFLOW_VERSION = '3.6.0';

/** The parts of the engine that stand behind it. */
export interface Backend {
  readonly paths: StorePaths;
  readonly token: string;
  /** All at once, in one transaction. */
  tell(writes: readonly Write[]): Promise<Reply[]>;
  /** Moves an alias or a stage through its gate. `tell` may be called again with more in the write. */
  move(write: Write, tell: (write: Write) => Promise<Reply | undefined>): Promise<Reply | undefined>;
  read(method: ReadMethod, params: unknown): Promise<Uint8Array>;
  deleteRuns(runIds: readonly string[]): Promise<unknown>;
  restoreRuns(runIds: readonly string[]): Promise<unknown>;
  readonly webhooks: Context['webhooks'];
  readonly versions: Pick<Versions, 'loading' | 'keeper'>;
  /** A request has come that proved who asks. */
  onUse(): void;
  log(message: string): void;
}

export class MlflowServer {
  private readonly server: Server;
  private readonly artifacts: Artifacts;
  private readonly group: Group;
  private readonly doorkeeper: Doorkeeper;
  private readonly user = userInfo().username;
  private hosts: ReadonlySet<string> = new Set();

  constructor(private readonly backend: Backend) {
    this.artifacts = new Artifacts(backend.paths, backend.versions.loading);
    this.group = new Group((writes) => backend.tell(writes));
    this.doorkeeper = new Doorkeeper(backend.token);
    this.server = createServer((request, response) => {
      this.endStalled(request, response);
      this.answer(request, response).catch((thrown: unknown) => {
        this.fail(request, response, thrown);
      });
    });
    // Longer than the pauses of a training, so that no client finds its connection closed when it writes to it.
    this.server.keepAliveTimeout = 120_000;
    this.server.requestTimeout = 0; // a large artifact over a slow pipe; headers have a limit of their own
    this.server.headersTimeout = 20_000;
    this.server.maxRequestsPerSocket = 0;
  }

  /** @throws what listening throws: EADDRINUSE where somebody else has the port */
  listen(port: number): Promise<void> {
    this.hosts = new Set(['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${String(port)}`));
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
        this.server.off('error', reject);
        this.server.on('error', (error) => {
          this.backend.log(`tracking server: ${error.message}`);
        });
        resolve();
      });
    });
  }

  close(): void {
    this.server.close();
    this.server.closeIdleConnections();
    setTimeout(() => {
      this.server.closeAllConnections();
    }, 500).unref();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = URL.parse(request.url ?? '/', 'http://store');
    if (!url) throw new MlflowError('BAD_REQUEST', 'The address of the request is none.');
    if (!this.hosts.has(headers.host?.toLowerCase() ?? ''))
      throw new MlflowError('PERMISSION_DENIED', 'This server answers only what is meant for this machine (Host).');
    if (headers.origin !== undefined && !this.hosts.has(headers.origin.toLowerCase().replace(/^http:\/\//, '')))
      throw new MlflowError('PERMISSION_DENIED', 'This server does not answer pages of other origins (Origin).');
    const open = method === 'GET' ? OPEN[url.pathname] : undefined;
    if (open) {
      send(response, open.text(this.backend.paths.root, headers.host ?? ''), open.type, open.headers);
      return;
    }
    const asking = this.doorkeeper.whoAsks(headers.authorization);
    if (asking === null) {
      response.setHeader('WWW-Authenticate', 'Bearer realm="Loopwright"');
      throw new MlflowError(
        'UNAUTHENTICATED',
        'A token of this store is missing or wrong. Set MLFLOW_TRACKING_TOKEN to the one that "loopwright tracking" prints.',
      );
    }
    this.backend.onUse();
    const [, artifact] = ARTIFACTS.exec(url.pathname) ?? [];
    if (ARTIFACTS.test(url.pathname)) return this.artifact(request, response, decoded(artifact ?? ''), url);
    if (MULTIPART.test(url.pathname))
      throw new MlflowError('NOT_IMPLEMENTED', 'Artifacts are uploaded in one piece here.', 501);
    if (method === 'GET' && url.pathname === '/get-artifact')
      return this.download(
        response,
        this.artifacts.ofRun(
          url.searchParams.get('run_id') ?? url.searchParams.get('run_uuid') ?? '',
          url.searchParams.get('path') ?? '',
        ),
      );
    const [, path = ''] = API.exec(url.pathname) ?? [];
    const route = routeOf(method, path);
    if (!route) {
      request.resume();
      throw new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${method} ${url.pathname} here.`);
    }
    const endpoint = endpoints[route.endpoint];
    if (!endpoint) throw new MlflowError('ENDPOINT_NOT_FOUND', `There is no ${method} ${url.pathname} here.`);
    const asked = method === 'GET' ? queryOf(url) : { ...queryOf(url), ...(await bodyOf(request)) };
    const form = forms[endpoint.form].safeParse({ ...asked, ...route.params });
    if (!form.success) throw badForm(form.error.issues[0], { ...asked, ...route.params });
    const answer = await endpoint.answer(form.data as never, this.contextOf(asking.runId));
    send(response, answer instanceof Uint8Array ? answer : JSON.stringify(answer), 'application/json');
  }

  /** A large artifact may take its time over a slow pipe, so there is no limit on the whole: only on its pauses. */
  private endStalled(request: IncomingMessage, response: ServerResponse): void {
    const { headers } = request;
    if (headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0) return;
    request.setTimeout(PAUSE_MS, () => {
      if (request.complete || response.headersSent) return;
      const seconds = String(PAUSE_MS / 1000);
      this.fail(request, response, new MlflowError('BAD_REQUEST', `Nothing came of the body for ${seconds} s.`, 408));
      response.once('finish', () => request.destroy());
    });
    // The answer may take longer than that.
    request.once('end', () => request.setTimeout(0));
  }

  private contextOf(askedBy: string | null): Context {
    const { backend } = this;
    return {
      askedBy,
      user: this.user,
      webhooks: backend.webhooks,
      settled: async (pending) => {
        if (pending) await backend.versions.keeper.settled(pending);
      },
      write: (method, params) => this.write({ method, params }, askedBy) as never,
      read: (method, params) => backend.read(method, params),
      deleteRuns: async (runIds) => {
        if (runIds.length > 0) await backend.deleteRuns(runIds);
      },
      restoreRuns: async (runIds) => {
        if (runIds.length > 0) await backend.restoreRuns(runIds);
      },
      listArtifacts: async (runId, path) => {
        const { run_info: info } = parsed(await backend.read('runs/info', { run_id: runId })) as {
          run_info: { artifact_uri: string };
        };
        const place = this.artifacts.ofRun(runId, path);
        return { root_uri: info.artifact_uri, files: await this.listBelow(place) };
      },
      listModelArtifacts: async (modelId, path) => {
        const { model } = parsed(await backend.read('logged-models/get', { model_id: modelId })) as {
          model: { info: { artifact_uri: string } };
        };
        const place = this.artifacts.ofModel(modelId, path);
        return { root_uri: model.info.artifact_uri, files: await this.listBelow(place) };
      },
    };
  }

  private async write(write: Write, askedBy: string | null): Promise<unknown> {
    // Of a run's own values it is known whose they are.
    if (!write.method.startsWith('registry/')) return this.group.write(write);
    const told = { ...write, author: this.authorOf(askedBy) };
    return valueOf(await this.backend.move(told, (one) => this.group.reply(one)));
  }

  /** A process of a run has no name of its own: it is of the user whose store this is. */
  private authorOf(askedBy: string | null): Author {
    return { by: askedBy === null ? this.user : `${this.user}, in run ${askedBy}` };
  }

  private listBelow(place: Place): Promise<Listed[]> {
    return this.artifacts.list(place, (name) => (place.path === '' ? name : `${place.path}/${name}`));
  }

  private async artifact(request: IncomingMessage, response: ServerResponse, path: string, url: URL): Promise<void> {
    const { method } = request;
    if (method === 'GET' && path === '') {
      const place = this.artifacts.at(url.searchParams.get('path') ?? '');
      send(response, JSON.stringify({ files: await this.artifacts.list(place, (name) => name) }), 'application/json');
      return;
    }
    const place = this.artifacts.at(path);
    if (method === 'GET') return this.download(response, place);
    if (method !== 'PUT' && method !== 'DELETE') {
      request.resume();
      throw new MlflowError('BAD_REQUEST', `Artifacts are not asked for by ${method ?? 'that method'}.`, 405);
    }
    if (place.owner.kind === 'version') {
      request.resume();
      throw invalid('The files of a registered version can not be changed or deleted. Register a new version.');
    }
    await this.requireOwner(place);
    const { owner, path: below } = place;
    if (method === 'PUT') {
      const size = await this.artifacts.write(place, request);
      if (owner.kind === 'run')
        await this.group.write({ method: 'runs/addArtifact', params: { runId: owner.runId, path: below, size } });
    } else {
      await this.artifacts.delete(place);
      if (owner.kind === 'run')
        await this.group.write({ method: 'runs/removeArtifacts', params: { runId: owner.runId, path: below } });
    }
    send(response, '{}', 'application/json');
  }

  /** Nothing is put where no run and no model is. */
  private async requireOwner({ owner }: Place): Promise<void> {
    if (owner.kind === 'run') await this.backend.read('runs/info', { run_id: owner.runId });
    else if (owner.kind === 'model') await this.backend.read('logged-models/get', { model_id: owner.modelId });
  }

  private async download(response: ServerResponse, place: Place): Promise<void> {
    const { size, stream } = await this.artifacts.open(place);
    const name = encodeURIComponent(place.path.split('/').at(-1) ?? '');
    response.writeHead(200, {
      'Content-Type': 'application/octet-stream',
      'Content-Length': size,
      'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
      'X-Content-Type-Options': 'nosniff',
    });
    await pipeline(stream(), response);
  }

  private fail(request: IncomingMessage, response: ServerResponse, thrown: unknown): void {
    const error = MlflowError.from(thrown);
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (!(thrown instanceof MlflowError || thrown instanceof Refusal || thrown instanceof LoopwrightError))
      this.backend.log(`tracking server: ${request.method ?? ''} ${request.url ?? ''}: ${error.message}`);
    // What is left of a body that nobody reads is read and thrown away, not for ever.
    if (!request.complete) {
      request.resume();
      response.setHeader('Connection', 'close');
    }
    response.statusCode = error.status;
    send(response, error.body, 'application/json');
  }
}

/** What everybody may ask. */
interface Open {
  readonly text: (storeRoot: string, host: string) => string;
  readonly type: string;
  readonly headers?: Record<string, string>;
}
const OPEN: Readonly<Record<string, Open>> = {
  '/health': { text: () => 'OK', type: 'text/plain' },
  '/version': { text: () => MLFLOW_VERSION, type: 'text/plain' },
  '/': { text: landingPage, type: 'text/html; charset=utf-8', headers: LANDING_HEADERS },
};
