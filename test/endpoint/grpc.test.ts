/** gRPC on an endpoint's one port: the Open Inference Protocol, TensorFlow Serving's, gRPC's question for health. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as oip from '../../src/endpoint/grpc/services/inferenceMessages';
import { HealthCheckRequest, HealthCheckResponse } from '../../src/endpoint/grpc/services/health';
import * as tf from '../../src/endpoint/grpc/services/tensorflowMessages';
import { until } from '../engine/support';
import { GrpcClient } from './grpcClient';
import { classifier, columns } from './models';
import { endpoint, type Running } from './support';

const OIP = '/inference.GRPCInferenceService';
const PREDICT = '/tensorflow.serving.PredictionService/Predict';
const STATE = '/tensorflow.serving.ModelService/GetModelStatus';
const METADATA = '/tensorflow.serving.PredictionService/GetModelMetadata';
const HEALTH = '/grpc.health.v1.Health';
const [FLOAT, STRING, INT64] = [1, 7, 9];
const [SERVING, NOT_SERVING, SERVICE_UNKNOWN] = [1, 2, 3];

const folder = mkdtempSync(join(tmpdir(), 'lw-grpc-'));
let classes: Running;
let table: Running;
let client: GrpcClient;
let tables: GrpcClient;
beforeAll(async () => {
  writeFileSync(join(folder, 'classifier.onnx'), classifier());
  writeFileSync(join(folder, 'columns.onnx'), columns());
  [classes, table] = await Promise.all([
    endpoint(join(folder, 'classifier.onnx'), { version: '3' }),
    endpoint(join(folder, 'columns.onnx')),
  ]);
  client = new GrpcClient(classes.url);
  tables = new GrpcClient(table.url);
});
afterAll(async () => {
  for (const one of [client, tables]) one.close();
  await Promise.all([classes.end(), table.end()]);
  rmSync(folder, { recursive: true, force: true });
});

const modelOf = (served: Running): number =>
  Number(execFileSync('pgrep', ['-P', String(served.process.pid)], { encoding: 'utf8' }).trim());
const floats = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);
type Contents = Parameters<typeof oip.InferTensorContents.of>[0];
const input = (name: string, datatype: string, shape: number[], contents?: Contents) =>
  oip.InferInputTensor.of({
    ...{ name, datatype, shape: BigInt64Array.from(shape, BigInt) },
    ...(contents ? { contents: oip.InferTensorContents.of(contents) } : {}),
  });
const infer = (asked: Parameters<typeof oip.ModelInferRequest.of>[0], to = client) =>
  to.ask(`${OIP}/ModelInfer`, oip.ModelInferRequest, oip.ModelInferResponse, { model_name: 'model', ...asked });
const spec = (more: Parameters<typeof tf.ModelSpec.of>[0] = {}) => tf.ModelSpec.of({ name: 'model', ...more });
const proto = (dtype: number, sizes: number[], more: Parameters<typeof tf.TensorProto.of>[0]) =>
  tf.TensorProto.of({
    ...{ dtype, tensor_shape: { dim: sizes.map((size) => ({ size: BigInt(size) })), unknown_rank: false } },
    ...more,
  });

describe('the Open Inference Protocol', () => {
  it('takes tensors as bytes and as values, and gives bytes', async () => {
    const raw = await infer({
      id: 'seven',
      inputs: [input('x', 'FP32', [2, 3])],
      raw_input_contents: [floats(0, 0, 9, 9, 0, 0)],
    });
    const [label, probability] = raw.raw_output_contents;
    expect([raw.id, raw.model_version, label?.readBigInt64LE(0), label?.readBigInt64LE(8)]).toEqual([
      'seven',
      '3',
      2n,
      0n,
    ]);
    expect(raw.outputs).toEqual([
      { name: 'label', datatype: 'INT64', shape: BigInt64Array.of(2n) },
      { name: 'probability', datatype: 'FP32', shape: BigInt64Array.of(2n, 3n) },
    ]);
    expect(probability?.readFloatLE(8)).toBeCloseTo(0.99975, 4);
    const values = input('x', 'FP32', [2, 3], { fp32_contents: Float32Array.of(0, 0, 9, 9, 0, 0) });
    expect(await infer({ id: 'seven', inputs: [values] })).toEqual(raw);
    const chosen = await infer({ inputs: [values], outputs: [{ name: 'label' }] });
    expect(chosen.raw_output_contents).toEqual([label]);
  });

  it('keeps whole numbers and texts as they are', async () => {
    const { raw_output_contents: told } = await infer(
      {
        inputs: [
          input('amount', 'FP32', [1, 1], { fp32_contents: Float32Array.of(4) }),
          input('country', 'BYTES', [1, 1], { bytes_contents: ['dé'] }),
          input('id', 'INT64', [1, 1], { int64_contents: BigInt64Array.of(-9_007_199_254_740_993n) }),
        ],
      },
      tables,
    );
    expect(told.map((bytes) => bytes.toString('hex'))).toEqual(['00000000', '0300000064c3a9', 'ffffffffffffdfff']);
  });

  it('tells of the server and the model', async () => {
    const named = { name: 'model', version: '' };
    expect(await client.ask(`${OIP}/ServerLive`, oip.ServerLiveRequest, oip.ServerLiveResponse, {})).toEqual({
      live: true,
    });
    for (const [name, ready] of [
      ['model', true],
      ['other', false],
    ] as const)
      expect(
        await client.ask(`${OIP}/ModelReady`, oip.ModelReadyRequest, oip.ModelReadyResponse, { ...named, name }),
      ).toEqual({ ready });
    const told = await client.ask(`${OIP}/ModelMetadata`, oip.ModelMetadataRequest, oip.ModelMetadataResponse, named);
    expect(told.inputs).toEqual([{ name: 'x', datatype: 'FP32', shape: BigInt64Array.of(-1n, 3n) }]);
    for (const [service, health] of [
      ['', 1],
      ['inference.GRPCInferenceService', 1],
    ] as const)
      expect(
        await client.ask('/grpc.health.v1.Health/Check', HealthCheckRequest, HealthCheckResponse, { service }),
      ).toEqual({ status: health });
  });
});

describe("TensorFlow Serving's protocol", () => {
  const predict = (asked: Parameters<typeof tf.PredictRequest.of>[0], to = client) =>
    to.ask(PREDICT, tf.PredictRequest, tf.PredictResponse, { model_spec: spec(), ...asked });

  it('predicts from bytes, from values and from one value for all', async () => {
    const bytes = proto(FLOAT, [2, 3], { tensor_content: floats(0, 0, 9, 9, 0, 0) });
    const { outputs, model_spec } = await predict({ inputs: new Map([['x', bytes]]) });
    expect(model_spec).toEqual(spec({ version: { value: 3n }, signature_name: 'serving_default' }));
    expect(outputs.get('label')).toEqual(proto(INT64, [2], { int64_val: BigInt64Array.of(2n, 0n) }));
    expect(outputs.get('probability')?.float_val[2]).toBeCloseTo(0.99975, 4);
    const one = proto(FLOAT, [2, 3], { float_val: Float32Array.of(0, 9) });
    const filtered = await predict({ inputs: new Map([['x', one]]), output_filter: ['label'] });
    expect([...filtered.outputs]).toEqual([['label', proto(INT64, [2], { int64_val: BigInt64Array.of(1n, 0n) })]]);
    const row = {
      amount: proto(FLOAT, [1, 1], { float_val: Float32Array.of(1) }),
      country: proto(STRING, [1, 1], { string_val: ['dé'] }),
      id: proto(INT64, [1, 1], { int64_val: BigInt64Array.of(5n) }),
    };
    const told = await predict({ inputs: new Map(Object.entries(row)) }, tables);
    expect([told.outputs.get('where')?.string_val, told.outputs.get('same')?.int64_val]).toEqual([
      ['dé'],
      BigInt64Array.of(5n),
    ]);
  });

  it('tells of the model', async () => {
    const { model_version_status } = await client.ask(STATE, tf.GetModelStatusRequest, tf.GetModelStatusResponse, {
      model_spec: spec(),
    });
    expect(model_version_status).toEqual([{ version: 3n, state: 30, status: { error_code: 0, error_message: '' } }]);
    const { metadata } = await client.ask(METADATA, tf.GetModelMetadataRequest, tf.GetModelMetadataResponse, {
      model_spec: spec(),
      metadata_field: ['signature_def'],
    });
    const { signature_def } = tf.SignatureDefMap.decode(metadata.get('signature_def')?.value ?? Buffer.alloc(0));
    expect(signature_def.get('serving_default')?.inputs.get('x')).toEqual({
      ...{ name: 'x', dtype: FLOAT, tensor_shape: { dim: [{ size: -1n }, { size: 3n }], unknown_rank: false } },
    });
  });
});

const request = (more: Parameters<typeof oip.ModelInferRequest.of>[0]) =>
  oip.ModelInferRequest.encode({ model_name: 'model', ...more });
const prediction = (more: Parameters<typeof tf.PredictRequest.of>[0]) =>
  tf.PredictRequest.encode({ model_spec: spec(), ...more });

it.each<[string, string, Buffer, status, RegExp]>([
  [
    'another model',
    `${OIP}/ModelInfer`,
    request({ model_name: 'other' }),
    status.NOT_FOUND,
    /^Model "other" is not found/,
  ],
  ['another version', `${OIP}/ModelInfer`, request({ model_version: '2' }), status.NOT_FOUND, /has no version "2"/],
  ['no input', `${OIP}/ModelInfer`, request({}), status.INVALID_ARGUMENT, /^Missing: "x" FP32 \[N, 3\]/],
  [
    'bytes too few',
    `${OIP}/ModelInfer`,
    request({ inputs: [input('x', 'FP32', [1, 3])], raw_input_contents: [Buffer.alloc(8)] }),
    status.INVALID_ARGUMENT,
    /has 8 bytes.*needs 12/,
  ],
  [
    'no whole number',
    `${OIP}/ModelInfer`,
    request({ inputs: [input('x', 'INT8', [1], { int_contents: Int32Array.of(200) })] }),
    status.INVALID_ARGUMENT,
    /takes INT8; 200 is none/,
  ],
  [
    'half a character',
    `${OIP}/ModelInfer`,
    request({ inputs: [input('😀'.repeat(40), 'FP32', [1], { fp32_contents: Float32Array.of(1) })] }),
    status.INVALID_ARGUMENT,
    /has no input/,
  ],
  [
    'no message',
    `${OIP}/ModelInfer`,
    Buffer.from('0a05', 'hex'),
    status.INVALID_ARGUMENT,
    /no message of the protocol/,
  ],
  [
    'a number that is cut off',
    `${OIP}/ModelInfer`,
    Buffer.from('2a031a01ff', 'hex'),
    status.INVALID_ARGUMENT,
    /no message of the protocol/,
  ],
  ['no method', `${OIP}/ModelStatistics`, Buffer.alloc(0), status.UNIMPLEMENTED, /does not implement/],
  ['too much', `${OIP}/ModelInfer`, Buffer.alloc(64 * 1024 * 1024 + 1), status.RESOURCE_EXHAUSTED, /larger than max/],
  ['no model of TensorFlow', PREDICT, tf.PredictRequest.encode({}), status.INVALID_ARGUMENT, /^Missing ModelSpec/],
  [
    'another of TensorFlow',
    PREDICT,
    prediction({ model_spec: spec({ version: { value: 9n } }) }),
    status.NOT_FOUND,
    /has no version "9"/,
  ],
  [
    'another signature',
    PREDICT,
    prediction({ model_spec: spec({ signature_name: 'x' }) }),
    status.INVALID_ARGUMENT,
    /"x" not found in signature def/,
  ],
  [
    'a value for too many',
    PREDICT,
    prediction({ inputs: new Map([['x', proto(FLOAT, [8000, 8000], {})]]) }),
    status.INVALID_ARGUMENT,
    /each has to be sent/,
  ],
  [
    'health of nothing',
    '/grpc.health.v1.Health/Check',
    HealthCheckRequest.encode({ service: 'x' }),
    status.NOT_FOUND,
    /unknown service/,
  ],
])('refuses %s', async (_, path, bytes, code, words) => {
  const refused = await client.refused(path, bytes);
  expect([refused.code, refused.details]).toEqual([code, expect.stringMatching(words)]);
});

describe('connections', () => {
  it('are refused what is meant for another machine, and closed where they speak nothing', async () => {
    const other = new GrpcClient(classes.url, { 'grpc.default_authority': 'evil.example' });
    const { code, details } = await other.refused(`${OIP}/ServerLive`, Buffer.alloc(0));
    other.close();
    expect([code, details]).toEqual([status.PERMISSION_DENIED, expect.stringContaining('meant for this machine')]);
    const { port, host } = new URL(classes.url);
    // A beginning that may still be either's, then HTTP.
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('P');
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.write(
      `OST /v2/repository/index HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{`,
    );
    setTimeout(() => socket.write('}'), 20);
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await once(socket, 'close');
    expect(text).toMatch(/^HTTP\/1.1 200 OK[^]*"READY"/);
    const broken = connect(Number(port), '127.0.0.1');
    broken.end(`PRI * HTTP/2.0\r\n\r\n${'nonsense'.repeat(100)}`);
    await once(broken.resume(), 'close');
    expect(await client.ask(`${OIP}/ServerReady`, oip.ServerReadyRequest, oip.ServerReadyResponse, {})).toEqual({
      ready: true,
    });
  });

  it('are told while the model is gone, and of no answer in time; the endpoint ends with them open', async () => {
    const late = await tables.refused(`${OIP}/ModelInfer`, request({}), { deadline: Date.now() - 1 });
    expect(late.code).toBe(status.DEADLINE_EXCEEDED);
    const watched = tables.watch(`${HEALTH}/Watch`, HealthCheckRequest, HealthCheckResponse, {});
    const states = (): number[] => watched.told.map((one) => one.status);
    await until('it is told that it serves', () => states().length === 1);
    process.kill(modelOf(table), 'SIGKILL');
    const asked = request({ inputs: [input('amount', 'FP32', [1, 1], { fp32_contents: Float32Array.of(4) })] });
    const down = await until('it is gone', async () => {
      const refused = await tables.refused(`${OIP}/ModelInfer`, asked);
      return refused.code === status.UNAVAILABLE ? refused : null;
    });
    expect([down.details, down.metadata.get('grpc-retry-pushback-ms')]).toEqual([
      expect.stringContaining('SIGKILL'),
      ['1000'],
    ]);
    const {
      model_version_status: [state],
    } = await tables.ask(STATE, tf.GetModelStatusRequest, tf.GetModelStatusResponse, { model_spec: spec() });
    expect(state).toMatchObject({ state: 20, status: { error_code: 14 } });
    await until('it is told that it serves again', () => states().length === 3);
    expect(await table.end()).toBe(0);
    expect([states(), await watched.over]).toEqual([[SERVING, NOT_SERVING, SERVING, NOT_SERVING], status.OK]);
  });

  it('answer what they have begun when the endpoint is told to end', async () => {
    const other = new GrpcClient(classes.url);
    const unknown = other.watch(`${HEALTH}/Watch`, HealthCheckRequest, HealthCheckResponse, { service: 'x' });
    const model = modelOf(classes);
    process.kill(model, 'SIGSTOP');
    const begun = infer({ inputs: [input('x', 'FP32', [1, 3])], raw_input_contents: [floats(0, 0, 9)] });
    await until('it has begun', async () =>
      /^nv_inference_pending_request_count{.*} 1$/m.test(await (await fetch(`${classes.url}/metrics`)).text()),
    );
    const sinceMs = performance.now();
    const over = classes.end();
    await until('it drains', () => classes.log().includes('ending: SIGTERM'));
    expect((await other.refused(`${OIP}/ServerLive`, Buffer.alloc(0))).code).toBe(status.UNAVAILABLE);
    process.kill(model, 'SIGCONT');
    expect((await begun).raw_output_contents[0]?.readBigInt64LE(0)).toBe(2n);
    expect(await over).toBe(0);
    expect(performance.now() - sinceMs).toBeLessThan(9000);
    expect([unknown.told, await unknown.over]).toEqual([[{ status: SERVICE_UNKNOWN }], status.OK]);
    other.close();
  });
});
