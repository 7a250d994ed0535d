import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectTo } from '../../src/client/connection';
import { compareVersions } from '../../src/client/engine';
import { findInterpreter } from '../../src/client/interpreter';
import { againOf, DEBUG_TAG, prepareRun } from '../../src/client/launch';
import { newRunId } from '../../src/protocol/node/runId';
import { addressesOf, tokenOf } from '../../src/protocol/node/addresses';
import { proveAsServer } from '../../src/protocol/node/proof';
import { isAlive, startOf } from '../../src/protocol/node/processes';
import { findStore, isAdopted, pathsOf } from '../../src/protocol/node/storeFolder';
import { RunSpec } from '../../src/protocol/runFolder';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'lw-client-')));
  process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'state');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const python = (path: string): string => {
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, '#!/bin/sh\n');
  chmodSync(path, 0o755);
  return path;
};

describe('finding Python', () => {
  const find = (wishes: Partial<Parameters<typeof findInterpreter>[0]>) =>
    findInterpreter({ folder, env: { PATH: join(folder, 'bin') }, ...wishes });

  it('takes the wished one, the active one, that of .venv, that of the PATH, in this order', () => {
    const onPath = python(join(folder, 'bin/python3'));
    expect(find({})).toBe(onPath);
    const inFolder = python(join(folder, '.venv/bin/python'));
    expect(find({})).toBe(inFolder);
    const active = python(join(folder, 'active/bin/python'));
    const env = { PATH: join(folder, 'bin'), VIRTUAL_ENV: join(folder, 'active') };
    expect(find({ env })).toBe(active);
    const wished = python(join(folder, 'mine/python'));
    expect(find({ env, wished })).toBe(wished);
    expect(find({ env, wished: 'python3' })).toBe(onPath);
  });

  it('looks for .venv upwards, but not above the given folder', () => {
    const found = python(join(folder, '.venv/bin/python'));
    const below = join(folder, 'a/b');
    mkdirSync(below, { recursive: true });
    expect(find({ folder: below, stopAt: folder })).toBe(found);
    expect(() => find({ folder: below, stopAt: join(folder, 'a') })).toThrow(/Python was not found/);
  });

  it('says which wish could not be granted', () => {
    expect(() => find({ wished: '/nowhere/python' })).toThrow(/\/nowhere\/python was not found/);
  });

  it('does not let a relative entry of the PATH choose what is run', () => {
    python(join(folder, 'bin/python3'));
    expect(() => find({ env: { PATH: 'bin' } })).toThrow(/Python was not found/);
  });
});

describe('finding the store', () => {
  it('goes upwards to the repository and no further', () => {
    mkdirSync(join(folder, '.loopwright'));
    mkdirSync(join(folder, 'repo/.git'), { recursive: true });
    mkdirSync(join(folder, 'repo/src'));
    expect(findStore(join(folder, 'repo/src'))).toBe(join(folder, 'repo/src/.loopwright'));
    mkdirSync(join(folder, 'repo/.loopwright'));
    expect(findStore(join(folder, 'repo/src'))).toBe(join(folder, 'repo/.loopwright'));
    mkdirSync(join(folder, 'plain/sub'), { recursive: true });
    expect(findStore(join(folder, 'plain/sub'))).toBe(join(folder, '.loopwright'));
  });
});

