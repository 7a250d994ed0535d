import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { ended, filesOf, opened } from './data.support';
import { preparedRun, pythonPath, type TestStore, testStore, until, writeJournal, writeRunner } from './support';
import { rare } from '../support/rare';

let store: TestStore;
let connection: EngineConnection;
beforeEach(async () => {
  store = testStore();
  ({ connection } = await store.open());
});
afterEach(() => store.dispose());

const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');
const objectOf = (digest: string) => join(store.paths.root, 'cache/files/md5', digest.slice(0, 2), digest.slice(2));

function write(name: string, data: string | Buffer): string {
  const path = join(store.folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, data);
  return path;
}

describe('the digest of a file', () => {
  it('is the MD5 of its whole content, for what was read and what was written', async () => {
    const input = write('in.bin', Buffer.alloc(9_000_001, 'abc'));
    const output = write('out.bin', '');
    const { runId } = await ended(store, connection, [opened(input), opened(output, 'w')]);
    expect((await filesOf(connection, runId, 'in')).get(input)).toMatchObject({
      md5: md5(readFileSync(input)),
      sizeBytes: 9_000_001,
      problem: null,
    });
    expect((await filesOf(connection, runId, 'out')).get(output)).toMatchObject({
      md5: 'd41d8cd98f00b204e9800998ecf8427e',
      sizeBytes: 0,
      pinned: false,
    });
    const { work } = await connection.request('runs/get', { runId });
    expect(work.find(({ kind }) => kind === 'data')).toMatchObject({ state: 'done', reason: null });
  });

  rare('is not given to an input that has changed since, nor to one without a recorded time', async () => {
    const input = write('in.csv', 'a\n1\n');
    const blind = write('blind.csv', 'a\n1\n');
    const records = [opened(input, 'rw'), ['file', Date.now() - 5000, { path: blind, mode: 'r', via: 'inotify' }]];
    appendFileSync(input, '2\n');
    const { runId } = await ended(store, connection, records);
    const inputs = await filesOf(connection, runId, 'in');
    expect(inputs.get(input)).toMatchObject({ md5: null, problem: 'changed after it was read', pinned: false });
    expect(inputs.get(blind)).toMatchObject({ md5: null, problem: 'changed after it was read' });
    expect((await filesOf(connection, runId, 'out')).get(input)).toMatchObject({ md5: md5('a\n1\n2\n') });
  });

  it('is not given to an output that somebody has changed after the run', async () => {
    const output = write('out.txt', 'x');
    const { runId } = await ended(store, connection, [opened(output, 'w')], { endMs: Date.now() - 1000 });
    expect((await filesOf(connection, runId, 'out')).get(output)).toMatchObject({
      md5: null,
      problem: 'changed after the run had ended',
    });
  });

  rare('says the true reason where there is none', async () => {
    const fifo = join(store.folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const gone = write('gone', 'x');
    const records = [opened(gone)];
    rmSync(gone);
    const sparse = write('sparse', '');
    truncateSync(sparse, 5e12);
    const loop = join(store.folder, 'loop');
    symlinkSync(loop, loop);
    const folder = join(store.folder, 'folder');
    mkdirSync(folder);
    const strange = write('new\nline.csv', 'a,b\n1,2\n');
    const said = (path: string) => ['file', Date.now(), { path, mode: 'r', via: 'audit' }];
    const remote = ['file', Date.now(), { path: 's3://bucket/a', mode: 'r', via: 'fsspec', kind: 'remote' }];
    const { runId } = await ended(store, connection, [
      ...records,
      ...[fifo, sparse, loop, folder, '/dev/zero', `${store.folder}/\udc80`].map(said),
      remote,
      opened(strange),
    ]);
    const inputs = await filesOf(connection, runId, 'in');
    const problems = Object.fromEntries([...inputs.values()].map(({ path, problem }) => [path, problem]));
    expect(problems).toEqual({
      [fifo]: 'it is a pipe, a socket or a device: it has no content of its own',
      '/dev/zero': 'it is a pipe, a socket or a device: it has no content of its own',
      [gone]: 'not there any more',
      [sparse]: 'a sparse file, mostly holes: not hashed',
      [loop]: "can't be read: a link that leads to itself",
      [folder]: 'it is a folder now',
      [`${store.folder}/\ufffd`]: 'its name is no valid UTF-8: it can not be found again',
      's3://bucket/a': 'remote: not pinned',
      [strange]: null,
    });
    expect(inputs.get(strange)).toMatchObject({ md5: md5('a,b\n1,2\n'), rowCount: 1, pinned: true });
  });

  it('comes while the script runs, and outlives a later overwriting of the input', async () => {
    const input = write('in.csv', 'a\n1\n');
    const run = preparedRun(store);
    const { run_id: runId } = run.spec;
    writeRunner(run.folder, {
      state: 'running',
      keeper: {
        pid: process.pid,
        start:
          readFileSync(`/proc/${String(process.pid)}/stat`, 'utf8')
            .split(') ')[1]
            ?.split(' ')[19] ?? '',
      },
      boot_id: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    });
    writeJournal(run.folder, [opened(input)]);
    await connection.request('runs/announce', { runId });
    await until(
      'the input has its digest',
      async () => (await filesOf(connection, runId, 'in')).get(input)?.md5 === md5('a\n1\n'),
    );
    expect((await connection.request('runs/get', { runId })).run.timing.status).toBe('RUNNING');
    writeFileSync(input, 'a\n2\n');
    writeRunner(run.folder, {});
    await until('the run is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
    expect((await filesOf(connection, runId, 'in')).get(input)).toMatchObject({
      md5: md5('a\n1\n'),
      pinned: true,
      problem: null,
    });
    expect(readFileSync(objectOf(md5('a\n1\n')), 'utf8')).toBe('a\n1\n');
  });

  rare('is not made again for a file that nobody has touched', async () => {
    const input = write('in.bin', 'abc');
    const anHourAgo = Date.now() / 1000 - 3600;
    utimesSync(input, anHourAgo, anHourAgo);
    await new Promise((resolve) => setTimeout(resolve, 2100)); // until its change counts as settled
    await ended(store, connection, [opened(input)]);
    // What only who did not read the file again would say.
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(join(store.paths.root, 'cache/digests.db'));
    db.prepare('UPDATE digests SET md5 = ?').run('0'.repeat(32));
    db.close();
    mkdirSync(join(objectOf('0'.repeat(32)), '..'));
    writeFileSync(objectOf('0'.repeat(32)), 'abc');
    const { runId } = await ended(store, connection, [opened(input)]);
    expect((await filesOf(connection, runId, 'in')).get(input)?.md5).toBe('0'.repeat(32));
  });

  it('needs no cache that can be read', async () => {
    const input = write('in.bin', 'abc');
    write('.loopwright/cache/digests.db', 'no database at all, but text of some length');
    const { runId } = await ended(store, connection, [opened(input)]);
    expect((await filesOf(connection, runId, 'in')).get(input)?.md5).toBe(md5('abc'));
  });
});

describe('what is kept', () => {
  it('are inputs up to the limit, in the layout of DVC, each once', async () => {
    const small = write('small', 'small');
    const again = write('again', 'small');
    const large = write('large', Buffer.alloc(10_000_001));
    const records = [opened(small), opened(again), opened(large)];
    const { runId } = await ended(store, connection, records);
    const inputs = await filesOf(connection, runId, 'in');
    expect([...inputs.values()].map(({ path, pinned }) => [path, pinned]).sort()).toEqual(
      [
        [small, true],
        [again, true],
        [large, false],
      ].sort(),
    );
    const object = objectOf(md5('small'));
    expect(readFileSync(object, 'utf8')).toBe('small');
    expect(statSync(object).mode & 0o777).toBe(0o444);
    expect(existsSync(objectOf(md5(readFileSync(large))))).toBe(false);
    expect(readdirSync(join(store.paths.root, 'cache/drafts'))).toEqual([]);
  });

  it('is a folder with all of its files, its digest that of DVC', async () => {
    write('data/foo', 'foo');
    write('data/bar', 'bar');
    write('data/.git/x', 'not part of it');
    const path = join(store.folder, 'data');
    const { runId } = await ended(store, connection, [
      ['file', Date.now(), { path, mode: 'r', via: 'audit', kind: 'folder', files: 2 }],
    ]);
    expect((await filesOf(connection, runId, 'in')).get(path)).toMatchObject({
      md5: '5ea40360f5b4ec688df672a4db9c17d1.dir',
      sizeBytes: 6,
      fileCount: 2,
      pinned: true,
      problem: null,
    });
    expect(readFileSync(objectOf('5ea40360f5b4ec688df672a4db9c17d1.dir'), 'utf8')).toBe(
      '[{"md5": "37b51d194a7513e45b56f6524f2d51f2", "relpath": "bar"}, {"md5": "acbd18db4cc2f85cedef654fccc4a4d8", "relpath": "foo"}]',
    );
    expect(readFileSync(objectOf('acbd18db4cc2f85cedef654fccc4a4d8'), 'utf8')).toBe('foo');
  });

  rare('is no folder that is not whole', async () => {
    write('data/foo', 'foo');
    symlinkSync('..', join(store.folder, 'data/up'));
    const path = join(store.folder, 'data');
    const { runId } = await ended(store, connection, [
      ['file', Date.now(), { path, mode: 'r', via: 'audit', kind: 'folder', files: 1 }],
    ]);
    expect((await filesOf(connection, runId, 'in')).get(path)).toMatchObject({
      md5: null,
      problem: 'up is a link to a folder: what is behind it would be missing',
    });
  });

  it('says that a file may not be read', async ({ skip }) => {
    skip(process.getuid?.() === 0, 'root may read every file');
    const input = write('secret', 'x');
    const record = opened(input);
    chmodSync(input, 0);
    const { runId } = await ended(store, connection, [record]);
    expect((await filesOf(connection, runId, 'in')).get(input)?.problem).toBe("can't be read: no permission");
  });
});

describe('what a table holds', () => {
  /** By name: the content, then how many rows of which columns it has. */
  const TABLES: Readonly<Record<string, readonly [string, number | null, string[]?]>> = {
    't.csv': ['a,b\n1,x\n2,y\n', 2, ['a BIGINT', 'b VARCHAR']],
    'strange [x]*?\'".csv': ['a;b\n1;2.5\n', 1, ['a BIGINT', 'b DOUBLE']],
    'year=2024/t.tsv': ['a\tb\n1\tx, y\n', 1, ['a BIGINT', 'b VARCHAR']],
    't.jsonl': ['{"a":1,"b":[1]}\n{"a":2}\n', 2, ['a BIGINT', 'b BIGINT[]']],
    't.json': ['[{"a":1},{"a":2}]', 2, ['a BIGINT']],
    'config.json': ['{"lr": 0.1}', null],
    'empty.csv': ['', null],
  };
  const tablesOf = async (paths: readonly string[]) => {
    const { runId } = await ended(
      store,
      connection,
      paths.map((path) => opened(path)),
    );
    const inputs = await filesOf(connection, runId, 'in');
    return paths.map((path) => {
      const file = inputs.get(path);
      return [file?.rowCount, file?.columns?.map(({ name, type }) => `${name} ${type}`), file?.problem];
    });
  };

  rare('is read from text, however the file is called', async () => {
    const names = Object.keys(TABLES);
    const tables = await tablesOf(names.map((name) => write(name, TABLES[name]?.[0] ?? '')));
    expect(Object.fromEntries(names.map((name, index) => [name, tables[index]]))).toEqual(
      Object.fromEntries(Object.entries(TABLES).map(([name, [, rows, columns]]) => [name, [rows, columns, null]])),
    );
  });

  it('is read from Parquet, and not known of what only has the name of it: there the digest stands', async () => {
    const path = join(store.folder, 't.parquet');
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const writer = await (await DuckDBInstance.create(':memory:')).connect();
    await writer.run(`COPY (SELECT i AS id, i / 2 AS half FROM range(5000) t(i)) TO '${path}'`);
    writer.closeSync();
    const [table, other] = await tablesOf([path, write('other.parquet', 'no Parquet')]);
    expect(table).toEqual([5000, ['id BIGINT', 'half DOUBLE'], null]);
    expect(other).toEqual([null, undefined, expect.stringMatching(/^not read as a table: /)]);
  });
});

it('takes up the hashing again when the engine was killed in the middle of it', async () => {
  const input = write('large', Buffer.alloc(200_000_000, 'x'));
  const run = preparedRun(store);
  const { run_id: runId } = run.spec;
  writeJournal(run.folder, [opened(input)]);
  writeRunner(run.folder, {});
  await connection.request('runs/announce', { runId });
  const { pid } = await connection.request('engine/status', {});
  process.kill(pid, 'SIGKILL');
  const { connection: next } = await store.open();
  await until('the run is complete', async () => (await next.request('runs/get', { runId })).isComplete);
  expect((await filesOf(next, runId, 'in')).get(input)).toMatchObject({
    md5: execFileSync(
      pythonPath(),
      ['-c', `import hashlib; print(hashlib.md5(open(${JSON.stringify(input)}, 'rb').read()).hexdigest())`],
      { encoding: 'utf8' },
    ).trim(),
    problem: null,
  });
});
