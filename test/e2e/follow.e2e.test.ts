import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const KERNEL = path.join(import.meta.dirname, 'support/kernel-extension');

const CELLS = [
  'rate = 0.1\nprint("rate", rate)',
  `import matplotlib.pyplot as plt
plt.plot([1, 2, 4])
plt.title("Growth")
plt.show()`,
  'rate / 0',
];
const code = (source: string, at: number) => ({
  cell_type: 'code',
  id: `cell-id-${String(at)}`,
  metadata: {},
  execution_count: null,
  outputs: [],
  source: source.split('\n').map((line, index, lines) => (index < lines.length - 1 ? `${line}\n` : line)),
});
const NOTEBOOK = JSON.stringify({
  cells: CELLS.map(code),
  metadata: { language_info: { name: 'python' }, kernelspec: { name: 'python3', display_name: 'Python 3' } },
  nbformat: 4,
  nbformat_minor: 5,
});

let workbench: Workbench;

/** Runs one cell with the button beside it, and waits for its number. */
async function runCell(at: number, count: number): Promise<void> {
  const cell = workbench.page.locator('.notebookOverlay .monaco-list-row').nth(at);
  await cell.click();
  await workbench.command('Notebook: Execute Cell');
  await cell.locator('.execution-count-label', { hasText: `[${String(count)}]` }).waitFor({ timeout: 30_000 });
}

/** As the run folders have it. */
const runFolders = () => {
  const folder = path.join(workbench.folder, '.loopwright', 'runs');
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : [];
};

beforeAll(async () => {
  workbench = await openWorkbench({
    python: PYTHON,
    extensions: [KERNEL],
    env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: PYTHON },
    files: { 'growth.ipynb': NOTEBOOK },
    size: { width: 1500, height: 1000 },
  });
  await openRuns(workbench);
  await workbench.openFile('growth.ipynb');
});
afterAll(() => workbench.close());

test('a notebook is tracked from the first cell that is run, in the order of running', async () => {
  await workbench.command('Loopwright: Track This Notebook');
  await waitFor('the state', async () => (await workbench.statusBar()).find((text) => text === 'Tracking'));
  expect(runFolders()).toEqual([]);
  await runCell(1, 1);
  await runCell(0, 2);
  await runCell(2, 3);
  await waitFor('three cells', async () => (await workbench.statusBar()).find((text) => text === 'Tracking · 3 cells'));
  await waitForRun(workbench, 'growth', 'running');
  await workbench.screenshot('follow-dark');
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
