/** Tracking servers elsewhere: looked at, imported from, sent to. The server is another store's engine. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import type { ServerAccess } from '../../src/protocol/servers';
import { type TestStore, testStore } from './support';
import { anything, begin, type Client, experimentNamed, outside } from './trackingSupport';
import { rare } from '../support/rare';

interface Place {
  readonly store: TestStore;
  readonly connection: EngineConnection;
}

let stores: readonly TestStore[];
let here: Place;
let there: Place;
let client: Client;
let server: ServerAccess;
let fraud: string;

async function openAll(): Promise<void> {
  // All before any is opened: their engines share the place of their addresses.
  stores = [testStore(), testStore(), testStore()];
  here = await opened(0);
  there = await opened(1);
  ({ client, server } = await serverOf(there));
  fraud = await experimentNamed(client, 'fraud');
}

async function disposeAll(): Promise<void> {
  for (const store of stores) await store.dispose();
}

async function opened(index: number): Promise<Place> {
  const store = stores[index];
  if (!store) throw new Error('there are three');
  return { store, connection: (await store.open()).connection };
}

async function serverOf({ connection }: Place): Promise<{ client: Client; server: ServerAccess }> {
  const { uri: url, token } = await connection.request('engine/tracking', {});
  return { client: await outside(connection), server: { url, token } };
}

const Model = z.object({ model: z.object({ info: z.object({ model_id: z.string(), artifact_uri: z.string() }) }) });
const Models = z.object({ models: z.array(Model.shape.model) });
const Files = z.object({ files: z.array(z.object({ path: z.string(), file_size: z.number() })) });
const START_MS = 1_760_000_000_000;

/** A run on the server with points, a file and a child. */
async function madeRun(name: string, points = 3): Promise<{ id: string; child: string }> {
  const common = { experiment_id: fraud, user_id: 'ada', start_time: START_MS };
  const { run } = await begin(client, { ...common, run_name: name, tags: [{ key: 'team', value: 'risk' }] });
  const id = run.info.run_id;
  const metrics = Array.from({ length: points }, (_, step) => ({
    key: 'auc',
    value: step / points,
    timestamp: START_MS + step,
    step,
  }));
  for (let at = 0; at < points; at += 1000)
    await client.post(anything, 'runs/log-batch', { run_id: id, metrics: metrics.slice(at, at + 1000) });
  await client.post(anything, 'runs/log-batch', {
    run_id: id,
    params: [{ key: 'lr', value: '0.1' }],
    metrics: [
      { key: 'odd', value: 'NaN', timestamp: START_MS, step: 0 },
      { key: 'high', value: 'Infinity', timestamp: START_MS, step: 0 },
    ],
  });
  const file = `${client.uri}/api/2.0/mlflow-artifacts/artifacts/${fraud}/${id}/artifacts/notes/a%20b%25.txt`;
  expect((await fetch(file, { method: 'PUT', headers: client.headers, body: 'whole' })).status).toBe(200);
  const tags = [{ key: 'mlflow.parentRunId', value: id }];
  const child = (await begin(client, { ...common, run_name: 'child', tags })).run.info.run_id;
  for (const run_id of [child, id])
    await client.post(anything, 'runs/update', { run_id, status: 'FINISHED', end_time: START_MS + 5000 });
  return { id, child };
}

const pointsHere = async (runId: string, key: string) =>
  (await here.connection.request('metrics/points', { runId, key, limit: 5000 })).points;

