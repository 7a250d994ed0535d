/** Notebooks that are followed: several at once, and saved under another name. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { notebook, NotebookEditor } from './notebookEditor';
import { openRuns, realErrors, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';
import { waitFor } from './support/wait';

const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const KERNEL = path.join(import.meta.dirname, 'support/kernel-extension');
const KERNEL_MS = 120_000;

const saying = (word: string) =>
  notebook([
    { id: 'a1', source: `print("${word}")` },
    { id: 'b2', source: `print("${word} again")` },
  ]);

vi.setConfig({ testTimeout: 400_000, hookTimeout: 240_000 });

let workbench: Workbench;
let editor: NotebookEditor;

beforeAll(async () => {
  workbench = await openWorkbench({
    python,
    extensions: [KERNEL],
    env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: python },
    files: { 'one.ipynb': saying('one'), 'two.ipynb': saying('two') },
    size: { width: 1400, height: 1000 },
  });
  editor = new NotebookEditor(workbench);
  await openRuns(workbench);
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`follow-long-failed-${task.name.slice(0, 20)}`);
});

const statusIs = (text: string) =>
  waitFor(`the state ${text}`, async () => (await workbench.statusBar()).find((one) => one === text), {
    seen: () => workbench.statusBar(),
    timeoutMs: KERNEL_MS,
  });

async function follow(name: string): Promise<void> {
  await workbench.openFile(`${name}.ipynb`);
  await editor.waitForCell(`print("${name}")`, /^$/);
  await workbench.command('Track This Notebook');
  await statusIs('Tracking');
}

describe('notebooks that are followed', () => {
  test('are two runs at once, each with its own cells', async () => {
    await follow('one');
    await workbench.command('Notebook: Run All');
    await statusIs('Tracking · 2 cells');
    await follow('two');
    await workbench.command('Notebook: Run All');
    await statusIs('Tracking · 2 cells');
    await waitForRun(workbench, 'one', 'running');
    await waitForRun(workbench, 'two', 'running');
    await workbench.screenshot('follow-two');
  });

  test('are of another kernel, and so another run, when saved under another name', async () => {
    await workbench.command('File: Save As...');
    await workbench.quickInput.answer(path.join(workbench.folder, 'three.ipynb'));
    await workbench.page.locator('.tab[data-resource-name="three.ipynb"].active').waitFor();
    await statusIs('Tracking · 2 cells');
    await workbench.command('Notebook: Run All');
    await waitForRun(workbench, 'three', 'running', KERNEL_MS);
    await waitForRun(workbench, 'two', 'finished');
    await workbench.screenshot('follow-saved-as');
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
