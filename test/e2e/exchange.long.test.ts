/** Taking over what MLflow has tracked, and leaving with everything, in the window. */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runRows } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const EXPERIMENT = '426014';
const RUN = '0af81d4b8f594c0b9f1a6d37e1f2c3d4';
const of = (file: string) => `mlruns/${EXPERIMENT}/${RUN}/${file}`;

/** As MLflow's file store writes them. */
const FILES: Readonly<Record<string, string>> = {
  [`mlruns/${EXPERIMENT}/meta.yaml`]: `artifact_location: file:///gone/${EXPERIMENT}
creation_time: 1700000000000
experiment_id: '${EXPERIMENT}'
last_update_time: 1700000000000
lifecycle_stage: active
name: churn
`,
  [of('meta.yaml')]: `artifact_uri: file:///gone/${EXPERIMENT}/${RUN}/artifacts
end_time: 1700000060000
entry_point_name: ''
experiment_id: '${EXPERIMENT}'
lifecycle_stage: active
run_id: ${RUN}
run_name: boosted trees
run_uuid: ${RUN}
source_name: ''
source_type: 4
source_version: ''
start_time: 1700000000000
status: 3
tags: []
user_id: ada
`,
  [of('params/depth')]: '6',
  [of('metrics/auc')]: '1700000010000 0.8 1\n1700000020000 0.9 2\n',
  [of('tags/mlflow.runName')]: 'boosted trees',
  [of('tags/team')]: 'risk',
  [of('artifacts/report.txt')]: 'all is well\n',
};

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { ...FILES }, size: { width: 1400, height: 900 } });
}, 240_000);
afterAll(() => workbench.close());

test('what lies in the folder is offered, and imported', async () => {
  // Nobody has opened the view yet: the folder itself is reason enough.
  await workbench.waitForNotification('mlruns holds runs of MLflow', 60_000);
  await workbench.screenshot('import-offered');
  await workbench.notificationAction('mlruns holds runs', 'Import');
  await workbench.waitForNotification('1 run imported', 60_000);
  await openRuns(workbench);
  await waitFor('the run', async () => (await runRows(workbench)).some((row) => row.includes('boosted trees')), {
    seen: () => runRows(workbench),
  });
  await workbench.trees.action('boosted trees', 'Open Run');
  const page = await workbench.webviewFrame('boosted trees');
  await page.locator('#main, main, body').first().getByText('boosted trees').first().waitFor();
  await workbench.page.waitForTimeout(3000);
  await workbench.screenshot('import-run');
  await page.getByText('imported from').first().waitFor();
}, 200_000);

test('all of it is exported to a file of one’s choice', async () => {
  const target = path.join(workbench.folder, 'out', 'runs.csv');
  fs.mkdirSync(path.dirname(target));
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('Loopwright: Export…');
  await waitFor('the formats', async () => (await workbench.quickInput.labels()).includes('CSV'));
  await workbench.screenshot('export-formats');
  await workbench.quickInput.pick('CSV');
  // What is typed before the dialog proposes a place is lost.
  await waitFor('a proposal', async () => (await workbench.quickInput.prompt()).value.endsWith('.csv'));
  await workbench.quickInput.answer(target);
  await workbench.waitForNotification('1 run exported to', 60_000);
  await workbench.screenshot('export-done');
  expect(fs.readFileSync(target, 'utf8')).toContain('boosted trees');
}, 200_000);

test('no error is left behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
