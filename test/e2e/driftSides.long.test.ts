/** *Compare for Drift…* on versions, runs and endpoints in a real VS Code; one that is stopped, and a table that can't be read. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { classifier } from '../endpoint/models';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const TRAIN = `import json, os, shutil, sys, loopwright
open(sys.argv[1]).read()
os.makedirs('model', exist_ok=True)
for name in ('model.onnx', 'MLmodel'): shutil.copy(name, 'model')
loopwright.artifact('model')
json.dump({'amount': 6.0, 'age': 1.0, 'visits': 3.0}, open('feature_importance_gain.json', 'w'))
loopwright.artifact('feature_importance_gain.json')
`;
const MLMODEL = `flavors:
  onnx: { data: model.onnx }
signature:
  inputs: '[{"type": "float", "name": "amount"}, {"type": "float", "name": "age"}, {"type": "float", "name": "visits"}]'
  outputs: '[{"type": "long", "name": "fraud"}]'
`;

const ROWS = 600;
const rowsOf = (amount: number): number[][] =>
  Array.from({ length: ROWS }, (_, row) => [(amount + (row % 40)) / 10, 20 + ((row * 13) % 50) / 3, (row * 7) % 31]);
const table = (amount: number): string =>
  `amount,age,visits,fraud\n${rowsOf(amount)
    .map((row, at) => `${row.map(String).join(',')},${String(at % 3)}`)
    .join('\n')}\n`;

const BIG_ROWS = 3_000_000;
/** Takes long enough to be stopped. */
const big = (): string =>
  `a,b,c,d\n${Array.from(
    { length: 1000 },
    (_, row) => `${String(row * 1.37)},${String(row % 31)},w${String((row * 7) % 900)},${String(row * 2.91)}\n`,
  )
    .join('')
    .repeat(BIG_ROWS / 1000)}`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: {
      ...{ 'train.py': TRAIN, MLmodel: MLMODEL, 'empty.csv': '' },
      ...{ 'train.csv': table(40), 'may.csv': table(90) },
    },
    size: { width: 1400, height: 900 },
    prepare: ({ workspace }) => {
      writeFileSync(path.join(workspace, 'model.onnx'), classifier());
      writeFileSync(path.join(workspace, 'big.csv'), big());
      return Promise.resolve();
    },
  });
  const Run = z.object({ run_id: z.string() });
  const Shown = z.object({ complete: z.boolean() });
  for (const name of ['train', 'may']) {
    const { run_id: runId } = Run.parse(
      JSON.parse(await loopwright(workbench, 'run', '--json', '--name', `with ${name}`, 'train.py', `${name}.csv`)),
    );
    await waitFor(
      `${name} to be complete`,
      async () =>
        Shown.parse(JSON.parse(await loopwright(workbench, 'runs', 'show', runId, '--json'))).complete || undefined,
      { timeoutMs: 150_000 },
    );
    if (name === 'train') await loopwright(workbench, 'models', 'register', runId, 'model', 'fraud');
  }
  await loopwright(workbench, 'models', 'alias', 'fraud/1', 'champion');
  await openRuns(workbench);
}, 400_000);
afterAll(async () => {
  await loopwright(workbench, 'endpoints', 'stop', 'fraud').catch(() => undefined); // where it was never served
  await workbench.close();
});
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`drift-sides-failed-${task.name.slice(0, 20)}`);
});

async function pictured(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`drift-sides-${name}-${theme}`);
  }
}

/** The page of a comparison, once it says that. */
async function pageOf(name: string, sentence: string) {
  await openRuns(workbench);
  if (!(await workbench.trees.rows('Runs')).some(({ label }) => label === name)) await workbench.trees.expand('Drift');
  await (await workbench.trees.waitForRow(name)).click();
  // Titles are cut. The page may be loaded anew while its run begins.
  return waitFor(
    `the page of ${name} to say: ${sentence}`,
    async () => {
      const page = await workbench.webviewFrame(name.slice(0, 35), 60_000);
      const isSaid = await page
        .getByText(sentence)
        .first()
        .isVisible()
        .catch(() => false);
      return isSaid ? page : undefined;
    },
    { timeoutMs: 90_000 },
  );
}

const prompted = async (text: string): Promise<void> => {
  await waitFor(`the question "${text}"`, async () => {
    const { placeholder } = await workbench.quickInput.prompt();
    return placeholder.includes(text) || undefined;
  });
};

