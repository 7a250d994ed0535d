import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuns, runFile, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const CLI = path.join(import.meta.dirname, '..', '..', 'dist', 'cli.js');
const TRAIN = `import loopwright
for step in range(5):
    loopwright.log(auc=0.9 + step / 100, step=step)
`;

let elsewhere: string;
let workbench: Workbench;
let store: string;

beforeAll(async () => {
  elsewhere = makeStoreElsewhere();
  workbench = await openWorkbench({ files: { 'train.py': TRAIN } });
  store = path.join(workbench.folder, '.loopwright');
});
afterAll(async () => {
  await workbench.close();
  fs.rmSync(elsewhere, { recursive: true });
});

describe('a store that came with a clone', () => {
  test('is shown with its runs, and nothing in it is changed', async () => {
    fs.cpSync(path.join(elsewhere, '.loopwright'), store, { recursive: true });
    await openRuns(workbench);
    await workbench.trees.waitForRow('Store from elsewhere Adopt Store…');
    await workbench.trees.waitForRow('train auc 0.94');
    expect(await workbench.trees.actions('train')).toEqual(['Open Run']);
    await workbench.page.getByText('nothing in it is run or changed until you adopt it').first().waitFor();
  });

  test('asks before something is run in it', async () => {
    await runFile(workbench, 'train.py');
    const choices = ['Adopt Store', 'Leave It Read-Only'];
    await expect.poll(() => workbench.quickInput.labels(), { timeout: 40_000 }).toEqual(choices);
    await workbench.quickInput.click('Leave It Read-Only');
    expect((await runRows(workbench)).filter((row) => row.includes('train'))).toHaveLength(1);
  });

  test('is this user’s own once it is adopted', async () => {
    await (await workbench.trees.waitForRow('Store from elsewhere')).click();
    await workbench.quickInput.pick('Adopt Store');
    await runFile(workbench, 'train.py');
    await expect
      .poll(async () => (await runRows(workbench)).filter((row) => row.startsWith('pass train auc 0.94')).length, {
        timeout: 40_000,
      })
      .toBe(2);
    expect((await workbench.trees.rows('Runs')).map(({ label }) => label)).not.toContain('Store from elsewhere');
  });
});

describe('an engine that is killed', () => {
  test('is started again, without a word', async () => {
    const before = await runRows(workbench);
    process.kill(engines().at(-1) ?? Number.NaN, 'SIGKILL');
    await expect.poll(() => engines().length, { timeout: 40_000 }).toBe(2);
    await runFile(workbench, 'train.py');
    await expect.poll(async () => (await runRows(workbench)).length, { timeout: 40_000 }).toBe(before.length + 1);
    expect(await workbench.notifications()).toEqual([]);
  });
});

describe('a damaged database', () => {
  test('is a row that mends it', async () => {
    await waitForRun(workbench, 'train', 'finished');
    for (const end of ['-wal', '-shm']) fs.rmSync(path.join(store, `store.db${end}`), { force: true });
    fs.writeFileSync(path.join(store, 'store.db'), 'This is no database. '.repeat(1000));
    process.kill(engines().at(-1) ?? Number.NaN, 'SIGKILL');
    await workbench.trees.waitForRow('Damaged database');
    await workbench.trees.action('Damaged database', 'Repair Store');
    await workbench.waitForNotification('The database was made again');
    await waitForRun(workbench, 'train', 'finished');
    expect(fs.readdirSync(store).filter((name) => name.startsWith('store.db.damaged'))).not.toEqual([]);
  });
});

/** The engines that the extension connected to, by their process ids, in this order. */
function engines(): number[] {
  const logs = Object.entries(workbench.hostLogs()).filter(([name]) => /loopwright/i.test(name));
  return logs.flatMap(([, text]) =>
    [...text.matchAll(/connected to engine \S+ \(pid (\d+)\)/g)].map(([, pid]) => Number(pid)),
  );
}

/** A folder with a store of one run, as another user on another machine would have made it. */
function makeStoreElsewhere(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lw-elsewhere-'));
  fs.writeFileSync(path.join(folder, 'train.py'), TRAIN);
  const env = { ...process.env, LOOPWRIGHT_STATE_DIR: path.join(folder, 'state') };
  const cli = (...words: string[]) =>
    execFileSync(process.execPath, [CLI, ...words], { cwd: folder, env, stdio: 'ignore' });
  cli('run', 'train.py');
  cli('engine', 'stop');
  return folder;
}
