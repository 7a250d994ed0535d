import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, waitForRun } from './runsView';
import { webviewFrame } from './support/webviews';
import { openWorkbench, type Workbench } from './support/workbench';

const script = (lr: string, top: string) => `import loopwright, math
loopwright.param(lr=${lr}, depth=8)
for step in range(50):
    loopwright.log({"val/auc": ${top} - 0.4 * math.exp(-step / 12), "loss": math.exp(-step / 10) + ${lr}}, step=step)
`;

let workbench: Workbench;
const page = () => webviewFrame(workbench.page, 'Compare 2 Runs', 30_000);

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'first.py': script('0.3', '0.9'), 'second.py': script('0.1', '0.95') } });
  await openRuns(workbench);
  for (const name of ['first', 'second']) {
    await workbench.openFile(`${name}.py`);
    await runFile(workbench, `${name}.py`);
    await waitForRun(workbench, name, 'finished');
    // What the second one has otherwise in its snapshot.
    writeFileSync(join(workbench.folders.workspace, 'first.py'), script('0.2', '0.9'));
  }
});
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`compare-failed-${task.name.slice(0, 20)}`);
});

describe('runs', () => {
  test('are chosen in the palette and compared on a page', async () => {
    await workbench.command('Compare Runs…');
    await expect.poll(() => workbench.quickInput.labels(), { timeout: 20_000 }).toEqual(['second', 'first']);
    await workbench.page.locator('.quick-input-check-all, .quick-input-header .monaco-checkbox').first().click();
    await workbench.page.keyboard.press('Enter');
    const frame = await page();
    await frame.locator('.mark-line path').first().waitFor();
    await expect
      .poll(() => frame.locator('lw-run-chips .toggle').allInnerTexts(), { timeout: 20_000 })
      .toEqual(['second', 'first']);
    expect(await frame.locator('lw-run-chips .best').count()).toBe(1);
    await workbench.screenshot('compare-curves');
  });

  test('differ in what the tables show', async () => {
    const frame = await page();
    await frame.getByRole('tab', { name: 'Table' }).click();
    const params = frame.locator('lw-compared-table[what="param"] tbody');
    await expect.poll(() => params.innerText(), { timeout: 15_000 }).toMatch(/lr\s+0\.1\s+0\.3/);
    expect(await params.innerText()).not.toContain('depth');
    await workbench.screenshot('compare-table');
    await frame.getByRole('tab', { name: 'Parallel' }).click();
    await frame.locator('lw-parallel svg.plot').waitFor();
    await workbench.screenshot('compare-parallel');
  });

  test('come back with the page after a reload of the window', async () => {
    // In a browser VS Code writes down what a page keeps once a minute.
    await workbench.page.waitForTimeout(65_000);
    await workbench.page.reload();
    const frame = await page();
    await frame.locator('lw-parallel svg.plot').waitFor();
    await expect
      .poll(() => frame.locator('lw-run-chips .toggle').allInnerTexts(), { timeout: 20_000 })
      .toEqual(['second', 'first']);
  });

  test('have their code compared in a diff editor', async () => {
    const frame = await page();
    await frame.getByRole('tab', { name: 'Code' }).click();
    await frame.getByRole('button', { name: 'first.py' }).click();
    await workbench.page.locator('.monaco-diff-editor').first().waitFor();
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
