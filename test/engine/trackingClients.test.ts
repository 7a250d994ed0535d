/** The store as a tracking server: whose run a request is about, who may ask, and what is left after the worst. */
import { existsSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EngineConnection } from '../../src/client/connection';
import { runToken } from '../../src/protocol/node/tracking';
import { exists, preparedRun, type TestStore, testStore, until, writeJournal, writeRunner } from './support';
import { anything, begin, experimentNamed, inside, outside, rebuilt, Run, runningRun, tagOf } from './trackingSupport';
import { rare } from '../support/rare';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

describe('a program of a tracked run', () => {
  it('begins the tracked run first, then children of it, whatever processes ask', async () => {
    const { connection } = await store.open();
    const tracked = runningRun(store);
    const client = await inside(store, connection, tracked);
    const first = await begin(client);
    expect(first.run.info.run_id).toBe(tracked.spec.run_id);
    const later = await Promise.all([begin(client), begin(client), begin(client, { run_name: 'mine' })]);
    expect(later.map((one) => tagOf(one, 'mlflow.parentRunId'))).toEqual(Array(3).fill(tracked.spec.run_id));
    expect(later[2].run.info.run_name).toBe('mine');
    const { children } = await connection.request('runs/children', { runId: tracked.spec.run_id });
    expect(new Set(children.map(({ run }) => run.runId))).toEqual(new Set(later.map(({ run }) => run.info.run_id)));
  });

  it('has its run moved to the experiment that it asks for, and named as it says', async () => {
    const { connection } = await store.open();
    const tracked = runningRun(store);
    const client = await inside(store, connection, tracked);
    const experiment = await experimentNamed(client, 'churn');
    const { run } = await begin(client, { experiment_id: experiment, run_name: 'third try' });
    expect(run.info).toMatchObject({ run_id: tracked.spec.run_id, experiment_id: experiment, run_name: 'third try' });
    const shown = await connection.request('runs/get', { runId: tracked.spec.run_id });
    expect(shown.run).toMatchObject({ experiment: 'churn', name: 'third try' });
  });

  it('logs beside what we captured: its value counts, ours stays', async () => {
    const { connection } = await store.open();
    const tracked = runningRun(store);
    const { run_id: runId } = tracked.spec;
    writeJournal(tracked.folder, [['param', 1, 'argparse', { lr: '0.1', depth: '3' }]]);
    await connection.request('runs/announce', { runId });
    const client = await inside(store, connection, tracked);
    await begin(client);
    await client.post(anything, 'runs/log-parameter', { run_id: runId, key: 'lr', value: '0.10' });
    const { run } = await client.get(Run, `runs/get?run_id=${runId}`);
    expect(run.data.params).toEqual(
      expect.arrayContaining([
        { key: 'lr', value: '0.10' },
        { key: 'depth', value: '3' },
      ]),
    );
    const again = await client.call('POST', 'runs/log-parameter', { run_id: runId, key: 'lr', value: '0.2' });
    expect(again.status).toBe(400);
    expect(await again.text()).toContain("Param with key='lr' was already logged with value='0.10'");
    const { params } = await connection.request('runs/params', { runId });
    const other = { value: '0.1', source: 'argparse' };
    expect(params).toContainEqual({ key: 'lr', value: '0.10', source: 'client', other });
  });

  it('leaves no run running when its script is gone', async () => {
    const { connection } = await store.open();
    const tracked = runningRun(store);
    const client = await inside(store, connection, tracked);
    await begin(client);
    const { run: child } = await begin(client, { tags: [{ key: 'mlflow.parentRunId', value: tracked.spec.run_id }] });
    const { run: grandchild } = await begin(client, {
      tags: [{ key: 'mlflow.parentRunId', value: child.info.run_id }],
    });
    writeRunner(tracked.folder, { exit_code: null, signal: 'SIGKILL' });
    for (const { info } of [child, grandchild]) {
      const over = await until('its child is over', async () => {
        const { run } = await connection.request('runs/get', { runId: info.run_id });
        return run.timing.endMs !== null && run;
      });
      expect(over.timing.status).toBe('KILLED');
      expect(over.reason).toMatch(/script has ended/);
    }
    const { run } = await client.get(Run, `runs/get?run_id=${tracked.spec.run_id}`);
    expect(run.info.status).toBe('KILLED');
  });

  it('finds the server where it was, after an engine that was killed, and everything that it was told is there', async () => {
    const first = await store.open();
    const tracked = runningRun(store);
    const client = await inside(store, first.connection, tracked);
    await begin(client);
    const { run: child } = await begin(client);
    const { run_id: runId } = child.info;
    const experiment = await experimentNamed(client, 'kept');
    for (let step = 0; step < 50; step++)
      await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'm', value: step, timestamp: step, step });
    process.kill(first.hello.engine.pid, 'SIGKILL');
    await until('it is gone', () => !exists(first.hello.engine.pid));
    await store.open();
    await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'm', value: 50, timestamp: 50, step: 50 });
    const history = z.object({ metrics: z.array(z.object({ step: z.number() })) });
    const { metrics } = await client.get(history, `metrics/get-history?run_id=${runId}&metric_key=m`);
    expect(metrics.map(({ step }) => step)).toEqual([...Array(51).keys()]);
    const named = z.object({ experiment: z.object({ experiment_id: z.string() }) });
    const found = await client.get(named, 'experiments/get-by-name?experiment_name=kept');
    expect(found.experiment.experiment_id).toBe(experiment);
  });
});

