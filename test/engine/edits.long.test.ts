/** The engine is killed in the middle of edits, again and again: what was acknowledged is there, and stays after a rebuild. */
import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { rebuildFromRuns } from '../../src/engine/lifecycle/openStore';
import { exists, preparedRun, testStore, until, writeRunner } from './support';

const KILLS = 12;
const RUNS = 8;

it('loses no acknowledged edit when the engine is killed', async () => {
  const store = testStore();
  try {
    const runIds = Array.from({ length: RUNS }, () => {
      const run = preparedRun(store);
      writeRunner(run.folder, {});
      return run.spec.run_id;
    });
    const opened = async () => {
      const engine = await store.open();
      await until('all runs are there', async () => {
        const { runs } = await engine.connection.request('runs/rows', { runIds });
        return runs.length === RUNS;
      });
      return engine;
    };
    let asked = 0;
    let acknowledged = 0;
    const seen = async (connection: Awaited<ReturnType<typeof opened>>['connection']) => {
      const notes = await Promise.all(
        runIds.map(async (runId) => Number((await connection.request('runs/get', { runId })).note || 0)),
      );
      return { least: Math.min(...notes), most: Math.max(...notes) };
    };
    for (let kill = 0; kill < KILLS; kill++) {
      const { connection, hello } = await opened();
      const { pid } = hello.engine;
      let isFirst = true;
      for (;;) {
        asked++;
        const edits = runIds.map((runId) => ({ runId, note: String(asked), tags: { [`t${String(asked % 5)}`]: 'x' } }));
        try {
          await connection.request('runs/edit', { edits });
          acknowledged = asked;
          const killIt = () => process.kill(pid, 'SIGKILL');
          if (isFirst) setTimeout(killIt, kill * 7);
          isFirst = false;
        } catch {
          break; // it is dead: this one may be there or not
        }
      }
      connection.close();
      await until('the engine is gone', () => !exists(pid));
      const after = await opened();
      const { least, most } = await until('the runs were looked at', async () => {
        const notes = await seen(after.connection);
        return notes.least >= acknowledged ? notes : null;
      });
      expect(least).toBeGreaterThanOrEqual(acknowledged);
      expect(most).toBeLessThanOrEqual(asked);
      after.connection.close();
    }
    expect(acknowledged).toBeGreaterThanOrEqual(KILLS);

    const last = await opened();
    // What was asked and not acknowledged may be in the folders alone, which the engine is told by a marker.
    await until('the folders are taken in', () => readdirSync(store.paths.active).length === 0);
    const before = await seen(last.connection);
    const { pid } = last.hello.engine;
    await last.connection.request('engine/stop', { reason: 'user' });
    last.connection.close();
    await until('the engine is gone', () => !exists(pid));
    rebuildFromRuns(store.paths, Date.now());
    const { connection } = await opened();
    await until('the edits are there again', async () => {
      const notes = await seen(connection);
      return notes.least === before.least && notes.most === before.most;
    });
  } finally {
    await store.dispose();
  }
});
