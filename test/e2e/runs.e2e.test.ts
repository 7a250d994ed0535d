import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, runRows, RUNS, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const TRAIN = `import argparse, time
import loopwright
parser = argparse.ArgumentParser()
parser.add_argument('--depth', type=int, default=8)
options = parser.parse_args()
for step in range(20):
    loopwright.log(auc=0.9 + step / 1000, step=step)
    time.sleep(0.1)
print('trained with depth', options.depth)
`;
const FAIL = `raise SystemExit(3)
`;
const SLOW = `import time
print('started', flush=True)
time.sleep(120)
`;
const ARGUMENTS = `import os, sys
print(sys.argv, 'in', os.path.basename(os.getcwd()))
`;

/** For a page, of which VS Code has to make the webview first. */
const SOON = { timeout: 20_000 };
let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'train.py': TRAIN, 'fail.py': FAIL, 'slow.py': SLOW, 'sub/arguments.py': ARGUMENTS },
  });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

describe('a script run from its editor', () => {
  test('starts from a view that says how', async () => {
    await expect.poll(() => workbench.trees.welcome(RUNS), { timeout: 40_000 }).toContain('Run File as Tracked Run');
  });

  test('appears as running, shows its metric, and finishes', async () => {
    await runFile(workbench, 'train.py');
    await waitForRun(workbench, 'train', 'running');
    await expect.poll(() => workbench.statusBar(), { timeout: 5_000 }).toContain('1 run');
    expect(await waitForRun(workbench, 'train', 'finished')).toMatch(/^auc 0\.919 · .+ · just now$/);
    await workbench.terminal.waitForText('Run finished in');
    await expect.poll(() => workbench.statusBar(), { timeout: 5_000 }).not.toContain('1 run');
  });

  test('has a page with its parameters, metrics and output', async () => {
    await workbench.trees.action('train', 'Open Run');
    const page = await workbench.webviewFrame('train');
    for (const text of ['finished', 'auc', '0.919', 'depth']) await page.getByText(text).first().waitFor();
    await page.getByRole('button', { name: 'Output', exact: true }).click();
    await page.getByText('trained with depth 8').first().waitFor();
    for (const name of ['Code', 'Data', 'Environment'])
      await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
    await page.getByText('Working folder').first().waitFor();
    // Nothing waits for ever: each section has come to what it knows.
    await expect.poll(() => page.locator('lw-code lw-loading, lw-environment lw-loading').count()).toBe(0);
    expect(await workbench.editorTitles()).toContain('train');
  });

  test('opens its page once', async () => {
    await workbench.command('Open Run', 'train');
    expect((await workbench.editorTitles()).filter((title) => title === 'train')).toHaveLength(1);
  });

  test('keeps the keys in the list by a click, and takes them by a double click or Enter', async () => {
    const place = () => workbench.page.evaluate(() => document.activeElement?.tagName ?? '');
    const row = await workbench.trees.waitForRow('train');
    for (const goThere of [() => row.dblclick(), () => workbench.page.keyboard.press('Enter')]) {
      await workbench.command('View: Close All Editors');
      await row.click();
      await workbench.webviewFrame('train');
      await workbench.page.waitForTimeout(1500);
      expect(await place()).toBe('DIV');
      await goThere();
      await expect.poll(place, { timeout: 5_000 }).toBe('IFRAME');
    }
  });

  test('says why it failed', async () => {
    await runFile(workbench, 'fail.py');
    expect(await waitForRun(workbench, 'fail', 'failed')).toContain('exit code 3');
    await workbench.terminal.waitForText('Run failed with exit code 3');
  });

  test('can be run again', async () => {
    await workbench.trees.contextMenu('fail', 'Run Again');
    await expect
      .poll(async () => (await runRows(workbench)).filter((row) => row.startsWith('error fail ')).length, {
        timeout: 40_000,
      })
      .toBe(2);
  });

  test('is looked at in the tab of the one before, until something is done there', async () => {
    await workbench.command('View: Close All Editors');
    await expect.poll(() => workbench.editorTitles(), SOON).toEqual([]);
    const click = async (name: string) => (await workbench.trees.waitForRow(name)).locator('.label-name').click();
    // The tab has its new name before the page of the run before is gone.
    const shows = async (name: string, text: string) => {
      const page = await workbench.webviewFrame(name);
      return page
        .getByText(text)
        .first()
        .isVisible()
        .catch(() => false);
    };
    await click('train');
    await expect.poll(() => shows('train', '0.919'), SOON).toBe(true);
    await click('fail');
    await expect.poll(() => shows('fail', 'exit code 3'), SOON).toBe(true);
    expect(await workbench.editorTitles()).toEqual(['fail']);
    await (await workbench.webviewFrame('fail')).locator('h1').click();
    await click('train');
    await expect.poll(() => workbench.editorTitles(), SOON).toEqual(['fail', 'train']);
    await expect.poll(() => shows('train', '0.919'), SOON).toBe(true);
  });

  test('gets arguments as a shell would split them, and remembers them', async () => {
    await workbench.openFile('sub/arguments.py');
    await workbench.command('Run File with Arguments…');
    await workbench.quickInput.answer(`--name "my run" 'x y'`);
    await workbench.terminal.waitForText(`['sub/arguments.py', '--name', 'my run', 'x y'] in project`);
    await workbench.command('Run File with Arguments…');
    expect((await workbench.quickInput.prompt()).value).toBe(`--name "my run" 'x y'`);
    await workbench.quickInput.cancel();
  });

  test('is saved first', async () => {
    await workbench.openFile('fail.py');
    await workbench.page.keyboard.press('Control+Home');
    await workbench.page.keyboard.type('print("typed, not saved")\n');
    await workbench.editorAction('Run File as Tracked Run');
    await workbench.terminal.waitForText('typed, not saved');
  });

  test('can be stopped from the tree', async () => {
    await runFile(workbench, 'slow.py');
    await workbench.terminal.waitForText('started');
    await waitForRun(workbench, 'slow', 'running');
    await workbench.trees.action('slow', 'Stop Run');
    expect(await waitForRun(workbench, 'slow', 'stopped')).toContain('stopped');
  });

  test('can be deleted, and brought back', async () => {
    await workbench.trees.contextMenu('slow', 'Delete Run');
    await workbench.waitForNotification('Deleted slow.');
    await expect.poll(() => runRows(workbench), { timeout: 5_000 }).not.toContainEqual(expect.stringContaining('slow'));
    await workbench.notificationAction('Deleted slow.', 'Undo');
    await waitForRun(workbench, 'slow', 'stopped');
  });

  test('can be renamed and pinned, found by a filter, and be as it was', async () => {
    const top = async () => (await runRows(workbench))[0] ?? '';
    await workbench.trees.contextMenu('train', 'Rename Run');
    await workbench.quickInput.answer('the first');
    await workbench.trees.action('the first', 'Pin Run');
    await expect.poll(top, { timeout: 40_000 }).toMatch(/^pass the first auc .* · pinned$/);
    await workbench.command('Filter Runs…');
    await workbench.quickInput.answer('first auc > 0.9');
    await expect.poll(() => runRows(workbench), { timeout: 40_000 }).toHaveLength(1);
    await workbench.command('Clear Filter');
    await expect.poll(async () => (await runRows(workbench)).length, { timeout: 40_000 }).toBeGreaterThan(1);
    for (let step = 0; step < 2; step++) await workbench.command('Undo Last Change');
    await expect
      .poll(() => runRows(workbench), { timeout: 40_000 })
      .toContainEqual(expect.stringMatching(/^pass train auc/));
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