describe('a program outside of runs', () => {
  it('begins runs of its own, which end when it says so', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client, { run_name: 'far away', user_id: 'ada' });
    const { run_id: runId } = run.info;
    expect((await connection.request('runs/get', { runId })).run).toMatchObject({
      name: 'far away',
      kind: 'client',
      timing: { status: 'RUNNING' },
    });
    const end = Date.now() + 5000;
    await client.post(anything, 'runs/update', { run_id: runId, status: 'FAILED', end_time: end });
    const shown = await connection.request('runs/get', { runId });
    expect(shown.run.timing).toMatchObject({ status: 'FAILED', endMs: end });
    await until('nothing follows it', () => !existsSync(join(store.paths.active, runId)));
    expect((await connection.request('runs/get', { runId })).run.timing).toMatchObject({
      status: 'FAILED',
      endMs: end,
    });
  });

  it('may log to a run that is over', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client);
    const { run_id: runId } = run.info;
    await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
    await until('nothing follows it', () => !existsSync(join(store.paths.active, runId)));
    await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'late', value: 1, timestamp: 1 });
    expect(existsSync(join(store.paths.active, runId))).toBe(false);
    const again = await client.get(Run, `runs/get?run_id=${runId}`);
    expect(again.run.info.status).toBe('FINISHED');
    expect(again.run.data.metrics).toMatchObject([{ key: 'late', value: 1 }]);
  });

  it('is not let in without a token of this store, from another origin, or by another name', async () => {
    const { connection } = await store.open();
    const { uri } = await connection.request('engine/tracking', {});
    const statusOf = async (
      headers: Record<string, string>,
      path = '/api/2.0/mlflow/experiments/get?experiment_id=0',
    ) => (await fetch(`${uri}${path}`, { headers })).status;
    const { token } = await connection.request('engine/tracking', {});
    const bearer = { Authorization: `Bearer ${token}` };
    expect(await statusOf(bearer)).toBe(200);
    expect(await statusOf({ Authorization: `Basic ${Buffer.from(`me:${token}`).toString('base64')}` })).toBe(200);
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ Authorization: 'Bearer lw-0' })).toBe(401);
    expect(await statusOf({ Authorization: `Bearer ${runToken('another store', 'a'.repeat(32))}` })).toBe(401);
    expect(await statusOf({ ...bearer, Origin: 'http://evil.example' })).toBe(403);
    expect(await statusOf({ ...bearer, Origin: 'null' })).toBe(403);
    for (const open of ['/health', '/version', '/']) expect(await statusOf({}, open)).toBe(200);
    expect(await hostStatus(uri, 'evil.example')).toBe(403);
  });

  it('keeps artifacts inside their run', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client);
    const { run_id: runId } = run.info;
    const at = (path: string) => `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/${path}`;
    const put = (path: string) => client.call('PUT', at(path), { x: 1 });
    expect((await put('a/b%20c%2525.json')).status).toBe(200);
    expect(readdirSync(join(store.paths.runFolder(runId), 'artifacts', 'a'))).toEqual(['b c%25.json']);
    for (const path of ['%2e%2e/%2e%2e/x', '..%2f..%2f..%2fx', 'a/%2e%2e/%2e%2e/x', '%5c..%5cx', 'x%00y'])
      expect((await put(path)).status, path).toBe(400);
    expect(existsSync(join(store.paths.runs, 'x'))).toBe(false);
    const { artifacts } = await connection.request('runs/artifacts', { runId });
    expect(artifacts).toMatchObject([{ path: 'a/b c%25.json', kind: 'file', sizeBytes: 7 }]);
    expect((await client.call('DELETE', at('a'))).status).toBe(200);
    expect((await connection.request('runs/artifacts', { runId })).artifacts).toEqual([]);
  });

  it('has everything again when the database is made again from the folders', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const experiment = await experimentNamed(client, 'lasting');
    const { run } = await begin(client, { experiment_id: experiment, tags: [{ key: 'who', value: 'ada' }] });
    const { run_id: runId } = run.info;
    await client.post(anything, 'runs/log-batch', {
      run_id: runId,
      metrics: [{ key: 'loss', value: 'NaN', timestamp: 5, step: 1 }],
      params: [{ key: 'lr', value: '1' }],
    });
    await client.post(anything, 'registered-models/create', { name: 'm' });
    await client.post(anything, 'model-versions/create', { name: 'm', source: run.info.artifact_uri, run_id: runId });
    await client.post(anything, 'registered-models/alias', { name: 'm', alias: 'champion', version: '1' });
    await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED', end_time: 99 });
    const before = [
      await client.get(anything, `runs/get?run_id=${runId}`),
      await client.get(anything, 'registered-models/alias?name=m&alias=champion'),
      await client.get(anything, `experiments/get?experiment_id=${experiment}`),
    ];
    const back = await outside(await rebuilt(store, connection));
    expect(await back.get(anything, `runs/get?run_id=${runId}`)).toEqual(before[0]);
    expect(await back.get(anything, 'registered-models/alias?name=m&alias=champion')).toEqual(before[1]);
    expect(await back.get(anything, `experiments/get?experiment_id=${experiment}`)).toEqual(before[2]);
  });
});

