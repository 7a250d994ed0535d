/** Endpoints as the engine tells of them: real processes, one of which is killed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { EndpointNotStarted, fileServed, orderOf, startEndpoint } from '../../src/client/endpoint';
import { Metrics } from '../../src/endpoint/metrics';
import { requestFor } from '../../src/engine/serving/call';
import { countedIn, Loads } from '../../src/engine/serving/load';
import { asCurl, asJavaScript, asPython } from '../../src/protocol/endpointSnippets';
import type { Given } from '../../src/protocol/pages/endpoint';
import type { EndpointFile } from '../../src/protocol/endpoints';
import { classifier } from '../endpoint/models';
import { repository, type TestStore, testStore, until } from './support';

const program = { runtime: process.execPath, file: join(repository, 'dist/endpoint.js') };

/** The processes that a process has started. */
const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number);

describe('endpoints of a store', () => {
  let store: TestStore;
  let connection: EngineConnection;
  let file: string;
  beforeEach(async () => {
    store = testStore();
    ({ connection } = await store.open());
    file = join(store.paths.root, '..', 'model.onnx');
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, classifier());
  });
  afterEach(async () => {
    for (const { name } of (await connection.request('endpoints/list', {})).endpoints)
      await connection.request('endpoints/stop', { name });
    await store.dispose();
  });

  const start = (name: string, port = 0) =>
    startEndpoint(program, orderOf(fileServed(file), store.paths.root, name, { port, key: 'new' }), true);
  const rows = async () => (await connection.request('endpoints/rows', {})).endpoints;

  it('starts nothing twice, tells how one is, and why it ended', async () => {
    const both = await Promise.allSettled([start('model'), start('model')]);
    const [refused] = both.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(refused).toBeInstanceOf(EndpointNotStarted);
    expect(refused).toMatchObject({ reason: 'name_in_use' });
    const row = await until('it is ready', async () => (await rows()).find(({ state }) => state === 'ready'));
    expect(row).toMatchObject({ name: 'model', crashes: 0, threads: null, batchRows: null, cause: '' });

    const call = await connection.request('endpoints/call', { name: 'model' });
    const curl = asCurl(call, false) ?? '';
    expect(execFileSync('sh', ['-c', curl]).toString()).toContain('"name":"label"');
    expect(execFileSync('python3', ['-c', asPython(call)]).toString()).toContain('"label"');
    expect(execFileSync(process.execPath, ['-e', asJavaScript(call)]).toString()).toContain('"label"');

    const headers = { Authorization: `Bearer ${call.key ?? ''}` };
    for (const [does, state] of [
      ['unload', 'unloaded'],
      ['load', 'ready'],
    ] as const) {
      await fetch(new URL(`/v2/repository/models/model/${does}`, call.url), { method: 'POST', headers });
      await until(`it is ${state}`, async () => (await rows()).find((one) => one.state === state));
    }

    await expect(connection.request('endpoints/forget', { name: 'model' })).rejects.toThrow('stop it first');
    process.kill(row.process.pid, 'SIGKILL');
    const ended = await until('it has ended', async () => (await rows()).find(({ state }) => state === 'ended'));
    expect(ended.cause).toContain('killed');
    expect(ended.lastLines.map((line) => line.replace(/^\S+ /, '').split(' /', 1)[0])).toEqual([
      ...['the model is loaded', 'model serves', 'the model is loaded'],
    ]);
    await connection.request('endpoints/forget', { name: 'model' });
    expect(await rows()).toEqual([]);
  });

  it('asks one with what was written, says what is wrong with it, and keeps what it did', async () => {
    await start('model');
    const name = 'model';
    const form = await connection.request('endpoints/form', { name });
    expect(form).toMatchObject({ columns: ['x[0]', 'x[1]', 'x[2]'], rows: [['0', '0', '0']], isExample: false });
    const ask = (given: Given) => connection.request('endpoints/try', { name, given });
    const labels = async (given: Given) => (await ask(given)).outputs[0]?.rows.flat();
    expect(await labels({ form: 'row', columns: form.columns ?? [], cells: ['1', '7.5', '2'] })).toEqual(['1']);
    expect(await labels({ form: 'csv', text: 'a,b,c\n1,2,3\n9,2,3\n' })).toEqual(['2', '0']);
    for (const text of [
      '[0, 4, 1]',
      '[[0, 4, 1]]',
      '[{"a": 0, "b": 4, "c": 1}]',
      '{"a": 0, "b": 4, "c": 1}',
      form.json,
    ])
      expect(await labels({ form: 'json', text: text ?? '' })).toEqual([text === form.json ? '0' : '1']);
    const tried = await ask({ form: 'csv', text: 'a,b,c\n1,2,3' });
    expect(tried).toMatchObject({ status: 200, error: '' });
    expect(tried.outputs[1]).toMatchObject({ name: 'probability', shape: [1, 3], columns: ['0', '1', '2'] });
    for (const run of [
      execFileSync('sh', ['-c', asCurl(tried.call, false) ?? '']),
      execFileSync('python3', ['-c', asPython(tried.call)]),
      execFileSync(process.execPath, ['-e', asJavaScript(tried.call)]),
    ])
      expect(run.toString()).toContain('"label"');

    await expect(ask({ form: 'csv', text: 'a,b,c\n1,two,3' })).rejects.toThrow('Row 1: "b" takes FP32; "two" is none.');
    await expect(ask({ form: 'csv', text: 'a,b\n1,2' })).rejects.toThrow('The model takes 3 columns');
    await expect(ask({ form: 'json', text: '{"x": ' })).rejects.toThrow('not JSON');
    await expect(ask({ form: 'json', text: ' ' })).rejects.toThrow('There is nothing');

    const look = (sinceMs = 0) => connection.request('endpoints/look', { name, sinceMs });
    const first = await until('it was looked at twice', async () => {
      const { samples } = await look();
      return samples.length > 0 ? samples[0] : undefined;
    });
    await ask({ form: 'json', text: '[0, 4, 1]' });
    const busy = await until('what it did is seen', async () =>
      (await look(first.atMs)).samples.find(({ requestsPerSecond }) => (requestsPerSecond ?? 0) > 0),
    );
    expect(busy).toMatchObject({ isFirst: false, errorsPerSecond: 0, batchRows: 1, batchP95: 1, pending: 0 });
    expect(busy.p95Ms).toBeGreaterThan(0);
    expect(busy.memoryBytes).toBeGreaterThan(10_000_000);

    const [recent] = (await look()).told?.recent ?? [];
    if (!recent) throw new Error('no request is told');
    expect(recent).toMatchObject({ dialect: 'Open Inference Protocol', version: '1', rows: 1, status: 200 });
    const { found } = await until('it is in the log', async () => {
      const logged = await connection.request('endpoints/logged', { name, ...recent });
      return logged.found ? logged : undefined;
    });
    expect(found?.inputs[0]).toMatchObject({ name: 'x', rows: [['0', '4', '1']] });
    writeFileSync(join(file, '..', 'rows.csv'), 'p,q,r\n1,2,3\n4,5,6\n');
    const table = await connection.request('endpoints/table', { name, path: join(file, '..', 'rows.csv') });
    expect(table).toMatchObject({ name: 'rows.csv', isByOrder: true, rows: [expect.any(Array), ['4', '5', '6']] });

    const { endpoint, told } = await look();
    expect(told).toMatchObject({ batches: 'answered', tuning: { threads: 1 }, troubles: [] });
    const [model] = childrenOf(endpoint?.process.pid ?? 0);
    if (model === undefined) throw new Error('it has a process for its model');
    process.kill(model, 'SIGKILL');
    const crash = await until('the crash is told', async () => (await look()).told?.troubles[0]);
    expect(crash).toMatchObject({ kind: 'crash', count: 1 });
    expect(crash.message).toContain('was killed (SIGKILL)');
    await connection.request('endpoints/stop', { name });
    expect(await look(Date.now())).toMatchObject({ endpoint: null, samples: [] });
  });

  it('takes the name over from what never came to serve', async () => {
    const folder = join(store.paths.root, 'endpoints', 'model');
    mkdirSync(folder, { recursive: true });
    const claim = join(folder, 'starting.json');
    const dead = { pid: 999_999, start: '1' };
    const order = {
      ...orderOf(fileServed(file), store.paths.root, 'model', {}),
      key: false,
      process: dead,
      boot: 'b',
      startedMs: 0,
    };
    for (const left of ['{', JSON.stringify(order)]) {
      writeFileSync(claim, left);
      const both = await Promise.allSettled([start('model'), start('model')]);
      expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await connection.request('endpoints/stop', { name: 'model' });
      expect(readdirSync(folder)).toEqual(['key', 'log']);
    }
  });

  it('says that a port is taken, and leaves the name free', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(start('model', port)).rejects.toMatchObject({ reason: 'port_in_use' });
    other.close();
    expect(await rows()).toEqual([]);
  });
});

