/** KServe's first protocol, TensorFlow Serving's, TorchServe's, Azure's: one endpoint for each of two models. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../engine/support';
import { classifier, columns } from './models';
import { endpoint, type Running } from './support';

const folder = mkdtempSync(join(tmpdir(), 'lw-dialects-'));
let classes: Running;
let table: Running;
beforeAll(async () => {
  writeFileSync(join(folder, 'classifier.onnx'), classifier());
  writeFileSync(join(folder, 'columns.onnx'), columns());
  [classes, table] = await Promise.all([
    endpoint(join(folder, 'classifier.onnx'), { version: '3' }),
    endpoint(join(folder, 'columns.onnx')),
  ]);
});
afterAll(async () => {
  await Promise.all([classes.end(), table.end()]);
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path: string, served = classes, init: RequestInit = {}) => {
  const answer = await fetch(`${served.url}${path}`, init);
  return { status: answer.status, body: (await answer.json()) as unknown, headers: answer.headers };
};
const ask = async (path: string, body: unknown, served = classes) => {
  const answer = await served.post(path, body);
  return { status: answer.status, body: JSON.parse(answer.body) as Record<string, unknown> };
};
const JSON_TYPE = { 'Content-Type': 'application/json' };
const rows = [
  [0, 0, 9],
  [9, 0, 0],
];
/** Of the softmax of a row with one 9: the same in all answers. */
const sure: unknown = expect.closeTo(0.99975, 4);
const little: unknown = expect.closeTo(0.00012, 4);
const records = [
  { label: 2, probability: [little, little, sure] },
  { label: 0, probability: [sure, little, little] },
];
const tensors = { label: [2, 0], probability: records.map(({ probability }) => probability) };
const record = { amount: [1], country: [{ b64: 'ZMOp' }], id: [5] };

describe("KServe's first protocol", () => {
  it('has the models, and predicts for rows', async () => {
    expect(await get('/v1/models')).toMatchObject({ status: 200, body: { models: ['model'] } });
    expect((await get('/v1/models/model')).body).toMatchObject({ name: 'model', ready: true });
    expect((await get('/')).body).toMatchObject({ status: 'alive' });
    const predictions = { status: 200, body: { predictions: records } };
    expect(await ask('/v1/models/model:predict', { instances: rows })).toEqual(predictions);
    expect(await ask('/v1/models/model%3Apredict', { instances: rows })).toEqual(predictions);
    const named = rows.map(([a, b, c]) => ({ a, b, c }));
    expect(await ask('/v1/models/model:predict', { inputs: named })).toEqual(predictions);
  });
});

describe("TensorFlow Serving's protocol", () => {
  it('tells of the model in its words', async () => {
    const status = { version: '3', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } };
    for (const path of ['/v1/models/model', '/v1/models/model/versions/3'])
      expect((await get(path)).body).toMatchObject({ model_version_status: [status] });
    expect((await get('/v1/models/model/metadata')).body).toMatchObject({
      model_spec: { name: 'model', version: '3' },
      metadata: {
        signature_def: {
          signature_def: {
            serving_default: {
              inputs: { x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '3' }] } } },
              outputs: { label: { dtype: 'DT_INT64' } },
            },
          },
        },
      },
    });
  });

  it('predicts by row and by column', async () => {
    const one = '/v1/models/model/versions/3:predict';
    const asked = { signature_name: 'serving_default', instances: rows.map((x) => ({ x })) };
    expect(await ask(one, asked)).toEqual({ status: 200, body: { predictions: records } });
    expect(await ask(one, { inputs: { x: rows } })).toEqual({ status: 200, body: { outputs: tensors } });
    // Either protocol's: both are answered.
    expect(await ask(one, { inputs: rows })).toEqual({ status: 200, body: { outputs: tensors, predictions: records } });
    expect(await ask('/v1/models/model:predict', { instances: [record, record] }, table)).toEqual({
      status: 200,
      body: { predictions: Array.from({ length: 2 }, () => ({ below: [0], where: ['dé'], same: [5] })) },
    });
  });
});

