/**
 * The views and pages as long as they have nothing to show: the engine does not answer, the run is empty, it is gone, the
 * database can't be read. What is there when all is well, or a lot, is seen in other tests.
 */
import fs from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { openRuns, realErrors, RUNS } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const TRAIN = `import loopwright
loopwright.param(depth=8)
for step in range(20):
    loopwright.log(auc=0.9 + step / 1000, step=step)
`;
/** What is asked with the engine stopped is shown as waited for; it is given up after 30 s. */
const HELD_MS = 4_000;
/** To look at, and to see that nothing changes after all. */
const SETTLED_MS = 1_500;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'train.py': TRAIN, 'nothing.py': '\n', '.gitignore': '.loopwright/\n' },
  });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

test('a view without runs says how to begin', async () => {
  await workbench.page.getByText('No runs yet.').first().waitFor();
  await workbench.screenshot('states-runs-empty');
});

describe('a run that holds nothing', () => {
  test('has a page that says so', async () => {
    for (const [name, file] of [
      ['nothing', 'nothing.py'],
      ['nothing else', 'nothing.py'],
      ['trained', 'train.py'],
      ['trained again', 'train.py'],
    ] as const)
      await loopwright(workbench, 'run', '--name', name, file);
    await workbench.trees.waitForRow('trained again');
    await workbench.command('Open Run', 'nothing else');
    const frame = await workbench.webviewFrame('nothing else', 60_000);
    await frame.getByText('This run logged no metrics').waitFor();
    await workbench.page.waitForTimeout(SETTLED_MS);
    await workbench.screenshot('states-run-empty');
  });

  test('and is compared with another of its kind', async () => {
    await compare('nothing', 'nothing else');
    const frame = await workbench.webviewFrame('Compare 2 Runs', 60_000);
    for (const [tab, words] of [
      ['Curves', 'These runs have no metric in common.'],
      ['Parallel', 'These runs have too few parameters and metrics'],
      ['Scatter', 'These runs have too few parameters and metrics'],
      ['Table', ' differs.'],
    ] as const) {
      await frame.getByRole('tab', { name: tab }).click();
      await frame.getByText(words).first().waitFor({ timeout: 15_000 });
      await workbench.screenshot(`states-compare-empty-${tab.toLowerCase()}`);
    }
    await workbench.command('View: Close All Editors');
  });
});

describe('while the engine does not answer', () => {
  test('a page and the view say that they wait, and go on by themselves', async () => {
    const frame = await held(async () => {
      await (await workbench.trees.waitForRow('trained')).dblclick();
      const frame = await workbench.webviewFrame('', 60_000);
      await frame.getByRole('status').getByText('Loading').waitFor();
      await workbench.screenshot('states-run-loading');
      return frame;
    });
    await frame.locator('.mark-line path').first().waitFor();
    expect(await frame.locator('lw-failed').count()).toBe(0);
  });

  test('a page that is there stays as it is', async () => {
    const frame = await workbench.webviewFrame('trained', 60_000);
    await held(async () => {
      await workbench.page.waitForTimeout(HELD_MS);
      expect(await frame.locator('.mark-line path').count()).toBeGreaterThan(0);
      await workbench.screenshot('states-run-held');
    });
  });
});

describe('a run that is gone for good', () => {
  test('is said on its page, with a way out', async () => {
    await workbench.command('Open Run', 'trained again');
    await workbench.webviewFrame('trained again', 60_000);
    await compare('trained', 'trained again');
    await workbench.webviewFrame('Compare 2 Runs', 60_000);
    await loopwright(workbench, 'runs', 'delete', await idOf('trained again'));
    await loopwright(workbench, 'gc', '--deleted-older-than', '0d', '--include-recent', '--yes');
    const compared = await workbench.webviewFrame('Compare 2 Runs', 60_000);
    await compared.getByText('is no longer in the store').waitFor();
    await workbench.screenshot('states-compare-gone');
    await compared.getByRole('button', { name: 'Remove from Comparison' }).click();
    await compared.getByText('Two runs or more can be compared').waitFor();
    await workbench.screenshot('states-compare-one');

    await workbench.page.locator('.tab', { hasText: 'trained again' }).first().click();
    const frame = await workbench.webviewFrame('trained again', 60_000);
    await failure(frame);
    await workbench.screenshot('states-run-gone');
    await workbench.command('View: Close All Editors');
  });
});

