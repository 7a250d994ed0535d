import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeShim } from '../../src/extension/terminals/shim';
import { collectVariables, type TerminalWishes } from '../../src/extension/terminals/variables';

const wishes: TerminalWishes = {
  platform: 'linux',
  shim: '/storage/bin/loopwright',
  hookFolder: '/extension/python/hook',
  folders: [{ folder: '/work', store: '/work/.loopwright' }],
  pythonPath: '',
};

describe('the variables of a terminal', () => {
  it('put the command behind what is on the PATH, and nothing else where tracking is off', () => {
    expect(collectVariables({ ...wishes, folders: [] })).toEqual({ pathSuffix: ':/storage/bin', set: {} });
  });

  it('never leave an empty part in PYTHONPATH, which would mean the working folder', () => {
    expect(collectVariables(wishes).set.PYTHONPATH).toBe('/extension/python/hook');
    expect(collectVariables({ ...wishes, pythonPath: '/a:/b' }).set.PYTHONPATH).toBe('/extension/python/hook:/a:/b');
  });

  it('name the command, the folders and their stores', () => {
    const folders = [...wishes.folders, { folder: '/other', store: '/.loopwright' }];
    expect(collectVariables({ ...wishes, folders }).set.LOOPWRIGHT_TERMINAL).toBe(
      '/storage/bin/loopwright\n/work/.loopwright\t/work\n/.loopwright\t/other',
    );
  });

  it('leave out what can not be said in them', () => {
    const odd = [{ folder: '/a\nb', store: '/a\nb/.loopwright' }];
    expect(collectVariables({ ...wishes, folders: odd }).set).toEqual({});
    expect(collectVariables({ ...wishes, hookFolder: '/a:b/hook' }).set).toEqual({});
    const windows = { ...wishes, platform: 'win32', shim: 'C:\\bin\\loopwright.cmd' } as const;
    expect(collectVariables(windows)).toEqual({ pathSuffix: ';C:\\bin', set: {} });
  });
});

describe('the loopwright command', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "lw-it's "))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('runs the command line with every word as it was, and its exit code', async () => {
    const cliFile = join(folder, 'cli.js');
    writeFileSync(cliFile, 'console.log(JSON.stringify(process.argv.slice(2))); process.exit(7);');
    const path = await makeShim(join(folder, 'bin'), { runtime: process.execPath, isElectron: false, cliFile });
    const words = ['a b', '', '$HOME', "it's", '*', '-x'];
    const { stdout, status } = spawnSync(path, words, { encoding: 'utf8' });
    expect([JSON.parse(stdout), status]).toEqual([words, 7]);
  });

  it('tells an Electron to play Node, and is written again only where that changes it', async () => {
    const parts = { runtime: '/usr/share/code/code', cliFile: '/ext/cli.js', isElectron: true };
    const path = await makeShim(folder, parts);
    expect(readFileSync(path, 'utf8')).toContain(
      `ELECTRON_RUN_AS_NODE=1 exec '/usr/share/code/code' '/ext/cli.js' "$@"`,
    );
    const { ino } = statSync(path);
    await makeShim(folder, parts);
    expect(statSync(path).ino).toBe(ino);
    await makeShim(folder, { ...parts, cliFile: '/ext2/cli.js' });
    expect(readFileSync(path, 'utf8')).toContain('/ext2/cli.js');
  });

  it('is a command file on Windows', async () => {
    const path = await makeShim(folder, { runtime: 'C:\\Code.exe', isElectron: true, cliFile: 'C:\\cli.js' }, 'win32');
    expect(path.endsWith('loopwright.cmd')).toBe(true);
    expect(readFileSync(path, 'utf8').split('\r\n').slice(2)).toEqual([
      'set ELECTRON_RUN_AS_NODE=1',
      '"C:\\Code.exe" "C:\\cli.js" %*',
      '',
    ]);
  });
});
