/** Databases of MLflow's, as SQLite reads them; what MLflow itself reads in them is held in `test/peers/export.test.ts`. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ExportStore, exportStore, rowsOf } from './support';

let store: ExportStore;
beforeEach(() => {
  store = exportStore();
});
afterEach(() => {
  store.dispose();
});

const RUN = '0'.repeat(31) + '1';
const db = () => join(store.out, 'mlflow.db');

function addArtifact(owner: string, path: string, text: string): string {
  const file = join(store.root, owner, 'artifacts', path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

describe('the form of the database', () => {
  it.each([
    ['3', 'bda7b8c39065', true],
    ['2', 'acf3f17fdcc7', false],
  ] as const)('for MLflow %s is that of the revision %s', async (mlflow, revision, hasModels) => {
    store.add([{ id: RUN }]);
    await store.export({ path: 'mlflow.db', mlflow });
    expect(rowsOf(db(), 'SELECT * FROM alembic_version')).toEqual([{ version_num: revision }]);
    const tables = rowsOf(db(), "SELECT name FROM sqlite_master WHERE type = 'table'");
    expect(tables.length).toBe(hasModels ? 23 : 16);
    const isNamed = (name: string) => tables.some((table) => (table as { name: string }).name === name);
    expect(['logged_models', 'trace_info'].map(isNamed)).toEqual([hasModels, hasModels]);
    expect(rowsOf(db(), 'PRAGMA foreign_key_check')).toEqual([]);
    expect(rowsOf(db(), 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    expect(rowsOf(db(), 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'delete' }]);
  });
});

describe('what a run has', () => {
  it('is there as MLflow writes it: NaN as a flag, infinity as the largest number, a point once', async () => {
    store.add([{ id: RUN, name: 'fit', params: { lr: '0.1' }, tags: { team: 'risk' } }]);
    const points = [1, null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -Number.POSITIVE_INFINITY];
    for (const [index, value] of points.entries())
      store.addPoint(RUN, 'loss', { step: Math.min(index, 3), ms: 100, value });
    await store.export({ path: 'mlflow.db' });
    expect(rowsOf(db(), 'SELECT step, value, is_nan FROM metrics ORDER BY step')).toEqual([
      { step: 0, value: 1, is_nan: 0 },
      { step: 1, value: 0, is_nan: 1 },
      { step: 2, value: Number.MAX_VALUE, is_nan: 0 },
      { step: 3, value: -Number.MAX_VALUE, is_nan: 0 },
    ]);
    expect(rowsOf(db(), 'SELECT key, value, step, is_nan FROM latest_metrics')).toEqual([
      { key: 'loss', value: -Number.MAX_VALUE, step: 3, is_nan: 0 },
    ]);
    expect(rowsOf(db(), 'SELECT * FROM params')).toEqual([{ key: 'lr', value: '0.1', run_uuid: RUN }]);
    expect(rowsOf(db(), 'SELECT key, value FROM tags ORDER BY key')).toEqual([
      { key: 'mlflow.runName', value: 'fit' },
      { key: 'mlflow.source.name', value: 'train.py' },
      { key: 'mlflow.source.type', value: 'LOCAL' },
      { key: 'mlflow.user', value: 'ada' },
      { key: 'team', value: 'risk' },
    ]);
  });

  it('says whose child it is, and what the user has written of it', async () => {
    store.add([{ id: RUN }, { id: 'child', parent: RUN }]);
    store.db.prepare("UPDATE runs SET note = '# good' WHERE run_id = 'child'").run();
    await store.export({ path: 'mlflow.db' });
    expect(
      rowsOf(db(), "SELECT key, value FROM tags WHERE run_uuid = 'child' AND key LIKE 'mlflow.%n%t%' ORDER BY key"),
    ).toEqual([
      { key: 'mlflow.note.content', value: '# good' },
      { key: 'mlflow.parentRunId', value: RUN },
    ]);
  });

  it('is deleted where it is deleted, unless it is about to be gone for good', async () => {
    store.add([{ id: RUN }, { id: 'deleted', deletedMs: 7 }, { id: 'going', deletedMs: 0 }]);
    await store.export({ path: 'mlflow.db' });
    expect(rowsOf(db(), 'SELECT run_uuid, lifecycle_stage, deleted_time FROM runs ORDER BY run_uuid')).toEqual([
      { run_uuid: RUN, lifecycle_stage: 'active', deleted_time: null },
      { run_uuid: 'deleted', lifecycle_stage: 'deleted', deleted_time: 7 },
    ]);
    await store.export({ path: 'mlflow.db', deleted: false, overwrite: true });
    expect(rowsOf(db(), 'SELECT run_uuid FROM runs')).toEqual([{ run_uuid: RUN }]);
  });
});

describe('models', () => {
  const MODEL = `m-${'a'.repeat(32)}`;
  beforeEach(() => {
    store.add([{ id: RUN }]);
    store.db.exec(`
      INSERT INTO logged_models (model_id, experiment_id, source_run_id, name, status, created_ms, updated_ms)
        SELECT '${MODEL}', experiment_id, '${RUN}', 'forest', 2, 1, 2 FROM experiments;
      INSERT INTO registered_models (name, created_ms, updated_ms, description) VALUES ('fraud', 1, 2, 'finds it');
      INSERT INTO registered_model_aliases VALUES ('fraud', 'champion', 1);
      INSERT INTO model_versions (name, version, created_ms, updated_ms, deleted_ms, description, user_id, stage, source,
        run_id, run_link, model_id) VALUES
        ('fraud', 1, 1, 2, NULL, '', 'ada', 'None', 'models:/${MODEL}', '${RUN}', '', '${MODEL}'),
        ('fraud', 2, 1, 2, 9, '', 'ada', 'None', 'models:/fraud/1', NULL, '', NULL),
        ('fraud', 3, 1, 2, NULL, '', 'ada', 'None', 'mlflow-artifacts:/0/${RUN}/artifacts/a b', '${RUN}', '', NULL)`);
    addArtifact(`models/${MODEL}`, 'MLmodel', 'flavors: {}');
    addArtifact(`runs/${RUN}`, 'a b/MLmodel', 'flavors: {}');
  });
  const experimentId = () =>
    (rowsOf(db(), 'SELECT experiment_id FROM runs') as { experiment_id: number }[])[0]?.experiment_id;
  const uri = (...parts: string[]) =>
    pathToFileURL(join(store.out, 'mlflow-artifacts', String(experimentId()), ...parts)).href;

  it('are found through their versions; a deleted version keeps its number', async () => {
    await store.export({ path: 'mlflow.db' });
    expect(rowsOf(db(), 'SELECT version, current_stage, source, storage_location FROM model_versions')).toEqual([
      {
        version: 1,
        current_stage: 'None',
        source: `models:/${MODEL}`,
        storage_location: uri('models', MODEL, 'artifacts'),
      },
      { version: 2, current_stage: 'Deleted_Internal', source: '', storage_location: null },
      {
        version: 3,
        current_stage: 'None',
        source: uri(RUN, 'artifacts', 'a b'),
        storage_location: uri(RUN, 'artifacts', 'a b'),
      },
    ]);
    expect(rowsOf(db(), 'SELECT alias, version FROM registered_model_aliases')).toEqual([
      { alias: 'champion', version: 1 },
    ]);
    expect(rowsOf(db(), 'SELECT model_id, artifact_location, lifecycle_stage FROM logged_models')).toEqual([
      { model_id: MODEL, artifact_location: uri('models', MODEL, 'artifacts'), lifecycle_stage: 'active' },
    ]);
  });

  it('have the files that are kept for their versions, once, whatever became of the run', async () => {
    const kept = `v-${'b'.repeat(32)}`;
    addArtifact(`models/${kept}`, 'MLmodel', 'flavors: {kept: {}}');
    store.db.exec(`UPDATE model_versions SET files = '${kept}', digest = 'd' WHERE version IN (1, 3);
      UPDATE model_versions SET source = 'mlflow-artifacts:/0/gone/artifacts/model' WHERE version = 3`);
    const { artifacts } = await store.export({ path: 'mlflow.db' });
    const location = pathToFileURL(join(store.out, 'mlflow-artifacts', 'models', kept, 'artifacts')).href;
    expect(
      rowsOf(db(), "SELECT version, source, storage_location FROM model_versions WHERE current_stage = 'None'"),
    ).toEqual([
      { version: 1, source: `models:/${MODEL}`, storage_location: location },
      { version: 3, source: location, storage_location: location },
    ]);
    expect(readFileSync(join(new URL(location).pathname, 'MLmodel'), 'utf8')).toBe('flavors: {kept: {}}');
    expect(artifacts).toBe(3);
  });

  it('are files for MLflow 2, which knows no logged models', async () => {
    await store.export({ path: 'mlflow.db', mlflow: '2' });
    const source = uri('models', MODEL, 'artifacts');
    expect(rowsOf(db(), 'SELECT source FROM model_versions WHERE version = 1')).toEqual([{ source }]);
    expect(readFileSync(join(new URL(source).pathname, 'MLmodel'), 'utf8')).toBe('flavors: {}');
  });

  it('go with the runs that made them', async () => {
    store.add([{ id: 'other', experiment: 'else' }]);
    await store.export({ path: 'mlflow.db', runIds: ['other'] });
    expect(rowsOf(db(), 'SELECT * FROM logged_models')).toEqual([]);
    expect(rowsOf(db(), 'SELECT * FROM registered_models')).toEqual([]);
    await store.export({ path: 'mlflow.db', runIds: [RUN], overwrite: true });
    expect(rowsOf(db(), 'SELECT version FROM model_versions')).toEqual([{ version: 1 }, { version: 3 }]);
  });
});

describe('artifacts', () => {
  const copied = (...parts: string[]) => {
    const [run] = rowsOf(db(), 'SELECT artifact_uri FROM runs') as { artifact_uri: string }[];
    return join(decodeURIComponent(new URL(run?.artifact_uri ?? '').pathname), ...parts);
  };

  it('are copied as they are, without links and what is in the making', async () => {
    store.add([{ id: RUN }]);
    const file = addArtifact(`runs/${RUN}`, 'deep/ä 100%.txt', 'text');
    addArtifact(`runs/${RUN}`, '.loopwright-draft', 'half');
    symlinkSync('/etc/hostname', join(file, '..', 'link'));
    const result = await store.export({ path: 'mlflow.db' });
    expect(result).toMatchObject({ artifacts: 1, artifactBytes: 4 });
    expect(result.problems).toEqual([expect.stringMatching(/link is no file/)]);
    expect(readFileSync(copied('deep/ä 100%.txt'), 'utf8')).toBe('text');
    expect([readdirSync(copied()), readdirSync(copied('deep'))]).toEqual([['deep'], ['ä 100%.txt']]);
  });

  it('that are there already are not copied again, and what the run has no more goes', async () => {
    store.add([{ id: RUN }]);
    const kept = addArtifact(`runs/${RUN}`, 'kept', 'kept');
    utimesSync(kept, 1000, 1000);
    const changed = addArtifact(`runs/${RUN}`, 'changed', 'before');
    await store.export({ path: 'mlflow.db' });
    const inode = statSync(copied('kept')).ino;
    writeFileSync(copied('stale'), 'of an earlier export');
    writeFileSync(changed, 'afterwards');
    await store.export({ path: 'mlflow.db', overwrite: true });
    expect(readdirSync(copied())).toEqual(['changed', 'kept']);
    expect(statSync(copied('kept')).ino).toBe(inode);
    expect(readFileSync(copied('changed'), 'utf8')).toBe('afterwards');
  });

  it('that are elsewhere stay where they are', async () => {
    store.add([{ id: RUN }]);
    store.db.prepare("UPDATE experiments SET artifact_location = 's3://bucket/x'").run();
    await store.export({ path: 'mlflow.db' });
    expect(rowsOf(db(), 'SELECT artifact_uri FROM runs')).toEqual([{ artifact_uri: `s3://bucket/x/${RUN}/artifacts` }]);
  });
});
