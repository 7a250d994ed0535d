import { spawn } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { newRunId } from '../../src/protocol/node/runId';
import { bootId, startOf } from '../../src/protocol/node/processes';
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

it('says how much room a store takes, by part', async () => {
  const { connection } = await store.open();
  const run = preparedRun(store);
  writeFileSync(join(run.folder, 'output.log'), Buffer.alloc(300_000, 'x'));
  const { parts } = await connection.request('store/usage', {});
  const runs = parts.find(({ part }) => part === 'runs');
  expect(runs?.sizeBytes).toBeGreaterThanOrEqual(300_000);
  expect(runs?.sizeBytes).toBeLessThan(400_000);
  expect(parts.map(({ part }) => part)).toContain('database');
});

describe('what a run knows beyond its own words', () => {
  it('keeps the facts of each section, the last of a key', async () => {
    const { connection } = await store.open();
    const runId = await taken(connection, [
      ['facts', 1, 'seeds', { 'random.seed': 1, numpy: [2] }],
      ['facts', 2, 'seeds', { 'random.seed': 3 }],
      ['facts', 2, 'hardware', { cpu: { cores: 2 } }],
      ['facts', 2, 'a section of later', { x: 1 }],
    ]);
    expect(await connection.request('runs/facts', { runId, section: 'seeds' })).toEqual({
      facts: { 'random.seed': 3, numpy: [2] },
    });
    expect(await connection.request('runs/facts', { runId, section: 'hardware' })).toEqual({
      facts: { cpu: { cores: 2 } },
    });
  });

  it('has one row for a file that several ways have seen, and two for one that was read and written', async () => {
    const { connection } = await store.open();
    const runId = await taken(connection, [
      ['file', 5, { path: '/data/a.csv', mode: 'r', via: 'audit', size: 10, mtime_ns: '17' }],
      ['file', 6, { path: '/data/a.csv', mode: 'r', via: 'inotify' }],
      ['file', 6, { path: '/data/a.csv', mode: 'r', via: 'audit' }],
      ['file', 7, { path: '/data/state.db', mode: 'rw', via: 'audit' }],
      ['file', 8, { path: 's3://bucket/x', mode: 'r', via: 'fsspec', kind: 'remote' }],
      [
        'digest',
        9,
        {
          path: '/data/a.csv',
          direction: 'in',
          md5: 'f'.repeat(32),
          size: 10,
          rows: 2,
          columns: [{ name: 'a', type: 'BIGINT' }],
          pinned: true,
          problem: null,
        },
      ],
    ]);
    const { files: inputs } = await connection.request('runs/files', { runId, direction: 'in' });
    expect(inputs.map(({ path, kind, via }) => [path, kind, via])).toEqual([
      ['/data/a.csv', 'file', ['audit', 'inotify']],
      ['/data/state.db', 'file', ['audit']],
      ['s3://bucket/x', 'remote', ['fsspec']],
    ]);
    expect(inputs[0]).toMatchObject({
      firstMs: 5,
      fileCount: null,
      md5: 'f'.repeat(32),
      rowCount: 2,
      columns: [{ name: 'a', type: 'BIGINT' }],
      pinned: true,
    });
    const { files: outputs } = await connection.request('runs/files', { runId, direction: 'out' });
    expect(outputs.map(({ path }) => path)).toEqual(['/data/state.db']);
    const { counts } = await connection.request('runs/get', { runId });
    expect(counts).toMatchObject({ inputs: 3, outputs: 1 });
  });

  it('makes runs of what a journal calls children, once', async () => {
    const { connection } = await store.open();
    const id = newRunId(Date.now());
    const child = {
      id,
      name: 'fold 1',
      status: 'FINISHED',
      start_ms: 10,
      end_ms: 30,
      params: { depth: '3' },
      metrics: { auc: 0.5, bad: 'NaN' },
      tags: { best: 'true' },
    };
    const runId = await taken(connection, [
      ['child', 40, child],
      ['child', 41, child],
    ]);
    const { runs } = await connection.request('runs/list', { parentRunId: runId });
    expect(runs).toMatchObject([
      { runId: id, name: 'fold 1', parentRunId: runId, timing: { status: 'FINISHED', startMs: 10, endMs: 30 } },
    ]);
    expect((await connection.request('runs/params', { runId: id })).params).toEqual([
      { key: 'depth', value: '3', source: 'library' },
    ]);
    expect((await connection.request('runs/metrics', { runId: id })).metrics).toMatchObject([
      { key: 'auc', count: 1, last: 0.5 },
      { key: 'bad', count: 1, last: 'NaN' },
    ]);
  });

  it('waits for an observer that has not written yet, and takes its last word', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const { run_id: runId } = run.spec;
    const observer = spawn('sleep', ['60']);
    const pid = observer.pid ?? 0;
    writeRunner(run.folder, { boot_id: bootId(), observer: { pid, start: startOf(pid) ?? '' } });
    await connection.request('runs/announce', { runId });
    const get = () => connection.request('runs/get', { runId });
    await until('the end of the script is known', async () => (await get()).run.timing.status === 'FINISHED');
    await setTimeout(500); // several rounds in which nothing may happen
    expect((await get()).isComplete).toBe(false);
    writeJournal(run.folder, [['done', 1, 'environment', null]]);
    observer.kill();
    await until('the run is complete', async () => (await get()).isComplete);
    expect((await get()).work.find(({ kind }) => kind === 'environment')).toMatchObject({ state: 'done' });
  });

  it('says why there was no observer', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const { run_id: runId } = run.spec;
    writeRunner(run.folder, { observer_error: 'Cannot allocate memory' });
    await connection.request('runs/announce', { runId });
    await until('the run is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
    const { notes } = await connection.request('runs/notes', { runId });
    expect(notes.map(({ text }) => text)).toContainEqual(expect.stringContaining('(Cannot allocate memory)'));
  });

  it('says how the work beside the script ended', async () => {
    const { connection } = await store.open();
    const runId = await taken(connection, [
      ['done', 1, 'environment', null],
      ['done', 2, 'models', 'skl2onnx failed'],
    ]);
    expect((await connection.request('runs/get', { runId })).work).toMatchObject([
      { kind: 'code', state: 'done' },
      { kind: 'codeCheck', state: 'done' },
      { kind: 'data', state: 'done' },
      { kind: 'environment', state: 'done' },
      { kind: 'models', state: 'failed', reason: 'skl2onnx failed' },
    ]);
    expect(readdirSync(store.paths.active)).not.toContain(runId);
  });
});
