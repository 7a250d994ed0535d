import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import type { Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, outside } from './trackingSupport';

let store: TestStore;
let connection: EngineConnection;
let client: Client;
beforeEach(async () => {
  store = testStore();
  ({ connection } = await store.open());
  client = await outside(connection);
});
afterEach(() => store.dispose());

/** A run that is over, with a file among its artifacts. */
async function runWithModel(): Promise<string> {
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  const place = `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/model.pkl`;
  expect((await client.call('PUT', place, { weights: [1] })).status).toBe(200);
  await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
  await until('nobody follows it', () => !existsSync(join(store.paths.active, runId)));
  return runId;
}

const hasFile = (runId: string) => existsSync(join(store.paths.runFolder(runId), 'artifacts/model/model.pkl'));

/** Everything that is over goes, and all that was deleted. */
const ALL: Params<'store/planGc'> = { olderThanMs: 0, includeRecent: true, deletedOlderThanMs: 0 };

async function freeSpace(): Promise<Record<string, number>> {
  const { plan } = await connection.request('store/planGc', ALL);
  await connection.request('store/gc', { ...ALL, planId: plan.planId });
  return Object.fromEntries(plan.kept.map(({ reason, count }) => [reason, count]));
}

describe('the run of a registered version', () => {
  it('keeps its files when it is deleted and space is freed, until the version is deleted', async () => {
    const [byId, bySource, none] = [await runWithModel(), await runWithModel(), await runWithModel()];
    await client.post(anything, 'registered-models/create', { name: 'fraud' });
    const register = (source: string, runId: string) =>
      client.post(anything, 'model-versions/create', { name: 'fraud', source, run_id: runId });
    await register(`runs:/${byId}/model`, byId);
    await register(`mlflow-artifacts:/0/${bySource}/artifacts/model`, '');
    await connection.request('runs/delete', { runIds: [byId, bySource, none] });

    expect(await freeSpace()).toEqual({ registered: 2 });
    expect([byId, bySource, none].map(hasFile)).toEqual([true, true, false]);

    await client.call('DELETE', 'model-versions/delete', { name: 'fraud', version: '1' });
    expect(await freeSpace()).toEqual({ registered: 1 });
    expect([byId, bySource].map(hasFile)).toEqual([false, true]);
  });
});