describe('what an endpoint has to do', () => {
  const endpoint: EndpointFile = {
    ...{ name: 'm', model: 'm', version: '1', file: '/m.onnx', digest: null, port: 1, boot: '', startedMs: 0 },
    ...{ process: { pid: 1, start: '1' }, threads: 1, batchRows: null, deadlineMs: 1, queue: 1 },
    ...{ requestLog: null, host: '127.0.0.1', key: false },
  };

  it('is told over the last seconds, with the time that 19 of 20 stay below', () => {
    const metrics = new Metrics();
    const loads = new Loads();
    const look = (nowMs: number) => {
      const counted = countedIn(metrics.text('m "1"', '1', 0, { loaded: {}, crashes: 2 }));
      if (!counted) throw new Error('it is not read');
      expect(counted).toMatchObject({ isReady: true, crashes: 2 });
      return loads.rates(endpoint, counted, nowMs);
    };
    for (let count = 0; count < 50; count++) metrics.answered(true, 900);
    expect(look(1000)).toEqual({ requestsPerSecond: null, p95Ms: null });
    for (let count = 0; count < 90; count++) metrics.answered(true, 1.9);
    for (let count = 0; count < 10; count++) metrics.answered(false, 60);
    const { requestsPerSecond, p95Ms } = look(3000);
    expect(requestsPerSecond).toBe(50);
    // Between the bounds on either side of 60 ms.
    expect(p95Ms).toBeGreaterThan(45);
    expect(p95Ms).toBeLessThan(64);
    expect(look(20_000)).toEqual({ requestsPerSecond: null, p95Ms: null });
  });
});

