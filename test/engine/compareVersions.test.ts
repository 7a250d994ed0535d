import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, outside } from './trackingSupport';

let store: TestStore;
let connection: EngineConnection;
let client: Client;
beforeAll(async () => {
  store = testStore();
  ({ connection } = await store.open());
  client = await outside(connection);
});
afterAll(() => store.dispose());

interface Made {
  readonly metrics?: Readonly<Record<string, number>>;
  readonly params?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

/** A run with a folder `model`, registered. */
async function version(name: string, { metrics = {}, params = {}, files = {} }: Made): Promise<number> {
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  const pairs = Object.entries(params).map(([key, value]) => ({ key, value }));
  const logged = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: 1, step: 0 }));
  await client.post(anything, 'runs/log-batch', { run_id: runId, metrics: logged });
  for (let at = 0; at < pairs.length; at += 100)
    await client.post(anything, 'runs/log-batch', { run_id: runId, params: pairs.slice(at, at + 100) });
  await client.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/model.pkl`, { weights: 1 });
  for (const [path, text] of Object.entries(files)) {
    const file = join(store.paths.runFolder(runId), 'artifacts/model', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
  await until('nobody follows it', () => !existsSync(join(store.paths.active, runId)));
  const edit = { op: 'register' as const, name, runId, path: 'model' };
  const { results } = await connection.request('registry/edit', { edits: [edit] });
  const made = results[0]?.version ?? 0;
  for (;;) {
    const { version: row } = await connection.request('registry/version', { name, which: made });
    if (row.status === 'READY') return made;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const two = (left: string, right: string) =>
  [left, right].map((text) => {
    const [name = '', number] = text.split('/');
    return { name, version: Number(number) };
  });
const compare = (
  versions: Params<'registry/compare'>['versions'],
  what: Params<'registry/compare'>['what'],
  more: object = {},
) => connection.request('registry/compare', { versions, what, ...more });

it('puts what the runs of two versions have beside each other, whichever model they are of', async () => {
  await version('fraud', { metrics: { auc: 0.9, loss: 0.4, z: 1 }, params: { depth: '4', seed: '0' } });
  await version('spam', { metrics: { auc: 0.92, loss: 0.4 }, params: { depth: '8', seed: '0', 'new key': 'x' } });
  const versions = two('fraud/1', 'spam/1');
  const metrics = await compare(versions, 'metric');
  expect(metrics.rows).toEqual([
    { key: 'auc', values: [0.9, 0.92], differs: true },
    { key: 'loss', values: [0.4, 0.4], differs: false },
    { key: 'z', values: [1, null], differs: true },
  ]);
  expect(new Set(metrics.runs).size).toBe(2);
  expect((await compare(versions, 'param', { onlyDifferences: true })).rows).toEqual([
    { key: 'depth', values: ['4', '8'], differs: true },
    { key: 'new key', values: [null, 'x'], differs: true },
  ]);
  expect((await compare(versions.toReversed(), 'param', { search: 'DEP' })).rows).toEqual([
    { key: 'depth', values: ['8', '4'], differs: true },
  ]);
  await expect(compare(two('fraud/1', 'fraud/9'), 'param')).rejects.toThrow(/no version 9/);
});

it('compares their files by digest, and says which are text', async () => {
  await version('files', { files: { MLmodel: 'a: 1\n', 'same.txt': 'x', 'old.txt': 'y', 'w.bin': '\0a' } });
  await version('files', { files: { MLmodel: 'a: 2\n', 'same.txt': 'x', 'data/new.txt': 'y', 'w.bin': '\0b' } });
  const versions = two('files/1', 'files/2');
  const found = await connection.request('registry/compareFiles', { versions });
  expect(found).toMatchObject({ sides: ['kept', 'kept'], counts: { same: 2, changed: 2, only: 2 } });
  expect(found.files.map(({ path, state, isText }) => [path, state, isText])).toEqual([
    ['MLmodel', 'changed', true],
    ['data/new.txt', 'only', false],
    ['model.pkl', 'same', false],
    ['old.txt', 'only', false],
    ['same.txt', 'same', false],
    ['w.bin', 'changed', false],
  ]);
  const first = await connection.request('registry/compareFiles', { versions, onlyDifferences: true, limit: 3 });
  expect(first.files.map(({ path }) => path)).toEqual(['MLmodel', 'data/new.txt', 'old.txt']);
  const rest = await connection.request('registry/compareFiles', {
    versions,
    onlyDifferences: true,
    limit: 3,
    pageToken: first.nextPageToken ?? '',
  });
  expect(rest.files.map(({ path }) => path)).toEqual(['w.bin']);
  expect(rest.nextPageToken).toBeNull();
});

it('says what is not known of a version without a run and without files here', async () => {
  const made = await client.post(anything, 'model-versions/create', { name: 'spam', source: 's3://bucket/model' });
  expect(made).toBeDefined();
  const versions = two('spam/1', 'spam/2');
  const rows = await compare(versions, 'param');
  expect(rows.runs[1]).toBeNull();
  expect(rows.rows[0]).toEqual({ key: 'depth', values: ['8', null], differs: true });
  expect(await connection.request('registry/compareFiles', { versions })).toMatchObject({
    sides: ['kept', 'elsewhere'],
    counts: { same: 0, changed: 0 },
  });
});
