/** The Models view: registering an artifact of a run, giving it an alias, deleting it and having it back. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const MODELS = 'Models';
const SCRIPT = `import pickle
import loopwright

with open("model.pkl", "wb") as file:
    pickle.dump({"weights": [1, 2, 3]}, file)
loopwright.log(auc=0.93)
loopwright.artifact("model.pkl")
`;

let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': SCRIPT }, size: { width: 1400, height: 900 } });
}, 300_000);
afterAll(() => workbench.close());

const rowsNow = async () =>
  (await workbench.trees.rows(MODELS)).map(({ label, description }) => `${label} ${description}`.trim());

const seen = (text: string) =>
  waitFor(`a row with ${text}`, async () => (await rowsNow()).some((row) => row.includes(text)), { seen: rowsNow });

test('an artifact of a run is registered, and the view appears', async () => {
  await openRuns(workbench);
  await runFile(workbench, 'train.py');
  await waitForRun(workbench, 'train', 'finished');
  await workbench.command('Loopwright: Register Model…');
  await workbench.quickInput.pick('Artifact of a Run…');
  await workbench.quickInput.pick('train');
  await workbench.quickInput.pick('model.pkl');
  await workbench.quickInput.answer('a/b');
  await waitFor('what is wrong with the name', async () =>
    (await workbench.quickInput.prompt()).message.includes('models:/NAME/3'),
  );
  await workbench.screenshot('model-bad-name');
  await workbench.quickInput.answer('fraud');
  await workbench.waitForNotification('fraud v1 is registered', 60_000);
  await seen('fraud');
  await workbench.trees.expand('fraud');
  await seen('v1');
  await workbench.screenshot('models-view');
  expect((await rowsNow()).find((row) => row.startsWith('v1'))).toMatch(/auc 0\.93 · from train/);
}, 200_000);

test('a version gets an alias, with the reason for it', async () => {
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.trees.action('v1', 'Set Alias…');
  await workbench.quickInput.pick('champion');
  await workbench.quickInput.answer('the first one');
  await seen('@champion');
  await workbench.screenshot('model-alias');
  expect((await rowsNow()).find((row) => row.startsWith('v1'))).toMatch(/^v1 @champion · auc 0\.93/);
}, 120_000);

test('what is deleted can be had back, with its alias', async () => {
  await workbench.trees.contextMenu('v1', 'Delete Model');
  await waitFor('the version is gone', async () => !(await rowsNow()).some((row) => row.startsWith('v1')), {
    seen: rowsNow,
  });
  await workbench.waitForNotification('fraud v1 is deleted', 60_000);
  await workbench.screenshot('model-deleted');
  await workbench.notificationAction('fraud v1 is deleted', 'Undo');
  await seen('@champion');
}, 120_000);

test('no error was logged', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
