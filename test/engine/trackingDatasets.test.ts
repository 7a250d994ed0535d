/** Data sets that programs name, which use the store as their tracking server. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type TestStore, testStore } from './support';
import { anything, begin, outside, Pairs } from './trackingSupport';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

describe('a data set that is named twice', () => {
  it('keeps the tags that it was named with first', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client);
    const dataset = { name: 'train', digest: 'd1', source_type: 'local', source: '{}' };
    const named = (tags: object[]) =>
      client.post(anything, 'runs/log-inputs', { run_id: run.info.run_id, datasets: [{ dataset, tags }] });
    await named([{ key: 'mlflow.data.context', value: 'training' }]);
    // As MLflow's client does with a metric that is logged for a data set.
    await named([]);
    const Inputs = z.object({
      run: z.object({ inputs: z.object({ dataset_inputs: z.array(z.object({ tags: Pairs })) }) }),
    });
    const seen = await client.get(Inputs, `runs/get?run_id=${run.info.run_id}`);
    expect(seen.run.inputs.dataset_inputs).toEqual([{ tags: [{ key: 'mlflow.data.context', value: 'training' }] }]);
  });

  it('is named with the version that its run made', async () => {
    const { connection } = await store.open();
    const client = await outside(connection);
    const { run } = await begin(client);
    const { run_id: runId } = run.info;
    const named = (name: string, context: string, source: string) => ({
      dataset: { name, digest: `${name}-1`, source_type: 'local', source },
      tags: [{ key: 'mlflow.data.context', value: context }],
    });
    const datasets = [named('a', 'eval', 'by hand'), named('b', 'training', '{"uri": "s3://bucket/b"}')];
    await client.post(anything, 'runs/log-inputs', { run_id: runId, datasets });
    await client.post(anything, 'registered-models/create', { name: 'fraud' });
    await client.post(anything, 'model-versions/create', { name: 'fraud', source: 's3://bucket/m', run_id: runId });
    const seen = await connection.request('registry/version', { name: 'fraud', which: 1 });
    expect(seen.datasets).toEqual([
      { name: 'b', digest: 'b-1', context: 'training', source: 's3://bucket/b' },
      { name: 'a', digest: 'a-1', context: 'eval', source: 'by hand' },
    ]);
  });
});
