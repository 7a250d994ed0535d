/** Importing a database of MLflow's, through a real engine. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { until } from '../support';
import { Importing } from './importing';
import { MadeDatabase, modelIdOf, runIdOf, type Schema, START_MS } from './support';

const importing = new Importing();

describe.each<Schema>(['1.0', '2.9', '3'])('a database of the schema of MLflow %s', (schema) => {
  it('gives its runs as they are, with their ids', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'), schema);
    made.experiment(1, 'fraud');
    const [parent, child] = [runIdOf(1), runIdOf(2)];
    made.run({
      id: parent,
      experiment: 1,
      name: 'first',
      status: 'FAILED',
      params: { lr: '0.1', 'opt/name': 'adam', text: 'two\nlines: "x"\n' },
      tags: { 'mlflow.source.name': 'train.py', note: '' },
      points: [
        ['loss', 1, START_MS, 0],
        ['loss', 0.5, START_MS + 1, 1],
        ['bad', Number.NaN, START_MS, 0],
        ['up', Number.POSITIVE_INFINITY, START_MS, 0],
      ],
    });
    made.run({ id: child, experiment: 1, name: 'below', tags: { 'mlflow.parentRunId': parent } });
    made.close();

    const result = await importing.from(made.path);
    expect(result).toMatchObject({
      format: 'mlflow-database',
      runs: { imported: 2, updated: 0, unchanged: 0, unreadable: 0 },
      problems: [],
    });
    const { run, provenance, ...rest } = await importing.shown(parent);
    expect(run).toMatchObject({
      experiment: 'fraud',
      name: 'first',
      kind: 'client',
      childCount: 1,
      timing: { status: 'FAILED', startMs: START_MS, endMs: START_MS + 5000 },
    });
    expect(provenance).toMatchObject({ source: 'train.py', user: 'someone' });
    expect(rest.params).toEqual({ lr: '0.1', 'opt/name': 'adam', text: 'two\nlines: "x"\n' });
    const isOld = schema === '1.0';
    expect(rest.metrics).toEqual({
      loss: { last: 0.5, count: 2 },
      bad: { last: isOld ? 0 : 'NaN', count: 1 },
      up: { last: 'Infinity', count: 1 },
    });
    expect(rest.tags).toMatchObject({ 'mlflow.runName': 'first', note: '' });
    expect(await importing.names()).toEqual(['first']);
    const { facts } = await importing.connection.request('runs/facts', { runId: parent, section: 'origin' });
    expect(facts).toEqual({ format: 'mlflow-database', source: made.path, id: parent });
  });
});

describe('a database', () => {
  it('is found in the folder that holds it', async () => {
    new MadeDatabase(importing.path('old/mlflow.db')).close();
    expect((await importing.from(importing.path('old'))).path).toBe(importing.path('old/mlflow.db'));
  });

  it('gives data sets, logged models and the registry', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    const [runId, modelId] = [runIdOf(1), modelIdOf(1)];
    made.run({ id: runId, name: 'with all' });
    made.insert('datasets', {
      dataset_uuid: 'd1',
      experiment_id: 0,
      name: 'wine',
      digest: 'abc',
      dataset_source_type: 'local',
      dataset_source: '{}',
      dataset_schema: null,
      dataset_profile: '{"rows": 3}',
    });
    made.insert('inputs', {
      input_uuid: 'i1',
      source_type: 'DATASET',
      source_id: 'd1',
      destination_type: 'RUN',
      destination_id: runId,
    });
    made.insert('input_tags', { input_uuid: 'i1', name: 'mlflow.data.context', value: 'train' });
    made.insert('inputs', {
      input_uuid: 'i2',
      source_type: 'RUN_OUTPUT',
      source_id: runId,
      destination_type: 'MODEL_OUTPUT',
      destination_id: modelId,
      step: 4,
    });
    made.insert('logged_models', {
      model_id: modelId,
      experiment_id: 0,
      name: 'clf',
      artifact_location: `./mlruns/0/models/${modelId}/artifacts`,
      creation_timestamp_ms: START_MS,
      last_updated_timestamp_ms: START_MS + 7,
      status: 2,
      lifecycle_stage: 'active',
      model_type: null,
      source_run_id: runId,
    });
    made.insert('logged_model_params', { model_id: modelId, experiment_id: 0, param_key: 'depth', param_value: '3' });
    made.insert('logged_model_metrics', {
      model_id: modelId,
      metric_name: 'auc',
      metric_timestamp_ms: START_MS,
      metric_step: 1,
      metric_value: 0.9,
      experiment_id: 0,
      run_id: runId,
    });
    made.insert('registered_models', {
      name: 'fraud',
      creation_time: START_MS,
      last_updated_time: START_MS + 9,
      description: 'for tests',
    });
    made.insert('model_versions', {
      name: 'fraud',
      version: 1,
      creation_time: START_MS + 1,
      last_updated_time: START_MS + 2,
      current_stage: 'Production',
      source: `models:/${modelId}`,
      run_id: runId,
    });
    made.insert('model_versions', {
      name: 'fraud',
      version: 2,
      creation_time: START_MS + 3,
      last_updated_time: START_MS + 3,
      current_stage: 'Deleted_Internal',
      source: 'x',
      run_id: null,
    });
    made.insert('registered_model_aliases', { name: 'fraud', alias: 'champion', version: 1 });
    made.insert('model_version_tags', { name: 'fraud', version: 1, key: 'k', value: 'v' });
    made.close();
    mkdirSync(importing.path(`mlruns/0/models/${modelId}/artifacts`), { recursive: true });
    writeFileSync(importing.path(`mlruns/0/models/${modelId}/artifacts/MLmodel`), 'flavors: {}\n');

    expect(await importing.from(made.path)).toMatchObject({ loggedModels: 1, modelVersions: 1, problems: [] });
    expect(importing.rows('SELECT name, digest, context, profile FROM dataset_inputs')).toEqual([
      { name: 'wine', digest: 'abc', context: 'train', profile: '{"rows": 3}' },
    ]);
    expect(importing.rows('SELECT direction, model_id, step FROM run_models')).toEqual([
      { direction: 'out', model_id: modelId, step: 4 },
    ]);
    expect(
      importing.rows('SELECT model_id, source_run_id, name, status, created_ms, updated_ms FROM logged_models'),
    ).toEqual([
      {
        model_id: modelId,
        source_run_id: runId,
        name: 'clf',
        status: 2,
        created_ms: START_MS,
        updated_ms: START_MS + 7,
      },
    ]);
    expect(importing.rows('SELECT key, value, step FROM logged_model_metrics')).toEqual([
      { key: 'auc', value: 0.9, step: 1 },
    ]);
    expect(importing.rows('SELECT name, created_ms, updated_ms, description FROM registered_models')).toEqual([
      { name: 'fraud', created_ms: START_MS, updated_ms: START_MS + 9, description: 'for tests' },
    ]);
    expect(importing.rows('SELECT version, stage, model_id, run_id, created_ms FROM model_versions')).toEqual([
      { version: 1, stage: 'Production', model_id: modelId, run_id: runId, created_ms: START_MS + 1 },
    ]);
    expect(importing.rows('SELECT alias, version FROM registered_model_aliases')).toEqual([
      { alias: 'champion', version: 1 },
    ]);
    expect(readFileSync(join(importing.store.paths.root, 'models', modelId, 'artifacts/MLmodel'), 'utf8')).toBe(
      'flavors: {}\n',
    );
    expect(await importing.from(made.path)).toMatchObject({ experiments: 0, loggedModels: 0, modelVersions: 0 });

    // The version has files of its own, as if it had been registered here; when it was changed there is still told.
    const verify = () => importing.connection.request('registry/verify', { name: 'fraud', which: 'champion' });
    await until('its files are kept', async () => (await verify()).versions[0]?.state === 'whole');
    expect((await verify()).versions).toMatchObject([{ version: 1, fileCount: 1, sizeBytes: 12 }]);
    expect(importing.rows('SELECT updated_ms FROM model_versions')).toEqual([{ updated_ms: START_MS + 2 }]);
  });

  it('is read while another program writes it, and holds that up for no moment', async () => {
    const made = new MadeDatabase(importing.path('mlflow.db'));
    for (let number = 1; number <= 300; number++)
      made.run({ id: runIdOf(number), points: [['x', number, START_MS, 0]] });
    made.sql('PRAGMA busy_timeout = 0');
    const first = importing.from(made.path);
    let written = 0;
    let isOver = false;
    const hasEnded = () => isOver;
    void first.finally(() => (isOver = true));
    let refused = 0;
    while (!hasEnded()) {
      try {
        made.run({ id: runIdOf(1000 + written), name: `late ${String(written)}` });
        written++;
      } catch {
        refused++; // it would be tried again for 20 seconds by MLflow
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    made.close();
    expect(written).toBeGreaterThan(0);
    expect(refused).toBeLessThan(written);
    const { runs, problems } = await first;
    const second = await importing.from(made.path);
    expect(runs.imported + second.runs.imported).toBe(300 + written);
    expect(problems).toEqual([]);
  });

  it('says what is wrong with one that can not be read', async () => {
    writeFileSync(importing.path('text.db'), 'no database');
    await expect(importing.from(importing.path('text.db'))).rejects.toThrow(/nothing that can be imported/);
    await expect(importing.from(importing.path('nowhere.db'))).rejects.toThrow(/There is nothing at/);
    const other = new Database(importing.path('other.db'));
    other.exec('CREATE TABLE t (x)');
    other.close();
    await expect(importing.from(importing.path('other.db'))).rejects.toThrow(
      /no database of MLflow's: it has no table "experiments"/,
    );
    const bytes = Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8192, 7)]);
    writeFileSync(importing.path('damaged.db'), bytes);
    await expect(importing.from(importing.path('damaged.db'))).rejects.toThrow(/damaged.db can't be read/);
    expect(await importing.names()).toEqual([]);
  });
});
