import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { prepareRun } from '../../src/client/launch';
import {
  exists,
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
const started: ChildProcess[] = [];
beforeEach(() => {
  store = testStore();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await store.dispose();
});

/** A process that stands for the window in which a notebook is open. */
function window(): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  started.push(child);
  if (child.pid === undefined) throw new Error('sleep could not be started');
  return child as ChildProcess & { pid: number };
}

function followed(file = 'a.ipynb'): string {
  const target = { kind: 'followed', file: join(store.folder, file) } as const;
  const run = prepareRun(store.paths.root, { target, python: pythonPath(), cwd: store.folder }, pythonParts);
  return run.spec.run_id;
}

const statusOf = async (connection: EngineConnection, runId: string) => {
  const { run } = await connection.request('runs/get', { runId });
  return { status: run.timing.status, reason: run.reason };
};

describe('what was executed of a notebook', () => {
  it('is one execution for each time a cell ran, with its outputs, the later record of one replacing the earlier', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const cell = { cell: 'c1', index: 2 };
    writeJournal(run.folder, [
      ['execution', 5, { n: 0, ...cell, state: 'running', start_ms: 5, source: 'x = 1', tags: ['parameters'] }],
      ['output', 6, { n: 0, i: 0, kind: 'stream', name: 'stdout', mime: 'text/plain', data: 'a', size: 1 }],
      ['output', 7, { n: 0, i: 0, kind: 'stream', name: 'stdout', mime: 'text/plain', data: 'ab', size: 2 }],
      ['output', 8, { n: 0, i: 1, kind: 'result', mime: 'image/png', path: 'cells/0-1.png', size: 900, cut: true }],
      ['execution', 9, { n: 0, ...cell, state: 'ok', start_ms: 5, end_ms: 9, count: 4 }],
      [
        'execution',
        9,
        {
          n: 1,
          ...cell,
          state: 'failed',
          start_ms: 10,
          end_ms: 11,
          source: 'boom',
          error: { name: 'NameError', message: 'boom', traceback: '…' },
        },
      ],
    ]);
    writeRunner(run.folder, {});
    const { run_id: runId } = run.spec;
    await connection.request('runs/announce', { runId });
    await until('both', async () => (await connection.request('runs/get', { runId })).counts.executions === 2);
    const { executions } = await connection.request('notebooks/executions', { runId });
    expect(executions).toMatchObject([
      {
        ordinal: 0,
        cellId: 'c1',
        cellIndex: 2,
        state: 'ok',
        startMs: 5,
        endMs: 9,
        count: 4,
        source: 'x = 1',
        tags: ['parameters'],
        outputs: [
          { ordinal: 0, data: 'ab', name: 'stdout' },
          { ordinal: 1, path: 'cells/0-1.png', data: null, isCut: true },
        ],
      },
      { ordinal: 1, state: 'failed', error: { name: 'NameError' }, outputs: [] },
    ]);
    const { executions: rest } = await connection.request('notebooks/executions', { runId, from: 1 });
    expect(rest.map(({ ordinal }) => ordinal)).toEqual([1]);
  });

  it('tells how long cells took in the runs of one notebook that went through, and lists them', async () => {
    const { connection } = await store.open();
    const took = async (ms: number, exitCode = 0) => {
      const options = { timeLimitS: null, cellTimeLimitS: null, kernel: null };
      const target = { kind: 'notebook', file: 'a.ipynb', options } as const;
      const run = prepareRun(store.paths.root, { target, python: pythonPath(), cwd: store.folder }, pythonParts);
      writeJournal(run.folder, [
        ['facts', 1, 'notebook', { path: '/n/a.ipynb' }],
        ['execution', 1, { n: 0, cell: 'c', index: 0, state: 'ok', start_ms: 0, end_ms: ms, source: '' }],
      ]);
      writeRunner(run.folder, { exit_code: exitCode });
      const { run_id: runId } = run.spec;
      await connection.request('runs/announce', { runId });
      await until(
        'it is over',
        async () => (await connection.request('runs/get', { runId })).run.timing.endMs !== null,
      );
      return runId;
    };
    const ids = [await took(10), await took(40), await took(20), await took(9000, 1)];
    expect(await connection.request('notebooks/durations', { path: '/n/a.ipynb' })).toEqual({
      runCount: 3,
      cells: [{ cellId: 'c', cellIndex: 0, medianMs: 20 }],
    });
    expect(await connection.request('notebooks/durations', { path: '/n/b.ipynb' })).toEqual({ runCount: 0, cells: [] });
    const first = await connection.request('notebooks/runs', { path: '/n/a.ipynb', limit: 3 });
    const second = await connection.request('notebooks/runs', {
      path: '/n/a.ipynb',
      pageToken: first.nextPageToken ?? '',
    });
    expect([...first.runs, ...second.runs].map(({ runId }) => runId)).toEqual(ids.reverse());
  });
});

describe('a notebook that is followed', () => {
  it('is a run from its beginning to its end, with what was told of it', async () => {
    const { connection } = await store.open();
    const runId = followed();
    await connection.request('notebooks/begin', { runId, pid: window().pid });
    expect(await statusOf(connection, runId)).toEqual({ status: 'RUNNING', reason: null });
    await connection.request('notebooks/record', {
      runId,
      records: [
        ['execution', 1, { n: 0, cell: 'c', index: 0, state: 'failed', start_ms: 1, end_ms: 2, source: '1/0' }],
      ],
      facts: { path: '/n/a.ipynb', observed: 'cells' },
    });
    await connection.request('notebooks/end', { runId, note: 'The kernel was restarted.' });
    expect(await statusOf(connection, runId)).toEqual({ status: 'FINISHED', reason: null });
    await until('it is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
    expect((await connection.request('notebooks/executions', { runId })).executions).toHaveLength(1);
    expect((await connection.request('runs/notes', { runId })).notes.map(({ text }) => text)).toContain(
      'The kernel was restarted.',
    );
    await connection.request('notebooks/end', { runId, note: null });
    await expect(connection.request('notebooks/begin', { runId, pid: process.pid })).rejects.toThrow('over already');
  });

  it('goes on when the engine is killed, and is over when its window is', async () => {
    const first = await store.open();
    const runId = followed();
    const { pid } = window();
    await first.connection.request('notebooks/begin', { runId, pid });
    process.kill(first.hello.engine.pid, 'SIGKILL');
    await until('its end is seen', () => !exists(first.hello.engine.pid));
    const { connection } = await store.open();
    await connection.request('notebooks/begin', { runId, pid });
    await connection.request('notebooks/record', {
      runId,
      records: [['execution', 1, { n: 0, cell: null, index: 0, state: 'ok', start_ms: 1, source: 'x' }]],
    });
    process.kill(pid, 'SIGKILL');
    await until('it is over', async () => (await statusOf(connection, runId)).status === 'FINISHED');
    expect((await connection.request('notebooks/executions', { runId })).executions).toHaveLength(1);
  });

  it('is refused where the run is another one', async () => {
    const { connection } = await store.open();
    const { run_id: runId } = preparedRun(store).spec;
    await expect(connection.request('notebooks/begin', { runId, pid: process.pid })).rejects.toThrow(
      'none of a notebook',
    );
    await expect(connection.request('notebooks/record', { runId, records: [] })).rejects.toThrow('not being followed');
  });
});
