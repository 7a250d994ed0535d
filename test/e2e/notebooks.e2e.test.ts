import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { hasRareTests, rare } from '../support/rare';
import { notebook, NotebookEditor } from './notebookEditor';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';
import { waitFor } from './support/wait';

/** One that has nbclient and ipykernel. */
const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');

const TRAIN = notebook([
  { id: 'story', kind: 'markdown', source: '# Training' },
  { id: 'params', tags: ['parameters'], source: 'rounds = 6\nrate: float = 0.1  # the learning rate\nbreaks = False' },
  {
    id: 'loop',
    source:
      'import time\nimport loopwright\nfor step in range(rounds):\n    time.sleep(1.5)\n    loopwright.log(loss=rate / (step + 1), step=step)',
  },
  {
    id: 'plot',
    source:
      'import matplotlib.pyplot as plt\nplt.figure(figsize=(3, 1.5))\nplt.plot([3, 1, 2])\nplt.show()\nprint(3, "epochs")',
  },
  { id: 'check', source: 'if breaks:\n    raise ValueError("the rate is too high")' },
  { id: 'last', source: 'print("all", rounds, "rounds")' },
]);

/** Starting a kernel takes its time on a busy machine. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });

let workbench: Workbench;
let editor: NotebookEditor;

beforeAll(async () => {
  workbench = await openWorkbench({ python, files: { 'train.ipynb': TRAIN } });
  editor = new NotebookEditor(workbench);
  await openRuns(workbench);
  await workbench.openFile('train.ipynb');
  await editor.waitForCell('print("all"', /^$/);
});
afterAll(() => workbench.close());

test('a notebook is run whole; its cells and the status bar say how far it is', async () => {
  const before = fs.readFileSync(path.join(workbench.folder, 'train.ipynb'));
  await editor.toolbarAction('Run Notebook as Tracked Run');
  await editor.waitForCell('import time', /^running \d+s$/);
  expect(await editor.cellStatus('print("all"')).toBe('waiting');
  await waitFor('the status bar', async () =>
    (await workbench.statusBar()).find((text) => text.includes('train.ipynb: cell 2 of 5')),
  );
  await workbench.screenshot('notebook-running-dark');
  await editor.waitForCell('print("all"', /^ran in /);
  await workbench.waitForNotification('train.ipynb ran in', 60_000);
  await workbench.screenshot('notebook-ran-dark');
  expect(fs.readFileSync(path.join(workbench.folder, 'train.ipynb')).equals(before)).toBe(true);
  expect(await waitForRun(workbench, 'train', 'finished')).toContain('loss');
});

test('the executed notebook opens read-only beside it', async () => {
  await workbench.notificationAction('train.ipynb ran in', 'Open Executed Notebook');
  await waitFor('the executed notebook', async () => (await workbench.editorTitles()).length === 2);
  expect(await editor.output('epochs')).toContain('3 epochs');
  await editor.picture();
  await workbench.screenshot('notebook-executed-dark');
});

/** Settings of the folder; VS Code sees the file change. */
function setInFolder(settings: Record<string, unknown>): void {
  const folder = path.join(workbench.folder, '.vscode');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
}

test('parameters are asked for in a form, and a failing cell is one click away', async () => {
  setInFolder({ 'workbench.colorTheme': 'Light 2026' });
  await workbench.command('View: Close All Editors');
  await workbench.openFile('train.ipynb');
  await workbench.command('Run Notebook with Parameters…');
  await waitFor('the form', async () => (await workbench.quickInput.labels()).includes('rate'));
  await workbench.screenshot('notebook-parameters-light');
  await workbench.quickInput.pick('breaks');
  await workbench.quickInput.answer('maybe');
  expect((await workbench.quickInput.prompt()).message).toContain('neither True nor False');
  await workbench.quickInput.answer('True');
  await workbench.quickInput.pick('rounds');
  await workbench.quickInput.answer('[1, 2]');
  await waitFor('two runs', async () => (await workbench.quickInput.labels()).includes('Start 2 Runs'));
  await workbench.screenshot('notebook-parameters-changed-light');
  await workbench.quickInput.pick('rounds');
  await workbench.quickInput.answer('1');
  await workbench.quickInput.pick('Run');
  await workbench.waitForNotification('train.ipynb: cell [5] failed. ValueError: the rate is too high', 60_000);
  await editor.waitForCell('if breaks', /^failed after /);
  await workbench.screenshot('notebook-failed-light');
  await workbench.notificationAction('cell [5] failed', 'Go to Cell');
  await waitFor('the failing cell to be selected', async () =>
    (await editor.selectedCell())?.includes('raise ValueError'),
  );
  await openRuns(workbench);
  await waitForRun(workbench, 'train', 'failed');
});

test('the last two runs of a notebook stand beside each other', async () => {
  await workbench.openFile('train.ipynb');
  await workbench.command('Compare with Last Run');
  const page = await workbench.webviewFrame('Compare train');
  for (const text of ['Cell [5] failed: ValueError', 'ended otherwise', 'rounds'])
    await page.getByText(text).first().waitFor();
  await workbench.screenshot('notebook-compared-light');
  await workbench.command('View: Close Editor');
});

rare('a run is found again after a reload of the window, and stopped from the toolbar', async () => {
  setInFolder({ 'workbench.colorTheme': 'Light 2026' });
  await workbench.command('Run Notebook with Parameters…');
  await workbench.quickInput.pick('rounds');
  await workbench.quickInput.answer('80');
  await workbench.quickInput.pick('Run');
  await editor.waitForCell('import time', /^running /);
  // The run goes on for two minutes: what is waited for is the cell, not the rest of the window.
  await workbench.page.reload({ waitUntil: 'commit' });
  await editor.waitForCell('import time', /^running /, 120_000);
  await workbench.screenshot('notebook-running-light');
  await editor.toolbarAction('Stop Notebook Run');
  await editor.waitForCell('import time', /^stopped after /);
  await openRuns(workbench);
  await waitForRun(workbench, 'train', 'stopped');
});

test('the selected cell becomes the one with the parameters, as an edit of the user’s', async () => {
  await editor.select('import matplotlib');
  await workbench.command('Mark This Cell as Parameters');
  await workbench.waitForNotification('What cell 4 assigns are the parameters');
  await waitFor('the notebook to be edited', async () => (await workbench.page.locator('.tab.dirty').count()) === 1);
  await workbench.command('Undo');
  await waitFor('the edit to be undone', async () => (await workbench.page.locator('.tab.dirty').count()) === 0);
});

test('packages that are missing are named, with the button that installs them', async () => {
  const bare = path.join(workbench.folder, 'bare');
  execFileSync(python, ['-m', 'venv', '--without-pip', bare]);
  setInFolder({ 'workbench.colorTheme': 'Dark 2026', 'loopwright.python': path.join(bare, 'bin', 'python') });
  // The colours say that the settings were read: one command before that would be one run more.
  await workbench.page.locator('.monaco-workbench.vs-dark').waitFor();
  await workbench.command('Run Notebook as Tracked Run');
  await workbench.waitForNotification('has no nbclient and ipykernel');
  await workbench.screenshot('notebook-packages');
  await workbench.page
    .locator('.notifications-toasts .monaco-button')
    .filter({ hasText: 'Install nbclient and ipykernel' })
    .first()
    .waitFor();
});

test('left no error behind but the one that was asked for', async () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([expect.stringContaining('notebook_packages_missing')]);
  expect(await runRows(workbench)).toHaveLength(hasRareTests ? 3 : 2);
});
