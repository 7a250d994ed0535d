import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureCell, HookLink } from '../../src/extension/notebooks/followHook';
import { FollowedFile, FollowIndex } from '../../src/extension/notebooks/followIndex';
import { startOf } from '../../src/protocol/node/processes';
import { pythonParts } from '../engine/support';
import { memoryLog } from './support';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lw-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the list of notebooks that are followed', () => {
  const names = () => readdirSync(join(folder, 'followed')).sort();

  it('says of each which run goes on, the last word only, and nothing when it is over', async () => {
    const log = memoryLog();
    const index = new FollowIndex(join(folder, 'followed'), process.pid, log);
    index.set('/w/a.ipynb', null, 0);
    index.set('/w/a.ipynb', '/w/.loopwright/runs/1', 4);
    index.set('/w/b.ipynb', null, 0);
    await index.settled();
    const files = names().map((name) =>
      FollowedFile.parse(JSON.parse(readFileSync(join(folder, 'followed', name), 'utf8'))),
    );
    const window = { format: 1, pid: process.pid, start: startOf(process.pid) };
    expect(files).toHaveLength(2);
    expect(files).toContainEqual({ ...window, notebook: '/w/a.ipynb', run: '/w/.loopwright/runs/1', over: 4 });
    index.remove('/w/a.ipynb');
    index.set('/w/a.ipynb', null, 0);
    index.remove('/w/a.ipynb');
    index.remove('/w/b.ipynb');
    await index.settled();
    expect(names()).toEqual([]);
    expect(log.lines).toEqual([]);
  });

  it('is rid of what windows have left behind that are gone', async () => {
    const index = new FollowIndex(join(folder, 'followed'), process.pid, memoryLog());
    index.set('/w/a.ipynb', null, 0);
    await index.settled();
    const [own = ''] = names();
    const file = FollowedFile.parse(JSON.parse(readFileSync(join(folder, 'followed', own), 'utf8')));
    writeFileSync(join(folder, 'followed', 'other.json'), JSON.stringify({ ...file, start: '1' }));
    writeFileSync(join(folder, 'followed', 'torn.json'), '{');
    index.sweep();
    await index.settled();
    expect(names()).toEqual([own]);
  });
});

describe('the link to the hook', () => {
  const hook = join(pythonParts.folder, 'hook');

  it('is made when asked for, and points to the extension that was started last', async () => {
    const log = memoryLog();
    const link = new HookLink(folder, hook, log);
    await link.renew();
    expect(existsSync(join(folder, 'hook'))).toBe(false);
    await link.make();
    await link.make();
    expect(readlinkSync(join(folder, 'hook'))).toBe(hook);
    await new HookLink(folder, join(folder, 'newer'), log).renew();
    expect(readlinkSync(join(folder, 'hook'))).toBe(join(folder, 'newer'));
    expect(readdirSync(folder)).toEqual(['hook']);
    expect(log.lines).toEqual([]);
  });

  it('is named so that Python finds it, from the home folder where it lies in that', async () => {
    const link = new HookLink(folder, hook, memoryLog());
    await link.make();
    const lines = captureCell(link.source)
      .split('\n')
      .filter((line) => !line.startsWith('%'));
    const code = [...lines, 'import loopwright', 'print(loopwright.load_ipython_extension.__name__)'].join('\n');
    const { stdout, stderr } = spawnSync('python3', ['-c', code], { encoding: 'utf8' });
    expect([stdout.trim(), stderr]).toEqual(['load_ipython_extension', '']);
    const inHome = new HookLink(join(homedir(), 'state', 'x'), hook, memoryLog());
    expect(inHome.source).toBe('os.path.expanduser("~/state/x/hook")');
  });
});
