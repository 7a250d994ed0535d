import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { newRunId } from '../../src/protocol/node/runId';
import type { ChildOrder } from '../../src/protocol/requests';
import { preparedRun, type TestStore, testStore, until, writeJournal, writeRunner } from './support';

let store: TestStore;
beforeAll(() => {
  store = testStore();
});
afterAll(() => store.dispose());

async function taken(connection: EngineConnection, records: readonly unknown[]): Promise<string> {
  const run = preparedRun(store);
  writeJournal(run.folder, records);
  writeRunner(run.folder, {});
  const { run_id: runId } = run.spec;
  await connection.request('runs/announce', { runId });
  await until('the run is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
  return runId;
}

const child = (name: string, at: number, more: object = {}) => [
  'child',
  at,
  { id: newRunId(Date.now()), name, status: 'FINISHED', start_ms: at, end_ms: at + 5, ...more },
];

describe('the runs below a run', () => {
  it('are told with the parameters and metrics in which they differ, the best one first', async () => {
    const { connection } = await store.open();
    const runId = await taken(connection, [
      child('a', 1, { params: { depth: '3', seed: '1' }, metrics: { fit_time: 1, auc: 0.8, 'system/cpu_percent': 9 } }),
      child('b', 2, {
        params: { depth: '10', seed: '1' },
        metrics: { fit_time: 2, auc: 0.9, 'system/cpu_percent': 8 },
        tags: { 'loopwright.best': 'true' },
      }),
      child('c', 3, { params: { seed: '1', criterion: 'gini' }, metrics: { fit_time: 3, auc: 'NaN' } }),
    ]);
    const { columns, children, nextPageToken } = await connection.request('runs/children', { runId });
    expect(columns.map(({ kind, key }) => `${kind} ${key}`)).toEqual([
      'metric auc',
      'metric fit_time',
      'param depth',
      'param criterion',
    ]);
    expect(children.map(({ run, isBest, values }) => [run.name, isBest, ...values])).toEqual([
      ['b', true, 0.9, 2, '10', null],
      ['a', false, 0.8, 1, '3', null],
      ['c', false, 'NaN', 3, null, 'gini'],
    ]);
    expect(nextPageToken).toBeNull();
  });

  it('have the one as the best that a sweep named last', async () => {
    const { connection } = await store.open();
    const [a, b] = [child('a', 1, { metrics: { auc: 0.9 } }), child('b', 2, { metrics: { auc: 0.8 } })];
    const idOf = (record: ReturnType<typeof child>) => (record[2] as { id: string }).id;
    const sweep = (best: string | null) => ['facts', 3, 'sweep', { runs: 2, best, bestBy: 'auc' }];
    const runId = await taken(connection, [a, b, sweep(idOf(a)), sweep(null), sweep(idOf(b))]);
    const { children } = await connection.request('runs/children', { runId });
    expect(children.map(({ run, isBest }) => [run.name, isBest])).toEqual([
      ['b', true],
      ['a', false],
    ]);
    const none = await taken(connection, [child('c', 1), sweep(null)]);
    expect((await connection.request('runs/children', { runId: none })).children[0]?.isBest).toBe(false);
  });

  it.each<[string, ChildOrder, string]>([
    ['the start', { by: 'start', key: '', descending: true }, 'cba'],
    ['the name', { by: 'name', key: '', descending: false }, 'abc'],
    ['a metric', { by: 'metric', key: 'auc', descending: true }, 'acb'],
    ['a metric, what has none last', { by: 'metric', key: 'auc', descending: false }, 'cab'],
    ['a parameter, numbers by their size', { by: 'param', key: 'depth', descending: false }, 'bac'],
    ['a parameter that nobody has', { by: 'param', key: "'; DROP TABLE runs; --", descending: false }, 'abc'],
  ])('are sorted by %s', async (_, orderBy, names) => {
    const { connection } = await store.open();
    const runId = await taken(connection, [
      child('a', 1, { params: { depth: '10' }, metrics: { auc: 0.9 } }),
      child('b', 2, { params: { depth: '9' } }),
      child('c', 3, { params: { depth: 'none' }, metrics: { auc: 0.1 } }),
    ]);
    const { children } = await connection.request('runs/children', { runId, orderBy });
    expect(children.map(({ run }) => run.name).join('')).toBe(names);
  });

  it('come in pages, each once', async () => {
    const { connection } = await store.open();
    const runId = await taken(
      connection,
      Array.from({ length: 250 }, (_, index) => child(`fold ${String(index)}`, index, { metrics: { auc: index % 7 } })),
    );
    const names: string[] = [];
    for (let pageToken: string | undefined; ;) {
      const page = await connection.request('runs/children', {
        runId,
        orderBy: { by: 'metric', key: 'auc', descending: true },
        ...(pageToken === undefined ? {} : { pageToken }),
      });
      names.push(...page.children.map(({ run }) => run.name));
      if (page.nextPageToken === null) break;
      pageToken = page.nextPageToken;
    }
    expect(new Set(names).size).toBe(250);
    expect(names).toHaveLength(250);
  });
});

it('metrics of the machine can be had apart from those that the script logged', async () => {
  const { connection } = await store.open();
  const runId = await taken(connection, [
    ['metric', 1, 0, { loss: 1, 'system/cpu_percent': 50, systematic: 2 }],
    ['metric', 2, 1, { 'system/memory_mb': 100 }],
  ]);
  const keys = async (which?: 'all' | 'own' | 'system') =>
    (await connection.request('runs/metrics', { runId, ...(which ? { which } : {}) })).metrics.map(({ key }) => key);
  expect(await keys()).toEqual(['loss', 'system/cpu_percent', 'system/memory_mb', 'systematic']);
  expect(await keys('own')).toEqual(['loss', 'systematic']);
  expect(await keys('system')).toEqual(['system/cpu_percent', 'system/memory_mb']);
  const { counts } = await connection.request('runs/get', { runId });
  expect(counts).toMatchObject({ metrics: 4, systemMetrics: 2 });
});
