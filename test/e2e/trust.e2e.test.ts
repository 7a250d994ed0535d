import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, RUNS, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ trusted: false, files: { 'train.py': 'print("hi")\n' } });
  fs.mkdirSync(path.join(workbench.folder, '.loopwright'));
});
afterAll(() => workbench.close());

test('in an untrusted folder nothing is run, and no engine looks at a store', async () => {
  await openRuns(workbench);
  await expect
    .poll(() => workbench.trees.welcome(RUNS), { timeout: 40_000 })
    .toContain('In Restricted Mode nothing is run');
  await workbench.openFile('train.py');
  const actions = workbench.page.locator('.editor-actions .action-label[aria-label^="Run File as Tracked Run"]');
  expect(await actions.count()).toBe(0);
  expect(fs.existsSync(workbench.folders.state)).toBe(false);
  expect(fs.readdirSync(path.join(workbench.folder, '.loopwright'))).toEqual([]);
});

test('once it is trusted, everything is there without a reload', async () => {
  await workbench.grantTrust();
  await runFile(workbench, 'train.py');
  await waitForRun(workbench, 'train', 'finished');
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
