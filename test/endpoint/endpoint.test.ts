import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ToldEndpoint } from '../../src/protocol/endpoints';
import { until } from '../engine/support';
import { classifier, columns, unserved } from './models';
import { endpoint, type Running } from './support';

const folder = mkdtempSync(join(tmpdir(), 'lw-endpoint-'));
const write = (name: string, bytes: Buffer): string => {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const softmax = (row: readonly number[]): number[] => {
  const powers = row.map(Math.exp);
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
};

/** What `fetch` does not let one say. */
function raw(url: string, headers: Record<string, string>, path = '/v2/health/live'): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { headers }, (answer) => resolve(answer.resume().statusCode ?? 0));
    asked.once('error', reject).end();
  });
}

describe('an endpoint of a classifier', () => {
  let served: Running;
  beforeAll(async () => {
    served = await endpoint(write('classifier.onnx', classifier()));
  });
  afterAll(() => served.end());

  const input = (rows: readonly (readonly number[])[]) => ({
    inputs: [{ name: 'x', shape: [rows.length, 3], datatype: 'FP32', data: rows }],
  });

  it('says what it takes and gives; the list of maps is a tensor of the same name', async () => {
    expect(await (await fetch(`${served.url}/v2/models/model/versions/1`)).json()).toEqual({
      name: 'model',
      versions: ['1'],
      platform: 'onnxruntime_onnx',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
      outputs: [
        { name: 'label', datatype: 'INT64', shape: [-1] },
        { name: 'probability', datatype: 'FP32', shape: [-1, 3] },
      ],
    });
  });

  it('answers each of many at once as it answers it alone', async () => {
    const rows = Array.from({ length: 40 }, (_, at) => [Math.sin(at), Math.cos(at * 2), at / 40]);
    const answers = await Promise.all(rows.map((row) => served.post('/v2/models/model/infer', input([row]))));
    for (const [at, { body }] of answers.entries()) {
      const [label, probability] = (JSON.parse(body) as { outputs: { data: number[] }[] }).outputs;
      const expected = softmax(rows[at] ?? []);
      expect(label?.data).toEqual([expected.indexOf(Math.max(...expected))]);
      for (const [at2, value] of expected.entries()) expect(probability?.data[at2]).toBeCloseTo(value, 5);
    }
    const metrics = await (await fetch(`${served.url}/metrics`)).text();
    const count = (name: string) =>
      Number(new RegExp(`^${name}{model="model",version="1"} (\\d+)$`, 'm').exec(metrics)?.[1]);
    expect(count('nv_inference_count')).toBe(40);
    expect(count('nv_inference_exec_count')).toBeLessThan(40);
  });

  it('is tried when it is loaded, unless it is told how many threads and rows a run has', async () => {
    const tuningOf = async ({ url }: Running) =>
      ((await (await fetch(`${url}/loopwright/endpoint`)).json()) as ToldEndpoint).tuning;
    const tuned = await tuningOf(served);
    expect(tuned?.tried.slice(0, 2).map(({ threads, rows }) => [threads, rows])).toEqual([
      [1, 1],
      [1, 2],
    ]);
    expect(tuned?.batchRows).toBeGreaterThan(1);

    const told = await endpoint(join(folder, 'classifier.onnx'), { threads: 2, batchRows: 3 });
    try {
      expect(await tuningOf(told)).toEqual({ threads: 2, batchRows: 3, tried: [] });
      await Promise.all(Array.from({ length: 40 }, () => told.post('/v2/models/model/infer', input([[1, 2, 3]]))));
      const metrics = await (await fetch(`${told.url}/metrics`)).text();
      const runs = (upTo: string) =>
        Number(new RegExp(`loopwright_batch_rows_bucket{.*le="${upTo}"} (\\d+)`).exec(metrics)?.[1]);
      expect(runs('4')).toBe(runs('\\+Inf'));
      expect(runs('4')).toBeGreaterThanOrEqual(14);
    } finally {
      await told.end();
    }
  });

  it('takes binary tensors, compressed, and gives them', async () => {
    const head = JSON.stringify({
      id: 'seven',
      inputs: [{ name: 'x', shape: [1, 3], datatype: 'FP32', parameters: { binary_data_size: 12 } }],
      outputs: [{ name: 'label', parameters: { binary_data: true } }],
    });
    const body = gzipSync(Buffer.concat([Buffer.from(head), Buffer.from(Float32Array.of(0, 9, 0).buffer)]));
    const answer = await fetch(`${served.url}/v2/models/model/infer`, {
      method: 'POST',
      headers: { 'Content-Encoding': 'gzip', 'Inference-Header-Content-Length': String(head.length) },
      body,
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const length = Number(answer.headers.get('inference-header-content-length'));
    expect(JSON.parse(bytes.toString('utf8', 0, length))).toEqual({
      id: 'seven',
      model_name: 'model',
      model_version: '1',
      outputs: [{ name: 'label', shape: [1], datatype: 'INT64', parameters: { binary_data_size: 8 } }],
    });
    expect(bytes.subarray(length).readBigInt64LE()).toBe(1n);
  });

  it("takes MLflow's tables and tensors", async () => {
    const split = {
      dataframe_split: {
        columns: ['a', 'b', 'c'],
        data: [
          [0, 0, 9],
          [9, 0, 0],
        ],
      },
    };
    const table = JSON.parse((await served.post('/invocations', split)).body) as { predictions: { label: number }[] };
    expect(table.predictions.map(({ label }) => label)).toEqual([2, 0]);
    const csv = await served.post('/invocations', 'a,b,c\n0,9,0\n', { 'Content-Type': 'text/csv' });
    expect(csv.body).toMatch(/^{"predictions":\[{"label":1,"probability":\[/);
    const tensors = await served.post('/invocations', { inputs: { x: [[0, 9, 0]] } });
    expect(tensors.body).toMatch(/^{"predictions":{"label":\[1\],"probability":\[\[/);
  });

  it.each<[string, string, unknown, number, RegExp]>([
    ['another model', '/v2/models/other/infer', {}, 404, /^{"error":"Model \\"other\\" is not found/],
    ['another version', '/v2/models/model/versions/2/infer', {}, 404, /^{"error":"Model model has no version/],
    ['no JSON', '/v2/models/model/infer', '{', 400, /^{"error":"The body is not JSON/],
    ['no input', '/v2/models/model/infer', { inputs: [] }, 400, /Missing: \\"x\\" FP32 \[N, 3\]/],
    ['no list', '/v2/models/model/infer', { inputs: 5 }, 400, /not of the protocol: inputs/],
    [
      'another shape',
      '/v2/models/model/infer',
      input([
        [1, 2, 3],
        [1, 2],
      ]),
      400,
      /^{"error":"The data of/,
    ],
    [
      'nothing of MLflow',
      '/invocations',
      { a: 1 },
      400,
      /^{"error_code":"BAD_REQUEST","message":"The input must be a JSON/,
    ],
    ['no route', '/v2/models', {}, 404, /^{"error":"There is no \/v2\/models here/],
    ['no route of any', '/x', {}, 404, /^{"error":"There is no \/x here/],
  ])('refuses %s in the words of the protocol', async (_, path, body, status, words) => {
    const answer = await served.post(path, body);
    expect([answer.status, answer.body]).toEqual([status, expect.stringMatching(words)]);
  });

  it('refuses what comes from pages, is for others, is too large or of another type', async () => {
    const { host } = new URL(served.url);
    expect(await raw(served.url, { Host: 'evil.example' })).toBe(403);
    expect(await raw(served.url, { Host: host, Origin: 'http://evil.example' })).toBe(403);
    expect(await raw(served.url, { 'Sec-Fetch-Site': 'cross-site' }, '/metrics')).toBe(403);
    expect(await raw(served.url, { Host: host, Origin: `http://${host}` })).toBe(200);
    expect(await raw(served.url, { Host: host, Expect: 'all' })).toBe(200);
    const plain = await served.post('/v2/models/model/infer', '{}', { 'Content-Type': 'text/plain' });
    expect(plain.status).toBe(415);
    const bomb = gzipSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 });
    const inflated = await fetch(`${served.url}/v2/models/model/infer`, {
      ...{ method: 'POST', headers: { 'Content-Encoding': 'gzip' }, body: bomb },
    });
    expect([inflated.status, await inflated.text()]).toEqual([413, '{"error":"The body has more than 64 MiB."}']);
    expect((await fetch(`${served.url}/v2/models/model/infer`)).status).toBe(405);
  });

  it('answers 503 while the process that runs the model is gone, and is back by itself', async () => {
    const children = execFileSync('pgrep', ['-P', String(served.process.pid)], { encoding: 'utf8' });
    process.kill(Number(children.trim()), 'SIGKILL');
    const down = await until('it is gone', async () => {
      const answer = await served.post('/v2/models/model/infer', input([[1, 2, 3]]));
      return answer.status === 503 ? answer : null;
    });
    expect([down.retryAfter, down.body]).toEqual(['1', expect.stringContaining('ended (SIGKILL)')]);
    expect((await fetch(`${served.url}/v2/health/ready`)).status).toBe(503);
    await until('it is back', async () => (await fetch(`${served.url}/v2/health/ready`)).ok);
    expect((await served.post('/v2/models/model/infer', input([[1, 2, 3]]))).status).toBe(200);
  });

  it('answers what it has begun before it ends', async () => {
    const { port } = new URL(served.url);
    const body = JSON.stringify(input([[1, 2, 3]]));
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `POST /v2/models/model/infer HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nExpect: 100-continue\r\nContent-Length: ${String(body.length)}\r\n\r\n`,
    );
    let text = '';
    socket.on('data', (bytes: Buffer) => (text += bytes.toString()));
    await until('it has begun', () => text.startsWith('HTTP/1.1 100'));
    const over = served.end();
    await until('it drains', () => served.log().includes('ending: SIGTERM'));
    socket.write(body);
    await once(socket, 'close');
    expect(text).toMatch(/\r\nHTTP\/1.1 200 OK[^]*"outputs":\[/);
    expect(await over).toBe(0);
  });
});

describe('an endpoint of a model of columns', () => {
  it('matches a table by name, keeps whole numbers, and never mixes requests', async () => {
    const served = await endpoint(write('columns.onnx', columns()), { queue: 2 });
    try {
      const record = (amount: number, id: string) => `{"amount":${String(amount)},"extra":1,"country":"dé","id":${id}}`;
      const records = `{"dataframe_records":[${record(1, '9007199254740993')},${record(3, '-1')}]}`;
      const { body } = await served.post('/invocations', records);
      expect(body).toBe(
        '{"predictions":[{"below":-2,"where":"dé","same":9007199254740993},{"below":0,"where":"dé","same":-1}]}',
      );
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, at) =>
          served.post('/invocations', `{"dataframe_records":[${record(at, '1')}]}`),
        ),
      );
      const good = answers.filter(({ status }) => status === 200);
      expect(good.length).toBeGreaterThan(0);
      for (const answer of good) expect(answer.body).toContain('"below":0,');
      for (const answer of answers.filter(({ status }) => status !== 200))
        expect([answer.status, answer.retryAfter, answer.body]).toEqual([
          429,
          '1',
          expect.stringContaining('REQUEST_LIMIT_EXCEEDED'),
        ]);
      const missing = await served.post('/invocations', { dataframe_records: [{ amount: 1 }] });
      expect([missing.status, missing.body]).toEqual([
        400,
        expect.stringContaining('Missing columns: \\"country\\" BYTES'),
      ]);
    } finally {
      await served.end();
    }
  });
});

it.each<[string, number | null, string]>([
  ['a type of numbers', 16, `can't be loaded: "given" is bfloat16, which is not served`],
  ['a sequence', null, "can't be served: its input given is a sequence."],
])('names the input that is %s', async (_, element, words) => {
  await expect(endpoint(write('unserved.onnx', unserved(element)))).rejects.toThrow(words);
});
