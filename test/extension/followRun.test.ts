import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEngine, type OpenEngine } from '../../src/client/engine';
import { prepareRun } from '../../src/client/launch';
import { FollowedNotebook } from '../../src/extension/notebooks/followNotebook';
import type { RunDoor } from '../../src/extension/notebooks/followRun';
import { LoopwrightError } from '../../src/protocol/errors';
import { bootId, startOf } from '../../src/protocol/node/processes';
import { MAX_CELL_OUTPUT_BYTES } from '../../src/protocol/notebooks';
import { exists, pythonParts, type TestStore, testStore, until, writeJournal } from '../engine/support';
import { cellOf, errorOutput, outputOf, STDOUT, type TestCell } from './followSupport';
import { l10n, memoryLog } from './support';
import { rare } from '../support/rare';

let store: TestStore;
let engine: OpenEngine;
beforeEach(async () => {
  store = testStore();
  engine = await store.open();
});
afterEach(() => store.dispose());

/** A notebook in a window whose connection can be taken away; the engine is a real one. */
function following(...cells: TestCell[]) {
  const runIds: string[] = [];
  const gone: (LoopwrightError | null)[] = [];
  let isAway = false;
  const prepare = (): RunDoor => {
    const target = { kind: 'followed', file: join(store.folder, 'a.ipynb') } as const;
    const { spec, folder } = prepareRun(store.paths.root, { target, python: '', cwd: store.folder }, pythonParts);
    runIds.push(spec.run_id);
    return {
      runId: spec.run_id,
      folder,
      request: (method, params) => {
        if (isAway) return Promise.reject(new LoopwrightError('engine_unavailable', 'away'));
        return engine.connection.request(method, params);
      },
    };
  };
  const notebook = new FollowedNotebook(
    {
      prepare,
      facts: () => ({ path: join(store.folder, 'a.ipynb'), language: 'python', codeCells: cells.length }),
      pid: process.pid,
      log: memoryLog(),
      l10n,
      onChanged: () => undefined,
      onGone: (error) => gone.push(error),
    },
    cells,
    Date.now(),
  );
  const see = (cell: TestCell, change: Parameters<FollowedNotebook['see']>[1]) =>
    notebook.see(cell, change, Date.now());
  return {
    notebook,
    runIds,
    gone,
    away: (value: boolean) => (isAway = value),
    see,
    execute: (cell: TestCell, executionOrder: number, ...outputs: ReturnType<typeof outputOf>[]) => {
      see(cell, { executionSummary: {} });
      see(cell, { executionSummary: { executionOrder } });
      see(cell, { outputs });
      const timing = { startTime: Date.now(), endTime: Date.now() + executionOrder };
      see(cell, { executionSummary: { executionOrder, success: true, timing } });
    },
  };
}

const executionsOf = async (runId: string) => {
  const { executions } = await engine.connection.request('notebooks/executions', { runId });
  return executions;
};
const seen = (runId: string, count: number) =>
  until(`${String(count)} executions`, async () => {
    const executions = await executionsOf(runId).catch(() => []); // the engine may not know the run yet
    return executions.length === count && executions.every(({ state }) => state !== 'running') && executions;
  });
const notesOf = async (runId: string) =>
  (await engine.connection.request('runs/notes', { runId })).notes.map(({ text }) => text);

