/**
 * The page of a model version: models that scikit-learn fits and skl2onnx converts, registered in the window, compared,
 * described, and there again after a reload. Pictures of it in both themes, wide and narrow, for people to look at.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { troubles } from './support/troubles';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A folder as MLflow leaves it, without its package. */
const TRAIN = `import argparse, json, os
import joblib, numpy as np, onnx, pandas as pd, sklearn
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, log_loss, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
import loopwright

parser = argparse.ArgumentParser()
parser.add_argument('--trees', type=int, default=2)
parser.add_argument('--depth', type=int, default=2)
args = parser.parse_args()
data = pd.read_csv('transactions.csv')
features = ['amount', 'hour', 'age', 'distance']
X, y = data[features].astype('float32'), data['fraud']
model = make_pipeline(StandardScaler(), RandomForestClassifier(args.trees, max_depth=args.depth, random_state=0))
model.fit(X[:300], y[:300])
score = model.predict_proba(X[300:])[:, 1]
loopwright.log({
    'test/auc': roc_auc_score(y[300:], score),
    'test/accuracy': accuracy_score(y[300:], score > 0.5),
    'test/log_loss': log_loss(y[300:], np.clip(score, 0.001, 0.999)),
    'share of fraud': float(y.mean()),
})
os.makedirs('model', exist_ok=True)
joblib.dump(model, 'model/model.joblib')
columns = [{'type': 'float', 'name': name, 'required': True} for name in features]
with open('model/MLmodel', 'w') as file:
    file.write(f'''flavors:
  python_function:
    loader_module: mlflow.sklearn
    model_path: model.joblib
    python_version: 3.11.9
  sklearn:
    pickled_model: model.joblib
    serialization_format: joblib
    sklearn_version: {sklearn.__version__}
mlflow_version: 2.9.2
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '{json.dumps(columns)}'
  outputs: '[{{"type": "long", "required": true}}]'
  params: null
''')
with open('model/input_example.json', 'w') as file:
    file.write(X[:5].round(3).to_json(orient='split', index=False))
onnx.save(to_onnx(model, X[:1].to_numpy(), options={'zipmap': False}), 'model.onnx')
loopwright.artifact('model')
loopwright.artifact('model.onnx')
`;

