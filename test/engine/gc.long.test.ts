import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { newRunId } from '../../src/protocol/node/runId';
import type { Params } from '../../src/protocol/requests';
import { ended, opened } from './data.support';
import { exists, type TestStore, testStore, until } from './support';

let store: TestStore;
let connection: EngineConnection;
beforeEach(async () => {
  store = testStore();
  ({ connection } = await store.open());
});
afterEach(() => store.dispose());

/** Everything that is over goes. */
const ALL: Params<'store/planGc'> = { olderThanMs: 0, includeRecent: true, deletedOlderThanMs: 0 };

async function collect(rules: Params<'store/planGc'>, through = connection) {
  const { plan } = await through.request('store/planGc', rules);
  return { plan, result: await through.request('store/gc', { ...rules, planId: plan.planId }) };
}

const objects = () => {
  const folder = join(store.paths.root, 'cache/files/md5');
  return readdirSync(folder).flatMap((prefix) => readdirSync(join(folder, prefix)).map((name) => prefix + name));
};

/** Kept contents that are old enough to be taken away. */
function ageObjects(): void {
  const folder = join(store.paths.root, 'cache/files/md5');
  const anHourAgo = Date.now() / 1000 - 3600;
  for (const md5 of objects()) utimesSync(join(folder, md5.slice(0, 2), md5.slice(2)), anHourAgo, anHourAgo);
}

