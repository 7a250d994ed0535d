/** Stopping runs whose runner has only just been asked for. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { preparedRun, type TestStore, testStore, until } from './support';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

it('a run that is stopped before its runner is there never does its work', async () => {
  const { connection } = await store.open();
  writeFileSync(join(store.folder, 'train.py'), 'import time\ntime.sleep(120)\n');
  const { spec, runner } = preparedRun(store);
  const runId = spec.run_id;
  await connection.request('runs/announce', { runId });
  await until('the run', () => connection.request('runs/get', { runId }).catch(() => null));
  const stopped = connection.request('runs/stop', { runId });
  await sleep(300);
  const [command = '', ...words] = runner;
  spawn(command, [...words, '--detach'], { cwd: store.folder, stdio: 'ignore', detached: true }).unref();
  await stopped;
  const run = await until('the run to end', async () => {
    const { run } = await connection.request('runs/get', { runId });
    return run.timing.status === 'SCHEDULED' || run.timing.status === 'RUNNING' ? null : run;
  });
  expect(run.timing.status).toBe('KILLED');
});