describe('preparing a run', () => {
  const request = {
    target: { kind: 'script', file: 'train.py', args: ['-x', '1'] },
    python: '/usr/bin/python3',
  } as const;

  it('writes what is asked for, then the marker, in a store that is adopted', () => {
    const store = join(folder, '.loopwright');
    const {
      spec,
      folder: runFolder,
      runner,
    } = prepareRun(store, { ...request, cwd: folder, params: { lr: '1' } }, { folder: '/py' });
    expect(RunSpec.parse(JSON.parse(readFileSync(join(runFolder, 'spec.json'), 'utf8')))).toEqual(spec);
    expect(spec).toMatchObject({
      argv: ['/usr/bin/python3', 'train.py', '-x', '1'],
      name: 'train',
      params: { lr: '1' },
      hook_dir: '/py/hook',
    });
    expect(runner).toEqual(['/usr/bin/python3', '-I', '-S', '/py/runner', runFolder]);
    expect(readFileSync(join(store, 'active', spec.run_id), 'utf8')).toBe('');
    expect(readFileSync(join(store, '.gitignore'), 'utf8')).toBe('*\n');
    expect(isAdopted(pathsOf(store))).toBe(true);
  });

  it('is undone by nothing when asked for again: the same command, a new run', () => {
    const store = join(folder, '.loopwright');
    const first = prepareRun(store, { ...request, cwd: folder }, { folder: '/py' }).spec;
    const second = prepareRun(store, againOf(first), { folder: '/py' }).spec;
    const { run_id: firstId, created_ms, socket, ...rest } = first;
    expect(second).toMatchObject(rest);
    expect(second.run_id).not.toBe(firstId);
  });

  it.each([
    { kind: 'script', file: 'a.py', args: ['-m', 'x', 'a.py'] },
    { kind: 'module', module: 'pack.train', args: ['-m', 'pack.train'] },
  ] as const)("keeps the interpreter's options, and leaves a debugger out when run again: $kind", (target) => {
    const store = join(folder, '.loopwright');
    const again = (change: object) =>
      prepareRun(
        store,
        againOf(prepareRun(store, { ...request, cwd: folder, target, ...change }, { folder: '/py' }).spec),
        {
          folder: '/py',
        },
      ).spec;
    const [plain, tuned] = [again({}), again({ pythonArgs: ['-X', 'dev', '-u'], env: { A: '1' } })];
    expect(tuned.argv).toEqual([request.python, '-X', 'dev', '-u', ...plain.argv.slice(1)]);
    expect(tuned.env).toEqual({ A: '1' });
    const debugged = again({ pythonArgs: ['-m', 'debugpy', '--listen', '1'], tags: { [DEBUG_TAG]: 'true', a: 'b' } });
    expect(debugged.argv).toEqual(plain.argv);
    expect(debugged.tags).toEqual({ a: 'b' });
  });

  it('gives ids that sort by time', () => {
    const ids = [1_700_000_000_000, 1_700_000_000_001, 1_800_000_000_000].map(newRunId);
    expect([...ids].sort()).toEqual(ids);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
  });
});

describe('addresses', () => {
  it('are private, short, and the same for every way to the store', () => {
    const store = join(folder, 'a folder');
    mkdirSync(store);
    symlinkSync(store, join(folder, 'link'));
    const [direct, linked] = [addressesOf(store), addressesOf(join(folder, 'link'))];
    expect(linked.engineSocket).toBe(direct.engineSocket);
    expect(direct.engineSocket.length).toBeLessThanOrEqual(100);
    expect(tokenOf(direct)).toMatch(/^[0-9a-f]{64}$/);
    expect(tokenOf(linked)).toBe(tokenOf(direct));
  });

  it('move where sockets fit when the state folder has a long path', () => {
    process.env.LOOPWRIGHT_STATE_DIR = join(folder, 'x'.repeat(120));
    const store = join(folder, 's');
    mkdirSync(store);
    expect(addressesOf(store).runSocket(newRunId(1)).length).toBeLessThanOrEqual(100);
  });
});

describe('the proof of the token', () => {
  const listen = async (token: string) => {
    const path = join(folder, 's.sock');
    const results: (string | null)[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      proveAsServer(socket, token).then(
        () => results.push(null),
        (error: unknown) => {
          results.push(String(error));
          socket.destroy();
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    return { path, results, close: () => server.close() };
  };

  it('is refused by a client whose other end does not know it', async () => {
    const server = await listen('theirs');
    await expect(connectTo(server.path, 'ours')).rejects.toThrow(/does not know the token/);
    server.close();
  });

  it('is passed by both who know it', async () => {
    const server = await listen('ours');
    const connection = await connectTo(server.path, 'ours');
    connection.close();
    server.close();
    expect(server.results.filter((result) => result !== null)).toEqual([]);
  });
});

describe('telling processes apart', () => {
  it('knows this one, and not another start of its pid', () => {
    const start = startOf(process.pid);
    expect(start).not.toBeNull();
    expect(isAlive({ pid: process.pid, start: start ?? '' }, 'b', 'b')).toBe(true);
    expect(isAlive({ pid: process.pid, start: '1' }, 'b', 'b')).toBe(false);
    expect(isAlive({ pid: process.pid, start: start ?? '' }, 'an older boot', 'b')).toBe(false);
    expect(startOf(2 ** 22 + 1)).toBeNull();
  });
});

describe('comparing versions', () => {
  it.each([
    ['1.10.0', '1.9.9', 1],
    ['1.0', '1.0.0', 0],
    ['0.9.0', '1.0.0', -1],
  ])('%s with %s', (left, right, expected) => {
    expect(compareVersions(left, right)).toBe(expected);
  });
});
