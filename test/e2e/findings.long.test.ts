import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const KERNEL = path.join(import.meta.dirname, 'support/kernel-extension');

const notebook = (...sources: string[]) =>
  JSON.stringify({
    cells: sources.map((source, at) => ({
      cell_type: 'code',
      id: `cell-${String(at)}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
    metadata: { language_info: { name: 'python' }, kernelspec: { name: 'python3', display_name: 'Python 3' } },
    nbformat: 4,
    nbformat_minor: 5,
  });

/** What the Problems panel shows of us: the message and the rule behind it. */
async function problems({ page }: Workbench): Promise<string[]> {
  const rows = page.locator('.markers-panel-container .monaco-list-row');
  const texts = await rows.evaluateAll((all) => all.map((row) => row.textContent.replaceAll('\u00a0', ' ')));
  return texts.filter((text) => text.includes('Loopwright'));
}

async function waitForProblems(workbench: Workbench, ...wanted: string[]): Promise<string[]> {
  return waitFor(
    `the problems ${wanted.join(', ') || 'none'}`,
    async () => {
      const found = await problems(workbench);
      const isAsWanted =
        found.length === wanted.length && wanted.every((text) => found.some((row) => row.includes(text)));
      return isAsWanted && found;
    },
    { seen: () => problems(workbench) },
  );
}

const cell = ({ page }: Workbench, at: number) =>
  page.locator('.notebookOverlay .cell-list-container .monaco-list-row.code-cell-row').nth(at);

/** Puts the cursor where the problem is, and chooses from the quick fixes there. */
async function fix(workbench: Workbench, at: number, title: string): Promise<void> {
  const { page } = workbench;
  const widget = page.locator('.action-widget');
  await waitFor(
    `the quick fix "${title}"`,
    async () => {
      await page.keyboard.press('Escape');
      await cell(workbench, at).locator('.view-line').first().click();
      await page.keyboard.press('Control+.');
      const choice = widget.locator('.monaco-list-row', { hasText: title });
      await choice.waitFor({ timeout: 3_000 }).catch(() => undefined);
      if ((await choice.count()) === 0) return false;
      if (title.startsWith('Use the')) await workbench.screenshot('findings-fixes');
      await choice.click();
      return true;
    },
    { timeoutMs: 40_000 },
  );
}

describe('the problems of a notebook', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    workbench = await openWorkbench({
      python: PYTHON,
      extensions: [KERNEL],
      env: { LOOPWRIGHT_TEST_KERNEL_PYTHON: PYTHON },
      files: { 'data/train.csv': 'a,b\n1,2\n', 'clean.ipynb': notebook('x = 1', 'print(x)') },
      size: { width: 1400, height: 1000 },
    });
    const data = path.join(workbench.folder, 'data', 'train.csv');
    const cells = [`path = "${data}"`, 'rate = 0.1', 'print(rate * missing)', '!pip install pandas'];
    fs.writeFileSync(path.join(workbench.folder, 'explore.ipynb'), notebook(...cells));
    await workbench.openFile('explore.ipynb');
    await workbench.command('Problems: Focus on Problems View');
  });
  afterAll(() => workbench.close());

  test('stand in its cells as soon as it is opened', async () => {
    await waitForProblems(
      workbench,
      'exists on this machine only',
      '`missing` is defined nowhere',
      '`pandas` is installed',
    );
    await workbench.screenshot('findings-dark');
  });

  test('go when a path is made a relative one', async () => {
    await fix(workbench, 0, 'Use the Relative Path');
    await waitForProblems(workbench, '`missing` is defined nowhere', '`pandas` is installed');
    expect((await cell(workbench, 0).locator('.view-lines').textContent())?.replaceAll('\u00a0', ' ')).toBe(
      'path = "data/train.csv"',
    );
  });

  test('go when they are ignored, which is written into the settings', async () => {
    await fix(workbench, 3, 'Ignore "unpinned-install" in This Notebook');
    await waitForProblems(workbench, '`missing` is defined nowhere');
    const settings = fs.readFileSync(path.join(workbench.folder, '.vscode', 'settings.json'), 'utf8');
    expect(JSON.parse(settings)).toEqual({
      'loopwright.notebooks.ignoredFindings': ['unpinned-install@explore.ipynb'],
    });
  });

  test('come when a cell is changed after it ran, and go when it is run again', async () => {
    await cell(workbench, 1).locator('.view-line').first().click();
    await workbench.command('Notebook: Execute Cell');
    await cell(workbench, 1).locator('.execution-count-label', { hasText: '[1]' }).waitFor({ timeout: 60_000 });
    await cell(workbench, 1).locator('.view-line').first().click();
    await workbench.page.keyboard.press('End');
    await workbench.page.keyboard.type('5');
    await waitForProblems(workbench, '`missing` is defined nowhere', 'changed after it ran');
    await workbench.screenshot('findings-changed');
    await fix(workbench, 1, 'Run This Cell');
    await waitForProblems(workbench, '`missing` is defined nowhere');
  });

  test('are none in a notebook that is in order', async () => {
    await workbench.openFile('clean.ipynb');
    await cell(workbench, 1).waitFor();
    await workbench.page.waitForTimeout(3_000);
    expect(await problems(workbench)).toHaveLength(1);
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});

describe('an untrusted folder', () => {
  let workbench: Workbench;

  beforeAll(async () => {
    const files = { 'explore.ipynb': notebook('print(missing)', 'df = load("/home/me/train.csv")') };
    workbench = await openWorkbench({ trusted: false, theme: 'light', files });
    await workbench.openFile('explore.ipynb');
    await workbench.command('Problems: Focus on Problems View');
  });
  afterAll(() => workbench.close());

  test('has no problems: no Python is asked', async () => {
    await cell(workbench, 1).waitFor();
    await workbench.page.waitForTimeout(3_000);
    expect(await problems(workbench)).toEqual([]);
  });

  test('has them once it is trusted', async () => {
    await workbench.grantTrust();
    await workbench.openFile('explore.ipynb');
    await workbench.command('Problems: Focus on Problems View');
    const told = ['`missing` is defined nowhere', '`load` is defined nowhere', 'exists on this machine only'];
    await waitForProblems(workbench, ...told);
    await workbench.screenshot('findings-light');
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
