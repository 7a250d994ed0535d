/** Runs that share a store: one in another, and two at once. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cliFile, Finished, RunDocument, RunList, workplace, type Workplace } from './support';

let at: Workplace;
beforeAll(() => {
  at = workplace({ capture: false });
});
afterAll(() => at.dispose());

const shown = (id: string) => at.json(RunDocument, ['runs', 'show', id]);

describe('a run in a run', () => {
  const nested = (...words: string[]) =>
    `import subprocess, sys\nsys.exit(subprocess.call(${JSON.stringify([process.execPath, cliFile, 'run', ...words])}))\n`;

  it('is its child', async () => {
    at.write('child.py', 'import loopwright\nloopwright.log(inner=1)\n');
    at.write('parent.py', nested('--name', 'inner', 'child.py'));
    const parent = await at.json(Finished, ['run', 'parent.py']);
    const { runs } = await at.json(RunList, ['runs', 'list', '--all', '--limit', '2']);
    expect(runs.map(({ name, parent_run_id }) => [name, parent_run_id])).toEqual([
      ['inner', parent.run_id],
      ['parent', null],
    ]);
    expect(await shown(parent.run_id)).toMatchObject({ child_count: 1, metrics: {} });
    expect((await shown(runs[0]?.run_id ?? '')).metrics).toHaveProperty('inner');
    // Not among the runs of the first level.
    expect((await at.json(RunList, ['runs', 'list', '--limit', '1'])).runs[0]?.run_id).toBe(parent.run_id);
  });

  it('goes to the same store where its folder has none', async () => {
    const elsewhere = at.write('elsewhere/.git/HEAD', '').replace(/\/\.git\/HEAD$/, '');
    at.write('elsewhere/child.py', '');
    at.write('away.py', `import os\nos.chdir(${JSON.stringify(elsewhere)})\n${nested('child.py')}`);
    const parent = await at.json(Finished, ['run', 'away.py']);
    expect(await shown(parent.run_id)).toMatchObject({ child_count: 1 });
    expect(existsSync(join(elsewhere, '.loopwright'))).toBe(false);
  });

  it("is nobody's child in another store", async () => {
    const parent = await at.json(Finished, ['run', '--store', 'first-store', 'parent.py']);
    expect(parent.store).toBe(join(at.folder, 'first-store'));
    at.write('other.py', nested('--store', 'second-store', 'child.py'));
    await at.call(['run', '--store', 'first-store', 'other.py']);
    const { runs } = await at.json(RunList, ['runs', 'list', '--store', 'second-store', '--all']);
    expect(runs.map(({ parent_run_id }) => parent_run_id)).toEqual([null]);
    for (const store of ['first-store', 'second-store']) await at.call(['engine', 'stop', '--store', store]);
  });
});

it('two at once in a new store share it', async () => {
  at.write('fresh/.git/HEAD', '');
  at.write(
    'fresh/slow.py',
    'import time, loopwright\nfor i in range(5):\n    loopwright.log(x=i)\n    time.sleep(0.05)\n',
  );
  const cwd = join(at.folder, 'fresh');
  const both = await Promise.all([1, 2].map(() => at.json(Finished, ['run', 'slow.py'], { cwd })));
  expect(both.map(({ status, metrics }) => [status, metrics.x?.count])).toEqual([
    ['FINISHED', 5],
    ['FINISHED', 5],
  ]);
  const { runs } = await at.json(RunList, ['runs', 'list'], { cwd });
  expect(runs.map(({ run_id }) => run_id).sort()).toEqual(both.map(({ run_id }) => run_id).sort());
  await at.call(['engine', 'stop'], { cwd });
});
