/** *Compare for Drift…* in a real VS Code: two tables of the explorer, the training data of a version, and what the page shows. */
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { openRuns } from './runsView';
import { repository } from '../engine/support';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(repository, '.cache/venv-capture/bin/python');

/** What is read says what a version was trained with. */
const TRAIN = `import joblib, loopwright, pandas
from sklearn.tree import DecisionTreeClassifier
rows = pandas.read_csv('march.csv')
joblib.dump(DecisionTreeClassifier(max_depth=2).fit(rows[['amount']], rows['country'] == 'DE'), 'tree.joblib')
loopwright.artifact('tree.joblib')
`;

const ROWS = 3000;

/** @param amount of the middle row; @param countries as often as they stand there */
function table(amount: number, countries: readonly string[]): string {
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const place = ((row * 7919) % ROWS) / ROWS;
    const visits = (row * 31) % 97;
    return `${(amount * (0.5 + place)).toFixed(2)},${String(visits)},${countries[row % countries.length] ?? ''}`;
  });
  return `amount,visits,country\n${rows.join('\n')}\n`;
}

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: {
      'march.csv': table(41, ['DE', 'DE', 'FR', 'IT']),
      'april.csv': table(41, ['DE', 'FR', 'DE', 'IT']),
      'may.csv': table(12, ['FR', 'FR', 'PL', 'IT']),
      'train.py': TRAIN,
    },
    python: PYTHON,
    size: { width: 1400, height: 900 },
  });
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`drift-failed-${task.name.slice(0, 20)}`);
});

test('two tables of the explorer are compared, and the page says what moved', async () => {
  await loopwright(workbench, 'run', '--capture', 'none', '--', 'true');
  await openRuns(workbench);
  await workbench.trees.openContainer('Explorer');
  await (await workbench.trees.waitForRow('march.csv')).click();
  await (await workbench.trees.waitForRow('may.csv')).click({ modifiers: ['Control'] });
  await workbench.trees.contextMenu('may.csv', 'Compare for Drift…');
  await workbench.quickInput.prompt();
  await workbench.screenshot('drift-which');
  await workbench.quickInput.pick('march.csv');
  await openRuns(workbench);
  await workbench.trees.expand('Drift');
  const row = await workbench.trees.waitForRow('may.csv beside march.csv');
  await row.click();
  const page = await workbench.webviewFrame('may.csv beside march.csv', 60_000);
  await page
    .getByText('2 of 3 features moved; amount most: its median fell from 41 to 12')
    .waitFor({ timeout: 60_000 });
  await page.getByRole('img', { name: 'How amount is distributed: its median fell from 41 to 12' }).waitFor();
  await page.getByRole('button', { name: 'country' }).click();
  await page.getByText('New: PL').waitFor();
  await page.getByText('2 of 3 features moved').scrollIntoViewIfNeeded();
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`drift-${theme}`);
  }
}, 300_000);

test('a table like the other has not moved, by the exit code of the command, too', async () => {
  const stable = await loopwright(workbench, 'drift', 'march.csv', 'april.csv', '--json').then(
    (said) => said,
    (error: unknown) => String(error),
  );
  expect(stable).toContain('None of 3 features moved.');
}, 120_000);
