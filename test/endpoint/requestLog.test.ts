/** What an endpoint remembers of requests: real processes, one of which is killed. */
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as oip from '../../src/endpoint/grpc/services/inferenceMessages';
import { DEFAULT_LOG, type ToldEndpoint } from '../../src/protocol/endpoints';
import {
  lastRequests,
  type LoggedRequest,
  requestLogFolder,
  requestsIn,
  rowsOf,
} from '../../src/protocol/node/requestLog';
import { until } from '../engine/support';
import { GrpcClient } from './grpcClient';
import { classifier, columns } from './models';
import { endpoint, type Running } from './support';

const store = mkdtempSync(join(tmpdir(), 'lw-request-log-'));
const folder = (name: string) => requestLogFolder(store, name);
const all = async (name: string) => {
  const found: LoggedRequest[] = [];
  for await (const one of requestsIn(folder(name))) found.push(one);
  return found;
};
beforeAll(() => {
  writeFileSync(join(store, 'classifier.onnx'), classifier());
  writeFileSync(join(store, 'columns.onnx'), columns());
});
afterAll(() => rmSync(store, { recursive: true, force: true }));

const serve = (name: string, mask: string[] = []) =>
  endpoint(join(store, `${name}.onnx`), { name, store, digest: 'd1', requestLog: { ...DEFAULT_LOG, mask } });
const infer = (id: string | undefined, rows: readonly (readonly number[])[]) => ({
  ...(id === undefined ? {} : { id }),
  inputs: [{ name: 'x', shape: [rows.length, 3], datatype: 'FP32', data: rows }],
});
const idOf = async (served: Running, path: string, body: unknown, headers: Record<string, string> = {}) => {
  const init = { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } };
  const answer = await fetch(`${served.url}${path}`, { ...init, body: JSON.stringify(body) });
  return { id: answer.headers.get('x-request-id'), body: (await answer.json()) as Record<string, unknown> };
};

