/**
 * Notebooks that are followed: several at once, in two windows, never saved, saved under another name, deleted, and
 * where the disk is full.
 */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { repository } from '../engine/support';
import { loopwright } from './commandLine';
import { notebook, NotebookEditor } from './notebookEditor';
import { openRuns, realErrors, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import type { WorkbenchWindow } from './support/window';
import { openWorkbench, type Workbench } from './support/workbench';

const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const KERNEL = path.join(import.meta.dirname, 'support/kernel-extension');
const KERNEL_MS = 120_000;

const saying = (word: string) =>
  notebook([
    { id: 'a1', source: `print("${word}")` },
    { id: 'b2', source: `print("${word} again")` },
  ]);

/** Captured inside, where the hook is the repository's own. */
const LOADING = notebook([
  { id: 'a1', source: 'print("both")' },
  { id: 'b2', source: `import sys\nsys.path.append("${repository}/python/hook")\n%load_ext loopwright` },
]);

vi.setConfig({ testTimeout: 400_000, hookTimeout: 240_000 });

let workbench: Workbench;
let editor: NotebookEditor;

beforeAll(async () => {
  workbench = await openWorkbench({
    python,
    extensions: [KERNEL],
    env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: python },
    files: {
      'one.ipynb': saying('one'),
      'two.ipynb': saying('two'),
      'both.ipynb': LOADING,
      'gone.ipynb': saying('gone'),
    },
    size: { width: 1400, height: 1000 },
  });
  editor = new NotebookEditor(workbench);
  await openRuns(workbench);
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`follow-long-failed-${task.name.slice(0, 20)}`);
});

const statusIs = (text: string, window: WorkbenchWindow = workbench) =>
  waitFor(`the state ${text}`, async () => (await window.statusBar()).find((one) => one === text), {
    seen: () => window.statusBar(),
    timeoutMs: KERNEL_MS,
  });

async function follow(name: string, window: WorkbenchWindow = workbench): Promise<void> {
  await window.openFile(`${name}.ipynb`);
  await new NotebookEditor(window).waitForCell(`print("${name}")`, /^$/);
  await window.command('Track This Notebook');
  await statusIs('Tracking', window);
}

interface Shown {
  readonly run_id: string;
  readonly name: string;
  readonly status: string;
  readonly notes: readonly { readonly text: string }[];
  readonly notebook: { readonly path: string; readonly observed: string; readonly cells: readonly unknown[] } | null;
}

