/**
 * Code that was written for MLflow, in the window: its run and what is below it, what it logged beside what was captured,
 * and the address for programs elsewhere. Pictures of it in both themes, for people to look at.
 */
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureVenv } from '../../scripts/lib/python.mjs';
import { repository } from '../engine/support';
import { openRuns, realErrors, RUNS, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const TRAIN = `import argparse, math
import mlflow
parser = argparse.ArgumentParser()
parser.add_argument('--lr', type=float, default=0.1)
parser.add_argument('--depth', type=int, default=3)
args = parser.parse_args()
mlflow.set_experiment('churn')
with mlflow.start_run(run_name='forest', description='Trained on **all** of last year.'):
    mlflow.log_params({'lr': '%.3f' % args.lr, 'trees': 200})
    for step in range(50):
        mlflow.log_metric('auc', 0.95 - 0.4 * math.exp(-step / 10), step=step)
    mlflow.set_tag('stage', 'candidate')
    mlflow.log_text('recall 0.59', 'reports/recall.txt')
    for fold, name in enumerate(['fold 0', 'ניסוי ראשון (v2)', 'تجربة 3']):
        with mlflow.start_run(run_name=name, nested=True):
            mlflow.log_param('fold', fold)
            mlflow.log_metric('auc', 0.9 + fold / 100)
client = mlflow.MlflowClient()
model = client.create_registered_model('churn')
run = mlflow.last_active_run() or mlflow.search_runs(output_format='list')[0]
client.create_model_version('churn', run.info.artifact_uri + '/reports', run.info.run_id)
print('logged')
`;
const ELSEWHERE = `import mlflow
mlflow.set_tracking_uri('file:///tmp/another-store-of-mlflow')
mlflow.search_experiments()
print('looked')
`;

let workbench: Workbench;
let python: string;

beforeAll(async () => {
  python = await ensureVenv('venv-mlflow-3.17', join(repository, 'test/mlflow/requirements-3.17.txt'));
  workbench = await openWorkbench({
    files: { 'train.py': TRAIN, 'elsewhere.py': ELSEWHERE, '.gitignore': '.loopwright/\n' },
    // Its copy of the command is a second terminal to whoever looks for one.
    settings: { 'terminal.integrated.stickyScroll.enabled': false },
    env: { MLFLOW_ALLOW_FILE_STORE: 'true', MLFLOW_DISABLE_TELEMETRY: 'true' },
  });
  await openRuns(workbench);
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  await workbench.screenshot(`mlflow-failed-${task.name.slice(0, 20)}`);
  await workbench.page.keyboard.press('Escape');
});

const rows = () => workbench.trees.rows(RUNS);
const labels = async () => (await rows()).map(({ label }) => label);

async function inBothThemes(name: string): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(1200);
    await workbench.screenshot(`mlflow-${name}-${theme}`);
  }
}