describe('a server that is looked at', () => {
  beforeAll(openAll);
  afterAll(disposeAll);

  it('tells its experiments, and their runs newest first with whose children they are', async () => {
    const { id, child } = await madeRun('first');
    const { experiments } = await here.connection.request('servers/experiments', { server });
    expect(experiments).toContainEqual({ id: fraud, name: 'fraud' });
    const { runs, nextPageToken } = await here.connection.request('servers/runs', {
      server,
      experimentId: fraud,
    });
    expect(nextPageToken).toBeNull();
    expect(runs).toHaveLength(2);
    expect(runs.find((run) => run.id === child)).toMatchObject({ parentId: id, name: 'child' });
    expect(runs.find((run) => run.id === id)).toMatchObject({
      parentId: null,
      name: 'first',
      user: 'ada',
      timing: { status: 'FINISHED', startMs: START_MS, endMs: START_MS + 5000 },
      headline: { key: 'auc', value: 2 / 3 },
    });
  });

  const looked = (access: ServerAccess) => here.connection.request('servers/experiments', { server: access });

  it('says that it wants another token, or one at all', async () => {
    await expect(looked({ ...server, token: 'wrong' })).rejects.toMatchObject({
      code: 'server_refused',
      message: expect.stringContaining('does not accept the token') as string,
    });
    await expect(looked({ ...server, token: null })).rejects.toMatchObject({
      code: 'server_refused',
      message: expect.stringContaining('wants a token') as string,
    });
  });

  it.each<[string, RequestListener, RegExp]>([
    [
      'answers with a page of its own',
      (_, answer) => answer.end('<html>Sign in</html>'),
      /does not answer as a tracking/,
    ],
    [
      'leads elsewhere',
      (_, answer) => answer.writeHead(302, { location: 'https://login.example.com/' }).end(),
      /sends on to https:\/\/login\.example\.com/,
    ],
    ['fails', (_, answer) => answer.writeHead(500).end('oops'), /answers with 500/],
    ['breaks off', (request) => request.socket.destroy(), /can't be reached/],
  ])('that %s is said to', async (_, listener, message) => {
    const wrong = await listening(listener);
    try {
      const said = await looked({ url: urlOf(wrong), token: 'a secret' }).catch(String);
      expect(said).toMatch(message);
      expect(said).not.toMatch(/a secret/);
    } finally {
      wrong.close();
    }
  });

  it('may have anything in a tag that names a parent', async () => {
    const tags = [{ key: 'mlflow.parentRunId', value: 'x'.repeat(3000) }];
    const { run } = await begin(client, { experiment_id: fraud, run_name: 'odd', tags });
    const { runs } = await here.connection.request('servers/runs', { server, experimentId: fraud });
    expect(runs.find(({ id }) => id === run.info.run_id)).toMatchObject({ name: 'odd', parentId: null });
  });

  it('that breaks off within its answer is said to', async () => {
    const torn = await listening((_, answer) => {
      answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      answer.write('{"experiments": [');
      setTimeout(() => answer.destroy(), 50);
    });
    try {
      const access = { url: urlOf(torn), token: null };
      await expect(looked(access)).rejects.toMatchObject({ code: 'server_unreachable' });
    } finally {
      torn.close();
    }
  });

  it('that never answers holds up no other', async () => {
    const silent = await listening(() => undefined);
    const ended: string[] = [];
    const waiting = looked({ url: urlOf(silent), token: null }).catch(() => ended.push('silent'));
    await looked(server);
    ended.push('other');
    silent.closeAllConnections();
    silent.close();
    await waiting;
    expect(ended).toEqual(['other', 'silent']);
  });

  it('that is not there is said to be unreachable', async () => {
    const gone = await listening(() => undefined);
    const url = urlOf(gone);
    await new Promise((resolve) => gone.close(resolve));
    await expect(looked({ url, token: null })).rejects.toMatchObject({ code: 'server_unreachable' });
  });
});

describe('runs of a server', () => {
  beforeEach(openAll);
  afterEach(disposeAll);

  it('are imported with all that they have, and again only what is new', async () => {
    const { id, child } = await madeRun('first', 2500);
    const imported = await here.connection.request('import/start', server);
    expect(imported).toMatchObject({
      format: 'mlflow-server',
      path: server.url,
      runs: { imported: 2, updated: 0, unchanged: 0, unreadable: 0 },
      artifacts: { count: 1, sizeBytes: 5 },
      problems: [],
    });
    const { run, provenance } = await here.connection.request('runs/get', { runId: id });
    expect(run).toMatchObject({ name: 'first', experiment: 'fraud', childCount: 1 });
    expect(provenance.origin).toEqual({ format: 'mlflow-server', source: server.url, id });
    expect(await pointsHere(id, 'auc')).toHaveLength(2500);
    expect((await pointsHere(id, 'odd')).map(({ value }) => value)).toEqual(['NaN']);
    expect((await pointsHere(id, 'high')).map(({ value }) => value)).toEqual(['Infinity']);
    expect((await here.connection.request('runs/rows', { runIds: [child] })).runs[0]?.parentRunId).toBe(id);
    const again = await here.connection.request('import/start', server);
    expect(again.runs).toEqual({ imported: 0, updated: 0, unchanged: 2, unreadable: 0 });
    const point = { key: 'auc', value: 1, timestamp: START_MS, step: 9999 };
    await client.post(anything, 'runs/log-batch', { run_id: id, metrics: [point] });
    expect((await here.connection.request('import/start', server)).runs).toMatchObject({ updated: 1, unchanged: 1 });
    expect(await pointsHere(id, 'auc')).toHaveLength(2501);
  });

  rare('are named where the server has something against one, and the others come', async () => {
    const { id, child } = await madeRun('gone meanwhile');
    const between = await listening((request, answer) => {
      const isOfIt = request.url?.includes('get-history') === true && request.url.includes(id);
      if (isOfIt) answer.writeHead(404).end('{"error_code":"RESOURCE_DOES_NOT_EXIST","message":"No run"}');
      else void forward(request, answer, server.url);
    });
    try {
      const { runs, problems } = await here.connection.request('import/start', { ...server, url: urlOf(between) });
      expect(runs).toMatchObject({ imported: 1, unreadable: 1 });
      expect(problems).toEqual([expect.stringContaining(id)]);
      const listed = await here.connection.request('runs/list', { allLevels: true });
      expect(listed.runs.map(({ runId }) => runId)).toEqual([child]);
    } finally {
      between.close();
    }
  });

  rare('come with their children where they are chosen, and others do not', async () => {
    const { id, child } = await madeRun('wanted');
    await madeRun('other');
    await here.connection.request('import/start', { ...server, runIds: [id] });
    const { runs } = await here.connection.request('runs/list', { allLevels: true });
    expect(runs.map(({ runId }) => runId).toSorted()).toEqual([child, id].toSorted());
  });
});

describe('runs that are sent to a server', () => {
  beforeEach(openAll);
  afterEach(disposeAll);

  it('are there as they are here, and sending again sends what is new', async () => {
    const { id } = await madeRun('first', 2500);
    await here.connection.request('import/start', server);
    const third = await opened(2);
    const { server: to } = await serverOf(third);
    const send = (runIds?: string[]) =>
      here.connection.request('export/send', { server: to, ...(runIds ? { runIds } : {}) });
    expect(await send()).toMatchObject({
      runs: { sent: 2, updated: 0, unchanged: 0 },
      points: 2502,
      artifacts: 1,
      problems: [],
    });
    const runsThere = async () => (await third.connection.request('runs/list', { allLevels: true })).runs;
    const first = (await runsThere()).find(({ name }) => name === 'first');
    expect(first).toMatchObject({
      experiment: 'fraud',
      childCount: 1,
      timing: { status: 'FINISHED', startMs: START_MS, endMs: START_MS + 5000 },
    });
    const runId = first?.runId ?? '';
    expect((await third.connection.request('runs/artifacts', { runId })).artifacts[0]?.path).toBe('notes/a b%.txt');
    const { tags } = await third.connection.request('runs/tags', { runId });
    expect(tags).toContainEqual({ key: 'loopwright.run_id', value: id });
    expect((await send()).runs).toEqual({ sent: 0, updated: 0, unchanged: 2 });
    await here.connection.request('runs/edit', { edits: [{ runId: id, tags: { later: 'yes' } }] });
    expect(await send([id])).toMatchObject({ runs: { sent: 0, updated: 1, unchanged: 1 }, points: 0, artifacts: 0 });
    // An account that was lost: what is there is found, and no run is there twice.
    const accounts = join(here.store.paths.root, 'sent');
    for (const name of readdirSync(accounts)) writeFileSync(join(accounts, name), '{"run":"torn');
    expect((await send()).runs).toMatchObject({ sent: 2 });
    expect(await runsThere()).toHaveLength(2);
  });

  rare('are not sent back to where they came from, but their own children are', async () => {
    const { id } = await madeRun('first');
    await here.connection.request('import/start', server);
    const own = await begin(await outside(here.connection), {
      run_name: 'own',
      tags: [{ key: 'mlflow.parentRunId', value: id }],
    });
    const sent = await here.connection.request('export/send', { server });
    expect(sent.runs).toEqual({ sent: 1, updated: 0, unchanged: 2 });
    const { runs } = await there.connection.request('runs/list', { allLevels: true });
    expect(runs.map(({ name, parentRunId }) => [name, parentRunId])).toContainEqual(['own', id]);
    expect(runs).toHaveLength(3);
    expect(own.run.info.run_name).toBe('own');
  });

  rare('have their models whole, also where the first file was cut off', async () => {
    const own = await outside(here.connection);
    const { run } = await begin(own, { run_name: 'with model' });
    const body = { experiment_id: '0', name: 'm', source_run_id: run.info.run_id };
    const { model } = await own.post(Model, 'logged-models', body);
    const path = model.info.artifact_uri.replace(/^mlflow-artifacts:\/+/, '');
    const file = `${own.uri}/api/2.0/mlflow-artifacts/artifacts/${path}/MLmodel`;
    expect((await fetch(file, { method: 'PUT', headers: own.headers, body: 'flavors: {}' })).status).toBe(200);
    let isCut = true;
    const between = await listening((request, answer) => {
      if (request.method === 'PUT' && isCut) request.socket.destroy();
      else void forward(request, answer, server.url);
    });
    try {
      const to = { ...server, url: urlOf(between) };
      await expect(here.connection.request('export/send', { server: to })).rejects.toMatchObject({
        code: 'server_unreachable',
      });
      isCut = false;
      expect(await here.connection.request('export/send', { server: to })).toMatchObject({
        artifacts: 1,
        problems: [],
      });
    } finally {
      between.close();
    }
    const { models } = await client.post(Models, 'logged-models/search', { experiment_ids: ['0'] });
    expect(models).toHaveLength(1);
    const listed = `logged-models/${models[0]?.info.model_id ?? ''}/artifacts/directories`;
    expect((await client.get(Files, listed)).files).toMatchObject([{ path: 'MLmodel', file_size: 11 }]);
  });

  rare('go on where they were cut off, with no point twice', async () => {
    const { id } = await madeRun('first', 4500);
    await here.connection.request('import/start', server);
    const third = await opened(2);
    const { server: to } = await serverOf(third);
    let calls = 0;
    // Breaks off the third batch before the server has it.
    const between = await listening((request, answer) => {
      if (request.url?.includes('log-batch') === true && ++calls > 4) {
        request.socket.destroy();
        return;
      }
      void forward(request, answer, to.url);
    });
    const url = urlOf(between);
    try {
      await expect(here.connection.request('export/send', { server: { ...to, url } })).rejects.toThrow();
      calls = Number.NEGATIVE_INFINITY;
      const sent = await here.connection.request('export/send', { server: { ...to, url } });
      expect(sent.points).toBeLessThan(4502);
    } finally {
      between.close();
    }
    const { runs } = await third.connection.request('runs/list', { allLevels: true });
    const runId = runs.find(({ name }) => name === 'first')?.runId ?? '';
    expect(runs).toHaveLength(2);
    const { metrics } = await third.connection.request('runs/metrics', { runId });
    expect(metrics.find(({ key }) => key === 'auc')?.count).toBe(4500);
    expect(id).not.toBe(runId);
  });
});

async function forward(request: IncomingMessage, answer: ServerResponse, url: string): Promise<void> {
  const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers;
  const body = await buffer(request);
  const got = await fetch(`${url}${request.url ?? ''}`, {
    method: request.method ?? 'GET',
    headers: headers as Record<string, string>,
    ...(body.length > 0 ? { body } : {}),
  });
  answer.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? '' });
  answer.end(Buffer.from(await got.arrayBuffer()));
}

const listening = async (listener: RequestListener): Promise<Server> => {
  const made = createServer(listener);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return made;
};
const urlOf = (made: Server): string => `http://127.0.0.1:${String((made.address() as AddressInfo).port)}`;
