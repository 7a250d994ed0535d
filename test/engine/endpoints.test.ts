/** Endpoints as the engine tells of them: real processes, one of which is killed. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { EndpointNotStarted, fileServed, orderOf, startEndpoint } from '../../src/client/endpoint';
import { Metrics } from '../../src/endpoint/metrics';
import { requestFor } from '../../src/engine/serving/call';
import { countedIn, Loads } from '../../src/engine/serving/load';
import { asCurl, asPython } from '../../src/extension/endpoints/snippets';
import type { EndpointFile } from '../../src/protocol/endpoints';
import { classifier } from '../endpoint/models';
import { repository, type TestStore, testStore, until } from './support';

const program = { runtime: process.execPath, file: join(repository, 'dist/endpoint.js') };

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
    expect(row).toMatchObject({ name: 'model', crashes: 0, threads: 1, cause: '' });

    const call = await connection.request('endpoints/call', { name: 'model' });
    const curl = asCurl(call, false) ?? '';
    expect(execFileSync('sh', ['-c', curl]).toString()).toContain('"name":"label"');
    expect(execFileSync('python3', ['-c', asPython(call)]).toString()).toContain('"label"');

    await expect(connection.request('endpoints/forget', { name: 'model' })).rejects.toThrow('stop it first');
    process.kill(row.process.pid, 'SIGKILL');
    const ended = await until('it has ended', async () => (await rows()).find(({ state }) => state === 'ended'));
    expect(ended.cause).toContain('killed');
    expect(ended.lastLines.at(-1)).toContain('model serves');
    await connection.request('endpoints/forget', { name: 'model' });
    expect(await rows()).toEqual([]);
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
    ...{ process: { pid: 1, start: '1' }, threads: 1, deadlineMs: 1, queue: 1 },
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