describe('a script that logs by MLflow', () => {
  test('typed in a tracked terminal is one run, with those below it that it nests', async () => {
    await workbench.command("Track Python in This Workspace's Terminals");
    await workbench.waitForNotification('Python scripts typed in new terminals of this workspace are tracked.');
    await workbench.command('Notifications: Clear All Notifications');
    await workbench.command('Terminal: Create New Terminal');
    await workbench.terminal.type(`${python} train.py --lr 0.1; echo "code $?"`);
    await workbench.terminal.waitForText('code 0', 180_000);
    expect(await waitForRun(workbench, 'forest', 'finished')).toContain('auc 0.947');
    expect((await labels()).filter((label) => label === 'churn' || label === 'forest')).toEqual(['churn', 'forest']);
    await workbench.trees.expand('forest');
    await workbench.trees.waitForRow('fold 0');
    expect((await labels()).slice(-3).sort()).toEqual(['fold 0', 'ניסוי ראשון (v2)', 'تجربة 3'].sort());
    await workbench.command('View: Hide Panel');
    await inBothThemes('tree');
  });

  test('has what it logged beside what was captured, and its description as the note', async () => {
    await workbench.command('Open Run', 'forest');
    const frame = await workbench.webviewFrame('forest', 60_000);
    await frame.locator('lw-note').getByText('Trained on').waitFor();
    for (const text of ['0.100', 'trees', 'logged by MLflow', 'argparse: 0.1'])
      await frame.getByText(text).first().waitFor();
    const tags = frame.getByRole('button', { name: /^Tags/ }).first();
    if ((await tags.getAttribute('aria-expanded')) === 'false') await tags.click();
    await frame.locator('lw-tags').getByText('candidate').waitFor();
    expect(
      await frame
        .locator('lw-tags')
        .getByText(/^mlflow\./)
        .count(),
    ).toBe(0);
    await inBothThemes('page');
    await frame.getByRole('button', { name: /^Show \d+ of MLflow's$/ }).click();
    await frame.locator('lw-tags').getByText('mlflow.source.name').waitFor();
    const children = frame.getByRole('button', { name: /^Children/ }).first();
    await children.scrollIntoViewIfNeeded();
    if ((await children.getAttribute('aria-expanded')) === 'false') await children.click();
    await frame.getByText('تجربة 3').first().waitFor();
    await inBothThemes('page-below');
  });

  test('a child of it has a page, with its name from right to left', async () => {
    await workbench.command('Open Run', 'ניסוי ראשון (v2)');
    const frame = await workbench.webviewFrame('ניסוי ראשון (v2)', 60_000);
    await waitFor('the name', async () => (await frame.locator('h1').first().innerText()).includes('(v2)'));
    await inBothThemes('child');
  });

  test('that names another server says so on its page', async () => {
    await workbench.command('Terminal: Focus Terminal');
    await workbench.terminal.type(`clear; ${python} elsewhere.py; echo "code $?"`);
    await workbench.terminal.waitForText('code 0', 120_000);
    await workbench.command('View: Hide Panel');
    await waitForRun(workbench, 'elsewhere', 'finished');
    await workbench.command('Open Run', 'elsewhere');
    const frame = await workbench.webviewFrame('elsewhere', 60_000);
    await frame.getByText('For MLflow, the code uses the folder /tmp/another-store-of-mlflow').waitFor();
    await inBothThemes('elsewhere');
    await workbench.command('View: Close All Editors');
  });
});

describe('what is offered to choose from', () => {
  test('has no tags of MLflow before they are typed', async () => {
    await workbench.command('Filter Runs…');
    await waitFor('the keys', async () => (await workbench.quickInput.labels()).includes('auc'));
    expect((await workbench.quickInput.labels()).filter((label) => label.startsWith('mlflow.'))).toEqual([]);
    await workbench.screenshot('mlflow-filter-empty');
    await workbench.page.keyboard.type('user');
    await waitFor('the tag', async () => (await workbench.quickInput.labels()).includes('mlflow.user'));
    await workbench.page.keyboard.press('Control+A');
    await workbench.page.keyboard.type('metrics.auc > 0.9 and sta');
    await waitFor('suggestions', async () => (await workbench.quickInput.labels()).includes('stage'));
    await workbench.screenshot('mlflow-filter-dark');
    await workbench.quickInput.cancel();
    await workbench.setTheme('light');
    await workbench.command('Filter Runs…');
    await workbench.page.keyboard.type('status = finished or s');
    await waitFor('suggestions', async () => (await workbench.quickInput.labels()).includes('stage'));
    await workbench.screenshot('mlflow-filter-light');
    await workbench.quickInput.cancel();
    await workbench.setTheme('dark');
  });

  test('shows them when asked to', async () => {
    await workbench.command('Group Runs…');
    const others = async () =>
      (await workbench.quickInput.labels()).find((label) => /^Show \d+ of MLflow's$/.test(label));
    const row = await waitFor('the row', others, { seen: () => workbench.quickInput.labels() });
    expect((await workbench.quickInput.labels()).filter((label) => label.startsWith('mlflow.'))).toEqual([]);
    await workbench.screenshot('mlflow-group');
    await workbench.quickInput.pick(row);
    await waitFor('the tags', async () => (await workbench.quickInput.labels()).includes('mlflow.user'));
    await workbench.screenshot('mlflow-group-all');
    await workbench.quickInput.cancel();
    await workbench.command('Choose Columns…');
    await waitFor('the keys', async () => (await workbench.quickInput.labels()).includes('auc'));
    expect((await workbench.quickInput.labels()).filter((label) => label.startsWith('mlflow.'))).toEqual([]);
    await workbench.screenshot('mlflow-columns');
    await workbench.page.locator('.quick-input-titlebar .codicon-eye').click();
    await waitFor(
      'the tags',
      async () => (await workbench.page.locator('.quick-input-titlebar .codicon-eye').count()) === 0,
    );
    await workbench.screenshot('mlflow-columns-all');
    await workbench.quickInput.cancel();
  });
});

test('the address for other programs is copied, with the token on demand', async () => {
  await workbench.command('Copy Tracking URI');
  const said = await workbench.waitForNotification('is copied. MLflow clients need the token, too');
  const clipboard = () => workbench.page.evaluate(() => navigator.clipboard.readText());
  const uri = await clipboard();
  expect(said).toContain(uri);
  expect(uri).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${uri}/health`)).status).toBe(200);
  await workbench.screenshot('mlflow-uri-dark');
  await workbench.setTheme('light');
  await workbench.screenshot('mlflow-uri-light');
  await workbench.notificationAction('is copied', 'Copy as Shell Commands');
  const commands = await waitFor('the commands', async () => {
    const text = await clipboard();
    return text.startsWith('export ') && text;
  });
  const [, token = ''] = /MLFLOW_TRACKING_TOKEN=(lw-[0-9a-f]+)\n/.exec(commands) ?? [];
  const asked = await fetch(`${uri}/api/2.0/mlflow/experiments/get-by-name?experiment_name=churn`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  expect(asked.status).toBe(200);
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
