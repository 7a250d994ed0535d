/** Thresholds of drift in a real VS Code: changed on the page of a comparison, kept in `loopwright.yaml`, and compared by again. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { loopwright } from './commandLine';
import { openRuns } from './runsView';
import { repository } from '../engine/support';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(repository, '.cache/venv-capture/bin/python');

const ROWS = 3000;
const table = (amount: number): string =>
  `amount,visits\n${Array.from({ length: ROWS }, (_, row) => `${(amount * (0.5 + ((row * 7919) % ROWS) / ROWS)).toFixed(2)},${String((row * 31) % 97)}`).join('\n')}\n`;

const CONFIG = `# What we agree on.
version:   1   # of the form

gates:
    fraud:   {champion: {metrics: {auc: {min: 0.9}}}}

# Tables of the month.
drift:
  false_alarms: 0.01   # one in a hundred
  tests:
    visits: { ks: 0.001 }   # they vary
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'march.csv': table(41), 'may.csv': table(47), 'loopwright.yaml': CONFIG },
    python: PYTHON,
    size: { width: 1400, height: 1000 },
  });
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`drift-settings-failed-${task.name.slice(0, 20)}`);
});

const config = () => path.join(workbench.folder, 'loopwright.yaml');
const NAME = 'may.csv beside march.csv';

/** @returns all that it printed, whatever it found */
function compared(): Promise<string> {
  const env = { ...process.env, LOOPWRIGHT_STATE_DIR: workbench.folders.state };
  const words = [path.join(repository, 'dist/cli.js'), 'drift', 'march.csv', 'may.csv'];
  return new Promise((resolve) =>
    execFile(process.execPath, words, { cwd: workbench.folder, env }, (_, out, text) => resolve(out + text)),
  );
}

const Listed = z.object({
  runs: z.array(z.object({ status: z.string(), headline: z.object({ value: z.number() }).nullable() })),
});

/** Which share of the features moved, by each comparison that is finished, the newest first. */
async function shares(): Promise<number[]> {
  const { runs } = Listed.parse(JSON.parse(await loopwright(workbench, 'runs', 'list', '--json')));
  return runs.filter(({ status }) => status === 'FINISHED').map(({ headline }) => headline?.value ?? NaN);
}

test('a threshold is changed on the page, kept with all comments, and holds for the next comparison', async () => {
  const said = await compared();
  expect(said).toContain('1 of 2 features moved');
  expect(said).toContain('As loopwright.yaml says: false_alarms, tests.visits.');
  await openRuns(workbench);
  await workbench.trees.expand('Drift');
  await (await workbench.trees.waitForRow(NAME)).click();
  const page = await workbench.webviewFrame(NAME, 60_000);
  await page.getByText('1 of 2 features moved').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Change Tests…' }).click();
  const form = page.getByRole('group', { name: 'What decides for amount' });
  await form.getByLabel('at least').fill('0.9');
  await form.getByRole('button', { name: 'Judge Anew' }).click();
  await page.getByText('None of 2 features moved').waitFor();
  await page.getByText('Not kept yet: tests of amount.').waitFor();
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`drift-changed-${theme}`);
  }
  await page.getByRole('button', { name: 'Keep in loopwright.yaml' }).click();
  await page.getByText('Kept in loopwright.yaml').waitFor();
  const [before = ''] = CONFIG.split('  tests:');
  const text = readFileSync(config(), 'utf8');
  expect(text.startsWith(before.slice(0, before.indexOf('drift:')))).toBe(true);
  for (const comment of ['# one in a hundred', '# they vary']) expect(text).toContain(comment);
  expect(text).toContain('amount: { ks: 0.01, wasserstein_normed: 0.9, needs: all }');

  await page.getByRole('button', { name: 'Compare Again' }).click();
  const found = await waitFor('another comparison', async () => {
    const all = await shares();
    return all.length === 2 && all;
  });
  expect(found).toEqual([0, 0.5]);
  const again = await compared();
  expect(again).toContain('None of 2 features moved');
  expect(again).toContain('As loopwright.yaml says: false_alarms, tests.visits, tests.amount.');
}, 300_000);

test('a file with an error is said to be one, and left as it is', async () => {
  const broken = readFileSync(config(), 'utf8').replace('false_alarms', 'false_alarm');
  writeFileSync(config(), broken);
  const page = await workbench.webviewFrame(NAME, 60_000);
  await page.getByRole('button', { name: 'Change Thresholds' }).click();
  await page.getByLabel('Least effect that matters').fill('0.2');
  await page.getByRole('button', { name: 'Keep in loopwright.yaml' }).click();
  await page.getByText('There is no key false_alarm. Did you mean false_alarms?').waitFor();
  await workbench.screenshot('drift-not-kept');
  expect(readFileSync(config(), 'utf8')).toBe(broken);
  await page.getByRole('button', { name: 'Compare Again' }).click();
  await workbench.page.getByText('loopwright.yaml, line 9: There is no key false_alarm.').first().waitFor();
  await workbench.screenshot('drift-broken-file');
}, 120_000);
