/** Two versions of a model beside each other in a real window: how one gets there, what it shows, and that it comes back. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { leaningClassifier } from '../endpoint/models';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { troubles } from './support/troubles';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const script = (depth: number) => `import os, pickle, sys
import loopwright

depth = ${String(depth)}
os.makedirs("model", exist_ok=True)
with open("model/MLmodel", "w") as file:
    file.write(f"""flavors:
  sklearn:
    pickled_model: model.pkl
    sklearn_version: 1.9.0
metadata:
  depth: {depth}
signature:
  inputs: '[{{"type": "double", "name": "amount"}}]'
  outputs: '[{{"type": "long"}}]'
""")
with open("model/model.pkl", "wb") as file:
    pickle.dump({"weights": [1, 2, depth]}, file)
loopwright.param(depth=depth, rounds=60)
loopwright.log(auc=0.9 + depth / 100, log_loss=0.4 - depth / 100)
loopwright.artifact("model")
`;

const MLMODEL = `flavors:
  onnx: { data: model.onnx }
saved_input_example_info: { artifact_path: input_example.json, type: dataframe }
signature:
  inputs: '[{"type": "float", "name": "amount"}, {"type": "float", "name": "hour"}, {"type": "float", "name": "age"}]'
  outputs: '[{"type": "long"}]'
`;

/** A folder for each, with one that leans to the second class. */
async function registerClassifiers(): Promise<void> {
  for (const [at, bias] of [null, [0, 1.5, 0]].entries()) {
    const folder = join(workbench.folder, `classifier-${String(at + 1)}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.onnx'), leaningClassifier(bias));
    writeFileSync(join(folder, 'MLmodel'), MLMODEL);
    writeFileSync(join(folder, 'input_example.json'), '{"columns":["amount","hour","age"],"data":[[1,0,0],[0,2,0]]}');
    await loopwright(workbench, 'models', 'register', `classifier-${String(at + 1)}`, 'land');
  }
  const rows = Array.from({ length: 300 }, (_, at) =>
    [`t-${String(at)}`, Math.sin(at) * 3, Math.cos(at * 1.7) * 2, Math.sin(at * 0.3)].join(),
  );
  writeFileSync(join(workbench.folder, 'transactions.csv'), `id,amount,hour,age\n${rows.join('\n')}\n`);
}

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': script(1) }, size: { width: 1400, height: 1000 } });
  for (const depth of [1, 4]) {
    writeFileSync(join(workbench.folder, 'train.py'), script(depth));
    await loopwright(workbench, 'run', 'train.py');
    await loopwright(workbench, 'models', 'register', 'latest', 'model', 'fraud');
  }
  await registerClassifiers();
  await loopwright(workbench, 'models', 'alias', 'fraud/1', 'champion');
  await openRuns(workbench);
}, 400_000);
afterAll(() => workbench.close());

const page = () => workbench.webviewFrame('fraud v', 60_000);
/** What stands on the left, and on the right. */
const names = async () => (await page()).locator('lw-pair-head h2').allInnerTexts();

test('a version is compared with the champion from its menu', async () => {
  await workbench.trees.waitForRow('fraud');
  await workbench.trees.expand('fraud');
  await workbench.trees.waitForRow('v2');
  await workbench.trees.contextMenu('v2', 'Compare with…');
  await waitFor('the champion to be offered first', async () => (await workbench.quickInput.labels())[0] === 'v1', {
    seen: () => workbench.quickInput.labels(),
  });
  await workbench.screenshot('versions-choosing');
  await workbench.page.keyboard.press('Enter');
  const frame = await page();
  await frame.getByText('better').first().waitFor({ timeout: 30_000 });
  await workbench.page.waitForTimeout(1500);
  for (const theme of ['dark', 'light'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(1200);
    await workbench.screenshot(`versions-compared-${theme}`);
  }
  expect(await troubles(frame)).toEqual([]);
});

test('a file of them that differs opens as differences', async () => {
  const frame = await page();
  await frame.getByRole('button', { name: 'MLmodel' }).first().click();
  await workbench.page.locator('.monaco-diff-editor').first().waitFor();
  await workbench.page.getByText('depth: 4').first().waitFor();
  await workbench.screenshot('versions-file');
  await workbench.command('View: Close Editor');
});

test('they are swapped, and are there again after a reload', async () => {
  expect(await names()).toEqual(['fraud v1', 'fraud v2']);
  await (await page()).getByRole('button', { name: 'Swap' }).click();
  await expect.poll(names, { timeout: 20_000 }).toEqual(['fraud v2', 'fraud v1']);
  // In a browser VS Code writes down what a page keeps once a minute.
  await workbench.page.waitForTimeout(65_000);
  await workbench.page.reload();
  await expect.poll(names, { timeout: 60_000 }).toEqual(['fraud v2', 'fraud v1']);
});

test('two rows that are selected are compared', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.trees.waitForRow('fraud');
  await workbench.trees.expand('fraud');
  await (await workbench.trees.waitForRow('v2')).click();
  await (await workbench.trees.waitForRow('v1')).click({ modifiers: ['Control'] });
  await workbench.trees.contextMenu('v1', 'Compare Model Versions…');
  await expect.poll(names, { timeout: 30_000 }).toEqual(['fraud v1', 'fraud v2']);
});

test('what both predict is compared on the input example, and on a table that is chosen', async () => {
  await workbench.command('View: Close All Editors');
  await workbench.command('Loopwright: Compare Model Versions…');
  for (const choice of ['land', 'v2', 'v1']) {
    await waitFor(
      `${choice} to be offered`,
      async () => (await workbench.quickInput.labels()).some((one) => one === choice),
      {
        seen: () => workbench.quickInput.labels(),
      },
    );
    await workbench.page.keyboard.type(choice);
    await workbench.page.keyboard.press('Enter');
  }
  const frame = await workbench.webviewFrame('land v', 60_000);
  await frame.getByRole('button', { name: 'Input Example of v1' }).click();
  await frame.getByText('The same class on 1 of 2 rows (50 %)').waitFor({ timeout: 60_000 });
  await frame.getByRole('button', { name: 'Choose Table…' }).click();
  const path = workbench.page.locator('.quick-input-widget input[type="text"]').first();
  await waitFor('the folder of the dialog', async () => (await path.inputValue()).startsWith('/'));
  // Enter goes elsewhere while the dialog is still reading the folder of what was typed: it is typed anew then.
  await waitFor('the table to be taken', async () => {
    await path.fill(join(workbench.folder, 'transactions.csv'));
    await workbench.page.waitForTimeout(500);
    await path.press('Enter');
    return path.waitFor({ state: 'hidden', timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  });
  await frame.getByText(/The same class on \d+ of 300 rows/).waitFor({ timeout: 60_000 });
  await frame.locator('lw-prediction-tables').first().scrollIntoViewIfNeeded();
  for (const theme of ['dark', 'light'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(1500);
    await workbench.screenshot(`versions-predictions-${theme}`);
  }
  expect(await troubles(frame)).toEqual([]);
});

test('the nodes of their graphs that differ are named and marked', async () => {
  const frame = await workbench.webviewFrame('land v', 60_000);
  await frame.getByRole('button', { name: 'Graph', exact: true }).click();
  await frame.getByText('1 node is the same, 2 are changed, 1 is only in v2.').waitFor({ timeout: 60_000 });
  await frame.locator('lw-model-graph .unlike').first().waitFor();
  await frame.locator('lw-section[heading="Graph"]').scrollIntoViewIfNeeded();
  for (const theme of ['dark', 'light'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(1500);
    await workbench.screenshot(`versions-graphs-${theme}`);
  }
  expect(await troubles(frame)).toEqual([]);
});

test('what was compared is there again when the page was hidden, and after a reload', async () => {
  const isThere = async () =>
    (await workbench.webviewFrame('land v', 60_000)).getByText(/of 300 rows/).waitFor({ timeout: 60_000 });
  // A page that is hidden is gone, and begins again.
  await workbench.command('File: New Untitled Text File');
  await workbench.page.waitForTimeout(1000);
  await workbench.command('View: Close Editor');
  await isThere();
  // In a browser VS Code writes down what a page keeps once a minute.
  await workbench.page.waitForTimeout(65_000);
  await workbench.page.reload();
  await isThere();
}, 300_000);

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
