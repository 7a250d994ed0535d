/**
 * Notebooks where there is more to it: sweeps from the form, the same one twice at once, one that was never saved, and
 * packages that are missing and get installed from PyPI.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { notebook, NotebookEditor } from './notebookEditor';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';
import { waitFor } from './support/wait';

/** One that has nbclient and ipykernel. */
const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');

const TRAIN = notebook([
  {
    id: 'params',
    tags: ['parameters'],
    source: 'rounds = 6\nrate: float = 0.1  # the learning rate\nseconds = 0.0',
  },
  {
    id: 'loop',
    source:
      'import time\nimport loopwright\ntime.sleep(seconds)\nassert rate < 1, "too high"\nloopwright.log(loss=rate / rounds, step=1)',
  },
  { id: 'last', source: 'print("all", rounds, "rounds")' },
]);

vi.setConfig({ testTimeout: 400_000, hookTimeout: 240_000 });

let workbench: Workbench;
let editor: NotebookEditor;

beforeAll(async () => {
  workbench = await openWorkbench({
    python,
    files: { 'train.ipynb': TRAIN },
    size: { width: 1400, height: 1000 },
    // uv brings certificates of its own, and not that of a proxy which this machine may be behind.
    env: { UV_SYSTEM_CERTS: 'true' },
  });
  editor = new NotebookEditor(workbench);
  await openRuns(workbench);
  await workbench.openFile('train.ipynb');
  await editor.waitForCell('print("all"', /^$/);
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`notebooks-long-failed-${task.name.slice(0, 20)}`);
});

/** Sets values in the form and runs. */
async function runWith(values: Readonly<Record<string, string>>, run: string): Promise<void> {
  await workbench.command('Run Notebook with Parameters…');
  await waitFor('the form', async () => (await workbench.quickInput.labels()).includes('rate'));
  for (const [name, value] of Object.entries(values)) {
    await workbench.quickInput.pick(name);
    await workbench.quickInput.answer(value);
  }
  await waitFor(run, async () => (await workbench.quickInput.labels()).includes(run), {
    seen: () => workbench.quickInput.labels(),
  });
  await workbench.screenshot('sweep-form');
  await workbench.quickInput.pick(run);
}

const children = async () => (await runRows(workbench)).filter((row) => row.includes('train rounds='));

describe('a sweep from the form', () => {
  test('is a run of its own for each combination, and the best is marked', async () => {
    await runWith({ rounds: '1, 2', rate: '[0.1, 0.2]' }, 'Start 4 Runs');
    await waitFor('the progress', async () =>
      (await workbench.statusBar()).find((text) => /^train\.ipynb: run [234] of 4, about/.test(text)),
    );
    await workbench.screenshot('sweep-running');
    await workbench.waitForNotification('train.ipynb: 4 runs have ended', 200_000);
    await workbench.trees.expand('train');
    await waitFor('the children', async () => (await children()).length === 4);
    expect((await children()).every((row) => row.startsWith('pass '))).toBe(true);
    await workbench.screenshot('sweep-done');
    await workbench.trees.action('train', 'Open Run');
    const page = await workbench.webviewFrame('train');
    const best = page.locator('tr, [role=row]', { hasText: 'train rounds=2 rate=0.1' }).first();
    await best.waitFor();
    await workbench.page.waitForTimeout(1000);
    await workbench.screenshot('sweep-page');
    expect(await page.getByText('No cell').count()).toBe(0);
    expect(await page.getByText('Its children are below').count()).toBe(1);
  });

  test('stops as a whole', async () => {
    await workbench.openFile('train.ipynb');
    await workbench.command('Notifications: Clear All Notifications');
    await runWith({ rounds: '3, 4, 5', rate: '[0.1, 0.2]', seconds: '60' }, 'Start 6 Runs');
    await editor.waitForCell('import time', /^running /, 120_000);
    await workbench.screenshot('sweep-stopping');
    await editor.toolbarAction('Stop Notebook Run');
    await waitForRun(workbench, 'train', 'stopped', 60_000);
    await workbench.page.waitForTimeout(2000);
    await workbench.screenshot('sweep-stopped');
    expect((await runRows(workbench)).filter((row) => row.startsWith('loading'))).toEqual([]);
    expect(kernels()).toEqual([]);
    const [parent] = (await workbench.trees.rows('Runs')).filter(({ label }) => label === 'train');
    expect(parent?.icon).toBe('circle-slash');
    await workbench.trees.action('train', 'Open Run');
    const page = await workbench.webviewFrame('train');
    await page.getByText('1 of 6 was stopped, 5 of 6 were not started.').first().waitFor();
    await workbench.screenshot('sweep-stopped-page');
  });

  test('that fails in one of its runs says so, and has the others', async () => {
    await workbench.openFile('train.ipynb');
    await runWith({ rounds: '6', seconds: '0', rate: '[0.5, 2]' }, 'Start 2 Runs');
    await workbench.waitForNotification('1 of 2 runs failed', 200_000);
    await workbench.screenshot('sweep-failed');
  });
});

