/**
 * *Convert to ONNX…* in a real VS Code: a LightGBM and a PyTorch model are registered from their runs, converted on their
 * pages, and seen as the next version with its graph; a hostile pickle is not loaded. Pictures in both themes.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { loopwright } from './commandLine';
import { openRuns, realErrors } from './runsView';
import { troubles } from './support/troubles';
import { openWorkbench, type Workbench } from './support/workbench';

const LIGHTGBM = `import lightgbm, loopwright, mlflow.lightgbm, numpy as np, pandas as pd
random = np.random.default_rng(0)
X = pd.DataFrame(random.random((300, 4)).astype('float32'), columns=['amount', 'hour', 'age', 'distance'])
y = (X.amount + X.distance > 1).astype(int)
model = lightgbm.LGBMClassifier(n_estimators=12, verbose=-1).fit(X[:200], y[:200])
loopwright.log(accuracy=float(model.score(X[200:], y[200:])))
mlflow.lightgbm.save_model(model, 'trees', input_example=X[200:220], pip_requirements=[])
loopwright.artifact('trees')
`;
const TORCH = `import loopwright, torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(4, 16), torch.nn.ReLU(), torch.nn.Linear(16, 2), torch.nn.Softmax(dim=1))
loopwright.log(accuracy=0.81)
torch.save(model.eval(), 'net.pt')
loopwright.artifact('net.pt')
`;
const HOSTILE = `import os, pickle
class Hostile:
    def __reduce__(self):
        return (os.system, ('touch ' + os.path.abspath('was-loaded'),))
with open('hostile.pkl', 'wb') as file:
    pickle.dump(Hostile(), file)
`;

let workbench: Workbench;
beforeAll(async () => {
  const python = await ensureVenv('venv-convert', path.join(import.meta.dirname, '../peers/convert.txt'));
  workbench = await openWorkbench({
    files: { 'trees.py': LIGHTGBM, 'net.py': TORCH, 'make_hostile.py': HOSTILE },
    python,
    size: { width: 1400, height: 1000 },
  });
  for (const [script, artifact, model] of [
    ['trees.py', 'trees', 'fraud'],
    ['net.py', 'net.pt', 'digits'],
  ] as const) {
    await loopwright(workbench, 'run', '--python', python, script);
    await loopwright(workbench, 'models', 'register', 'latest', artifact, model);
  }
  await loopwright(workbench, 'run', '--python', python, 'make_hostile.py');
  await openRuns(workbench);
}, 600_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`convert-failed-${task.name.slice(0, 20)}`);
});

const section = (frame: Frame, name: string) => frame.locator(`lw-section[heading="${name}"]`);

async function openVersion(name: string, version: number): Promise<Frame> {
  await workbench.command('Loopwright: Open Model Version');
  await workbench.quickInput.pick(name);
  await workbench.quickInput.pick(`v${String(version)}`);
  return workbench.webviewFrame(`${name} v${String(version)}`, 60_000);
}

async function convertOnPage(frame: Frame, name: string): Promise<void> {
  const header = frame.locator('lw-version-header');
  await header.getByRole('button', { name: 'More Actions' }).click();
  await header.getByRole('menuitem', { name: 'Convert to ONNX…' }).click();
  await workbench.quickInput.pick(`The next version of ${name}`);
}

async function pictures(name: string, frame: Frame): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`convert-${name}-${theme}`);
    expect(await troubles(frame), theme).toEqual([]);
  }
}

test('a LightGBM model becomes the next version, which says how and predicts the same', async () => {
  const frame = await openVersion('fraud', 1);
  await convertOnPage(frame, 'fraud');
  // Said once, before anything is loaded.
  await workbench.waitForNotification('executes what its file says', 60_000);
  await workbench.screenshot('convert-told');
  await workbench.notificationAction('executes what its file says', 'Convert');
  await workbench.waitForNotification('fraud v2 is fraud v1 as ONNX', 400_000);
  await workbench.screenshot('convert-done');
  await workbench.notificationAction('fraud v2 is fraud v1 as ONNX', 'Open');
  const made = await workbench.webviewFrame('fraud v2', 60_000);
  await section(made, 'Conversion')
    .getByText(/It predicts the same as the original on 20 rows \(classes equal in 100 %/)
    .waitFor();
  await section(made, 'Conversion')
    .getByText(/onnxmltools \d/)
    .waitFor();
  await section(made, 'Signature').getByText('amount').first().waitFor();
  await section(made, 'Graph').locator('svg text', { hasText: 'TreeEnsembleClassifier' }).first().waitFor();
  await pictures('trees', made);
  await section(made, 'Graph').evaluate((element) => element.scrollIntoView());
  await pictures('trees-graph', made);
}, 600_000);

test('a PyTorch model, too, without being told again', async () => {
  await workbench.command('Notifications: Clear All Notifications');
  await convertOnPage(await openVersion('digits', 1), 'digits');
  await workbench.waitForNotification('digits v2 is digits v1 as ONNX', 400_000);
  await workbench.notificationAction('digits v2 is digits v1 as ONNX', 'Open');
  const made = await workbench.webviewFrame('digits v2', 60_000);
  await section(made, 'Conversion')
    .getByText(/were not compared: no example of its input was kept/)
    .waitFor();
  await section(made, 'Graph').locator('svg text', { hasText: 'Softmax' }).first().waitFor();
  await pictures('net', made);
}, 600_000);

test('what loading would do beside making a model is told, and it is not loaded', async () => {
  await workbench.command('Notifications: Clear All Notifications');
  const { workspace } = workbench.folders;
  await workbench.command('View: Show Explorer');
  await workbench.trees.contextMenu('hostile.pkl', 'Convert to ONNX…');
  const dialog = workbench.page.locator('.monaco-dialog-box');
  await dialog
    .getByText(/posix\.system|os\.system/)
    .first()
    .waitFor();
  await workbench.screenshot('convert-hostile');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await workbench.page.waitForTimeout(2000);
  expect(existsSync(path.join(workspace, 'was-loaded'))).toBe(false);
  expect(existsSync(path.join(workspace, 'hostile.onnx'))).toBe(false);
}, 200_000);

test('no error was logged', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