const DATA = `import numpy as np, pandas as pd
random = np.random.default_rng(0)
data = pd.DataFrame({
    'amount': random.gamma(2, 40, 400).round(2), 'hour': random.integers(0, 24, 400),
    'age': random.integers(18, 90, 400), 'distance': random.exponential(20, 400).round(1),
})
# What no two shallow trees can tell.
data['fraud'] = ((data.amount > 70) ^ (data.distance > 14) ^ (random.random(400) < 0.05)).astype(int)
data.to_csv('transactions.csv', index=False)
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    files: {
      'make_data.py': DATA,
      'train.py': TRAIN,
      '.gitignore': '.loopwright/\ntransactions.csv\nmodel/\nmodel.onnx\n',
    },
    python: PYTHON,
    size: { width: 1400, height: 1000 },
    prepare: ({ workspace }) => {
      const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org'];
      for (const args of [
        ['init', '-q', '-b', 'main'],
        ['add', '.'],
        [...who, 'commit', '-qm', 'Train'],
      ])
        execFileSync('git', args, { cwd: workspace });
      return Promise.resolve();
    },
  });
  await loopwright(workbench, 'run', '--python', PYTHON, '--name', 'data', 'make_data.py');
  await loopwright(workbench, 'run', '--python', PYTHON, '--name', 'small', 'train.py');
  for (const artifact of ['model', 'model.onnx'])
    await loopwright(
      workbench,
      'models',
      'register',
      'latest',
      artifact,
      artifact === 'model' ? 'fraud' : 'fraud-onnx',
    );
  await loopwright(workbench, 'models', 'alias', 'fraud/1', 'champion', '--why', 'the first one');
  await loopwright(
    workbench,
    'run',
    '--python',
    PYTHON,
    '--name',
    'large',
    'train.py',
    '--trees',
    '40',
    '--depth',
    '6',
  );
  await loopwright(workbench, 'models', 'register', 'latest', 'model', 'fraud');
  await openRuns(workbench);
}, 400_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`version-failed-${task.name.slice(0, 20)}`);
});

const page = (title = 'fraud v2') => workbench.webviewFrame(title, 60_000);
const section = (frame: Frame, name: string) => frame.locator(`lw-section[heading="${name}"]`);

/** Everything unfolded, nothing still on its way. */
async function unfolded(frame: Frame): Promise<void> {
  const folded = frame.locator('lw-section h2 button[aria-expanded="false"]');
  while ((await folded.count()) > 0) await folded.first().click();
  await waitFor('nothing loads', async () => (await frame.locator('lw-loading').count()) === 0);
}

async function serious(frame: Frame): Promise<string[]> {
  await frame.evaluate(AXE);
  const found = await frame.evaluate<{ id: string; impact: string | null; nodes: { target: unknown }[] }[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`,
  );
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(({ target }) => target).slice(0, 4))}`);
}

async function pictures(name: string, frame: Frame): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    expect(await troubles(frame), theme).toEqual([]);
    expect(await serious(frame), theme).toEqual([]);
    await workbench.screenshot(`version-${name}-${theme}`);
  }
}

const scrollTo = (frame: Frame, heading: string) =>
  section(frame, heading).evaluate((element) => {
    element.scrollIntoView();
    // The head stays on top.
    window.scrollBy(0, -90);
  });

describe('the page of a model version', () => {
  test('is opened by a click on the version', async () => {
    await workbench.trees.expand('fraud');
    await (await workbench.trees.waitForRow('v2')).click();
    const frame = await page();
    await frame.locator('lw-version-header').getByText('fraud').first().waitFor();
    await frame
      .locator('lw-version-header')
      .getByText(/better than v1 @champion/)
      .waitFor();
    await frame.locator('lw-signature').getByText('amount').first().waitFor();
    await workbench.command('View: Close Panel').catch(() => undefined);
    await pictures('first', frame);
  });

  test('says where it comes from, and every part leads there', async () => {
    const frame = await page();
    const strip = frame.locator('lw-lineage');
    for (const text of ['transactions.csv', 'train.py', 'large', 'Not served']) await strip.getByText(text).waitFor();
    await strip.getByRole('button', { name: 'transactions.csv' }).click();
    await workbench.page.locator('.tab[data-resource-name="transactions.csv"].active').waitFor();
    await workbench.command('View: Close Editor');
    await (await page()).locator('lw-lineage').getByRole('button', { name: 'train.py' }).click();
    await workbench.page.locator('.tab[data-resource-name="train.py"].active').waitFor();
    await workbench.command('View: Close Editor');
    await (
      await page()
    )
      .locator('lw-lineage')
      .getByRole('button', { name: /^main@[0-9a-f]{7}$/ })
      .click();
    await workbench.waitForNotification('No file differs');
    await workbench.command('Notifications: Clear All Notifications');
    await (await page()).locator('lw-lineage').getByRole('button', { name: 'large' }).click();
    await workbench.webviewFrame('large', 60_000);
    await workbench.command('View: Close Editor');
  });

  test('tells better from worse in words', async () => {
    const frame = await page();
    const row = (key: string) => frame.locator('lw-version-metrics tr', { hasText: key });
    for (const key of ['test/auc', 'test/log_loss']) expect(await row(key).innerText()).toMatch(/0\.\d+ better/);
    expect(await row('share of fraud').innerText()).toContain('the same');
    expect(await frame.locator('lw-version-metrics td:first-child').first().innerText()).toBe('test/auc');
  });

  test('has the signature, what is in the file, and the files', async () => {
    const frame = await page();
    await unfolded(frame);
    await section(frame, 'Signature').locator('lw-signature').getByText('Input Example').waitFor();
    const model = section(frame, 'Model').locator('lw-inspection');
    await model.getByText('sklearn.pipeline.Pipeline').first().waitFor();
    await section(frame, 'Files').getByText('model.joblib').waitFor();
    for (const heading of ['Signature', 'Model', 'Files']) {
      await scrollTo(frame, heading);
      await pictures(heading.toLowerCase(), frame);
    }
    await section(frame, 'Files').getByRole('button', { name: 'MLmodel', exact: true }).click();
    await workbench.page.locator('.tab[data-resource-name="MLmodel"].active').waitFor();
    await workbench.command('View: Close Editor');
  });

  test('tells of what happens to it while it is open', async () => {
    await loopwright(workbench, 'models', 'alias', 'fraud/2', 'champion', '--why', 'better on May');
    const frame = await page();
    await section(frame, 'History')
      .getByText(/^Alias champion was set by .*: better on May$/)
      .waitFor();
    await frame.locator('lw-version-header').getByText('@champion', { exact: true }).waitFor();
    await frame.locator('lw-version-header').getByRole('button', { name: 'More Actions' }).click();
    await frame.locator('lw-version-header').getByRole('menuitem', { name: 'Set Alias…' }).click();
    await workbench.quickInput.pick('challenger');
    await workbench.quickInput.answer('for a look');
    await section(frame, 'History')
      .getByText(/Alias challenger was set by .*: for a look/)
      .waitFor();
  });

  test('has its description edited in place, and is there again after a reload', async () => {
    let frame = await page();
    await section(frame, 'Description').getByRole('button', { name: 'Edit' }).click();
    await frame.locator('lw-note textarea').fill('For **card** payments only. See [the paper](https://example.org/a).');
    await frame.locator('lw-note').getByRole('button', { name: 'Save' }).click();
    await frame.locator('lw-note .note strong').waitFor();
    expect(await loopwright(workbench, 'models', 'show', 'fraud@champion')).toContain('For **card** payments only.');
    await frame.locator('lw-version-header').click();
    await workbench.reload();
    frame = await page();
    await frame.locator('lw-note .note strong').waitFor();
    expect(await frame.locator('lw-version-header h1').innerText()).toBe('fraud v2');
    // What was unfolded still is.
    await section(frame, 'Files').getByText('model.joblib').waitFor();
  });

  test('of an ONNX model has its graph', async () => {
    await workbench.command('Loopwright: Open Model Version');
    await workbench.quickInput.pick('fraud-onnx');
    await workbench.quickInput.pick('v1');
    const frame = await page('fraud-onnx v1');
    await section(frame, 'Model').locator('lw-inspection').getByText('TreeEnsembleClassifier').first().waitFor();
    await section(frame, 'Graph').locator('svg text', { hasText: 'Scaler' }).first().waitFor();
    await unfolded(frame);
    await pictures('onnx', frame);
    for (const heading of ['Model', 'Graph']) {
      await scrollTo(frame, heading);
      await pictures(`onnx-${heading.toLowerCase()}`, frame);
    }
  });

  test('fits into a narrow editor', async () => {
    await workbench.page.setViewportSize({ width: 760, height: 1000 });
    for (const title of ['fraud-onnx v1', 'fraud v2']) {
      await workbench.page.locator('.tab', { hasText: title }).first().click();
      const frame = await page(title);
      await unfolded(frame);
      await frame.evaluate(() => window.scrollTo(0, 0));
      await pictures(`narrow-${title.replace(' ', '-')}`, frame);
      await scrollTo(frame, 'Model');
      await workbench.screenshot(`version-narrow-${title.replace(' ', '-')}-model`);
    }
    await workbench.page.setViewportSize({ width: 1400, height: 1000 });
  });

  test('no error was logged', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
