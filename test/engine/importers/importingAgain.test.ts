/** Importing what was imported before: only what is new there, nothing that was changed here. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { until } from '../support';
import { Importing } from './importing';
import { MadeDatabase, MadeMlruns, runIdOf, START_MS } from './support';

const importing = new Importing();

describe('importing again', () => {
  it('takes only what is new of a run, and how it went on', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const runId = runIdOf(1);
    made.run({
      id: runId,
      name: 'goes on',
      status: 'RUNNING',
      startMs: Date.now() - 1000,
      endMs: null,
      params: { lr: '1' },
      tags: { a: '1', b: '2' },
      points: [['loss', 1, Date.now(), 0]],
    });
    await importing.from(made.path);
    expect((await importing.shown(runId)).run.timing.status).toBe('RUNNING');
    expect((await importing.from(made.path)).runs).toMatchObject({ updated: 0, unchanged: 1 });

    made.point(runId, 'loss', 0.5, START_MS + 1, 1);
    made.point(runId, 'auc', 0.9, START_MS + 1, 1);
    made.insert('params', { key: 'depth', value: '3', run_uuid: runId });
    made.sql(`UPDATE tags SET value = 'changed' WHERE key = 'a'; DELETE FROM tags WHERE key = 'b';
      UPDATE runs SET status = 'FINISHED', end_time = start_time + 10`);
    made.run({ id: runIdOf(2), name: 'new' });
    mkdirSync(importing.path(`mlruns/0/${runId}/artifacts`), { recursive: true });
    writeFileSync(importing.path(`mlruns/0/${runId}/artifacts/late.txt`), 'late');
    const result = await importing.from(made.path);
    expect(result.runs).toEqual({ imported: 1, updated: 1, unchanged: 0, unreadable: 0 });
    await until('the run is over', async () => (await importing.shown(runId)).run.timing.status === 'FINISHED');
    const { params, metrics, tags, artifacts } = await importing.shown(runId);
    expect(params).toEqual({ lr: '1', depth: '3' });
    expect(metrics).toEqual({ loss: { last: 0.5, count: 2 }, auc: { last: 0.9, count: 1 } });
    expect(tags).toMatchObject({ a: 'changed' });
    expect(tags).not.toHaveProperty('b');
    expect(artifacts).toEqual(['late.txt']);
    expect((await importing.from(made.path)).runs).toMatchObject({ updated: 0, unchanged: 2 });
    made.close();
  });

  it('leaves alone what the user has changed here', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const runId = runIdOf(1);
    made.run({ id: runId, name: 'theirs', tags: { a: '1' } });
    await importing.from(made.path);
    await importing.connection.request('runs/edit', { edits: [{ runId, name: 'mine', tags: { a: 'mine' } }] });
    made.point(runId, 'loss', 0.5, START_MS + 1, 1);
    made.close();
    await importing.from(made.path);
    const { run, tags, metrics } = await importing.shown(runId);
    expect(run.name).toBe('mine');
    expect(tags.a).toBe('mine');
    expect(metrics).toEqual({ loss: { last: 0.5, count: 1 } });
  });

  it('deletes and restores what was deleted and restored there, once', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const runId = runIdOf(1);
    made.run({ id: runId, name: 'r' });
    await importing.from(made.path);
    made.sql(`UPDATE runs SET lifecycle_stage = 'deleted'`);
    expect((await importing.from(made.path)).runs.updated).toBe(1);
    expect(await importing.names()).toEqual([]);
    await importing.connection.request('runs/restore', { runIds: [runId] });
    expect((await importing.from(made.path)).runs.unchanged).toBe(1);
    expect(await importing.names()).toEqual(['r']);
    made.sql(`UPDATE runs SET lifecycle_stage = 'active'`);
    await importing.from(made.path);
    made.sql(`UPDATE runs SET lifecycle_stage = 'deleted'`);
    made.close();
    await importing.from(made.path);
    expect(await importing.names()).toEqual([]);
  });

  it('tells points that repeat from those that are new', async () => {
    const made = new MadeMlruns(importing.path('mlruns'));
    const again = (points: [string, number, number, number][]) => made.run({ id: runIdOf(1), name: 'r', points });
    again([
      ['x', 1, START_MS, 0],
      ['x', 1, START_MS, 0],
    ]);
    await importing.from(made.path);
    again([
      ['x', 1, START_MS, 0],
      ['x', 2, START_MS, 1],
    ]);
    await importing.from(made.path);
    expect((await importing.shown(runIdOf(1))).metrics).toEqual({ x: { last: 2, count: 4 } });
  });
});

describe('ids', () => {
  it('of a run that was tracked here and comes back stay with it', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const runId = runIdOf(1);
    made.run({ id: runId, name: 'there' });
    await importing.from(made.path);
    // As if it had been tracked here.
    const spec = join(importing.store.paths.runFolder(runId), 'spec.json');
    writeFileSync(spec, readFileSync(spec, 'utf8').replace(/"origin": \{[^}]*\}/, '"origin": null'));
    made.sql(`UPDATE params SET value = 'other'; UPDATE runs SET name = 'other'`);
    expect((await importing.from(made.path)).runs.unchanged).toBe(1);
    expect(await importing.names()).toEqual(['there']);

    made.sql('UPDATE runs SET start_time = start_time + 1000');
    made.run({ id: runIdOf(2), name: 'below', tags: { 'mlflow.parentRunId': runId } });
    made.close();
    expect((await importing.from(made.path)).runs.imported).toBe(2);
    expect(await importing.names()).toEqual(['other', 'there']);
    const [other] = importing.rows<{ run_id: string }>(`SELECT run_id FROM runs WHERE name = 'other'`);
    expect(importing.rows(`SELECT parent_run_id FROM runs WHERE name = 'below'`)).toEqual([
      { parent_run_id: other?.run_id },
    ]);
    expect((await importing.from(made.path)).runs).toMatchObject({ imported: 0, unchanged: 2 });
  });

  it('that are no random numbers are made new, always the same', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    made.run({ id: '../../evil', name: 'evil' });
    made.run({ id: 'run1', name: 'by hand' });
    made.close();
    expect((await importing.from(made.path)).runs.imported).toBe(2);
    expect((await importing.from(made.path)).runs).toMatchObject({ imported: 0, unchanged: 2 });
    expect(readdirSync(importing.store.paths.runs).every((name) => /^[0-9a-f]{32}$/.test(name))).toBe(true);
  });
});