describe('a request to paste', () => {
  const x = { name: 'x', datatype: 'FP32', shape: [-1, 3] };
  const table = (columns: string[], row: string[]) => ({ columns, rows: [row], rowCount: 1, columnCount: row.length });
  const dataOf = (...given: Parameters<typeof requestFor>) =>
    (JSON.parse(requestFor(...given).body ?? '') as { inputs: { shape: number[]; data: unknown[] }[] }).inputs.map(
      ({ shape, data }) => [shape, data],
    );

  it('has the input example where it fits, else zeros', () => {
    expect(dataOf([x], table(['a', 'b', 'c'], ['1', '2.5', '3']))).toEqual([
      [
        [1, 3],
        [1, 2.5, 3],
      ],
    ]);
    expect(dataOf([x], table(['a', 'b'], ['1', '2']))).toEqual([
      [
        [1, 3],
        [0, 0, 0],
      ],
    ]);
    expect(dataOf([x], table(['a', 'b', 'c'], ['1', 'two', '3']))).toEqual([
      [
        [1, 3],
        [0, 0, 0],
      ],
    ]);
    const ports = ['id', 'land'].map((name, at) => ({ name, datatype: at === 0 ? 'INT64' : 'BYTES', shape: [-1, 1] }));
    expect(dataOf(ports, table(['land', 'id'], ['07', '7']))).toEqual([
      [[1, 1], [7]],
      [[1, 1], ['07']],
    ]);
  });

  it('leaves lists of zeros that nobody would paste to Python', () => {
    const call = { url: 'http://127.0.0.1:1/v2', key: null, ...requestFor([{ ...x, shape: [-1, 3, 224, 224] }], null) };
    expect(asCurl(call, false)).toBeNull();
    expect(asPython(call)).toContain('"data": [0] * 150528}');
  });
});