describe("TorchServe's protocol", () => {
  it('predicts, and tells of the model', async () => {
    expect(await get('/ping')).toMatchObject({ status: 200, body: { status: 'Healthy' } });
    for (const body of [rows, { data: rows }, { x: rows }])
      expect(await ask('/predictions/model', body)).toEqual({ status: 200, body: tensors });
    expect(await ask('/predictions/model/3', { instances: rows })).toEqual({
      status: 200,
      body: { predictions: records },
    });
    expect((await get('/models')).body).toEqual({ models: [{ modelName: 'model', modelUrl: 'model' }] });
    const told = [{ modelVersion: '3', workers: [{ status: 'READY' }], jobQueueStatus: { remainingCapacity: 128 } }];
    for (const path of ['/models/model', '/models/model/3', '/models/model/all'])
      expect((await get(path)).body).toMatchObject(told);
    expect((await get('/', classes, { method: 'OPTIONS' })).body).toMatchObject({ openapi: '3.1.0' });
  });

  it('changes nothing', async () => {
    for (const [method, path] of Object.entries({
      POST: '/models?url=x',
      PUT: '/models/model',
      DELETE: '/models/model/3',
    }))
      expect((await get(path, classes, { method })).body).toMatchObject({
        code: 405,
        type: 'MethodNotAllowedException',
      });
  });
});

describe("Azure's protocol", () => {
  it('answers each form in its own', async () => {
    const split = { columns: ['a', 'b', 'c'], index: [0, 1], data: rows };
    const forms: [unknown, unknown][] = [
      [{ input_data: split }, records],
      [{ input_data: rows }, tensors],
      [{ input_data: { x: rows } }, tensors],
      [{ data: rows }, { result: records }],
      [{ Inputs: { data: rows.map(([a, b, c]) => ({ a, b, c })) }, GlobalParameters: 1 }, { Results: records }],
      [{ Inputs: { WebServiceInput0: rows } }, { Results: { WebServiceOutput0: records } }],
    ];
    for (const [body, told] of forms) expect(await ask('/score', body)).toEqual({ status: 200, body: told });
  });

  it('sends ids back, and knows one deployment', async () => {
    const post = (headers: Record<string, string>) =>
      get('/score', classes, {
        method: 'POST',
        headers: { ...JSON_TYPE, ...headers },
        body: JSON.stringify({ data: rows }),
      });
    const { headers } = await post({ 'x-ms-client-request-id': 'mine', 'azureml-model-deployment': 'model' });
    const named = ['x-ms-client-request-id', 'x-ms-request-id', 'azureml-model-deployment'];
    expect(named.map((name) => headers.get(name))).toEqual(['mine', 'mine', 'model']);
    const other = await post({ 'azureml-model-deployment': 'green', 'x-ms-request-id': 'seven' });
    expect([other.status, other.headers.get('x-ms-request-id'), other.body]).toEqual([
      ...[404, 'seven', { message: 'There is no deployment "green". There is: model.' }],
    ]);
    expect((await post({ 'x-ms-request-id': 'x'.repeat(101) })).status).toBe(431);
  });
});

it('tells all routes as OpenAPI, from the signature', async () => {
  const { paths } = (await get('/openapi.json')).body as { paths: Record<string, Record<string, unknown>> };
  for (const [path, methods] of Object.entries(paths)) {
    // Each is there: what is refused, is for what was sent.
    const address = path.replaceAll('{model}', 'model').replaceAll('{version}', '3').replaceAll('{label}', 'none');
    for (const method of Object.keys(methods)) {
      const { status } = await fetch(`${classes.url}${address}`, {
        method,
        ...(method === 'post' ? { headers: JSON_TYPE, body: '{}' } : {}),
      });
      expect([path, status]).not.toEqual([path, 404]);
      expect([path, status]).not.toEqual([path, 405]);
    }
  }
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/v2/models/{model}/infer', '/score', '/predictions/{model}']),
  );
  expect(JSON.stringify(paths['/v1/models/{model}:predict'])).toContain(
    '{"type":"array","items":{"type":"array","items":{"type":["number","null"],"format":"float"},"minItems":3,"maxItems":3}}',
  );
});

