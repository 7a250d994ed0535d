import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { ModelCard } from '../../src/protocol/modelCard';
import type { ModelPlace, Params } from '../../src/protocol/requests';
import { type TestStore, testStore, until } from './support';
import { anything, begin, type Client, outside } from './trackingSupport';
import { rare } from '../support/rare';

let store: TestStore;
let connection: EngineConnection;
let client: Client;
// One engine for all: a model of a deleted one's name begins anew.
beforeAll(async () => {
  store = testStore();
  ({ connection } = await store.open());
  client = await outside(connection);
});
afterEach(async () => {
  const { models } = await connection.request('registry/models', {});
  const edits = models.map(({ name }) => ({ op: 'delete' as const, name }));
  if (edits.length > 0) await connection.request('registry/edit', { edits });
});
afterAll(() => store.dispose());

/** As MLflow 2.9 writes it for a model of scikit-learn. */
const MLMODEL = `artifact_path: model
flavors:
  python_function:
    env:
      conda: conda.yaml
      virtualenv: python_env.yaml
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.9
  sklearn:
    code: null
    pickled_model: model.pkl
    serialization_format: cloudpickle
    sklearn_version: 1.5.2
mlflow_version: 2.9.2
model_size_bytes: 1024
model_uuid: 12e3
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "amount", "required": true}, {"type": "long", "name": "age", "required": false}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "int64", "shape": [-1]}}]'
  params: '[{"name": "threshold", "type": "double", "default": 0.5, "shape": null}]'
utc_time_created: '2026-03-04 14:02:00.000000'
`;
const EXAMPLE = '{"columns": ["amount", "age"], "data": [[12.5, 31], [7, null]]}';

type Metrics = Readonly<Record<string, number>>;