function input(name: string, text: string): string {
  const path = join(store.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const shown = async (through = connection) =>
  (await through.request('runs/list', { allLevels: true })).runs.map(({ runId }) => runId).sort();

const partOf = <Part extends { readonly part: string }>({ parts }: { readonly parts: readonly Part[] }, name: string) =>
  parts.find(({ part }) => part === name);

/** What the tables hold of runs. */
function rowCounts(): Record<string, number> {
  const db = new Database(store.paths.database, { readonly: true });
  const tables = [
    'runs',
    'params',
    'tags',
    'metrics',
    'points',
    'files',
    'journals',
    'work',
    'facts',
    'notes',
    'loaded',
  ];
  const counts = tables.map((table) => [table, db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get()]);
  db.close();
  return Object.fromEntries(counts) as Record<string, number>;
}

describe('freeing space', () => {
  it('says what would go and does not touch it, then takes away exactly that', async () => {
    const shared = input('shared', 'shared');
    const records = [
      ['metric', 1, 0, { loss: 1 }],
      ['facts', 1, 'seeds', { a: 1 }],
      ['note', 1, 'info', 'x'],
      ['loaded', 1, [['/a.py', '1', 1]]],
    ];
    const { runId: gone, folder } = await ended(store, connection, [
      ...records,
      opened(shared),
      opened(input('own', 'own')),
    ]);
    const { runId: stays } = await ended(store, connection, [opened(shared)]);
    writeFileSync(join(folder, 'output.log'), Buffer.alloc(100_000, 'x'));
    ageObjects();
    await connection.request('runs/delete', { runIds: [gone] });
    const { plan } = await connection.request('store/planGc', { deletedOlderThanMs: 0 });
    expect(plan).toMatchObject({ runCount: 1, reasons: [{ reason: 'deleted', count: 1 }], kept: [], problems: [] });
    expect(plan.runs).toMatchObject([{ runId: gone, reason: 'deleted' }]);
    expect(plan.parts.map(({ part, count }) => [part, count])).toEqual([
      ['runs', 1],
      ['models', 0],
      ['data', 1],
      ['code', 1],
      ['database', 1],
      ['other', 0],
    ]);
    expect(existsSync(folder)).toBe(true);
    expect(objects()).toHaveLength(2);

    const result = await connection.request('store/gc', { deletedOlderThanMs: 0, planId: plan.planId });
    expect(result.problems).toEqual([]);
    expect(result.totalBytes).toBeGreaterThanOrEqual(plan.totalBytes);
    expect(plan.totalBytes).toBeGreaterThan(100_000);
    expect(existsSync(folder)).toBe(false);
    expect(objects()).toHaveLength(1);
    expect(await shown()).toEqual([stays]);
    await expect(connection.request('runs/get', { runId: gone })).rejects.toThrow(/no run/);
    const { facts } = await connection.request('runs/facts', { runId: stays, section: 'code' });
    expect(rowCounts()).toMatchObject({ runs: 1, points: 0, metrics: 0, notes: 0, loaded: 0, files: 1 });
    expect(rowCounts().facts).toBe(Object.keys(facts).length);
  });

  it('refuses a plan that is not what would be done any more', async () => {
    const { runId: first } = await ended(store, connection, []);
    await ended(store, connection, []);
    await connection.request('runs/delete', { runIds: [first] });
    const { plan } = await connection.request('store/planGc', { deletedOlderThanMs: 0 });
    await connection.request('runs/restore', { runIds: [first] });
    await expect(connection.request('store/gc', { deletedOlderThanMs: 0, planId: plan.planId })).rejects.toThrow(
      /no longer what was shown/,
    );
    expect(await shown()).toHaveLength(2);
  });

  it('keeps a listing and its files as long as one run refers to it', async () => {
    input('data/foo', 'foo');
    const folder = ['file', Date.now(), { path: join(store.folder, 'data'), mode: 'r', via: 'audit', kind: 'folder' }];
    const { runId: first } = await ended(store, connection, [folder]);
    const { runId: second } = await ended(store, connection, [folder]);
    ageObjects();
    await connection.request('runs/delete', { runIds: [first] });
    await collect({ deletedOlderThanMs: 0 });
    expect(objects().sort()).toHaveLength(2);
    await connection.request('runs/delete', { runIds: [second] });
    await collect({ deletedOlderThanMs: 0 });
    expect(objects()).toEqual([]);
  });

  it('keeps what was wanted a moment ago, and all of it if a listing is damaged', async () => {
    input('data/foo', 'foo');
    const folder = ['file', Date.now(), { path: join(store.folder, 'data'), mode: 'r', via: 'audit', kind: 'folder' }];
    const { runId } = await ended(store, connection, [opened(input('own', 'own'))]);
    await ended(store, connection, [folder], { experiment: 'kept' });
    await connection.request('runs/delete', { runIds: [runId] });
    const { plan } = await connection.request('store/planGc', { deletedOlderThanMs: 0 });
    expect(partOf(plan, 'data')).toEqual({ part: 'data', count: 0, sizeBytes: 0 });
    const listing = objects().find((name) => name.endsWith('.dir')) ?? '';
    const path = join(store.paths.root, 'cache/files/md5', listing.slice(0, 2), listing.slice(2));
    rmSync(path);
    writeFileSync(path, '[]x');
    ageObjects();
    const { plan: next, result } = await collect({ deletedOlderThanMs: 0 });
    expect(next.problems).toEqual(result.problems);
    expect(result.problems[0]).toMatch(/damaged/);
    expect(objects()).toHaveLength(3);
  });

  it('takes the snapshots of code with their runs', async () => {
    const { runId } = await ended(store, connection, []);
    const { runId: stays } = await ended(store, connection, [], { experiment: 'kept' });
    const code = join(store.paths.root, 'code.git');
    const git = (...words: string[]) => execFileSync('git', ['--git-dir', code, ...words], { encoding: 'utf8' }).trim();
    execFileSync('git', ['init', '-q', '--bare', code]);
    const tree = git('hash-object', '-w', '-t', 'tree', '/dev/null');
    for (const id of [runId, stays, newRunId(Date.now())]) {
      const commit = git('-c', 'user.name=a', '-c', 'user.email=a', 'commit-tree', tree, '-m', id);
      git('update-ref', `refs/runs/${id}`, commit);
    }
    await connection.request('runs/delete', { runIds: [runId] });
    const { plan, result } = await collect({ deletedOlderThanMs: 0 });
    expect(partOf(plan, 'code')).toEqual({ part: 'code', count: 2, sizeBytes: null });
    expect(partOf(result, 'code')?.count).toBe(2);
    expect(git('for-each-ref', '--format=%(refname)')).toBe(`refs/runs/${stays}`);
  });

  it('gives the room of a million points back, and answers others meanwhile', async () => {
    const points = Array.from({ length: 300_000 }, (_, step) => ['metric', 1, step, { loss: step, acc: step }]);
    const { runId } = await ended(store, connection, points);
    await connection.request('runs/delete', { runIds: [runId] });
    const before = (await connection.request('store/usage', {})).parts.find(({ part }) => part === 'database');
    const removal = collect({ deletedOlderThanMs: 0 });
    let answers = 0;
    const state = { isOver: false };
    void removal.finally(() => (state.isOver = true));
    while (!state.isOver) {
      await connection.request('runs/announce', { runId }); // the writer's, between two slices
      answers++;
      await sleep(5);
    }
    const { result } = await removal;
    expect(result.parts.find(({ part }) => part === 'database')?.count).toBe(600_000);
    expect(answers).toBeGreaterThan(10);
    expect(rowCounts()).toMatchObject({ runs: 0, points: 0, metrics: 0 });
    const { pid } = await connection.request('engine/status', {});
    await connection.request('engine/stop', { reason: 'user' });
    await until('the engine ends', () => !exists(pid));
    ({ connection } = await store.open());
    const after = (await connection.request('store/usage', {})).parts.find(({ part }) => part === 'database');
    expect(after?.sizeBytes).toBeLessThan((before?.sizeBytes ?? 0) / 10);
  }, 120_000);

  it('can be cancelled, and is brought to its end by the next', async () => {
    for (let count = 0; count < 3; count++)
      await ended(
        store,
        connection,
        Array.from({ length: 50_000 }, (_, step) => ['metric', 1, step, { loss: 1 }]),
      );
    const { plan } = await connection.request('store/planGc', ALL);
    const removal = connection.request('store/gc', { ...ALL, planId: plan.planId });
    removal.catch(() => undefined); // looked at below
    await until('rows are being removed', async () => (await connection.request('store/gcState', {})).step === 'runs');
    await connection.request('store/cancelGc', {});
    await expect(removal).rejects.toThrow(/cancelled/);
    expect(await connection.request('store/gcState', {})).toMatchObject({ isRunning: false });
    expect(await shown()).toEqual([]);
    await collect({});
    expect(rowCounts()).toMatchObject({ runs: 0, points: 0 });
  });
});

it('ends in the same state wherever the engine is killed', async () => {
  const shared = input('shared', 'shared');
  const { runId: stays } = await ended(store, connection, [opened(shared)], { experiment: 'kept' });
  for (const delayMs of [0, 200, 400, 600]) {
    const own = opened(input('own', `own ${String(delayMs)}`));
    const points = Array.from({ length: 30_000 }, (_, step) => ['metric', 1, step, { loss: 1 }]);
    const { runId } = await ended(store, connection, [own, ...points]);
    ageObjects();
    await connection.request('runs/delete', { runIds: [runId] });
    const { plan } = await connection.request('store/planGc', { deletedOlderThanMs: 0 });
    connection.request('store/gc', { deletedOlderThanMs: 0, planId: plan.planId }).catch(() => undefined); // it dies
    await sleep(delayMs);
    const { pid } = await connection.request('engine/status', {}).catch(() => ({ pid: null }));
    if (pid !== null) process.kill(pid, 'SIGKILL');
    ({ connection } = await store.open());
    expect(await shown()).toEqual([stays]);
    await collect({ deletedOlderThanMs: 0 });
    expect(await shown()).toEqual([stays]);
    expect(readdirSync(store.paths.runs).sort()).toEqual(['.trash', stays]);
    expect(readdirSync(join(store.paths.runs, '.trash'))).toEqual([]);
    expect(rowCounts()).toMatchObject({ runs: 1, points: 0, files: 1, metrics: 0 });
    expect(objects()).toHaveLength(1);
  }
}, 120_000);

describe('deleting and restoring', () => {
  it('takes the children along, and brings back those that were there before', async () => {
    const [keep, drop, late] = [newRunId(Date.now()), newRunId(Date.now()), newRunId(Date.now())];
    const child = (id: string) => ['child', 2, { id, name: id, status: 'FINISHED', start_ms: 1, end_ms: 2 }];
    const { runId: parent } = await ended(store, connection, [child(keep), child(drop)]);
    const { runId: below } = await ended(store, connection, [child(late)], { parentRunId: keep });
    await connection.request('runs/delete', { runIds: [drop] });
    await sleep(2);
    await connection.request('runs/delete', { runIds: [parent] });
    expect(await shown()).toEqual([]);
    const deleted = await connection.request('runs/list', { deleted: true });
    expect(deleted.runs.map(({ runId }) => runId)).toEqual([parent]);
    await connection.request('runs/restore', { runIds: [parent] });
    expect(await shown()).toEqual([parent, keep, below, late].sort());

    await connection.request('runs/delete', { runIds: [parent] });
    await connection.request('runs/restore', { runIds: [late] });
    expect(await shown()).toEqual([parent, keep, below, late].sort());
  });
});
