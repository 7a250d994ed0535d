/** MLflow's own tracking server: runs are taken from it, and sent to another. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { type TestStore, testStore } from '../engine/support';
import { madeRun, type MlflowServer, startMlflowServer } from '../mlflow/server';

let folder: string;
let one: MlflowServer;
let other: MlflowServer;
let store: TestStore;
let connection: EngineConnection;
let runId: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lw-servers-'));
  one = await startMlflowServer(join(folder, 'one'));
  other = await startMlflowServer(join(folder, 'other'));
  store = testStore();
  ({ connection } = await store.open());
  runId = await madeRun(one, 'churn', 'boosted trees');
});
afterAll(async () => {
  await store.dispose();
  await Promise.all([one.stop(), other.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const access = (server: MlflowServer) => ({ url: server.url, token: null });

it('is imported from, with every point and file, and again nothing', async () => {
  const { runs, artifacts, problems } = await connection.request('import/start', access(one));
  expect({ runs, artifacts, problems }).toEqual({
    runs: { imported: 2, updated: 0, unchanged: 0, unreadable: 0 },
    artifacts: { count: 1, sizeBytes: 11 },
    problems: [],
  });
  const { metrics } = await connection.request('runs/metrics', { runId });
  expect(metrics.map(({ key, last, count }) => [key, last, count])).toEqual([
    ['auc', 0.9, 3],
    ['high', 'Infinity', 1],
    ['odd', 'NaN', 1],
  ]);
  expect((await connection.request('import/start', access(one))).runs.unchanged).toBe(2);
});

it('is sent to, as MLflow itself tells it then, and again nothing', async () => {
  const sent = await connection.request('export/send', { server: access(other) });
  expect(sent).toMatchObject({ runs: { sent: 2 }, points: 5, artifacts: 1, problems: [] });
  const { experiment } = await other.get<{ experiment: { experiment_id: string } }>(
    'experiments/get-by-name?experiment_name=churn',
  );
  const { runs } = await other.post<{ runs: Run[] }>('runs/search', { experiment_ids: [experiment.experiment_id] });
  const [parent, child] = ['boosted trees', 'fold 1'].map((name) => runs.find(({ info }) => info.run_name === name));
  const before = (await one.get<{ run: Run }>(`runs/get?run_id=${runId}`)).run;
  const told = ({ info, data }: Run) => ({
    name: info.run_name,
    user: info.user_id,
    status: info.status,
    times: [info.start_time, info.end_time],
    params: data.params,
    metrics: data.metrics.toSorted((left, right) => (left.key < right.key ? -1 : 1)),
    team: data.tags.find(({ key }) => key === 'team')?.value,
  });
  expect(parent && told(parent)).toEqual(told(before));
  expect(child?.data.tags).toContainEqual({ key: 'mlflow.parentRunId', value: parent?.info.run_id });
  const { metrics } = await other.get<{ metrics: unknown[] }>(
    `metrics/get-history?run_id=${parent?.info.run_id ?? ''}&metric_key=auc`,
  );
  expect(metrics).toHaveLength(3);
  const list = await other.get<{ files: unknown[] }>(`artifacts/list?run_id=${parent?.info.run_id ?? ''}&path=notes`);
  expect(list.files).toEqual([{ path: 'notes/a b.txt', is_dir: false, file_size: 11 }]);
  expect((await connection.request('export/send', { server: access(other) })).runs.unchanged).toBe(2);
});

interface Run {
  readonly info: { readonly run_id: string; readonly run_name: string } & Readonly<
    Record<'user_id' | 'status' | 'start_time' | 'end_time', unknown>
  >;
  readonly data: {
    readonly params?: readonly { key: string; value: string }[];
    readonly metrics: readonly { key: string; value: unknown }[];
    readonly tags: readonly { key: string; value: string }[];
  };
}
