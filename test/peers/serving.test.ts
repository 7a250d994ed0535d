/** Endpoints before the clients that people have: tritonclient, MLflow's scoring client; and before 10,000 broken requests. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/inference/json';
import { endpoint, type Running } from '../endpoint/support';
import { bytesTwisted, ODD, twisted } from '../support/broken';
import { Random } from '../support/random';
import { file, here, models, python, run, servingModels } from './servingModels';

servingModels();

describe('endpoints', () => {
  it('answer tritonclient and the scoring client of MLflow as the runtime of Python does', async () => {
    const names = ['classes', 'texts', 'every', 'rows', 'mixed', 'columns'];
    const served = await Promise.all(
      names.map(async (name) => [name, await endpoint(file(name), { name, queue: 1000 })] as const),
    );
    try {
      const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
      const { stdout } = await run(python(), [join(here, 'serving_clients.py'), models, JSON.stringify(urls)]);
      expect(stdout.trim()).toBe("all as Python's runtime says");
    } finally {
      await Promise.all(served.map(([, one]) => one.end()));
    }
  });

  it('take values from beside the model, and from nowhere else', async () => {
    const beside = await endpoint(file('beside'));
    const input = { name: 'x', shape: [1, 3], datatype: 'FP32', data: [1, 2, 3] };
    const { body } = await beside.post('/v2/models/model/infer', { inputs: [input] });
    await beside.end();
    expect(body).toContain('"data":[6,6]');
    await expect(endpoint(file('outside'))).rejects.toThrow(
      `outside.onnx keeps values in "../outside.bin", which leads out of the model's folder: it is not loaded.`,
    );
  });

  it('leave out what can not be read', async () => {
    const served = await endpoint(file('sequence'));
    const input = { name: 'x', shape: [2], datatype: 'FP32', data: [1, 2] };
    const { body } = await served.post('/v2/models/model/infer', { inputs: [input] });
    await served.end();
    expect(body).toMatch(/"outputs":\[{"name":"y","shape":\[2\],"datatype":"FP32","data":\[-1,-2\]}\]}$/);
  });

  it('give up a run that does not end, and serve on', async () => {
    const served = await endpoint(file('slow'), { deadlineMs: 1000 });
    try {
      const ask = (steps: number) =>
        served.post('/v2/models/model/infer', {
          inputs: [{ name: 'steps', shape: [], datatype: 'INT64', data: [steps] }],
        });
      const late = await ask(1e9);
      expect([late.status, late.body]).toEqual([504, '{"error":"There was no answer within 1 s."}']);
      await expect.poll(async () => (await ask(2)).status).toBe(200);
    } finally {
      await served.end();
    }
  });
});

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
      expect(
        served
          .log()
          .split('\n')
          .filter((line) => line.includes(' at ') && !line.includes('http://')),
      ).toEqual([]);
      expect(await (await fetch(`${served.url}/metrics`)).text()).toMatch(/^loopwright_model_crashes{.*} 0$/m);
      expect([...statuses.keys()].filter((status) => status >= 500)).toEqual([]);
      expect(statuses.get(200) ?? 0).toBeGreaterThan(0);
      expect(statuses.get(400) ?? 0).toBeGreaterThan(COUNT / 4);
    } finally {
      await served.end();
    }
  });
});

const NAMES = 'FLOAT DOUBLE FLOAT16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL STRING'.split(' ');
const TYPES = 'FP32 FP64 FP16 INT8 INT16 INT32 INT64 UINT8 UINT16 UINT32 UINT64 BOOL BYTES'.split(' ');
/** A request that is right, with some of it replaced by what is odd. */
async function broken(served: Running, random: Random, statuses: Map<number, number>): Promise<void> {
  const isTable = random.below(3) === 0;
  const value = (at: number): unknown => (TYPES[at] === 'BYTES' ? 'a' : TYPES[at] === 'BOOL' ? true : 1);
  const good = isTable
    ? { dataframe_split: { columns: NAMES.map((name) => `in_${name}`), data: [NAMES.map((_, at) => value(at))] } }
    : { inputs: NAMES.map((name, at) => ({ name: `in_${name}`, shape: [1], datatype: TYPES[at], data: [value(at)] })) };
  let text = JSON.stringify(twisted(good, random, 1 / (isTable ? 30 : 60)));
  if (random.below(8) === 0) text = bytesTwisted(text, random);
  const headers: Record<string, string> = {};
  if (random.below(10) === 0) headers['Inference-Header-Content-Length'] = String(random.pick(ODD));
  if (random.below(20) === 0) headers['Content-Encoding'] = random.pick(['gzip', 'deflate', 'br', 'x']);
  if (random.below(20) === 0) headers['Content-Type'] = random.pick(['text/csv', 'application/json; charset=x', 'a/b']);
  for (const name of Object.keys(headers)) headers[name] = headers[name]?.replaceAll(/[^ -~]/g, '?') ?? '';
  const path = isTable
    ? '/invocations'
    : `/v2/models/${random.pick(['model', 'model', 'model', '%00', '..%2f', 'model%'])}/infer`;
  const answer = await served.post(path, text, headers);
  statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
  const told = `${path} ${JSON.stringify(headers)} ${text.slice(0, 300)} -> ${String(answer.status)} ${answer.body.slice(0, 300)}`;
  if (answer.status === 415 && isTable) {
    expect(answer.body, told).not.toBe('');
    return;
  }
  // Infinity is told as Python has it.
  const body = parseJson(answer.body, { exactIntegers: false }) as Record<string, unknown>;
  const key = answer.status === 200 ? (isTable ? 'predictions' : 'outputs') : isTable ? 'error_code' : 'error';
  expect(Object.keys(body), told).toContain(key);
}
