import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { findEngine } from '../../src/client/engine';
import { pathsOf } from '../../src/protocol/node/storeFolder';
import type { Method, Params, Result } from '../../src/protocol/requests';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const KERNEL = path.join(import.meta.dirname, 'support/kernel-extension');

/** A kernel that starts, and imports matplotlib, beside all else that a machine does. */
const PATIENCE_MS = 90_000;

const CELLS = [
  'rate = 0.1\nprint("rate", rate)',
  `import matplotlib.pyplot as plt
plt.plot([1, 2, 4])
plt.title("Growth")
plt.show()`,
  'rate / 0',
  'import loopwright\nloopwright.log(loss=0.25, step=1)',
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

/** Runs one cell as a user does, and waits until it has ended with its number. */
async function runCell(at: number, count: number): Promise<void> {
  const cell = workbench.page.locator(
    `.notebookOverlay .cell-list-container .monaco-list-row[data-index="${String(at)}"]`,
  );
  const number = cell.locator('.execution-count-label', { hasText: `[${String(count)}]` });
  await cell.hover();
  await cell.locator('.run-button-container .action-label').first().click();
  await number.waitFor({ timeout: PATIENCE_MS });
  await cell.locator('.codicon-notebook-state-success, .codicon-notebook-state-error').first().waitFor();
}

/** Asks the window's engine. */
async function ask<M extends Method>(method: M, params: Params<M>): Promise<Result<M>> {
  process.env.LOOPWRIGHT_STATE_DIR = workbench.folders.state;
  const paths = pathsOf(path.join(workbench.folder, '.loopwright'));
  const client = { kind: 'test', info: { version: '0.1.0', build: 0 }, trusted: true } as const;
  const engine = await waitFor('the engine', async () => (await findEngine(paths, client)) ?? undefined);
  try {
    return await engine.connection.request(method, params);
  } finally {
    engine.connection.close();
  }
}

/** Oldest first: a run's id begins with its time. */
const runIds = (): string[] => {
  const folder = path.join(workbench.folder, '.loopwright', 'runs');
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => !name.startsWith('.'))
        .sort()
    : [];
};

const statusIs = (text: string) =>
  waitFor(`the state ${text}`, async () => (await workbench.statusBar()).find((one) => one === text), {
    seen: () => workbench.statusBar(),
  });

/** What was executed in a run: `1 growth ok`, with the kinds of its outputs. */
const executed = (at: number, count: number) =>
  waitFor(`${String(count)} executions`, async () => {
    const { executions } = await ask('notebooks/executions', { runId: runIds()[at] ?? '' });
    const isWhole = executions.length === count && executions.every(({ state }) => state !== 'running');
    return isWhole ? executions : undefined;
  });

beforeAll(async () => {
  workbench = await openWorkbench({
    python: PYTHON,
    extensions: [KERNEL],
    env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: PYTHON },
    files: { 'growth.ipynb': NOTEBOOK },
    size: { width: 1500, height: 1700 },
  });
  await openRuns(workbench);
  await workbench.openFile('growth.ipynb');
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`follow-failed-${task.name.slice(0, 20)}`);
});

test('a notebook is tracked from the first cell that is run, in the order of running', async () => {
  await workbench.page
    .locator('.notebook-toolbar-container')
    .getByRole('button', { name: 'Track This Notebook' })
    .click();
  await statusIs('Tracking');
  await workbench.waitForNotification('tracked, with their outputs');
  await workbench.screenshot('follow-begins-dark');
  expect(runIds()).toEqual([]);
  await runCell(1, 1);
  await runCell(0, 2);
  await runCell(2, 3);
  await statusIs('Tracking · 3 cells');
  await waitForRun(workbench, 'growth', 'running');
  await workbench.screenshot('follow-dark');
  const executions = await executed(0, 3);
  expect(executions.map(({ cellId, state, count }) => `${cellId ?? ''} ${state} ${String(count)}`)).toEqual([
    'cell-id-1 ok 1',
    'cell-id-0 ok 2',
    'cell-id-2 failed 3',
  ]);
  expect(executions[0]?.outputs.find(({ mime }) => mime === 'image/png')?.path).toMatch(/^cells\/0-\d\.png$/);
  expect(executions[1]?.outputs).toMatchObject([{ kind: 'stream', name: 'stdout', data: 'rate 0.1\n' }]);
  expect(executions[2]?.error).toMatchObject({ name: 'ZeroDivisionError' });
}, 240_000);

test('it goes on when the engine is killed, and its run page opens from the status bar', async () => {
  const { pid } = await ask('engine/status', {});
  process.kill(pid, 'SIGKILL');
  await runCell(0, 4);
  await statusIs('Tracking · 4 cells');
  expect((await executed(0, 4))[3]).toMatchObject({ cellId: 'cell-id-0', count: 4 });
  await workbench.page.locator('.statusbar').getByRole('button', { name: 'Loopwright: Tracking · 4 cells' }).click();
  const page = await workbench.webviewFrame('growth');
  await page.getByText('Running').first().waitFor();
  await workbench.screenshot('follow-page-dark');
  await workbench.openFile('growth.ipynb');
}, 240_000);

test('a restarted kernel is another run, captured inside where the user asks for it', async () => {
  await workbench.command('Test Kernel: Restart Kernel');
  await workbench.command('Loopwright: Capture Inside This Kernel');
  await workbench.waitForNotification('Run the first cell');
  await runCell(0, 1);
  await workbench.page.waitForTimeout(500);
  await workbench.screenshot('follow-capture-dark');
  await waitFor('the second run', () => Promise.resolve(runIds()[1]));
  await waitForRun(workbench, 'growth', 'running');
  const [first = '', second = ''] = runIds();
  await waitFor('the first is complete', async () => (await ask('runs/get', { runId: first })).isComplete || undefined);
  expect((await ask('runs/notes', { runId: first })).notes.map(({ text }) => text).join()).toContain('restarted');
  const [loaded] = await executed(1, 1);
  expect(loaded?.outputs[0]?.data).toContain('Loopwright: this kernel is captured into the run growth.');
  await runCell(4, 2);
  await waitFor('the metric', async () => (await ask('runs/metrics', { runId: second, which: 'own' })).metrics[0]);
  const { facts } = await ask('runs/facts', { runId: second, section: 'notebook' });
  expect(facts).toMatchObject({ observed: 'kernel', codeCells: 5 });
}, 240_000);

test('it is the same run under another name, and over when tracking is stopped', async () => {
  await workbench.command('File: Save');
  await workbench.command('Test Kernel: Rename Notebook');
  await workbench.page.locator('.tab[data-resource-name="renamed.ipynb"].active').waitFor();
  await statusIs('Tracking · 2 cells');
  const [, second = ''] = runIds();
  await waitFor('the new path', async () => {
    const { facts } = await ask('runs/facts', { runId: second, section: 'notebook' });
    return String(facts.path).endsWith('renamed.ipynb') || undefined;
  });
  await workbench.command('Loopwright: Stop Tracking This Notebook');
  await waitFor(
    'the state to go',
    async () => !(await workbench.statusBar()).some((text) => text.startsWith('Tracking')) || undefined,
  );
  await waitForRun(workbench, 'growth', 'finished');
  await waitFor('it is complete', async () => (await ask('runs/get', { runId: second })).isComplete || undefined);
  expect(runIds()).toHaveLength(2);
  expect((await runRows(workbench)).length).toBe(2);
  await workbench.command('Preferences: Toggle between Light/Dark Themes');
  await workbench.screenshot('follow-over-light');
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
}, 240_000);
