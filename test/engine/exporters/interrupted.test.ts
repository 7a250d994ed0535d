/** Exports that are broken off, refused or find no room: what is under a name is whole, and the next goes on. */
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repository, until } from '../support';
import { type ExportStore, exportStore, rowsOf } from './support';

let store: ExportStore;
beforeEach(() => {
  store = exportStore();
});
afterEach(() => {
  store.dispose();
});

const RUN = 'f'.repeat(32);

/** A run with so many points and artifacts. */
function fill(points: number, artifacts: number, artifactBytes = 10): void {
  store.add([{ id: RUN }]);
  store.addPoint(RUN, 'loss', { step: 0, ms: 0, value: 0 });
  store.db
    .prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
       INSERT INTO points SELECT (SELECT metric_id FROM metrics), i, i, i, i / 7.0 FROM n`,
    )
    .run(points);
  store.db.prepare('UPDATE metrics SET count = ?').run(points);
  const folder = join(store.root, 'runs', RUN, 'artifacts');
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < artifacts; index++)
    writeFileSync(join(folder, `file-${String(index)}`), Buffer.alloc(artifactBytes));
}

describe('an export that is cancelled', () => {
  it.each(['mlflow.db', 'runs.csv', 'runs.parquet', 'runs.json'])('leaves nothing of %s', async (name) => {
    fill(100_000, 0);
    const abort = new AbortController();
    const seen: number[] = [];
    const cancelled = store.export(
      { path: name },
      {
        signal: abort.signal,
        progress: ({ done, total }) => {
          seen.push(total);
          if (done > 0) abort.abort();
        },
      },
    );
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen[0]).toBe(100_001);
    expect(readdirSync(store.out)).toEqual([]);
  });
});

describe('an export whose process is killed', () => {
  it.each(['runs', 'artifacts'])('while it is at the %s leaves no half file, and the next is whole', async (step) => {
    fill(60_000, 400);
    const path = join(store.out, 'mlflow.db');
    const job = fork(join(repository, 'dist/job.js'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    job.send({
      kind: 'task',
      name: 'export/write',
      params: { store: store.root, order: { path, mlflow: '3', overwrite: false } },
    });
    await reached(job, step);
    job.kill('SIGKILL');
    await until('it has ended', () => job.signalCode !== null);
    expect(existsSync(path)).toBe(false);
    const result = await store.export({ path: 'mlflow.db' });
    expect(result).toMatchObject({ artifacts: 400, problems: [] });
    expect(readdirSync(store.out).sort()).toEqual(['mlflow-artifacts', 'mlflow.db']);
    expect(rowsOf(path, 'SELECT count(*) AS count FROM metrics')).toEqual([{ count: 60_000 }]);
    const copied = join(store.out, 'mlflow-artifacts/0', RUN, 'artifacts');
    expect(readdirSync(copied).filter((name) => !name.startsWith('file-'))).toEqual([]);
    expect(readdirSync(copied)).toHaveLength(400);
  });

  const reached = (job: ChildProcess, step: string): Promise<void> =>
    new Promise((resolve) => {
      job.on('message', (message: { kind: string; value?: { step: string; done: number } }) => {
        if (message.kind === 'progress' && message.value?.step === step) resolve();
      });
    });
});

describe('what is there already', () => {
  it('is not written over unless that is said', async () => {
    store.add([{ id: RUN }]);
    writeFileSync(join(store.out, 'runs-points.csv'), 'mine');
    await expect(store.export({ path: 'runs.csv' })).rejects.toMatchObject({ code: 'bad_request' });
    expect(readdirSync(store.out)).toEqual(['runs-points.csv']);
    await store.export({ path: 'runs.csv', overwrite: true });
    expect(readdirSync(store.out).sort()).toEqual(['runs-points.csv', 'runs.csv']);
  });

  it('is a folder that files with names of ours go into', async () => {
    store.add([{ id: RUN }]);
    mkdirSync(join(store.out, 'v1.2'));
    const main = async (path: string, format?: 'csv' | 'json') =>
      (await store.export({ path, ...(format ? { format } : {}) })).files[0]?.slice(store.out.length + 1);
    expect(await main('v1.2')).toBe('v1.2/mlflow.db');
    expect(await main('v1.2', 'json')).toBe('v1.2/runs.json');
    expect(await main('new', 'csv')).toBe('new/runs.csv');
    expect(await main('table.txt', 'csv')).toBe('table.txt');
    await expect(main('table.xlsx')).rejects.toThrow(/can't be told from its ending/);
  });
});

describe('a place that can not be', () => {
  it('is refused: the store itself, or below a file', async () => {
    store.add([{ id: RUN }]);
    const inside = join('..', store.root.slice(tmpdir().length + 1), 'x.csv');
    await expect(store.export({ path: inside })).rejects.toThrow(/in the store itself/);
    writeFileSync(join(store.out, 'file'), '');
    await expect(store.export({ path: 'file/x.csv' })).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (!isMounted) return;
    spawnSync('umount', [small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('is said, for rows and for artifacts, and leaves no half file', async () => {
    fill(50_000, 3, 600_000);
    const away = join('..', small.slice(tmpdir().length + 1));
    for (const name of ['x.csv', 'x.parquet', 'x.json', 'x.db']) {
      await expect(store.export({ path: join(away, name) })).rejects.toMatchObject({
        code: 'read_only',
        message: expect.stringMatching(/the disk is full/) as string,
      });
      expect(readdirSync(small)).toEqual([]);
    }
    store.db.exec('DELETE FROM points');
    await expect(store.export({ path: join(away, 'x.db') })).rejects.toThrow(/the disk is full/);
    expect(readdirSync(small)).toEqual(['x-artifacts']);
  });
});
