/** An import that is cut off, and a database that is made again after one. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support';
import { Importing } from './importing';
import { MadeDatabase, MadeMlruns, runIdOf, START_MS } from './support';

const importing = new Importing();

describe('an import that is cut off', () => {
  it('can be cancelled, and goes on where it was', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    for (let number = 1; number <= 2000; number++) made.run({ id: runIdOf(number), name: `run ${String(number)}` });
    made.close();
    const first = importing.from(made.path);
    await expect(importing.from(made.path)).rejects.toThrow(/already/);
    await until(
      'it has come some way',
      async () => (await importing.connection.request('import/state', {})).doneRuns > 0,
    );
    await importing.connection.request('import/cancel', {});
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    const [{ count: before } = { count: 0 }] = importing.rows<{ count: number }>('SELECT count(*) AS count FROM runs');
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(2000);
    const { runs } = await importing.from(made.path);
    expect(runs).toEqual({ imported: 2000 - before, updated: 0, unchanged: before, unreadable: 0 });
  });

  it('leaves what is not in the database to the next', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const folder = made.run({ id: runIdOf(1), name: 'r', points: [['x', 1, START_MS, 0]] });
    made.write(join(folder, 'artifacts/a.txt'), 'whole');
    await importing.from(made.path);
    // As if it had been killed between the folder and the list: there is no row, and a draft of another with half a file.
    await importing.connection.request('runs/delete', { runIds: [runIdOf(1)] });
    rmSync(join(importing.store.paths.runFolder(runIdOf(1)), 'journals/edits.lwj'));
    renameSync(importing.store.paths.runFolder(runIdOf(1)), importing.path('aside'));
    const { plan } = await importing.connection.request('store/planGc', { deletedOlderThanMs: 0 });
    await importing.connection.request('store/gc', { deletedOlderThanMs: 0, planId: plan.planId });
    renameSync(importing.path('aside'), importing.store.paths.runFolder(runIdOf(1)));
    const other = made.run({ id: runIdOf(2), name: 'other' });
    made.write(join(other, 'artifacts/a.txt'), 'whole');
    const draft = join(importing.store.paths.drafts, `import-${runIdOf(2)}`);
    for (const file of ['artifacts/.loopwright-import', 'journals/import-1.lwj']) {
      mkdirSync(join(draft, file, '..'), { recursive: true });
      writeFileSync(join(draft, file), 'ha');
    }
    expect(await importing.names()).toEqual([]);
    const { runs } = await importing.from(made.path);
    expect(runs).toMatchObject({ imported: 1, unchanged: 1 });
    expect(await importing.names()).toEqual(['other', 'r']);
    expect((await importing.shown(runIdOf(1))).metrics).toEqual({ x: { last: 1, count: 1 } });
    expect((await importing.shown(runIdOf(2))).artifacts).toEqual(['a.txt']);
    expect(readdirSync(join(importing.store.paths.runFolder(runIdOf(2)), 'artifacts'))).toEqual(['a.txt']);
    expect(existsSync(draft)).toBe(false);
  });
});

it('the database is the same when it is made again from the folders', async () => {
  const made = new MadeDatabase(importing.path('mlflow.db'));
  made.experiment(1, 'fraud');
  made.run({ id: runIdOf(1), experiment: 1, name: 'first', params: { lr: '1' }, points: [['x', 1, START_MS, 0]] });
  made.run({ id: runIdOf(2), experiment: 1, name: 'gone', stage: 'deleted' });
  await importing.from(made.path);
  made.point(runIdOf(1), 'x', 2, START_MS + 1, 1);
  made.close();
  await importing.from(made.path);
  const content = () => [
    importing.rows(
      'SELECT run_id, name, status, start_ms, end_ms, deleted_ms IS NULL AS shown FROM runs ORDER BY run_id',
    ),
    importing.rows('SELECT key, value FROM params'),
    importing.rows('SELECT key, value FROM tags ORDER BY run_seq, key'),
    importing.rows('SELECT step, value FROM points ORDER BY step'),
    importing.rows('SELECT experiment_id, name, created_ms FROM experiments ORDER BY experiment_id'),
  ];
  const before = content();
  await importing.stop();
  writeFileSync(importing.store.paths.database, 'damaged');
  rmSync(`${importing.store.paths.database}-wal`, { force: true });
  await importing.open();
  await importing.connection.request('store/repair', {});
  await until(
    'all are there',
    async () => (await importing.names()).length === 1 && importing.rows('SELECT 1 FROM runs').length === 2,
  );
  await until('all are over', () => readdirSync(importing.store.paths.active).length === 0);
  expect(content()).toEqual(before);
});

it('a run that is said to go on, and was not heard of for long, is told to be gone', async () => {
  const made = new MadeMlruns(importing.path('mlruns'));
  const folder = made.run({
    id: runIdOf(1),
    name: 'r',
    status: 'RUNNING',
    endMs: null,
    points: [['x', 1, START_MS, 0]],
  });
  utimesSync(folder, 1, 1);
  await importing.from(made.path);
  const { run } = await importing.shown(runIdOf(1));
  expect(run.timing).toMatchObject({ status: 'KILLED', endMs: START_MS });
  expect(run.reason).toMatch(/Nothing was heard of it/);
  expect((await importing.from(made.path)).runs.unchanged).toBe(1);
});