describe('a database that can’t be read', () => {
  test('is named in the view and on the page that was open, and both are there again when it is mended', async () => {
    await workbench.command('Open Run', 'trained');
    const frame = await workbench.webviewFrame('trained', 60_000);
    await frame.locator('.mark-line path').first().waitFor();
    const store = path.join(workbench.folder, '.loopwright');
    const engine = enginePid();
    for (const end of ['-wal', '-shm']) fs.rmSync(path.join(store, `store.db${end}`), { force: true });
    fs.writeFileSync(path.join(store, 'store.db'), 'This is no database. '.repeat(1000));
    process.kill(engine, 'SIGKILL');
    await workbench.trees.waitForRow('Damaged database');
    await failure(frame);
    await workbench.screenshot('states-damaged');
    await workbench.trees.action('Damaged database', 'Repair Store');
    await workbench.waitForNotification('The database was made again');
    await workbench.trees.waitForRow('trained');
    await expect.poll(() => frame.locator('lw-failed').count(), { timeout: 40_000 }).toBe(0);
    expect(await frame.locator('.mark-line path').count()).toBeGreaterThan(0);
    await workbench.screenshot('states-mended');
  });
});

test('a store that is taken away leaves an empty view', async () => {
  await workbench.command('View: Close All Editors');
  const store = path.join(workbench.folder, '.loopwright');
  fs.rmSync(store, { recursive: true });
  await workbench.page.getByText('No runs yet.').first().waitFor({ timeout: 60_000 });
  expect(await workbench.trees.rows(RUNS)).toEqual([]);
  // Nobody makes anything of it anew.
  expect(fs.existsSync(store) ? fs.readdirSync(store, { recursive: true }) : null).toBeNull();
  await workbench.page.locator('.title-label', { hasText: /^Loopwright: Runs$/ }).waitFor({ timeout: 30_000 });
  await workbench.screenshot('states-store-gone');
});

test('left no error behind', () => {
  // What was done to the store is in the log.
  const errors = realErrors(workbench.extensionErrors()).filter(
    (error) => !/is damaged \(file is not|the stores' size: ENOENT/.test(error),
  );
  expect(errors).toEqual([]);
});

/** Cause, and ways out. */
async function failure(frame: Frame): Promise<void> {
  const box = frame.locator('lw-failed').first();
  await box.waitFor({ timeout: 60_000 });
  expect(await box.innerText()).toContain('Retry');
  expect(await box.innerText()).toContain('Show Log');
}

/** Does something while the engine is stopped as a debugger would stop it. */
async function held<T>(work: () => Promise<T>): Promise<T> {
  const engine = enginePid();
  process.kill(engine, 'SIGSTOP');
  try {
    return await work();
  } finally {
    process.kill(engine, 'SIGCONT');
  }
}

async function compare(...names: readonly string[]): Promise<void> {
  await workbench.command('Compare Runs…');
  for (const name of names) await workbench.quickInput.check(name);
  await workbench.page.locator('.quick-input-action .monaco-button').first().click();
}

async function idOf(name: string): Promise<string> {
  const { runs } = JSON.parse(await loopwright(workbench, 'runs', 'list', '--json')) as {
    runs: { run_id: string; name: string }[];
  };
  const found = runs.find((run) => run.name === name);
  if (!found) throw new Error(`No run ${name}`);
  return found.run_id;
}

/** The engine that the extension is connected to. */
function enginePid(): number {
  const logs = Object.entries(workbench.hostLogs()).filter(([name]) => /loopwright/i.test(name));
  const pids = logs.flatMap(([, text]) =>
    [...text.matchAll(/connected to engine \S+ \(pid (\d+)\)/g)].map(([, pid]) => Number(pid)),
  );
  const pid = pids.at(-1);
  if (pid === undefined) throw new Error('The extension is connected to no engine.');
  return pid;
}
