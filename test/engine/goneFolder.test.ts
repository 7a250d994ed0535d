/** Folders that somebody deletes while their runs go on, and stores whose engine is still there. */
import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addressesOf } from '../../src/protocol/node/addresses';
import { exists, type TestStore, testStore, until, writeJournal } from './support';
import { runningRun } from './trackingSupport';

let store: TestStore;
beforeEach(() => {
  process.env.LOOPWRIGHT_LOOK_AGAIN_MS = '200';
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

it.each([
  ['deleted', (root: string) => rmSync(root, { recursive: true })],
  ['moved', (root: string) => renameSync(root, `${root}-moved`)],
  [
    'replaced by a copy',
    (root: string) => {
      cpSync(root, `${root}-copy`, { recursive: true });
      rmSync(root, { recursive: true });
      renameSync(`${root}-copy`, root);
    },
  ],
])('an engine whose store is %s ends, and who comes next has what is there', async (_, take) => {
  const first = await store.open();
  const run = runningRun(store);
  const runId = run.spec.run_id;
  await first.connection.request('runs/announce', { runId });
  await until('the run', () => first.connection.request('runs/get', { runId }).catch(() => null));
  const { root } = store.paths;
  take(root);
  const isThere = existsSync(root);
  await until('the engine to end', () => !exists(first.hello.engine.pid));
  expect(existsSync(root)).toBe(isThere);

  const next = await store.open();
  const found = await next.connection.request('runs/get', { runId }).catch(() => null);
  expect(found !== null).toBe(isThere);
});
