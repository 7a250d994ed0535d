/** When the engine says that a run is over, and that a journal is not whole. */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { startOf } from '../../src/protocol/node/processes';
import { preparedRun, type TestStore, testStore, until, writeJournal, writeRunner } from './support';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

const point = ['metric', 1000, 1, { loss: 0.5 }];

const isOver = (connection: EngineConnection, runId: string) =>
  until('the run is over', async () => (await connection.request('runs/get', { runId })).run.timing.endMs !== null);

describe('a run', () => {
  it('calls no record torn while its writer lives', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const { run_id: runId } = run.spec;
    const file = writeJournal(run.folder, [point, point], `${String(process.pid)}-${startOf(process.pid) ?? ''}-a.lwj`);
    writeFileSync(file, readFileSync(file).subarray(0, -5));
    writeRunner(run.folder, {});
    await connection.request('runs/announce', { runId });
    await isOver(connection, runId);
    expect((await connection.request('runs/notes', { runId })).notes).toEqual([]);
  });

  it('is over only when each of very many journals was read', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const { run_id: runId } = run.spec;
    const count = 800;
    for (let index = 0; index < count; index++)
      writeJournal(run.folder, [['param', 1, 'api', { [`p${String(index)}`]: '1' }]], `999999-1-${String(index)}.lwj`);
    writeRunner(run.folder, {});
    await connection.request('runs/announce', { runId });
    await isOver(connection, runId);
    const { counts } = await connection.request('runs/get', { runId });
    expect(counts.params).toBe(count);
  });
});
