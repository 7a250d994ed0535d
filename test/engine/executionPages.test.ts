import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareRun } from '../../src/client/launch';
import {
  preparedRun,
  pythonParts,
  pythonPath,
  type TestStore,
  testStore,
  until,
  writeJournal,
  writeRunner,
} from './support';

let store: TestStore;
beforeAll(() => {
  store = testStore();
});
afterAll(() => store.dispose());

const cell = (n: number, change: object = {}) => [
  'execution',
  1,
  { n, cell: `c${String(n)}`, index: n + 1, state: 'ok', start_ms: 0, end_ms: 10 * (n + 1), source: 'x', ...change },
];
const text = (n: number, i: number, data: string) => [
  'output',
  1,
  { n, i, kind: 'stream', name: 'stdout', mime: 'text/plain', data, size: data.length },
];

describe('a page of executions', () => {
  it('stays below the size of a message, whatever came out of one cell', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const long = '\u6f22'.repeat(20_000);
    writeJournal(run.folder, [
      ...[0, 1, 2].flatMap((n) => [cell(n), ...Array.from({ length: 30 }, (_, i) => text(n, i, long))]),
      cell(3),
      ...Array.from({ length: 700 }, (_, i) => text(3, i, 'short')),
    ]);
    writeRunner(run.folder, {});
    const { run_id: runId } = run.spec;
    await connection.request('runs/announce', { runId });
    await until('all', async () => (await connection.request('runs/get', { runId })).counts.executions === 4);
    const first = await connection.request('notebooks/executions', { runId });
    expect(first.longestMs).toBe(40);
    expect(first.executions.map(({ ordinal }) => ordinal)).toEqual([0]);
    const [{ outputs } = { outputs: [] }] = first.executions;
    expect(outputs).toHaveLength(30);
    expect(outputs[0]?.data).toBe(long);
    expect(outputs[29]).toMatchObject({ data: null, path: null, isCut: true, sizeBytes: 20_000 });
    const last = await connection.request('notebooks/executions', { runId, from: 3 });
    expect(last.executions[0]).toMatchObject({ moreOutputs: 200 });
    expect(last.executions[0]?.outputs).toHaveLength(500);
    const counted = await connection.request('notebooks/executions', { runId, withOutputs: false });
    expect(counted.executions).toHaveLength(4);
  });
});

describe('the row of a notebook that failed', () => {
  const ended = async (state: string, exitCode: number) => {
    const { connection } = await store.open();
    const options = { timeLimitS: null, cellTimeLimitS: null, kernel: null };
    const target = { kind: 'notebook', file: 'a.ipynb', options } as const;
    const run = prepareRun(store.paths.root, { target, python: pythonPath(), cwd: store.folder }, pythonParts);
    const error = state === 'ok' ? null : { name: 'ValueError', message: 'm'.repeat(900), traceback: 'long' };
    writeJournal(run.folder, [cell(0), cell(1, { state, error })]);
    writeRunner(run.folder, { exit_code: exitCode });
    const { run_id: runId } = run.spec;
    await connection.request('runs/announce', { runId });
    await until('complete', async () => (await connection.request('runs/get', { runId })).isComplete);
    return (await connection.request('runs/get', { runId })).run;
  };

  it('names the cell at which it did not go on, with the beginning of its message', async () => {
    expect(await ended('failed', 1)).toMatchObject({
      kind: 'notebook',
      stoppedAt: {
        ordinal: 1,
        cellId: 'c1',
        cellIndex: 2,
        state: 'failed',
        error: { name: 'ValueError', message: 'm'.repeat(500) },
      },
    });
  });

  it('names none where every cell went through, or the run did', async () => {
    expect((await ended('ok', 1)).stoppedAt).toBeNull();
    expect((await ended('failed', 0)).stoppedAt).toBeNull();
  });
});
