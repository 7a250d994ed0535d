/** KServe's first protocol, TensorFlow Serving's, TorchServe's, Azure's: one endpoint for each of two models. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

/** Method, path, body, and what comes back. */
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
  ['an unknown verb', '/v1/models/model:x', {}, 400, { error: 'Malformed request: POST /v1/models/model:x' }],
];

it.each(REFUSED)('refuses %s in the words of the protocol', async (_, path, body, status, told) => {
  expect(await ask(path, body)).toEqual({ status, body: told });
});