const torch = (code: number, type: string) => ({ code, type, message: expect.any(String) as unknown });

/** Path, body, and what comes back. */
const REFUSED: [string, string, unknown, number, unknown][] = [
  ['another model', '/v1/models/other:predict', {}, 404, { error: expect.stringContaining('"other" is not found') }],
  [
    'another version',
    '/v1/models/model/versions/9:predict',
    {},
    404,
    { error: expect.stringContaining('version "9"') },
  ],
  ['a label', '/v1/models/model/labels/stable:predict', {}, 400, { error: expect.stringContaining('label: "stable"') }],
  ['no form', '/v1/models/model:predict', { a: 1 }, 400, { error: expect.stringContaining('"instances", "inputs"') }],
  ['both forms', '/v1/models/model:predict', { instances: rows, inputs: rows }, 400, { error: expect.any(String) }],
  ['no list', '/v1/models/model:predict', { instances: 5 }, 400, { error: expect.stringContaining('a list') }],
  [
    'another signature',
    '/v1/models/model:predict',
    { signature_name: 'x', instances: rows },
    400,
    { error: expect.stringContaining('"x" not found in signature def') },
  ],
  [
    'bytes',
    '/v1/models/model:predict',
    { instances: [{ b64: '/w==' }] },
    400,
    { error: expect.stringContaining('UTF-8') },
  ],
  ['classify', '/v1/models/model:classify', {}, 501, { error: expect.any(String) }],
  ['no model of TorchServe', '/predictions/other', [], 404, torch(404, 'ModelNotFoundException')],
  ['no version of TorchServe', '/predictions/model/1.0', [], 404, torch(404, 'ModelVersionNotFoundException')],
  ['rows of TorchServe', '/predictions/model', [[1, 2]], 400, torch(400, 'BadRequestException')],
  ['no body of TorchServe', '/predictions/model', '', 400, torch(400, 'BadRequestException')],
  ['nothing of TorchServe', '/models/a/b/c', {}, 404, torch(404, 'ResourceNotFoundException')],
  ['nothing of Azure', '/score', {}, 400, { message: expect.stringContaining('"input_data", "data", "Inputs"') }],
  ['rows of Azure', '/score', { data: {} }, 400, { message: expect.stringContaining('"data" has to be a list') }],
  ['an unknown verb', '/v1/models/model:x', {}, 400, { error: 'Malformed request: POST /v1/models/model:x' }],
];

it.each(REFUSED)('refuses %s in the words of the protocol', async (_, path, body, status, told) => {
  expect(await ask(path, body)).toEqual({ status, body: told });
});

it('says in each that the model is gone', async () => {
  const children = execFileSync('pgrep', ['-P', String(table.process.pid)], { encoding: 'utf8' });
  process.kill(Number(children.trim()), 'SIGKILL');
  const down = await until('it is gone', async () => {
    const answer = await get('/v1/models/model', table);
    return answer.status === 503 ? answer : null;
  });
  const answers = await Promise.all([
    ask('/v1/models/model:predict', { instances: [record] }, table),
    ask('/predictions/model', {}, table),
    ask('/score', { data: [] }, table),
    get('/openapi.json', table),
  ]);
  const state = { ready: false, error: 'The model is being loaded.', model_version_status: [{ state: 'LOADING' }] };
  expect(down.body).toMatchObject(state);
  const gone = expect.stringContaining('SIGKILL') as unknown;
  expect(answers.map(({ status, body }) => [status, body])).toEqual([
    [503, { error: gone }],
    [503, { ...torch(503, 'ServiceUnavailableException'), message: gone }],
    [503, { message: gone }],
    [503, { error: gone }],
  ]);
});