/** In VS Code's own dialog, which a browser has in place of the system's. */
async function chooseFile(name: string): Promise<void> {
  await workbench.quickInput.pick('Table…');
  await waitFor('the dialog', async () => (await workbench.quickInput.prompt()).value.includes('/') || undefined);
  await workbench.screenshot('drift-sides-dialog');
  await workbench.quickInput.answer(path.join(workbench.folder, name));
}

test('the training data of a version beside a table that is chosen in the dialog', async () => {
  await openRuns(workbench);
  await workbench.trees.expand('fraud');
  await workbench.trees.contextMenu('v1', 'Compare for Drift…');
  await prompted('What is compared with it?');
  await workbench.screenshot('drift-sides-which');
  await chooseFile('may.csv');
  const page = await pageOf('may.csv beside the training data of fraud v1', '1 of 4 features moved');
  await page.getByRole('columnheader', { name: 'Importance' }).waitFor();
  const names = await page.getByRole('table', { name: 'Features' }).getByRole('button').allInnerTexts();
  // An opened feature has rows of its own.
  expect(names.map((name) => name.trim()).filter((name) => name !== '')).toEqual(['amount', 'visits', 'age', 'fraud']);
  await page.getByText('How much fraud v1 makes of its features: by feature_importance_gain.json').first().waitFor();
  await page.getByText('1 of 4 features moved').first().scrollIntoViewIfNeeded();
  await pictured('version');
}, 300_000);

test('what two runs have read', async () => {
  await openRuns(workbench);
  await (await workbench.trees.waitForRow('with train')).click();
  await (await workbench.trees.waitForRow('with may')).click({ modifiers: ['Control'] });
  await workbench.trees.contextMenu('with may', 'Compare for Drift…');
  await prompted('Which is the reference');
  await workbench.screenshot('drift-sides-which-run');
  await workbench.quickInput.pick('with train');
  const [Found] = [/^may\.csv of run [0-9a-f]{12} beside train\.csv of run [0-9a-f]{12}$/];
  const name = await waitFor('the comparison', async () => {
    await workbench.trees.expand('Drift').catch(() => undefined); // it may be open already
    return (await workbench.trees.rows('Runs')).find(({ label }) => Found.test(label))?.label;
  });
  await pageOf(name, '1 of 4 features moved');
}, 300_000);

test('what an endpoint was asked, beside the training data of what it serves', async () => {
  const { url } = z
    .object({ url: z.string() })
    .parse(JSON.parse(await loopwright(workbench, 'serve', 'fraud@champion', '--detach', '--json')));
  const rows = rowsOf(90);
  for (let from = 0; from < ROWS; from += 100) {
    const data = rows.slice(from, from + 100);
    const answer = await fetch(`${url}/v2/models/fraud/infer`, {
      ...{ method: 'POST', headers: { 'Content-Type': 'application/json' } },
      body: JSON.stringify({ inputs: [{ name: 'x', shape: [data.length, 3], datatype: 'FP32', data }] }),
    });
    expect(answer.status).toBe(200);
  }
  await openRuns(workbench);
  // Its row says what it serves; that of the model does not.
  await workbench.trees.contextMenu('fraud v1', 'Compare for Drift…');
  await prompted('What fraud was asked: since when?');
  await workbench.screenshot('drift-sides-since');
  await workbench.quickInput.pick('The Last Hour');
  const page = await pageOf('what fraud was asked beside the training data of fraud v1', '1 of 3 features moved');
  await page.getByRole('listitem').filter({ hasText: '6 requests from' }).scrollIntoViewIfNeeded();
  await pictured('endpoint');
}, 300_000);

test('an empty table is refused with its name, from the palette', async () => {
  await workbench.command('Loopwright: Compare for Drift…');
  await prompted('What is the reference');
  await chooseFile('train.csv');
  await prompted('What is compared with it?');
  await chooseFile('empty.csv');
  await pageOf('empty.csv beside train.csv', 'empty.csv is empty.');
  await pictured('empty');
}, 300_000);

test('one that is stopped says so', async () => {
  await workbench.command('Loopwright: Compare for Drift…');
  await prompted('What is the reference');
  await chooseFile('big.csv');
  await prompted('What is compared with it?');
  await chooseFile('big.csv');
  await openRuns(workbench);
  await workbench.trees.waitForRow('big.csv beside big.csv');
  await loopwright(workbench, 'runs', 'stop', 'latest');
  await pageOf('big.csv beside big.csv', 'Stopped on request.');
  await pictured('stopped');
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
}, 300_000);
