/** Which models and versions a filter chooses. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { type TestStore, testStore } from './support';
import { anything, begin, type Client, outside } from './trackingSupport';

let store: TestStore;
let connection: EngineConnection;
let client: Client;

const version = (name: string, runId: string, tags: Readonly<Record<string, string>> = {}) =>
  client.post(anything, 'model-versions/create', {
    name,
    source: `s3://bucket/${name}`,
    run_id: runId,
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
  });

beforeAll(async () => {
  store = testStore();
  ({ connection } = await store.open());
  client = await outside(connection);
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  await client.post(anything, 'runs/log-metric', { run_id: runId, key: 'auc', value: 0.93, timestamp: 1, step: 0 });
  await client.post(anything, 'runs/log-parameter', { run_id: runId, key: 'depth', value: '8' });
  const model = (name: string, tags: { key: string; value: string }[]) =>
    client.post(anything, 'registered-models/create', { name, tags });
  await model('churn', [{ key: 'team', value: 'red' }]);
  await model('fraud', [{ key: 'team', value: 'blue' }]);
  await model('fraud empty', []);
  await version('churn', '', { rows: '12', 'data set': "May's" });
  await version('fraud', '');
  await version('fraud', runId, { team: 'green', rows: '9' });
  await version('fraud', '');
  await client.post(anything, 'registered-models/alias', { name: 'fraud', alias: 'champion', version: '2' });
  await client.post(anything, 'model-versions/transition-stage', {
    name: 'churn',
    version: '1',
    stage: 'Production',
    archive_existing_versions: false,
  });
});
afterAll(() => store.dispose());

/** `fraud 3 2 1`: models in their order, each with its versions in theirs. */
async function chosen(filter: string): Promise<string[]> {
  const { models } = await connection.request('registry/models', { filter });
  return Promise.all(
    models.map(async ({ name }) => {
      const { versions } = await connection.request('registry/versions', { name, filter });
      return [name, ...versions.map(({ version: number }) => String(number))].join(' ');
    }),
  );
}

it.each([
  ['', ['churn 1', 'fraud 3 2 1', 'fraud empty']],
  // Words are looked for in the name, of which all versions are shown.
  ['FRAUD', ['fraud 3 2 1', 'fraud empty']],
  ['fraud empty', ['fraud empty']],
  // What MLflow's clients write.
  ["name = 'churn'", ['churn 1']],
  ["name LIKE 'fraud%'", ['fraud 3 2 1', 'fraud empty']],
  ['version_number > 1', ['fraud 3 2']],
  ["name = 'fraud' AND version_number = 1", ['fraud 1']],
  ["source_path ILIKE '%CHURN'", ['churn 1']],
  // A version has the tags of its model, unless it says otherwise.
  ["tags.team = 'blue'", ['fraud 3 1']],
  ["tags.`data set` = 'May''s'", ['churn 1']],
  ['tags.rows < 10', ['fraud 2']],
  ['tags.rows IS NOT NULL', ['churn 1', 'fraud 2']],
  // What they can't.
  ['stage = Production OR alias = champion', ['churn 1', 'fraud 2']],
  ["NOT alias = 'champion'", ['churn 1', 'fraud 3 1', 'fraud empty']],
  ["alias != 'champion' AND version >= 2", ['fraud 3']],
  ["name RLIKE '^f.*d$'", ['fraud 3 2 1']],
  ["run_id IS NULL AND name IN ('churn', 'nothing')", ['churn 1']],
  ["metrics.auc > 0.9 AND params.depth = 8 AND status = 'READY'", ['fraud 2']],
  ["created > '2020-01-31'", ['churn 1', 'fraud 3 2 1']],
])('%s', async (filter, expected) => {
  expect(await chosen(filter)).toEqual(expected);
});

it('counts what it chooses, and points at what it does not understand', async () => {
  const count = (filter: string) => connection.request('registry/count', { filter });
  expect(await count('')).toEqual({ models: 3, versions: 4 });
  expect(await count('metrics.auc > 0.9')).toEqual({ models: 1, versions: 1 });
  await expect(count("name = 'a' AND colour = 'red'")).rejects.toThrow(
    /at character 16 \("colour = 'red'"\): there is no attribute colour; there are name, version/,
  );
  await expect(count("name = 'a' OR (version > 2")).rejects.toThrow(/character 15 .*not closed/);
  await expect(count('version IN (2, 3)')).rejects.toThrow(/IN is for text: version is compared by =/);
  await expect(count("name = 'a")).rejects.toThrow(/character 8 .*quote is not closed/);
});

it('gives its pages one after the other', async () => {
  const filter = 'version > 0';
  const first = await connection.request('registry/versions', { name: 'fraud', filter, limit: 2 });
  expect(first.versions.map(({ version: number }) => number)).toEqual([3, 2]);
  const next = await connection.request('registry/versions', {
    name: 'fraud',
    filter,
    limit: 2,
    pageToken: first.nextPageToken ?? '',
  });
  expect(next).toMatchObject({ versions: [{ version: 1 }], nextPageToken: null });
  const models = await connection.request('registry/models', { filter, limit: 1 });
  expect(models.models).toMatchObject([{ name: 'churn', versionCount: 1 }]);
  const others = await connection.request('registry/models', { filter, pageToken: models.nextPageToken ?? '' });
  expect(others.models).toMatchObject([{ name: 'fraud', versionCount: 3 }]);
});
