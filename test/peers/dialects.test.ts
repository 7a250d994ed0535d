/** The protocols of KServe (the first), TensorFlow Serving, TorchServe and Azure, as their documents ask them; and broken requests. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { parseJson } from '../../src/inference/json';
import { endpoint, type Running } from '../endpoint/support';
import { bytesTwisted, twisted } from '../support/broken';
import { Random } from '../support/random';
import { file, here, models, python, run, servingModels } from './servingModels';

servingModels();

it("are answered as Python's runtime does, and as OpenAPI tells", async () => {
  const names = ['classes', 'every', 'rows', 'columns'];
  const served = await Promise.all(names.map(async (name) => [name, await endpoint(file(name), { name })] as const));
  try {
    const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
    const { stdout } = await run(python(), [join(here, 'serving_dialects.py'), models, JSON.stringify(urls)]);
    expect(stdout.trim()).toBe("all as Python's runtime says");
    const checker = await ensureVenv('venv-openapi', join(here, 'openapi.txt'));
    const { stdout: told } = await run(checker, [join(here, 'serving_openapi.py'), urls.classes ?? '']);
    expect(told.trim()).toBe('as it is told');
  } finally {
    await Promise.all(served.map(([, one]) => one.end()));
  }
});

const NAMES = 'FLOAT DOUBLE FLOAT16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL STRING'.split(' ');
const value = (name: string): unknown => (name === 'STRING' ? { b64: 'YQ==' } : name === 'BOOL' ? true : 1);
const text = (name: string): unknown => (name === 'STRING' ? 'a' : value(name));
const rowOf = (of: (name: string) => unknown) => Object.fromEntries(NAMES.map((name) => [`in_${name}`, of(name)]));
const listsOf = (of: (name: string) => unknown) => Object.fromEntries(NAMES.map((name) => [`in_${name}`, [of(name)]]));
const split = { columns: NAMES.map((name) => `in_${name}`), index: [0], data: [NAMES.map(text)] };

type Right = readonly [path: string, bodies: readonly [unknown, ...unknown[]]];
/** What is right: an address whose parts are put into it, and bodies. */
const RIGHT: readonly [Right, ...Right[]] = [
  ['/v1/models/{model}:predict', [{ instances: [rowOf(value), rowOf(value)] }, { inputs: listsOf(value) }]],
  ['/v1/models/{model}/versions/{version}:predict', [{ signature_name: 'serving_default', inputs: listsOf(value) }]],
  ['/v1/models/{model}/labels/{version}:predict', [{ instances: [] }]],
  ['/predictions/{model}', [listsOf(text), { data: listsOf(text) }, { instances: [rowOf(text)] }]],
  ['/predictions/{model}/{version}', [listsOf(text)]],
  [
    '/score',
    [
      { input_data: split },
      { input_data: listsOf(text) },
      { data: [rowOf(text)] },
      { Inputs: { data: [rowOf(text)] } },
    ],
  ],
];
const DEEP = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

describe('10,000 broken requests', () => {
  const SEED = Number(process.env.LOOPWRIGHT_SEED ?? 5);
  const COUNT = Number(process.env.LOOPWRIGHT_FUZZ_REQUESTS ?? 10_000);

  it('are each answered in the form of the protocol, with no 500 and no crash', async () => {
    const random = new Random(SEED);
    const served = await endpoint(file('every'));
    const statuses = new Map<number, number>();
    try {
      for (let done = 0; done < COUNT; done += 20)
        await Promise.all(Array.from({ length: 20 }, () => broken(served, random, statuses)));
      expect(served.log()).not.toMatch(/^ {4}at /m);
      expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(/^loopwright_model_crashes{.*} 0$/m);
      for (const status of [200, 400, 404, 405, 415]) expect([status, statuses.has(status)]).toEqual([status, true]);
      expect([...statuses.keys()].filter((status) => status >= 500 && status !== 501)).toEqual([]);
    } finally {
      await served.end();
    }
  });
});

async function broken(served: Running, random: Random, statuses: Map<number, number>): Promise<void> {
  const [template, bodies] = random.pick(RIGHT);
  const part = (right: string): string =>
    random.below(12) > 0
      ? right
      : random.pick(['%00', '..%2f', 'all', '1.0', '9'.repeat(400), '__proto__', '%', '%3A', ' ']);
  let path = template.replace('{model}', () => part('model')).replace('{version}', () => part('1'));
  if (random.below(20) === 0)
    path = path.replace(':predict', random.pick([':classify', ':explain', '%3Apredict', ':', '/metadata']));
  let body = JSON.stringify(twisted(random.pick(bodies), random, 1 / 60));
  if (random.below(8) === 0) body = bytesTwisted(body, random);
  if (random.below(60) === 0)
    body = body.replace('1', random.pick([DEEP, '9'.repeat(400), '-1e999', '{"b64":5}', '{"b64":"/w=="}']));
  const headers: Record<string, string> = {};
  if (random.below(20) === 0) headers['Content-Encoding'] = random.pick(['gzip', 'deflate', 'br']);
  if (random.below(20) === 0) headers['Content-Type'] = random.pick(['text/plain', 'multipart/form-data', 'a/b']);
  if (random.below(10) === 0)
    headers[random.pick(['x-ms-request-id', 'azureml-model-deployment', 'x-request-id'])] = random.pick([
      'model',
      'ÿ',
      'x'.repeat(200),
    ]);
  const method = random.below(30) === 0 ? random.pick(['GET', 'PUT', 'DELETE', 'OPTIONS']) : 'POST';
  const answer = await fetch(`${served.url}${path}`, {
    method,
    headers: { 'Content-Type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body }),
  });
  const { status } = answer;
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  const answered = await answer.text();
  const told = `${method} ${path} ${JSON.stringify(headers)} ${body.slice(0, 300)} -> ${String(status)} ${answered.slice(0, 300)}`;
  const given = parseJson(answered, { exactIntegers: false });
  if (status === 200) return;
  const { pathname } = new URL(`${served.url}${path}`);
  if (pathname.startsWith('/predictions'))
    expect(given, told).toEqual({
      code: status,
      type: expect.stringMatching(/Exception$/),
      message: expect.any(String) as unknown,
    });
  else if (pathname === '/score') {
    expect(given, told).toEqual({ message: expect.any(String) as unknown });
    if (status !== 431)
      expect(
        answer.headers.has('x-ms-request-id') || 'x-ms-request-id' in headers || 'x-request-id' in headers,
        told,
      ).toBe(true);
  } else expect(given, told).toMatchObject({ error: expect.any(String) as unknown });
}