describe('the same notebook twice at once', () => {
  test('is two runs, each told of when it ends', async () => {
    const before = (await runRows(workbench)).length;
    await workbench.openFile('train.ipynb');
    await workbench.command('Notifications: Clear All Notifications');
    // VS Code shows two notifications of the same words as one, so that the runs take different times.
    const asked = [
      { rate: '0.3', seconds: '25' },
      { rate: '0.4', seconds: '32' },
    ];
    for (const [run, values] of asked.entries()) {
      await runWith({ rounds: '6', ...values }, 'Run');
      await waitFor('one more run', async () => (await runRows(workbench)).length === before + run + 1);
    }
    await waitFor('both in the status bar', async () =>
      (await workbench.statusBar()).find((text) => /^train\.ipynb: cell \d of 4.*\+1 more$/.test(text)),
    );
    await workbench.screenshot('twice-running');
    // Notifications go away by themselves.
    const told = new Set<string>();
    const collect = async () => {
      for (const text of await workbench.notifications()) if (text.startsWith('train.ipynb ran in')) told.add(text);
      return told.size === 2;
    };
    await waitFor('both to be told of', collect, { timeoutMs: 120_000, seen: () => Promise.resolve([...told]) });
    await workbench.screenshot('twice-ran');
    const newest = (await runRows(workbench)).filter((row) => row.startsWith('pass train ')).slice(0, 2);
    expect(newest.map((row) => /loss ([\d.]+)/.exec(row)?.[1])).toEqual(['0.06667', '0.05']);
    expect(fs.readFileSync(path.join(workbench.folder, 'train.ipynb'), 'utf8')).toBe(TRAIN);
  });

  test('is stopped as a whole by the button of its toolbar', async () => {
    const before = (await runRows(workbench)).length;
    for (const run of [1, 2]) {
      await runWith({ seconds: '100' }, 'Run');
      await waitFor('one more run', async () => (await runRows(workbench)).length === before + run);
    }
    await editor.waitForCell('import time', /^running /, 120_000);
    // Both of them: the button stops what the window knows of.
    await waitFor('two kernels', () => Promise.resolve(kernels().length === 2 || undefined), { timeoutMs: 60_000 });
    await workbench.page.waitForTimeout(1_000);
    await editor.toolbarAction('Stop Notebook Run');
    await waitForRun(workbench, 'train', 'stopped', 60_000);
    expect((await runRows(workbench)).slice(0, 2).every((row) => row.startsWith('circle-slash train'))).toBe(true);
    expect(kernels()).toEqual([]);
  });
});

describe('a notebook that was never saved', () => {
  test('is asked a name for, and run from where it is saved', async () => {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('Create: New Jupyter Notebook');
    await workbench.page.locator('.tab.active', { hasText: 'Untitled-1.ipynb' }).waitFor();
    await editor.typeInto(0, 'print("nameless")');
    await workbench.command('Run Notebook as Tracked Run');
    await workbench.page.locator('.quick-input-widget').waitFor();
    await workbench.screenshot('untitled-run');
    await editor.saveAs('Untitled-1', path.join(workbench.folder, 'named.ipynb'));
    await workbench.waitForNotification('named.ipynb ran in', 120_000);
    await workbench.screenshot('untitled-ran');
    await workbench.command('View: Close Editor');
  });
});

/** The kernels that run below the window's folder. */
function kernels(): string[] {
  const all = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
  return all.filter((line) => line.includes('ipykernel_launcher') && line.includes(workbench.folder));
}

/** Settings of the folder; VS Code sees the file change. */
async function usePython(interpreter: string, theme: 'Dark 2026' | 'Light 2026'): Promise<void> {
  const folder = path.join(workbench.folder, '.vscode');
  fs.mkdirSync(folder, { recursive: true });
  const settings = { 'workbench.colorTheme': theme, 'loopwright.python': interpreter };
  fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
  // The colours say that the settings were read.
  await workbench.page.locator(`.monaco-workbench.${theme === 'Dark 2026' ? 'vs-dark' : 'vs'}`).waitFor();
}

describe('packages that are missing', () => {
  let bare: string;
  const interpreter = () => path.join(bare, 'bin', 'python');

  async function installAndRun(picture: string): Promise<void> {
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('Run Notebook as Tracked Run');
    await workbench.waitForNotification('has no nbclient and ipykernel');
    await workbench.notificationAction('has no nbclient', 'Install nbclient and ipykernel');
    await workbench.page.waitForTimeout(4000);
    await workbench.screenshot(picture);
    await workbench.waitForNotification('train.ipynb ran in', 300_000);
    await workbench.screenshot(`${picture}-done`);
  }

  test('can’t be installed where there is neither pip nor uv, which is said', async () => {
    bare = path.join(workbench.folder, 'bare');
    execFileSync(python, ['-m', 'venv', '--without-pip', bare]);
    await usePython(interpreter(), 'Light 2026');
    await workbench.openFile('train.ipynb');
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('Run Notebook as Tracked Run');
    await workbench.waitForNotification('has no nbclient and ipykernel');
    await workbench.screenshot('install-offered');
    await workbench.notificationAction('has no nbclient', 'Install nbclient and ipykernel');
    await workbench.waitForNotification('has no pip, and uv was not found');
    await workbench.screenshot('install-neither');
  });

  test('are installed with uv where there is no pip, and then the notebook is run', async () => {
    const uv = path.join(workbench.folder, 'uv-package');
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--target', uv, 'uv==0.13.9'], { stdio: 'pipe' });
    fs.symlinkSync(path.join(uv, 'bin', 'uv'), path.join(bare, 'bin', 'uv'));
    await installAndRun('install-with-uv');
  });

  test('are installed with pip, and then the notebook is run', async () => {
    fs.rmSync(bare, { recursive: true });
    execFileSync(python, ['-m', 'venv', bare]);
    await installAndRun('install-with-pip');
  });

  test('left no error behind that is not known', () => {
    const known = /has no nbclient|has no pip, and uv/;
    expect(realErrors(workbench.extensionErrors()).filter((error) => !known.test(error))).toEqual([]);
  });
});
