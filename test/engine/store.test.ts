import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import type { RunRow } from '../../src/protocol/entities';
import { adoptionFile } from '../../src/protocol/node/addresses';
import {
  engineFile,
  exists,
  fillUp,
  flip,
  journalBytes,
  preparedRun,
  type TestStore,
  testStore,
  until,
  writeJournal,
  writeRunner,
} from './support';
import { rare } from '../support/rare';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

const rowOf = async (connection: EngineConnection, runId: string): Promise<RunRow | undefined> =>
  (await connection.request('runs/rows', { runIds: [runId] })).runs[0];

const ended = (connection: EngineConnection, runId: string): Promise<RunRow> =>
  until('the run is over', async () => {
    const row = await rowOf(connection, runId);
    return row && row.timing.endMs !== null ? row : null;
  });

const points = (from: number, count: number): unknown[] =>
  Array.from({ length: count }, (_, index) => ['metric', 1000 + index, from + index, { loss: (from + index) / 10 }]);

describe('a run that its folder tells of', () => {
  it('appears with everything that was logged', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store, { experiment: 'fraud', name: 'rf' });
    writeJournal(run.folder, [
      ['open', 1, { pid: 1, start: '1', ppid: 0, main: true, python: '3.11.7', executable: 'p', argv: [] }],
      ...points(0, 100),
      ['param', 1, 'argparse', { lr: '0.1', depth: '8' }],
      ['param', 1, 'api', { lr: '0.2' }],
      ['tag', 1, { stage: 'try' }],
      ['artifact', 1, { path: 'model.joblib', size: 12, kind: 'file' }],
      ['note', 1, 'info', 'hello'],
    ]);
    writeRunner(run.folder, {});
    await connection.request('runs/announce', { runId: run.spec.run_id });
    const row = await ended(connection, run.spec.run_id);
    expect(row).toMatchObject({
      name: 'rf',
      experiment: 'fraud',
      timing: { status: 'FINISHED' },
      headline: { key: 'loss', value: 9.9 },
    });
    const one = { runId: run.spec.run_id };
    expect(await connection.request('runs/get', one)).toMatchObject({
      provenance: { pythonVersion: '3.11.7', argv: run.spec.argv },
      counts: { params: 2, metrics: 1, tags: 1, artifacts: 1, notes: 1 },
    });
    expect((await connection.request('runs/params', one)).params).toEqual([
      { key: 'depth', value: '8', source: 'argparse' },
      { key: 'lr', value: '0.2', source: 'api' },
    ]);
    expect((await connection.request('runs/metrics', one)).metrics).toMatchObject([
      { key: 'loss', count: 100, last: 9.9, min: 0, max: 9.9, step: 99 },
    ]);
    expect((await connection.request('runs/artifacts', one)).artifacts).toEqual([
      { path: 'model.joblib', kind: 'file', sizeBytes: 12, name: null, step: null },
    ]);
    await until('the run is complete', () => readdirSync(store.paths.active).length === 0);
    expect((await connection.request('runs/get', one)).isComplete).toBe(true);
  });

  it('has a remark once that several of its processes make', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    for (const process of ['1', '2'])
      writeJournal(
        run.folder,
        [
          ['note', 1, 'info', 'not all figures were kept'],
          ['note', 2, 'warning', 'a value is no number'],
        ],
        `${process}.lwj`,
      );
    writeRunner(run.folder, {});
    await ended(connection, run.spec.run_id);
    const { notes } = await connection.request('runs/notes', { runId: run.spec.run_id });
    expect(notes.map(({ level }) => level).sort()).toEqual(['info', 'warning', 'warning']);
  });

  it('is found without being announced, and told to everybody who is connected', async () => {
    const [first, second] = [await store.open(), await store.open()];
    const seen: string[][] = [[], []];
    [first, second].forEach(({ connection }, index) => {
      connection.onChanged(({ runIds }) => seen[index]?.push(...runIds));
    });
    const run = preparedRun(store);
    writeRunner(run.folder, {});
    await until('both are told', () => seen.every((ids) => ids.includes(run.spec.run_id)));
    expect(second.hello.engine.pid).toBe(first.hello.engine.pid);
  });

  it('keeps NaN, infinities and steps that repeat or run backwards', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    writeJournal(run.folder, [
      ['metric', 1, 5, { m: 'NaN' }],
      ['metric', 2, 5, { m: 'Infinity' }],
      ['metric', 3, 1, { m: 2 }],
      ['metric', 4, 7, { m: '-Infinity' }],
    ]);
    writeRunner(run.folder, {});
    await ended(connection, run.spec.run_id);
    const { points: logged } = await connection.request('metrics/points', { runId: run.spec.run_id, key: 'm' });
    expect(logged.map(({ step, value }) => [step, value])).toEqual([
      [5, 'NaN'],
      [5, 'Infinity'],
      [1, 2],
      [7, '-Infinity'],
    ]);
    const { metrics } = await connection.request('runs/metrics', { runId: run.spec.run_id });
    expect(metrics[0]).toMatchObject({ last: '-Infinity', step: 7, min: 2, max: 2, count: 4 });
  });

  rare('tells a torn tail from a damaged journal, and keeps what stood before', async () => {
    const { connection } = await store.open();
    const torn = preparedRun(store, { name: 'torn' });
    const file = writeJournal(torn.folder, points(0, 10));
    appendFileSync(file, journalBytes([['tag', 1, { a: 'b' }]]).subarray(8, 20));
    writeRunner(torn.folder, {});
    const damaged = preparedRun(store, { name: 'damaged' });
    const bytes = journalBytes(points(0, 10));
    flip(bytes, bytes.length - 2);
    writeFileSync(join(damaged.folder, 'journals', '999999-1-x.lwj'), bytes);
    writeRunner(damaged.folder, {});
    for (const [run, count, text] of [
      [torn, 10, /torn \(12 bytes\)/],
      [damaged, 9, /wrong checksum/],
    ] as const) {
      await ended(connection, run.spec.run_id);
      const { metrics } = await connection.request('runs/metrics', { runId: run.spec.run_id });
      expect(metrics[0]?.count).toBe(count);
      // Nothing may be said again while work beside the run goes on.
      await until('all is done', () => !existsSync(join(store.paths.active, run.spec.run_id)));
      const { notes } = await connection.request('runs/notes', { runId: run.spec.run_id });
      expect(notes).toMatchObject([{ level: 'warning', text: expect.stringMatching(text) }]);
    }
  });

  it('pages whatever the names are, each message below its limit', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    const names = Array.from({ length: 600 }, (_, index) => `${String(index).padStart(4, '0')}-${'é'.repeat(3000)}`);
    writeJournal(
      run.folder,
      names.map((name) => ['metric', 1, 0, { [name]: 1 }]),
    );
    writeRunner(run.folder, {});
    await ended(connection, run.spec.run_id);
    const seen: string[] = [];
    let pageToken: string | undefined;
    do {
      const page = await connection.request('runs/metrics', {
        runId: run.spec.run_id,
        limit: 500,
        ...(pageToken ? { pageToken } : {}),
      });
      seen.push(...page.metrics.map((metric) => metric.key));
      pageToken = page.nextPageToken ?? undefined;
    } while (pageToken);
    expect(seen).toEqual(names);
  });

  it('is deleted and restored', async () => {
    const { connection } = await store.open();
    const run = preparedRun(store);
    writeRunner(run.folder, {});
    await ended(connection, run.spec.run_id);
    const ids = async (deleted: boolean) =>
      (await connection.request('runs/list', { deleted })).runs.map((row) => row.runId);
    await connection.request('runs/delete', { runIds: [run.spec.run_id] });
    expect([await ids(false), await ids(true)]).toEqual([[], [run.spec.run_id]]);
    await connection.request('runs/restore', { runIds: [run.spec.run_id] });
    expect([await ids(false), await ids(true)]).toEqual([[run.spec.run_id], []]);
    await expect(connection.request('runs/delete', { runIds: ['nobody'] })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('stands below its parent', async () => {
    const { connection } = await store.open();
    const parent = preparedRun(store, { name: 'search' });
    const child = preparedRun(store, { name: 'trial', parentRunId: parent.spec.run_id });
    for (const run of [parent, child]) writeRunner(run.folder, {});
    await ended(connection, child.spec.run_id);
    const { runs } = await connection.request('runs/list', {});
    expect(runs).toMatchObject([{ name: 'search', childCount: 1 }]);
    expect((await connection.request('runs/list', { parentRunId: parent.spec.run_id })).runs).toMatchObject([
      { name: 'trial' },
    ]);
  });
});

describe('an engine that dies', () => {
  it('takes up where it was, adding nothing twice and losing nothing', async () => {
    const run = preparedRun(store);
    writeRunner(run.folder, { state: 'running', boot_id: '', keeper: { pid: process.pid, start: '' } });
    const file = writeJournal(run.folder, points(0, 5000));
    let last = await store.open();
    for (let round = 1; round <= 5; round++) {
      process.kill(last.hello.engine.pid, 'SIGKILL');
      const killed = last.hello.engine.pid;
      appendFileSync(file, journalBytes(points(round * 5000, 5000)).subarray(8));
      await until('it is gone', () => !exists(killed));
      last = await store.open();
    }
    writeRunner(run.folder, {});
    await ended(last.connection, run.spec.run_id);
    const { metrics } = await last.connection.request('runs/metrics', { runId: run.spec.run_id });
    expect(metrics[0]).toMatchObject({ count: 30_000, step: 29_999 });
    const series = await last.connection.request('metrics/series', {
      runId: run.spec.run_id,
      key: 'loss',
      maxPoints: 100,
    });
    expect(series.count).toBe(30_000);
  });

  it('rejects what was asked instead of leaving it without an answer', async () => {
    const { connection, hello } = await store.open();
    const closed = new Promise<void>((resolve) => connection.onClosed(resolve));
    process.kill(hello.engine.pid, 'SIGKILL');
    await closed;
    await expect(connection.request('runs/list', {})).rejects.toMatchObject({ code: 'engine_unavailable' });
  });
});

describe('two engines', () => {
  it('end when another has their store', async () => {
    await store.open();
    const second = spawn(process.execPath, [engineFile, '--store', store.paths.root], { stdio: 'ignore' });
    expect(await once(second, 'exit')).toEqual([0, null]);
  });

  it('never have one store: the second leaves it to the first', async () => {
    const opened = await Promise.all([store.open(), store.open(), store.open()]);
    expect(new Set(opened.map(({ hello }) => hello.engine.pid)).size).toBe(1);
  });

  it('hand over to a newer client, and not to an older one', async () => {
    const first = await store.open();
    const older = await store.open({ version: '0.0.9' });
    expect(older.hello.engine.pid).toBe(first.hello.engine.pid);
    const status = await first.connection.request('engine/status', {});
    expect(status.connections).toBe(2);
    const newer = await store.open({ version: '99.0.0' });
    expect(newer.hello.engine.pid).not.toBe(first.hello.engine.pid);
    await until('the old engine ends', () => !exists(first.hello.engine.pid));
  });

  it('are told apart by who comes after a stop: that one never gets the engine that ends', async () => {
    const first = await store.open();
    // The second is asked for before the first has told that it stops.
    const stopped = first.connection.request('engine/stop', { reason: 'user' });
    const second = await store.open();
    await stopped;
    expect(second.hello.engine.pid).not.toBe(first.hello.engine.pid);
    expect((await second.connection.request('engine/status', {})).pid).toBe(second.hello.engine.pid);
  });
});

describe('a store that can not be used', () => {
  it('is not opened when a newer version wrote it, and is left as it was', async () => {
    const first = await store.open();
    await first.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
    await until('it ends', () => !exists(first.hello.engine.pid));
    const db = new Database(store.paths.database);
    db.pragma('user_version = 999');
    db.close();
    const before = readFileSync(store.paths.database);
    const { connection, hello } = await store.open();
    expect(hello.store).toMatchObject({ state: 'unusable', code: 'store_newer' });
    await expect(connection.request('runs/list', {})).rejects.toThrow(/newer version/);
    expect(readFileSync(store.paths.database).equals(before)).toBe(true);
  });

  it('is repaired from the run folders when its database is damaged', async () => {
    const first = await store.open();
    const run = preparedRun(store, { experiment: 'kept' });
    writeJournal(run.folder, points(0, 50));
    writeRunner(run.folder, {});
    await ended(first.connection, run.spec.run_id);
    await first.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
    await until('it ends', () => !exists(first.hello.engine.pid));
    writeFileSync(store.paths.database, Buffer.alloc(8192, 'not a database'));
    const { connection, hello } = await store.open();
    expect(hello.store).toMatchObject({ state: 'unusable', code: 'store_corrupt' });
    const repaired = await connection.request('store/repair', {});
    expect(repaired.store.state).toBe('ready');
    expect(existsSync(repaired.keptAs ?? '')).toBe(true);
    expect(await ended(connection, run.spec.run_id)).toMatchObject({
      experiment: 'kept',
      timing: { status: 'FINISHED' },
    });
    const { metrics } = await connection.request('runs/metrics', { runId: run.spec.run_id });
    expect(metrics[0]?.count).toBe(50);
  });

  it('is only read when it came with a clone, until it is adopted', async () => {
    const first = await store.open();
    const run = preparedRun(store);
    writeRunner(run.folder, {});
    await ended(first.connection, run.spec.run_id);
    await first.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
    await until('it ends', () => !exists(first.hello.engine.pid));
    const { id } = JSON.parse(readFileSync(store.paths.storeFile, 'utf8')) as { id: string };
    renameSync(adoptionFile(id), `${adoptionFile(id)}.away`);
    const { connection, hello } = await store.open();
    expect(hello.store).toMatchObject({ state: 'readonly', adopted: false });
    expect((await connection.request('runs/list', {})).runs).toHaveLength(1);
    await expect(connection.request('runs/delete', { runIds: [run.spec.run_id] })).rejects.toMatchObject({
      code: 'not_adopted',
    });
    await expect(connection.request('runs/stop', { runId: run.spec.run_id })).rejects.toMatchObject({
      code: 'not_adopted',
    });
    expect((await connection.request('store/adopt', {})).store).toMatchObject({ state: 'ready', adopted: true });
    await connection.request('runs/delete', { runIds: [run.spec.run_id] });
  });

  it('is not adopted by knowing the id of one that is', async () => {
    const first = await store.open();
    const state = process.env.LOOPWRIGHT_STATE_DIR;
    const other = testStore();
    try {
      process.env.LOOPWRIGHT_STATE_DIR = state;
      const opened = await other.open().catch(() => null);
      await opened?.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
      if (opened) await until('it ends', () => !exists(opened.hello.engine.pid));
      copyFileSync(store.paths.storeFile, other.paths.storeFile);
      const copied = await other.open();
      expect(copied.hello.store).toMatchObject({ adopted: false });
    } finally {
      await other.dispose();
      process.env.LOOPWRIGHT_STATE_DIR = state;
    }
    expect(first.hello.store).toMatchObject({ state: 'ready' });
  });

  it('is only read while another machine writes it', async () => {
    const first = await store.open();
    await first.connection.request('engine/stop', { reason: 'user' }).catch(() => undefined);
    await until('it ends', () => !exists(first.hello.engine.pid));
    const db = new Database(store.paths.database);
    db.prepare('INSERT OR REPLACE INTO lease (one, user, host, boot_id, pid, beat_ms) VALUES (1, ?, ?, ?, ?, ?)').run(
      'ada',
      'cluster-7',
      'b',
      5,
      Date.now(),
    );
    db.close();
    const { connection, hello } = await store.open();
    expect(hello.store).toMatchObject({ state: 'readonly', reason: expect.stringMatching(/ada on cluster-7/) });
    await expect(connection.request('runs/delete', { runIds: ['x'] })).rejects.toMatchObject({ code: 'read_only' });
  });
});

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (isMounted) execFileSync('umount', ['-l', small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('is told, and what was logged meanwhile is taken in when there is space again', async () => {
    const full = testStore(small);
    try {
      const { connection, hello } = await full.open();
      const told: string[] = [];
      connection.onChanged((changed) => {
        if (changed.store) told.push('reason' in changed.store ? changed.store.reason : changed.store.state);
      });
      process.kill(hello.engine.pid, 'SIGSTOP'); // so that it takes nothing in before the disk is full
      const run = preparedRun(full);
      writeRunner(run.folder, {});
      writeJournal(run.folder, points(0, 30_000));
      const filler = join(small, 'filler');
      fillUp(filler);
      process.kill(hello.engine.pid, 'SIGCONT');
      await until('it is told', () => told.some((reason) => reason.includes('disk')));
      rmSync(filler);
      await until('it is told that all is well', () => told.at(-1) === 'ready');
      expect(await ended(connection, run.spec.run_id)).toMatchObject({ timing: { status: 'FINISHED' } });
      const { metrics } = await connection.request('runs/metrics', { runId: run.spec.run_id });
      expect(metrics[0]?.count).toBe(30_000);
    } finally {
      await full.dispose();
    }
  });
});

describe('a connection', () => {
  it('that the user does not trust changes nothing', async () => {
    const { connection } = await store.open({ trusted: false });
    expect((await connection.request('runs/list', {})).runs).toEqual([]);
    for (const method of ['runs/stop', 'runs/announce'] as const) {
      await expect(connection.request(method, { runId: 'x' })).rejects.toMatchObject({ code: 'not_trusted' });
    }
    await expect(connection.request('runs/delete', { runIds: ['x'] })).rejects.toMatchObject({ code: 'not_trusted' });
    const edits = [{ runId: 'x', name: 'y' }];
    await expect(connection.request('runs/edit', { edits })).rejects.toMatchObject({ code: 'not_trusted' });
  });

  it('is told what is wrong with a request', async () => {
    const { connection } = await store.open();
    await expect(connection.request('runs/list', { limit: 100_000 })).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringMatching(/limit/),
    });
    await expect(connection.request('runs/list', { pageToken: 'garbage' })).rejects.toMatchObject({
      code: 'bad_request',
    });
    await expect(connection.request('runs/get', { runId: '../../etc' })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(connection.request('runs/get', { runId: 'missing' })).rejects.toMatchObject({ code: 'not_found' });
  });
});
