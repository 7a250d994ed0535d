/** Folders that somebody deletes while their runs go on. */
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addressesOf } from '../../src/protocol/node/addresses';
import { type TestStore, testStore, until, writeJournal } from './support';
import { runningRun } from './trackingSupport';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

it('a run whose folder is gone is not waited for, and told of once', async () => {
  const { connection } = await store.open();
  const run = runningRun(store);
  writeJournal(run.folder, [
    ['open', 1000, { pid: process.pid, start: '1', main: true, python: '3.12.0', executable: '/usr/bin/python3' }],
    ['metric', 1001, 1, { loss: 1 }],
  ]);
  const runId = run.spec.run_id;
  await until('its metric', async () => {
    const { metrics } = await connection.request('runs/metrics', { runId }).catch(() => ({ metrics: [] }));
    return metrics.length === 1;
  });
  rmSync(run.folder, { recursive: true });
  rmSync(`${store.paths.active}/${runId}`, { force: true });
  await until('no run to be active', async () => (await connection.request('engine/status', {})).activeRuns === 0);
  const log = readFileSync(addressesOf(store.paths.root).engineLog, 'utf8');
  expect(log.split('\n').filter((line) => line.includes("can't be read")).length).toBeLessThanOrEqual(1);
});