async function runWith(metrics: Metrics, files: Readonly<Record<string, string>> = {}): Promise<string> {
  const { run } = await begin(client);
  const { run_id: runId } = run.info;
  const logged = Object.entries(metrics).map(([key, value]) => ({ key, value, timestamp: 1, step: 0 }));
  for (let at = 0; at < logged.length; at += 1000)
    await client.post(anything, 'runs/log-batch', { run_id: runId, metrics: logged.slice(at, at + 1000) });
  await client.call('PUT', `/api/2.0/mlflow-artifacts/artifacts/0/${runId}/artifacts/model/model.pkl`, { weights: 1 });
  for (const [path, text] of Object.entries(files)) {
    const file = join(store.paths.runFolder(runId), 'artifacts/model', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  await client.post(anything, 'runs/update', { run_id: runId, status: 'FINISHED' });
  await until('nobody follows it', () => !existsSync(join(store.paths.active, runId)));
  return runId;
}

const edit = async (one: Params<'registry/edit'>['edits'][number]) =>
  (await connection.request('registry/edit', { edits: [one] })).results[0]?.version;
const register = (runId: string, path = 'model', name = 'fraud') => edit({ op: 'register', name, runId, path });
const versionOf = (version: number, name = 'fraud') => connection.request('registry/version', { name, which: version });
const metricsOf = (version: number, more: Partial<Params<'registry/metrics'>> = {}) =>
  connection.request('registry/metrics', { name: 'fraud', version, ...more });
const cardOf = async (place: ModelPlace | null) => {
  if (!place) throw new Error('its files are not in the store');
  return ModelCard.parse(await connection.request('models/card', place));
};

describe('the metrics of a version', () => {
  it('stand beside those of the champion and of the version before', async () => {
    await register(await runWith({ auc: 0.9, loss: 0.4 }));
    await register(await runWith({ auc: 0.92, f1: 0.8 }));
    await register(await runWith({ auc: 0.93, loss: 0.3, lr: 0.1 }));
    expect((await metricsOf(1)).beside).toEqual([]);
    expect(await metricsOf(3)).toMatchObject({
      beside: [{ version: 2, as: 'previous' }],
      metrics: [
        { key: 'auc', values: [0.93, 0.92] },
        { key: 'loss', values: [0.3, null] },
        { key: 'lr', values: [0.1, null] },
      ],
      total: 3,
      nextPageToken: null,
    });
    await edit({ op: 'alias', name: 'fraud', version: 1, alias: 'champion' });
    expect(await metricsOf(3)).toMatchObject({
      beside: [
        { version: 1, as: 'champion' },
        { version: 2, as: 'previous' },
      ],
      metrics: [{ key: 'auc', values: [0.93, 0.9, 0.92] }, { values: [0.3, 0.4, null] }, {}],
    });
    await edit({ op: 'alias', name: 'fraud', version: 2, alias: 'champion' });
    expect((await metricsOf(3)).beside).toEqual([{ version: 2, as: 'both' }]);
    // The champion itself has nothing but the version before it.
    expect((await metricsOf(2)).beside).toEqual([{ version: 1, as: 'previous' }]);
    await edit({ op: 'deleteVersion', name: 'fraud', version: 2 });
    expect((await metricsOf(3)).beside).toEqual([{ version: 1, as: 'previous' }]);
  });

  it('come with what matters first, a page at a time, however many there are', async () => {
    const many = Object.fromEntries(Array.from({ length: 2500 }, (_, at) => [`layer${String(at)}/norm`, at]));
    await register(await runWith({ ...many, 'train/auc': 0.99, 'val/auc': 0.95, 'some/cost': 3 }));
    const first = await metricsOf(1, { limit: 500 });
    expect(first.metrics.slice(0, 4).map(({ key }) => key)).toEqual([
      'val/auc',
      'train/auc',
      'some/cost',
      'layer0/norm',
    ]);
    expect(first.total).toBe(2503);
    const seen = new Set(first.metrics.map(({ key }) => key));
    for (let token = first.nextPageToken; token !== null;) {
      const page = await metricsOf(1, { limit: 500, pageToken: token });
      for (const { key } of page.metrics) seen.add(key);
      token = page.nextPageToken;
    }
    expect(seen.size).toBe(2503);
    expect(await metricsOf(1, { search: 'AUC' })).toMatchObject({ total: 2 });
  });

  it('are refused for a version that is not there', async () => {
    await register(await runWith({}));
    await expect(metricsOf(7)).rejects.toThrow(/no version 7/);
    expect(await metricsOf(1)).toMatchObject({ metrics: [], total: 0 });
  });
});

describe('the files of a version', () => {
  const filesOf = (version: number, more: object = {}) =>
    connection.request('registry/files', { name: 'fraud', version, ...more });

  it('are listed a level at a time, folders first', async () => {
    const runId = await runWith({}, { MLmodel: MLMODEL, 'data/a.txt': 'a', 'data/b.txt': 'bb' });
    await register(runId);
    expect((await versionOf(1)).place).toEqual({ owner: 'version', files: expect.stringMatching(/^v-/), path: '' });
    expect((await filesOf(1)).files).toEqual([
      { path: 'data', isFolder: true, sizeBytes: 0 },
      { path: 'MLmodel', isFolder: false, sizeBytes: MLMODEL.length },
      { path: 'model.pkl', isFolder: false, sizeBytes: 13 },
    ]);
    const first = await filesOf(1, { under: 'data/', limit: 1 });
    expect(first.files).toEqual([{ path: 'data/a.txt', isFolder: false, sizeBytes: 1 }]);
    expect(await filesOf(1, { under: 'data/', limit: 1, pageToken: first.nextPageToken ?? '' })).toEqual({
      files: [{ path: 'data/b.txt', isFolder: false, sizeBytes: 2 }],
      nextPageToken: null,
    });
    await expect(filesOf(1, { under: '../..' })).rejects.toThrow(/Invalid path/);
    await expect(filesOf(1, { under: 'none' })).rejects.toThrow(/not.*any more|no file/);
  });

  it('are one where the version is a file, those of the first where it is a copy, none where they are elsewhere', async () => {
    const runId = await runWith({});
    await register(runId, 'model/model.pkl');
    const file = { path: 'model.pkl', isFolder: false, sizeBytes: 13 };
    expect(await filesOf(1)).toEqual({ files: [file], nextPageToken: null });
    await edit({ op: 'copyVersion', name: 'fraud', version: 1, to: 'copied' });
    expect((await versionOf(1, 'copied')).place).toEqual((await versionOf(1)).place);
    await client.post(anything, 'model-versions/create', { name: 'fraud', source: 's3://bucket/model' });
    expect(await versionOf(2)).toMatchObject({ place: null, version: { source: 's3://bucket/model' } });
    expect((await filesOf(2)).files).toEqual([]);
  });
});

describe('the card of a model', () => {
  const placed = async (files: Readonly<Record<string, string>>) => {
    await register(await runWith({}, files));
    return (await versionOf(1)).place;
  };

  it('tells what MLmodel says, as texts, with the example of its input', async () => {
    const card = await cardOf(await placed({ MLmodel: MLMODEL, 'input_example.json': EXAMPLE }));
    expect(card).toMatchObject({
      hasMlmodel: true,
      signature: {
        inputs: {
          total: 2,
          items: [
            { name: 'amount', type: 'double', isRequired: true },
            { name: 'age', type: 'long', isRequired: false },
          ],
        },
        outputs: { items: [{ name: '', type: 'int64 tensor (-1)' }] },
        params: { items: [{ name: 'threshold', type: 'double', default: '0.5' }] },
      },
      example: {
        path: 'input_example.json',
        table: {
          columns: ['amount', 'age'],
          rows: [
            ['12.5', '31'],
            ['7', 'null'],
          ],
          rowCount: 2,
          columnCount: 2,
        },
      },
      modelFile: 'model.pkl',
      problems: [],
    });
    expect(card.flavors.map(({ name }) => name)).toEqual(['python_function', 'sklearn']);
    expect(card.flavors[1]?.settings.items).toContainEqual({ key: 'sklearn_version', value: '1.5.2' });
    // A plain 12e3 would be a number to newer rules of YAML.
    expect(card.facts.items).toContainEqual({ key: 'model_uuid', value: '12e3' });
  });

  it('finds the file that is the model where nothing names it', async () => {
    expect(await cardOf(await placed({ 'requirements.txt': 'x', 'net/model.onnx': 'x' }))).toMatchObject({
      hasMlmodel: false,
      signature: null,
      modelFile: 'net/model.onnx',
    });
    await register(await runWith({}), 'model/model.pkl');
    expect(await cardOf((await versionOf(2)).place)).toMatchObject({ hasMlmodel: false, modelFile: 'model.pkl' });
  });

  it('says of an example that is no table what it is, and of one that is not there that it is not', async () => {
    const place = await placed({ MLmodel: MLMODEL, 'input_example.json': '{"inputs": [[[1, 2]]]}' });
    expect((await cardOf(place)).example).toMatchObject({ table: null, text: '{"inputs": [[[1, 2]]]}', isCut: false });
    await register(await runWith({}, { MLmodel: MLMODEL }));
    expect((await cardOf((await versionOf(2)).place)).problems).toEqual([
      'The example of its input, input_example.json, is not there.',
    ]);
  });

  rare('is not led astray by what stands in MLmodel', async () => {
    const anchors = Array.from({ length: 30 }, (_, at) =>
      at === 0 ? 'a0: &a0 [x, x]' : `a${String(at)}: &a${String(at)} [*a${String(at - 1)}, *a${String(at - 1)}]`,
    ).join('\n');
    const hostile = [
      [anchors, /anchors too often/],
      [`a: ${'['.repeat(100_000)}`, /MLmodel (is nested too deep|is no YAML)/],
      ['a: b: c', /MLmodel is no YAML/],
      [`signature:\n  inputs: 'no JSON'\n`, /signature in MLmodel is not of a form/],
    ] as const;
    for (const [index, [text, problem]] of hostile.entries()) {
      await register(await runWith({}, { MLmodel: text }));
      expect((await cardOf((await versionOf(index + 1)).place)).problems, text.slice(0, 20)).toEqual([
        expect.stringMatching(problem),
      ]);
    }
    const runId = await runWith({}, { MLmodel: `saved_input_example_info:\n  artifact_path: ../../../spec.json\n` });
    symlinkSync('/etc/hostname', join(store.paths.runFolder(runId), 'artifacts/model/model.onnx'));
    await register(runId);
    const card = await cardOf((await versionOf(hostile.length + 1)).place);
    expect(card).toMatchObject({ example: null, modelFile: 'model.pkl' });
    expect(card.problems).toEqual([expect.stringMatching(/is not there/)]);
  });
});
