import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineConnection } from '../../src/client/connection';
import { takeSnapshot } from '../../src/engine/code';
import { CodePlace } from './codeSupport';
import { fillUp, preparedRun, type TestStore, testStore, until, writeRunner } from './support';

let store: TestStore;
beforeEach(() => {
  store = testStore();
});
afterEach(() => store.dispose());

const write = (name: string, text: string | Buffer) => {
  writeFileSync(join(store.folder, name), text);
};
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a', ...args], { cwd: store.folder, encoding: 'utf8' });

async function ran(connection: EngineConnection): Promise<string> {
  const run = preparedRun(store);
  writeRunner(run.folder, {});
  const { run_id: runId } = run.spec;
  await connection.request('runs/announce', { runId });
  await until('the run is complete', async () => (await connection.request('runs/get', { runId })).isComplete);
  return runId;
}
const text = ({ base64 }: { base64: string }) => Buffer.from(base64, 'base64').toString('utf8');

describe('a run', () => {
  it('is complete when its code is kept and checked, and can be compared', async () => {
    git('init', '-q');
    write('a.py', 'one\n');
    write('gone.py', 'gone\n');
    git('add', '.');
    git('commit', '-q', '-m', 'x');
    write('a.py', 'two\n');
    rmSync(join(store.folder, 'gone.py'));
    const { connection } = await store.open();
    const first = await ran(connection);
    const { work } = await connection.request('runs/get', { runId: first });
    expect(work.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['code done', 'codeCheck done', 'data done']);

    const changes = await connection.request('code/changes', { runId: first });
    expect(changes).toMatchObject({ commit: git('rev-parse', 'HEAD').trim(), count: 2 });
    expect(changes.files).toEqual([
      { path: 'a.py', status: 'modified' },
      { path: 'gone.py', status: 'deleted' },
    ]);

    write('b.py', 'three\n');
    const second = await ran(connection);
    write('a.py', 'now\n');
    const between = await connection.request('code/compare', { runId: first, with: { runId: second } });
    expect(between.files).toEqual([{ path: 'b.py', status: 'added' }]);
    const now = await connection.request('code/compare', { runId: second, with: 'now' });
    expect(now.files).toEqual([{ path: 'a.py', status: 'modified' }]);

    const content = (side: 'snapshot' | 'commit', path: string) =>
      connection.request('code/content', { runId: first, side, path });
    expect(text(await content('snapshot', 'a.py'))).toBe('two\n');
    expect(text(await content('commit', 'a.py'))).toBe('one\n');
    for (const path of ['../a.py', '/etc/passwd', './a.py', 'a.py\0', '', '.git/config', ':(top)a.py'])
      await expect(content('snapshot', path), path).rejects.toMatchObject({ code: 'not_found' });
  });

  it('can be compared as soon as it is known: a snapshot that is still made is waited for', async () => {
    write('a.py', 'one\n');
    const { connection } = await store.open();
    const run = preparedRun(store);
    writeRunner(run.folder, {});
    const { run_id: runId } = run.spec;
    await connection.request('runs/announce', { runId });
    const asked = { runId, side: 'snapshot', path: 'a.py' } as const;
    expect(text(await connection.request('code/content', asked))).toBe('one\n');
  });

  it('gives a large file in pieces', async () => {
    const bytes = Buffer.alloc(700_001, 'abcdefg');
    write('data.txt', bytes);
    const { connection } = await store.open();
    const runId = await ran(connection);
    const pieces: Buffer[] = [];
    for (let offset = 0; offset < bytes.length;) {
      const piece = await connection.request('code/content', { runId, side: 'snapshot', path: 'data.txt', offset });
      expect(piece.sizeBytes).toBe(bytes.length);
      pieces.push(Buffer.from(piece.base64, 'base64'));
      offset += pieces.at(-1)?.length ?? 0;
    }
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    const past = { runId, side: 'snapshot', path: 'data.txt', offset: 800_000 } as const;
    expect((await connection.request('code/content', past)).base64).toBe('');
  });

  it('says what is missing: a snapshot, a commit', async () => {
    write('a.py', '1');
    const { connection } = await store.open();
    const runId = await ran(connection);
    await expect(connection.request('code/changes', { runId })).rejects.toThrow('no git repository');
    await expect(connection.request('code/content', { runId, side: 'commit', path: 'a.py' })).rejects.toThrow(
      'no commit',
    );
    const unknown = '0'.repeat(32);
    await expect(connection.request('code/changes', { runId: unknown })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a full disk', () => {
  const small = mkdtempSync(join(tmpdir(), 'lw-small-'));
  const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', small]).status === 0;
  afterAll(() => {
    if (isMounted) execFileSync('umount', ['-l', small]);
    rmSync(small, { recursive: true, force: true });
  });

  it.skipIf(!isMounted)('fails the snapshot with a reason, and the next one is whole', async () => {
    const place = new CodePlace(join(small, 'store'));
    try {
      place.write(Object.fromEntries([1, 2, 3, 4].map((index) => [`f${String(index)}.py`, String(index).repeat(10)])));
      await place.snapshot();
      place.write({ 'random.bin': execFileSync('head', ['-c', '400000', '/dev/urandom']) });
      const { runId } = place.prepare();
      mkdirSync(join(small, 'rest'));
      fillUp(join(small, 'rest', 'filler'));
      await expect(takeSnapshot({ store: place.store, runId })).rejects.toThrow(/disk is full|no space/i);
      rmSync(join(small, 'rest'), { recursive: true });
      expect(Object.keys(place.filesOf((await place.snapshot()).tree))).toHaveLength(5);
    } finally {
      place.dispose();
    }
  });
});