/** What the command line knows of all runs of that name, oldest first. */
async function shown(name: string): Promise<Shown[]> {
  const { runs } = JSON.parse(await loopwright(workbench, 'runs', 'list', '--json')) as { runs: Shown[] };
  const ids = runs.filter((run) => run.name === name).map((run) => run.run_id);
  const documents = await Promise.all(ids.sort().map((id) => loopwright(workbench, 'runs', 'show', id, '--json')));
  return documents.map((text) => JSON.parse(text) as Shown);
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
    await editor.saveAs('two.ipynb', path.join(workbench.folder, 'three.ipynb'));
    await workbench.page.locator('.tab[data-resource-name="three.ipynb"].active').waitFor();
    await statusIs('Tracking · 2 cells');
    await workbench.command('Notebook: Run All');
    await waitForRun(workbench, 'three', 'running', KERNEL_MS);
    await waitForRun(workbench, 'two', 'finished');
    await workbench.screenshot('follow-saved-as');
  });

  test('are a run each in two windows, and what is captured inside a kernel goes to its own', async () => {
    await follow('both');
    await editor.select('print("both")');
    await workbench.command('Notebook: Execute Cell');
    await statusIs('Tracking · 1 cell');
    const second = await workbench.secondWindow();
    await follow('both', second);
    await second.command('Notebook: Run All');
    await statusIs('Tracking · 2 cells', second);
    const said = await new NotebookEditor(second).output('Loopwright: ');
    expect(said).toContain('this kernel is captured into the run both.');
    await second.screenshot('follow-second-window');
    const runs = await waitFor('two runs', async () => {
      const found = await shown('both');
      return found.length === 2 && found.every(({ notebook: one }) => one !== null) && found;
    });
    expect(runs.map(({ notebook: one }) => [one?.observed, one?.cells.length])).toEqual([
      ['cells', 1],
      ['kernel', 2],
    ]);
    await second.command('Stop Tracking This Notebook');
    await waitFor(
      'the end of the one, and of no other',
      async () => (await shown('both')).map(({ status }) => status).join() === 'RUNNING,FINISHED',
    );
    await second.page.close();
    await workbench.page.bringToFront();
    await workbench.command('Stop Tracking This Notebook');
  });

  test('are followed without ever having been saved, and go on under the name that they get', async () => {
    await workbench.command('Create: New Jupyter Notebook');
    await workbench.page.locator('.tab.active', { hasText: 'Untitled-1.ipynb' }).waitFor();
    await editor.typeInto(0, 'print("nameless")');
    await workbench.command('Track This Notebook');
    await workbench.command('Notebook: Run All');
    await statusIs('Tracking · 1 cell');
    await waitForRun(workbench, 'Untitled-1', 'running');
    await workbench.screenshot('follow-untitled');
    await workbench.command('File: Save');
    await editor.saveAs('Untitled-1', path.join(workbench.folder, 'named.ipynb'));
    await workbench.page.locator('.tab[data-resource-name="named.ipynb"].active').waitFor();
    await workbench.screenshot('follow-untitled-saved');
    await statusIs('Tracking · 1 cell');
    await waitFor('the new path', async () =>
      (await shown('Untitled-1')).some(({ notebook: one }) => one?.path.endsWith('/named.ipynb')),
    );
    await workbench.command('Stop Tracking This Notebook');
    await waitForRun(workbench, 'Untitled-1', 'finished');
  });

  test('that are deleted end their run, with the reason', async () => {
    await follow('gone');
    await workbench.command('Notebook: Run All');
    await statusIs('Tracking · 2 cells');
    await workbench.trees.openContainer('Explorer');
    await workbench.trees.contextMenu('gone.ipynb', 'Delete');
    await workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: /Delete|Move to Trash/ }).click();
    await workbench.page.locator('.tab[data-resource-name="gone.ipynb"]').waitFor({ state: 'detached' });
    await openRuns(workbench);
    await waitForRun(workbench, 'gone', 'finished', 60_000);
    await workbench.screenshot('follow-deleted');
    const [run] = await shown('gone');
    expect(run?.notes.map(({ text }) => text)).toEqual([expect.stringContaining('deleted')]);
    expect(run?.notebook?.cells).toHaveLength(2);
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)('where the disk is full', () => {
  let disk: string;
  let full: Workbench;

  beforeAll(async () => {
    full = await openWorkbench({
      python,
      extensions: [KERNEL],
      env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: python },
      prepare: (folders) => {
        disk = path.join(folders.workspace, '.loopwright');
        fs.mkdirSync(disk);
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', disk]);
        const filler = JSON.stringify(path.join(disk, 'filler'));
        const cells = [
          { id: 'a1', source: 'print("before")' },
          {
            id: 'b2',
            source: `import time\ntime.sleep(2)\nfile = open(${filler}, "wb", buffering=0)\ntry:\n    while file.write(b"x" * 4096): pass\nexcept OSError as error: print(error.strerror)`,
          },
          { id: 'c3', source: 'print("y" * 500_000)\nprint("during")' },
          { id: 'd4', source: `import os\ntime.sleep(4)\nfile.close()\nos.unlink(${filler})\nprint("after")` },
        ];
        fs.writeFileSync(path.join(folders.workspace, 'fills.ipynb'), notebook(cells));
        return Promise.resolve();
      },
    });
  });
  afterAll(async () => {
    await full.screenshot('follow-full-disk-end');
    execFileSync('umount', ['--lazy', disk]);
    await full.close();
  });

  test('what was executed meanwhile is told when there is room', async () => {
    await openRuns(full);
    await full.openFile('fills.ipynb');
    await new NotebookEditor(full).waitForCell('print("before")', /^$/);
    await full.command('Track This Notebook');
    await full.command('Notebook: Run All');
    await statusIs('Tracking · 4 cells', full);
    await full.screenshot('follow-full-disk');
    await waitForRun(full, 'fills', 'running');
    // The fourth takes four seconds, and is interrupted for who stops before it ends.
    await waitFor('the fourth cell to end', () =>
      full.page
        .locator('.notebookOverlay .code-cell-row', { hasText: 'after' })
        .locator('.codicon-notebook-state-success')
        .isVisible(),
    );
    await full.command('Stop Tracking This Notebook');
    await waitForRun(full, 'fills', 'finished', 120_000);
    await full.screenshot('follow-full-disk-over');
    const run = JSON.parse(await loopwright(full, 'runs', 'show', 'latest', '--json')) as Shown;
    expect(run.notebook?.cells).toMatchObject([{ state: 'ok' }, { state: 'ok' }, { state: 'ok' }, { state: 'ok' }]);
    // There may have been just room for the text of the third cell, or not.
    const isKept = fs.existsSync(path.join(disk, 'runs', run.run_id, 'artifacts/cells/2-0.txt'));
    const isSaid = run.notes.some(({ text }) => text.includes('A record or output of a cell is missing'));
    expect(isKept || isSaid).toBe(true);
  });
});