describe('the log of requests', () => {
  it('has each by its id, with what was asked, answered and true of it, also after a kill', async () => {
    const served = await serve('classifier');
    const path = '/v2/models/classifier/infer';
    const one = await idOf(
      served,
      path,
      infer('seven', [
        [0, 0, 9],
        [9, 0, 0],
      ]),
    );
    expect([one.id, one.body.id]).toEqual(['seven', 'seven']);
    const made = await idOf(served, path, infer(undefined, [[1, 2, 3]]));
    expect(made.id).toBe(made.body.id);
    const azure = await idOf(served, '/score', { data: [[0, 9, 0]] }, { 'x-ms-client-request-id': 'mine' });
    expect(azure.id).toBe('mine');
    const failed = await idOf(served, '/invocations', { inputs: { x: [[1]] } }, { 'X-Request-Id': 'bad' });
    expect(failed.id).toBe('bad');

    const label = await served.post('/feedback', { id: made.id, label: 2, metrics: { cost: 0.5 }, comment: 'é' });
    expect(label).toMatchObject({ status: 200, body: '{"kept":1,"unknown":[]}' });
    const other = await served.post('/feedback', [
      { id: 'seven', label: [2, 0] },
      { id: 'gone', label: 1 },
    ]);
    expect(JSON.parse(other.body)).toMatchObject({ kept: 2, unknown: ['gone'], message: expect.any(String) });
    expect((await served.post('/feedback', { id: 'seven' })).status).toBe(400);
    const deep = `{"id":"seven","label":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(await served.post('/feedback', deep)).toMatchObject({
      status: 400,
      body: expect.stringContaining('100 deep') as string,
    });

    served.process.kill('SIGKILL');
    await once(served.process, 'exit');
    const [segment = ''] = readdirSync(folder('classifier'));
    appendFileSync(join(folder('classifier'), segment), Buffer.from([40, 0, 0, 0, 1, 2, 3]));

    const found = await all('classifier');
    expect(found.map(({ id, dialect, status }) => [id, dialect, status])).toEqual(
      expect.arrayContaining([
        ['seven', 'Open Inference Protocol', 200],
        [made.id, 'Open Inference Protocol', 200],
        ['mine', 'Azure ML', 200],
        ['bad', 'MLflow', 400],
      ]),
    );
    expect(found).toHaveLength(4);
    const seven = found.find(({ id }) => id === 'seven');
    expect(seven).toMatchObject({ model: 'model', version: '1', digest: 'd1', label: { label: [2, 0] } });
    expect(rowsOf(seven?.inputs ?? [])).toEqual([
      { 'x[0]': 0, 'x[1]': 0, 'x[2]': 9 },
      { 'x[0]': 9, 'x[1]': 0, 'x[2]': 0 },
    ]);
    expect(rowsOf(seven?.outputs ?? []).map((row) => row.label)).toEqual([2n, 0n]);
    expect(found.find(({ id }) => id === made.id)?.label).toMatchObject({
      label: 2,
      metrics: { cost: 0.5 },
      comment: 'é',
    });
    expect(found.find(({ id }) => id === 'bad')?.failure).toContain('shape');

    // Another start goes on in another file: what is torn stays where it is.
    const again = await serve('classifier');
    await idOf(again, path, infer('eight', [[1, 0, 0]]));
    const metrics = await until('it is written', async () => {
      const text = await (await fetch(`${again.url}/metrics`)).text();
      return text.includes('loopwright_requests_logged_total{model="classifier",version="1"} 1') ? text : null;
    });
    expect(metrics).toContain('loopwright_requests_dropped_total{model="classifier",version="1"} 0');
    await again.end();
    expect((await lastRequests(folder('classifier'), 2)).map(({ id }) => id)[0]).toBe('eight');
  });

  it('has those of gRPC beside the others', async () => {
    const settings = { name: 'by-grpc', store, digest: 'd1', requestLog: DEFAULT_LOG };
    const served = await endpoint(join(store, 'columns.onnx'), settings);
    const client = new GrpcClient(served.url);
    try {
      const asked = { model_name: 'by-grpc', id: 'by gRPC', inputs: [] };
      await expect(
        client.raw('/inference.GRPCInferenceService/ModelInfer', oip.ModelInferRequest.encode(asked)),
      ).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
      const told = (await (await fetch(`${served.url}/loopwright/endpoint`)).json()) as ToldEndpoint;
      expect(told.recent).toMatchObject([
        { id: 'by gRPC', dialect: 'inference.GRPCInferenceService/ModelInfer', status: 400, version: '1' },
      ]);
    } finally {
      client.close();
      await served.end();
    }
    const [one] = (await all('by-grpc')).filter(({ id }) => id === 'by gRPC');
    expect(one).toMatchObject({
      dialect: 'inference.GRPCInferenceService/ModelInfer',
      status: 400,
      failure: expect.any(String) as string,
    });
  });

  it('leaves out what is masked, and keeps the first values of what is large', async () => {
    const served = await serve('columns', ['country', 'where', 'amount[0]']);
    const rows = 5000;
    const record = (at: number) => ({ amount: at, country: 'dé', id: at });
    const records = Array.from({ length: rows }, (_, at) => record(at));
    await idOf(served, '/invocations', { dataframe_records: records }, { 'X-Request-Id': 'large' });
    // Why it is refused quotes the value: whoever asked is told, and nobody else.
    const wrong = { dataframe_records: [{ ...record(1), amount: 'geheim' }] };
    const refused = await served.post('/invocations', wrong, { 'X-Request-Id': 'wrong' });
    expect(refused).toMatchObject({ status: 400, body: expect.stringContaining('geheim') as string });
    const { recent } = (await (await fetch(`${served.url}/loopwright/endpoint`)).json()) as ToldEndpoint;
    expect(recent?.map(({ id, failure }) => [id, failure])).toEqual([
      ['wrong', 'It was refused. Why is not kept, as values are masked.'],
      ['large', null],
    ]);
    await served.end();
    const found = await all('columns');
    expect(found.find(({ id }) => id === 'wrong')?.failure).toBe(recent?.[0]?.failure);
    const one = found.find(({ id }) => id === 'large');
    const byName = Object.fromEntries(
      [...(one?.inputs ?? []), ...(one?.outputs ?? [])].map((tensor) => [tensor.name, tensor]),
    );
    expect(byName.country).toMatchObject({ shape: [rows, 1], values: null });
    expect(byName.where?.values).toBeNull();
    expect(byName.amount?.values?.[1]).toBeNull();
    expect(byName.id).toMatchObject({ shape: [rows, 1], isCut: true });
    expect(byName.id?.values).toHaveLength(2048);
    expect(byName.id?.values?.[2047]).toBe(2047n);
  });

  it('is none where it is not wished', async () => {
    const served = await endpoint(join(store, 'classifier.onnx'), { name: 'off', store });
    const { id } = await idOf(served, '/v2/models/off/infer', infer(undefined, [[1, 2, 3]]));
    expect(id).toBeTruthy();
    expect(await served.post('/feedback', { id, label: 1 })).toMatchObject({ status: 501 });
    await served.end();
    expect(readdirSync(join(store, 'endpoints/off'))).toEqual([]);
  });
});
