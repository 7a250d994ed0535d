/** Endpoints before the clients that people have: tritonclient, MLflow's scoring client. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { endpoint } from '../endpoint/support';
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

  it('answer the inputs that MLflow makes for its models as it says when it validates them', async () => {
    const names = ['classes', 'texts', 'every', 'rows', 'columns'];
    const served = await Promise.all(names.map(async (name) => [name, await endpoint(file(name), { name })] as const));
    try {
      const urls = Object.fromEntries(served.map(([name, { url }]) => [name, url]));
      const { stdout } = await run(python(), [join(here, 'serving_mlflow.py'), models, JSON.stringify(urls)]);
      expect(stdout.trim()).toBe('as MLflow says');
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