describe('a notebook that is followed', () => {
  it('has no run before its first cell', async () => {
    const { notebook, runIds } = following(cellOf('a'));
    await notebook.stop(null);
    expect(runIds).toEqual([]);
  });

  it('tells what was executed, with outputs in the record, in files, and cut', async () => {
    const cell = cellOf('draw()', 3, { id: 'c' });
    const { notebook, execute, runIds } = following(cell);
    const picture = new Uint8Array([137, 80, 78, 71]);
    const flood = 'x'.repeat(MAX_CELL_OUTPUT_BYTES + 5);
    execute(
      cell,
      1,
      outputOf({ [STDOUT]: 'small' }),
      outputOf({ 'image/png': picture, 'text/plain': '<Figure>' }),
      outputOf({ [STDOUT]: flood }),
      errorOutput('Warned'),
    );
    await notebook.stop(null);
    const [runId = ''] = runIds;
    const [execution] = await seen(runId, 1);
    expect(execution).toMatchObject({ cellId: 'c', cellIndex: 3, state: 'ok', count: 1, source: 'draw()' });
    expect(execution?.outputs).toMatchObject([
      { kind: 'stream', data: 'small', path: null },
      { kind: 'display', mime: 'image/png', data: null, path: 'cells/0-1.png', alternative: '<Figure>', sizeBytes: 4 },
      { kind: 'stream', path: 'cells/0-2.txt', isCut: true, sizeBytes: flood.length },
      { kind: 'error', data: 'Traceback …' },
    ]);
    const artifacts = join(store.paths.runFolder(runId), 'artifacts');
    expect(readFileSync(join(artifacts, 'cells/0-1.png'))).toEqual(Buffer.from(picture));
    expect(readFileSync(join(artifacts, 'cells/0-2.txt'), 'utf8')).toBe(flood.slice(0, MAX_CELL_OUTPUT_BYTES));
    const listed = await engine.connection.request('runs/artifacts', { runId });
    expect(listed.artifacts).toMatchObject([
      { path: 'cells/0-1.png', kind: 'file', sizeBytes: 4 },
      { path: 'cells/0-2.txt', kind: 'file', sizeBytes: MAX_CELL_OUTPUT_BYTES },
    ]);
    const { facts } = await engine.connection.request('runs/facts', { runId, section: 'notebook' });
    expect(facts).toMatchObject({ observed: 'cells', codeCells: 1, language: 'python' });
    const { run } = await engine.connection.request('runs/get', { runId });
    expect(run).toMatchObject({ name: 'a', timing: { status: 'FINISHED' }, reason: null });
  });

  it('shows a cell while it runs, and empties what that has cleared', async () => {
    const cell = cellOf('loop');
    const { notebook, see, runIds } = following(cell);
    see(cell, { executionSummary: { executionOrder: 1 } });
    see(cell, { outputs: [outputOf({ 'text/plain': '10%' }), outputOf({ 'text/plain': 'more' })] });
    const states = () => executionsOf(runIds[0] ?? '').catch(() => []);
    await until('both outputs', async () => (await states())[0]?.outputs.length === 2);
    see(cell, { outputs: [outputOf({ 'text/plain': '20%' })] });
    await until('the next', async () => (await states())[0]?.outputs[0]?.data === '20%');
    expect((await states())[0]).toMatchObject({ state: 'running', outputs: [{ data: '20%' }, { data: '' }] });
    await notebook.stop(null);
    expect(await seen(runIds[0] ?? '', 1)).toMatchObject([{ state: 'interrupted' }]);
    expect(await notesOf(runIds[0] ?? '')).toContain('Tracking was stopped while a cell was running.');
  });

  rare('is another run after a restart of its kernel, and the one before is complete', async () => {
    const cell = cellOf('a');
    const { notebook, execute, runIds } = following(cell);
    execute(cell, 1);
    execute(cell, 2);
    execute(cell, 1);
    await until('both runs', () => runIds.length === 2);
    const [first = '', second = ''] = runIds;
    await seen(first, 2);
    await seen(second, 1);
    expect((await notesOf(first)).join()).toContain('The kernel was restarted');
    await until(
      'the first is complete',
      async () => (await engine.connection.request('runs/get', { runId: first })).isComplete,
    );
    await notebook.stop(null);
  });

  rare('is complete although its kernel, whose hook has a journal, lives on', async () => {
    const cell = cellOf('a');
    const { notebook, execute, runIds } = following(cell);
    execute(cell, 1);
    const runId = await until('the run', () => runIds[0]);
    const own = `${String(process.pid)}-${startOf(process.pid) ?? ''}-aa.lwj`;
    expect(bootId()).not.toBe('');
    writeJournal(store.paths.runFolder(runId), [['metric', 1, 0, { loss: 0.5 }]], own);
    await notebook.stop(null);
    await until('it is complete', async () => (await engine.connection.request('runs/get', { runId })).isComplete);
    expect((await engine.connection.request('runs/metrics', { runId })).metrics).toHaveLength(1);
  });

  it('goes on when its engine is killed: nothing that was executed meanwhile is missing', async () => {
    const cell = cellOf('a');
    const { notebook, execute, runIds, away } = following(cell);
    execute(cell, 1, outputOf({ [STDOUT]: 'one' }));
    const runId = await until('the run', () => runIds[0]);
    await seen(runId, 1);
    const { pid } = engine.hello.engine;
    away(true);
    process.kill(pid, 'SIGKILL');
    await until('its end', () => !exists(pid));
    for (let count = 2; count <= 300; count++) execute(cell, count, outputOf({ [STDOUT]: String(count) }));
    engine = await store.open();
    away(false);
    await notebook.stop(null);
    const { executions: page } = await engine.connection.request('notebooks/executions', { runId, limit: 300 });
    expect(page.map(({ count, outputs }) => [count, outputs[0]?.data])).toEqual(
      Array.from({ length: 300 }, (_, at) => [at + 1, at === 0 ? 'one' : String(at + 1)]),
    );
    expect(await notesOf(runId)).toEqual([]);
  });

  it('is no longer followed when somebody has stopped its run', async () => {
    const cell = cellOf('a');
    const { execute, runIds, gone } = following(cell);
    execute(cell, 1);
    const runId = await until('the run', () => runIds[0]);
    await seen(runId, 1);
    await engine.connection.request('runs/stop', { runId });
    execute(cell, 2);
    await until('it is told', () => gone.length === 1);
    expect(gone).toEqual([null]);
    expect(await executionsOf(runId)).toHaveLength(1);
    expect(await notesOf(runId)).toContain('Tracking was stopped on request.');
    const still = await findEngine(store.paths, { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true });
    still?.connection.close();
    expect(exists(process.pid)).toBe(true);
  });
});