describe('an experiment that is renamed', () => {
  const named = z.object({ experiment: z.object({ experiment_id: z.string(), name: z.string() }) });
  const where = async (connection: EngineConnection, runId: string) =>
    (await connection.request('runs/get', { runId })).run.experiment;
  const trackedRun = async (connection: EngineConnection, experiment: string) => {
    const run = preparedRun(store, { experiment });
    writeRunner(run.folder, {});
    await connection.request('runs/announce', { runId: run.spec.run_id });
    await until('it was taken in', () => !existsSync(join(store.paths.active, run.spec.run_id)));
    return run.spec.run_id;
  };

  it('has the runs of its old name and of its new one when the database is made again', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    // Made by a run of ours, and known to clients by its id alone.
    const before = await trackedRun(connection, 'fraud');
    const id = (await client.get(named, 'experiments/get-by-name?experiment_name=fraud')).experiment.experiment_id;
    const old = await begin(client, { experiment_id: id, start_time: 1 });
    await client.post(anything, 'experiments/update', { experiment_id: id, new_name: 'fraud, first year' });
    const later = await begin(client, { experiment_id: id, start_time: 1 });
    // The old name is free: what is tracked under it now is another experiment, also for clients.
    const again = await trackedRun(connection, 'fraud');
    const other = await begin(client, {
      experiment_id: (await client.get(named, 'experiments/get-by-name?experiment_name=fraud')).experiment
        .experiment_id,
    });
    for (const { run } of [old, later, other])
      await client.post(anything, 'runs/update', { run_id: run.info.run_id, status: 'FINISHED' });
    const all = [before, old.run.info.run_id, later.run.info.run_id, again, other.run.info.run_id];
    const experiments = async (from: EngineConnection) => Promise.all(all.map((runId) => where(from, runId)));
    const expected = [...Array<string>(3).fill('fraud, first year'), 'fraud', 'fraud'];
    expect(await experiments(connection)).toEqual(expected);
    const made = await rebuilt(store, connection);
    expect(await experiments(made)).toEqual(expected);
    const info = await (await outside(made)).get(named, `experiments/get?experiment_id=${id}`);
    expect(info.experiment.name).toBe('fraud, first year');
    expect((await made.request('experiments/list', {})).experiments.map(({ name }) => name).sort()).toEqual([
      'fraud',
      'fraud, first year',
    ]);
  });
});

