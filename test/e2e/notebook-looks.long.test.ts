/** What running notebooks looks like, dark and light: pictures for people to look at. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { notebook, NotebookEditor } from './notebookEditor';
import { openRuns, realErrors, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

/** One that has nbclient and ipykernel. */
const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');

const TRAIN = notebook([
  { id: 'story', kind: 'markdown', source: '# Training' },
  {
    id: 'params',
    tags: ['parameters'],
    source:
      'rounds = 6\nrate: float = 0.1  # the learning rate\nlayers = [64, 32]  # units of each layer\nbreaks = False\napi_key = "none"',
  },
  {
    id: 'plot',
    source:
      'import matplotlib.pyplot as plt\nplt.figure(figsize=(4, 2))\nplt.plot([3, 1, 2])\nplt.show()\nprint(rounds, "epochs")',
  },
  {
    id: 'table',
    source:
      'import loopwright\nimport pandas\nloopwright.log(loss=rate / rounds, step=1)\npandas.DataFrame({"layer": range(2), "units": layers})',
  },
  { id: 'check', source: 'if breaks:\n    raise ValueError("the rate is too high")' },
  { id: 'last', source: 'print("all", rounds, "rounds")' },
]);

vi.setConfig({ testTimeout: 300_000, hookTimeout: 240_000 });

let workbench: Workbench;
let editor: NotebookEditor;

beforeAll(async () => {
  workbench = await openWorkbench({
    python,
    files: {
      'train.ipynb': TRAIN,
      'texts.ipynb': notebook([{ id: 't', kind: 'markdown', source: '# Only text' }]),
    },
    size: { width: 1400, height: 1000 },
  });
  editor = new NotebookEditor(workbench);
  await openRuns(workbench);
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`notebook-look-failed-${task.name.slice(0, 20)}`);
});

/** Settings of the folder: unlike the palette, they leave alone what asks for something. */
function set(settings: Readonly<Record<string, unknown>>): void {
  const folder = path.join(workbench.folder, '.vscode');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings));
}

async function inBothThemes(name: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  for (const [theme, found] of [
    ['light', 'vs'],
    ['dark', 'vs-dark'],
  ] as const) {
    set({ 'workbench.colorTheme': theme === 'light' ? 'Light 2026' : 'Dark 2026', ...settings });
    await workbench.page.locator(`.monaco-workbench.${found}`).waitFor();
    await workbench.page.waitForTimeout(1000);
    await workbench.screenshot(`notebook-look-${name}-${theme}`);
  }
}

async function answer(name: string, value: string): Promise<void> {
  await workbench.quickInput.pick(name);
  await workbench.quickInput.answer(value);
}

test('the form of its parameters', async () => {
  await workbench.openFile('train.ipynb');
  await editor.waitForCell('print("all"', /^$/);
  await workbench.command('Run Notebook with Parameters…');
  await waitFor('the form', async () => (await workbench.quickInput.labels()).includes('rate'));
  await inBothThemes('form');
  await workbench.quickInput.pick('rate');
  await workbench.page.keyboard.type('[0.1, 0.3]');
  await inBothThemes('form-value');
  await workbench.quickInput.answer('fast');
  await inBothThemes('form-wrong');
  await workbench.quickInput.answer('0.3');
  await answer('rounds', '1, 2');
  await inBothThemes('form-changed');
  await answer('rounds', '6');
  await answer('rate', '0.1');
  await workbench.quickInput.pick('Run');
  await workbench.waitForNotification('train.ipynb ran in', 120_000);
  await inBothThemes('ran');
});

test('the executed notebook beside its source', async () => {
  await workbench.notificationAction('train.ipynb ran in', 'Open Executed Notebook');
  await editor.picture();
  await inBothThemes('executed');
  await workbench.command('View: Close Editor');
});

test('the cell that failed, in the notebook and on the run page', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.openFile('train.ipynb');
  await workbench.command('Run Notebook with Parameters…');
  await answer('breaks', 'True');
  await answer('api_key', 'sk-1234567890');
  await workbench.quickInput.pick('Run');
  await workbench.waitForNotification('cell [5] failed', 120_000);
  await inBothThemes('failed');
  await workbench.notificationAction('cell [5] failed', 'Go to Cell');
  await waitFor('the failing cell', async () => (await editor.selectedCell())?.includes('raise ValueError'));
  await inBothThemes('failed-cell');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.action('train', 'Open Run');
  const page = await workbench.webviewFrame('train');
  await page.getByText('Cell [5] failed').first().waitFor();
  await inBothThemes('failed-page');
  await page.locator('[data-section=cells]').evaluate((section) => section.scrollIntoView());
  await inBothThemes('failed-page-cells');
  await workbench.command('View: Close Editor');
});

test('compared with its last run', async () => {
  await workbench.openFile('train.ipynb');
  await workbench.command('Compare with Last Run');
  const page = await workbench.webviewFrame('Compare train');
  await page.getByText('ended otherwise').first().waitFor();
  await inBothThemes('compared');
  await page.getByText('ended otherwise').first().scrollIntoViewIfNeeded();
  await page
    .getByText('ended otherwise')
    .first()
    .evaluate((element) => element.scrollIntoView());
  await inBothThemes('compared-cell');
  await workbench.command('View: Close Editor');
});

test('the page of a notebook that has no cell to execute', async () => {
  await workbench.command('View: Close Editor');
  await workbench.openFile('texts.ipynb');
  await workbench.command('Run Notebook as Tracked Run');
  await workbench.waitForNotification('texts.ipynb ran in', 120_000);
  await waitForRun(workbench, 'texts', 'finished');
  await workbench.trees.action('texts', 'Open Run');
  await (await workbench.webviewFrame('texts')).getByText('No cell was executed.').waitFor();
  await inBothThemes('cells-none');
});

test('packages that are missing', async () => {
  const bare = path.join(workbench.folder, 'bare');
  execFileSync(python, ['-m', 'venv', '--without-pip', bare]);
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.openFile('train.ipynb');
  const settings = { 'loopwright.python': path.join(bare, 'bin', 'python') };
  await inBothThemes('before', settings);
  await workbench.command('Run Notebook as Tracked Run');
  await workbench.waitForNotification('has no nbclient and ipykernel');
  await inBothThemes('packages', settings);
});

test('left no error behind but those that were asked for', () => {
  const known = /notebook_packages_missing|no such table/;
  expect(realErrors(workbench.extensionErrors()).filter((error) => !known.test(error))).toEqual([]);
});
