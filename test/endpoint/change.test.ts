/** Another model behind an endpoint that answers all the while: real processes, asked over HTTP and gRPC. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import * as oip from '../../src/endpoint/grpc/services/inferenceMessages';
import { DEFAULT_LOG, type ServedModel } from '../../src/protocol/endpoints';
import { orderChange } from '../../src/protocol/node/endpointChange';
import { requestLogFolder, requestsIn } from '../../src/protocol/node/requestLog';
import { until } from '../engine/support';
import { GrpcClient } from './grpcClient';
import { classifier, columns, leaningClassifier } from './models';
import { endpoint, type Running } from './support';

const store = mkdtempSync(join(tmpdir(), 'lw-change-'));
const path = (name: string) => join(store, name);
beforeAll(() => {
  writeFileSync(path('one.onnx'), classifier());
  // Says the second class where the first says the first.
  writeFileSync(path('two.onnx'), leaningClassifier([0, 9, 0]));
  writeFileSync(path('columns.onnx'), columns());
  writeFileSync(path('broken.onnx'), 'no model');
});
afterAll(() => rmSync(store, { recursive: true, force: true }));

let served: Running;
afterEach(() => served.end());
const serve = (name: string) =>
  endpoint(path('one.onnx'), { name, model: 'fraud', version: '1', store, digest: 'd1', requestLog: DEFAULT_LOG });
const modelOf = (file: string, version: string): ServedModel => ({
  ...{ model: 'fraud', version, file: path(file), digest: `d${version}` },
});

async function change(name: string, file: string, version: string, anyway = false) {
  const id = orderChange(store, name, { model: modelOf(file, version), anyway });
  const { status, body } = await served.post('/loopwright/change', { id });
  return { status, body: JSON.parse(body) as Record<string, unknown> };
}

const childrenOf = (pid: number): string[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ');

const ROW = { inputs: [{ name: 'x', shape: [1, 3], datatype: 'FP32', data: [[1, 0, 0]] }] };
const kept = (name: string) =>
  JSON.parse(readFileSync(join(store, 'endpoints', name, 'endpoint.json'), 'utf8')) as Record<string, unknown>;

it('takes its place while requests come in all the time, none of which fails', async () => {
  served = await serve('busy');
  const grpc = new GrpcClient(served.url);
  let isOver = false;
  const answers: { readonly status: number; readonly label: unknown; readonly version: unknown }[] = [];
  const asking = async (path: string, asked: unknown, told: (body: never) => (typeof answers)[number]) => {
    while (!isOver) {
      const { status, body } = await served.post(path, asked);
      answers.push({ ...told(JSON.parse(body) as never), status });
    }
  };
  const overHttp = () =>
    asking('/v2/models/busy/infer', ROW, (body: { model_version: string; outputs: { data: number[] }[] }) => ({
      ...{ status: 0, label: body.outputs[0]?.data[0], version: body.model_version },
    }));
  const overMlflow = () =>
    asking('/invocations', { inputs: [[1, 0, 0]] }, (body: { predictions: { label: number[] } }) => ({
      ...{ status: 0, label: body.predictions.label[0], version: null },
    }));
  const overGrpc = async () => {
    const asked = {
      model_name: 'busy',
      inputs: [oip.InferInputTensor.of({ name: 'x', datatype: 'FP32', shape: BigInt64Array.of(1n, 3n) })],
      raw_input_contents: [Buffer.from(Float32Array.of(1, 0, 0).buffer)],
    };
    while (!isOver) {
      const { model_version: version, raw_output_contents: raw } = await grpc.ask(
        '/inference.GRPCInferenceService/ModelInfer',
        oip.ModelInferRequest,
        oip.ModelInferResponse,
        asked,
      );
      answers.push({ status: 200, label: Number(raw[0]?.readBigInt64LE(0)), version });
    }
  };
  const askers = [overHttp(), overHttp(), overHttp(), overMlflow(), overMlflow(), overGrpc()];
  const enough = answers.length + 200;
  await until('some are answered', () => Promise.resolve(answers.length > enough ? true : undefined));
  expect(await change('busy', 'two.onnx', '2')).toEqual({
    status: 200,
    body: { changed: true, version: '2', unlike: null },
  });
  const then = answers.length;
  await until('more are answered', () => Promise.resolve(answers.length > then + 200 ? true : undefined));
  expect(await change('busy', 'one.onnx', '3')).toMatchObject({ status: 200 });
  isOver = true;
  await Promise.all(askers);
  grpc.close();

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  // Each is answered in the name of the one that answered it.
  const told = new Set(answers.map(({ label, version }) => JSON.stringify([version, label])));
  for (const one of told) expect(['["1",0]', '["2",1]', '["3",0]', '[null,0]', '[null,1]']).toContain(one);
  expect(told).toContain('["2",1]');
  expect(kept('busy')).toMatchObject({ version: '3', file: path('one.onnx'), digest: 'd3' });
  const metrics = await (await fetch(`${served.url}/metrics`)).text();
  expect(metrics).toContain(`nv_inference_request_success{model="busy",version="3"} ${String(answers.length)}\n`);

  await served.end();
  const logged = new Map<string, number>();
  for await (const { version, outputs } of requestsIn(requestLogFolder(store, 'busy'))) {
    const label = outputs[0]?.values?.[0];
    logged.set(`${version} ${String(label)}`, (logged.get(`${version} ${String(label)}`) ?? 0) + 1);
  }
  expect([...logged.keys()].toSorted()).toEqual(expect.arrayContaining(['1 0', '2 1']));
  expect([...logged.values()].reduce((sum, count) => sum + count, 0)).toBe(answers.length);
});

it('is what was asked for last, of two that ask at once, and what it was where that can not be kept', async () => {
  served = await serve('twice');
  const label = async () => {
    const { body } = await served.post('/v2/models/twice/infer', ROW);
    const { model_version: version, outputs } = JSON.parse(body) as {
      model_version: string;
      outputs: { data: number[] }[];
    };
    return [version, outputs[0]?.data[0]];
  };
  const both = await Promise.all([change('twice', 'two.onnx', '2'), change('twice', 'one.onnx', '3')]);
  expect(both.map(({ status }) => status)).toEqual([200, 200]);
  // They came over two connections: which was first is not known.
  const last = kept('twice').version;
  expect(await label()).toEqual([last, last === '2' ? 1 : 0]);

  const file = join(store, 'endpoints/twice/endpoint.json');
  const before = readFileSync(file);
  rmSync(file);
  mkdirSync(join(file, 'in-the-way'), { recursive: true });
  const refused = await change('twice', 'two.onnx', '4');
  expect([refused.status, refused.body.error]).toEqual([503, expect.stringContaining("can't be written")]);
  expect(await label()).toEqual([last, last === '2' ? 1 : 0]);
  rmSync(file, { recursive: true });
  writeFileSync(file, before);
  // Nothing of those that did not come to serve is left.
  await until('one model is left', () =>
    Promise.resolve(childrenOf(served.process.pid ?? 0).length === 1 || undefined),
  );
});

it('is not changed for what can not be loaded, or takes something else, unless that is wanted', async () => {
  served = await serve('careful');
  const label = async () => {
    const { body } = await served.post('/v2/models/careful/infer', ROW);
    return (JSON.parse(body) as { outputs?: { data: number[] }[] }).outputs?.[0]?.data[0];
  };
  const broken = await change('careful', 'broken.onnx', '2');
  expect(broken.status).toBe(503);
  expect(String(broken.body.error)).toMatch(/broken\.onnx/);
  expect(await change('careful', 'gone.onnx', '2')).toMatchObject({ status: 503 });
  const other = await change('careful', 'columns.onnx', '4');
  expect(other).toMatchObject({ status: 200, body: { changed: false } });
  expect(String(other.body.unlike)).toMatch(/^takes .*in place of x \(FP32 \[\?, 3\]\)/);
  expect(String(other.body.unlike)).toMatch(/, and no longer gives label \(INT64 \[\?\]\), probability /);
  expect((await served.post('/loopwright/change', { id: 'f'.repeat(32) })).status).toBe(404);
  expect((await served.post('/loopwright/change', { id: '../endpoint' })).status).toBe(404);
  expect((await served.post('/loopwright/change', { file: path('two.onnx') })).status).toBe(400);
  expect(await label()).toBe(0);
  expect(kept('careful')).toMatchObject({ version: '1', file: path('one.onnx') });

  const wanted = await change('careful', 'columns.onnx', '4', true);
  expect(wanted.body).toMatchObject({ changed: true, version: '4', unlike: other.body.unlike });
  expect((await served.post('/v2/models/careful/infer', ROW)).status).toBe(400);
  const told = (await (await fetch(`${served.url}/v2/models/careful`)).json()) as { versions: string[] };
  expect(told.versions).toEqual(['4']);
});