describe('an experiment that is deleted', () => {
  const stageOf = async (connection: EngineConnection, runIds: readonly string[]) =>
    Promise.all(runIds.map(async (runId) => (await connection.request('runs/get', { runId })).run.deleted));

  rare('takes its runs along and brings them back, but for those that were dealt with by themselves', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const [id, other] = [await experimentNamed(client, 'going'), await experimentNamed(client, 'staying')];
    const made = await Promise.all(
      [id, id, id, id, other, other].map(async (experiment) => {
        const { run } = await begin(client, { experiment_id: experiment, start_time: 1 });
        await client.post(anything, 'runs/update', { run_id: run.info.run_id, status: 'FINISHED' });
        return run.info.run_id;
      }),
    );
    const [deletedBefore, restoredBefore, restoredAfter, plain, movedIn, staying] = made as [
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    await connection.request('runs/delete', { runIds: [deletedBefore, restoredBefore] });
    await connection.request('runs/restore', { runIds: [restoredBefore] });
    await connection.request('runs/edit', { edits: [{ runId: movedIn, experiment: 'going' }] });
    await client.post(anything, 'experiments/delete', { experiment_id: id });
    await connection.request('runs/restore', { runIds: [restoredAfter] });
    const all = [deletedBefore, restoredBefore, restoredAfter, plain, movedIn, staying];
    const gone = [true, true, false, true, true, false];
    expect(await stageOf(connection, all)).toEqual(gone);
    const made2 = await rebuilt(store, connection);
    expect(await stageOf(made2, all)).toEqual(gone);
    const back = await outside(made2);
    await back.post(anything, 'experiments/restore', { experiment_id: id });
    const restored = [true, false, false, false, false, false];
    expect(await stageOf(made2, all)).toEqual(restored);
    expect(await stageOf(await rebuilt(store, made2), all)).toEqual(restored);
  });

  it('is gone at once however many runs it has', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const id = await experimentNamed(client, 'large');
    await begin(client, { experiment_id: id });
    await connection.request('engine/stop', { reason: 'user' });
    await until('it is gone', () => !existsSync(`${store.paths.database}-wal`));
    // As many rows as that many runs leave; their folders would take minutes to make and are not looked at.
    const db = new Database(store.paths.database);
    db.exec(`WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
      INSERT INTO runs (run_id, experiment_id, name, status, start_ms, end_ms, kind, source, argv, cwd, user, host)
      SELECT printf('%032x', i), ${id}, 'r', 'FINISHED', i, i + 1, 'client', 's', '[]', '', 'u', 'h' FROM n`);
    db.close();
    const again = await outside((await store.open()).connection);
    const took = async (path: string) => {
      const began = performance.now();
      await again.post(anything, path, { experiment_id: id });
      return performance.now() - began;
    };
    const count = async (view: string) => {
      const found = z.object({ runs: z.array(z.unknown()) });
      const asked = { experiment_ids: [id], run_view_type: view, max_results: 50_000 };
      return (await again.post(found, 'runs/search', asked)).runs.length;
    };
    expect(await took('experiments/delete')).toBeLessThan(2_000);
    expect(await count('ACTIVE_ONLY')).toBe(0);
    expect(await took('experiments/restore')).toBeLessThan(2_000);
    expect(await count('ACTIVE_ONLY')).toBe(10_001);
  });
});

describe('a description that a client gives to a run', () => {
  const noteOf = async (connection: EngineConnection, runId: string) =>
    (await connection.request('runs/get', { runId })).note;
  const key = 'mlflow.note.content';

  it('is its note, in both directions, and what the user has written stays', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client, { tags: [{ key, value: 'from the start' }] });
    const { run_id: runId } = run.info;
    expect(await noteOf(connection, runId)).toBe('from the start');
    await client.post(anything, 'runs/set-tag', { run_id: runId, key, value: 'by the client' });
    expect(await noteOf(connection, runId)).toBe('by the client');
    await client.post(anything, 'runs/delete-tag', { run_id: runId, key });
    expect(await noteOf(connection, runId)).toBe('');
    await connection.request('runs/edit', { edits: [{ runId, note: 'by the user' }] });
    expect(tagOf(await client.get(Run, `runs/get?run_id=${runId}`), key)).toBe('by the user');
    await client.post(anything, 'runs/log-batch', { run_id: runId, tags: [{ key, value: 'by the client again' }] });
    expect(await noteOf(connection, runId)).toBe('by the user');
    await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
    const again = await rebuilt(store, connection);
    expect(await noteOf(again, runId)).toBe('by the user');
    await again.request('runs/edit', { edits: [{ runId, note: '' }] });
    expect(tagOf(await (await outside(again)).get(Run, `runs/get?run_id=${runId}`), key)).toBeUndefined();
  });
});

describe('the port', () => {
  it('is another one from then on where somebody else has it, and the one that is asked for', async () => {
    const first = await store.open();
    const { uri } = await first.connection.request('engine/tracking', {});
    await first.connection.request('engine/stop', { reason: 'user' });
    await until('it is gone', () => !exists(first.hello.engine.pid));
    const other = createServer().listen(Number(new URL(uri).port), '127.0.0.1');
    const second = await store.open();
    const moved = await second.connection.request('engine/tracking', {});
    expect(moved.uri).not.toBe(uri);
    other.close();
    const wanted = Number(new URL(uri).port);
    expect(await second.connection.request('engine/tracking', { port: wanted })).toMatchObject({ uri });
    expect((await fetch(`${uri}/health`)).status).toBe(200);
  });
});

/** `fetch` sets the Host by itself. */
async function hostStatus(uri: string, host: string): Promise<number> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request(`${uri}/health`, { headers: { Host: host } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
