/** A model that gives what it takes, of every type that is served, and requests that it answers rightly in each dialect. */
import { expect } from 'vitest';
import { graph, model, node } from '../engine/models/onnxWriter';
import { typed } from './models';

/** ONNX's name of a type, its number, the Open Inference Protocol's name, how many bytes a value has. */
const TYPES: readonly (readonly [name: string, element: number, datatype: string, bytes: number])[] = [
  ['FLOAT', 1, 'FP32', 4],
  ['DOUBLE', 11, 'FP64', 8],
  ['FLOAT16', 10, 'FP16', 2],
  ['INT8', 3, 'INT8', 1],
  ['INT16', 5, 'INT16', 2],
  ['INT32', 6, 'INT32', 4],
  ['INT64', 7, 'INT64', 8],
  ['UINT8', 2, 'UINT8', 1],
  ['UINT16', 4, 'UINT16', 2],
  ['UINT32', 12, 'UINT32', 4],
  ['UINT64', 13, 'UINT64', 8],
  ['BOOL', 9, 'BOOL', 1],
  ['STRING', 8, 'BYTES', 5],
];

export const every = (): Buffer =>
  model(
    graph({
      nodes: TYPES.map(([name]) => node('Identity', [`in_${name}`], [`out_${name}`])),
      inputs: TYPES.map(([name, element]) => typed(`in_${name}`, element, ['N'])),
      outputs: TYPES.map(([name, element]) => typed(`out_${name}`, element, ['N'])),
    }),
  );

type Of = (name: string) => unknown;
const value: Of = (name) => (name === 'STRING' ? 'a' : name === 'BOOL' ? true : 1);
const encoded: Of = (name) => (name === 'STRING' ? { b64: 'YQ==' } : value(name));
const record = (what: 'in' | 'out', of: Of) => Object.fromEntries(TYPES.map(([name]) => [`${what}_${name}`, of(name)]));
const lists = (what: 'in' | 'out', of: Of) => record(what, (name) => [of(name)]);
const tensors = (what: 'in' | 'out') =>
  TYPES.map(([name, , datatype]) => ({ name: `${what}_${name}`, shape: [1], datatype, data: [value(name)] }));
const split = { columns: TYPES.map(([name]) => `in_${name}`), index: [0], data: [TYPES.map(([name]) => value(name))] };
const csv = [split.columns, split.data[0] ?? []].map((cells) => `${cells.map(String).join(',')}\n`).join('');

/** All tensors as bytes, behind the JSON that tells of them. */
const zeros = TYPES.map(([, , datatype, bytes]) =>
  datatype === 'BYTES' ? Buffer.from('0100000061', 'hex') : Buffer.alloc(bytes),
);
const head = JSON.stringify({
  inputs: TYPES.map(([name, , datatype, bytes]) => ({
    ...{ name: `in_${name}`, shape: [1], datatype, parameters: { binary_data_size: bytes } },
  })),
  outputs: [{ name: 'out_INT64' }],
});

export interface Right {
  readonly method: string;
  /** `{model}` and `{version}` are put into it. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A value of JSON, or bytes. */
  readonly body?: unknown;
  /** What is in the answer, which is JSON; without it, it is a text. */
  readonly told?: unknown;
}

const given = record('out', value);
const column = lists('out', value);
const get = (path: string, told?: unknown): Right => ({ method: 'GET', path, told });
const post = (path: string, body: unknown, told: unknown): Right => ({ method: 'POST', path, body, told });

/** For a model `model` of version 1. */
export const RIGHT: readonly [Right, ...Right[]] = [
  post('/v2/models/{model}/infer', { id: 'a', inputs: tensors('in') }, { id: 'a', outputs: tensors('out') }),
  post('/v2/models/{model}/versions/{version}/infer', { inputs: tensors('in') }, { outputs: tensors('out') }),
  {
    ...{ method: 'POST', path: '/v2/models/{model}/infer' },
    headers: { 'Inference-Header-Content-Length': String(head.length) },
    body: Buffer.concat([Buffer.from(head), ...zeros]),
    told: { outputs: [{ name: 'out_INT64', shape: [1], datatype: 'INT64', data: [0] }] },
  },
  get('/v2', { name: 'loopwright' }),
  get('/v2/health/live', { live: true }),
  get('/v2/health/ready', { ready: true }),
  get('/v2/models/{model}', { name: 'model', versions: ['1'] }),
  get('/v2/models/{model}/versions/{version}/ready', { ready: true }),
  post('/v2/repository/index', {}, [{ name: 'model', state: 'READY' }]),
  post('/invocations', { dataframe_split: split }, { predictions: [given] }),
  post('/invocations', { dataframe_records: [record('in', value)] }, { predictions: [given] }),
  post('/invocations', { instances: [record('in', value)] }, { predictions: column }),
  post('/invocations', { inputs: lists('in', value) }, { predictions: column }),
  {
    ...{ method: 'POST', path: '/invocations', headers: { 'Content-Type': 'text/csv' } },
    ...{ body: Buffer.from(csv), told: { predictions: [given] } },
  },
  get('/ping', { status: 'Healthy' }),
  get('/health'),
  get('/version'),
  post('/v1/models/{model}:predict', { instances: [record('in', encoded)] }, { predictions: [given] }),
  post('/v1/models/{model}:predict', { inputs: lists('in', encoded) }, { outputs: column }),
  post(
    '/v1/models/{model}/versions/{version}:predict',
    { signature_name: 'serving_default', inputs: lists('in', encoded) },
    { outputs: column },
  ),
  get('/v1/models', { models: ['model'] }),
  get('/v1/models/{model}', { name: 'model', ready: true }),
  get('/v1/models/{model}/metadata', { model_spec: { name: 'model' } }),
  post('/predictions/{model}', lists('in', value), column),
  post('/predictions/{model}', { data: lists('in', value) }, column),
  post('/predictions/{model}/{version}', { instances: [record('in', value)] }, { predictions: [given] }),
  get('/models', { models: [{ modelName: 'model' }] }),
  get('/models/{model}/{version}', [{ modelName: 'model' }]),
  { method: 'OPTIONS', path: '/', told: { openapi: '3.1.0' } },
  post('/score', { input_data: split }, [given]),
  post('/score', { input_data: lists('in', value) }, column),
  post('/score', { data: [record('in', value)] }, { result: [given] }),
  post('/score', { Inputs: { data: [record('in', value)] } }, { Results: [given] }),
  get('/', { status: 'alive' }),
  get('/openapi.json', { openapi: '3.1.0' }),
  get('/metrics'),
  get('/loopwright/endpoint', { troubles: expect.any(Array) as unknown }),
  post('/feedback', { id: 'a', label: 1 }, { kept: 1 }),
];
