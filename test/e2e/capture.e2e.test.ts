import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');

/** The observer gives way to everything else, so that on a busy machine its work after a script takes its time. */
const PATIENT_MS = 240_000;

/**
 * Nothing in it is written for us. One table stays open, as in many scripts: the observer finds it among the open files of
 * the process, and is sure who reads it.
 */
const SEARCH = `import matplotlib.pyplot as plt
labels = open('labels.csv')
import polars as pl
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
import settings

table = pl.read_csv('flowers.csv')
X, y = table[['length', 'width']].to_numpy(), table['kind'].to_numpy()
search = GridSearchCV(LogisticRegression(max_iter=settings.ITERATIONS), {'C': [0.1, 1.0, 10.0]}, cv=3).fit(X, y)
plt.scatter(X[:, 0], X[:, 1], c=y)
plt.title('Flowers')
plt.savefig('flowers.png')
print('best C', search.best_params_['C'], 'of', labels.readline())
`;
const ROWS = Array.from({ length: 90 }, (_, row) => {
  const kind = row % 3;
  return `${String(kind * 2 + (row % 7) / 3)},${String(5 - kind + (row % 5) / 4)},${String(kind)}`;
});

let workbench: Workbench;
let page: Frame;
async function unfold(section: string): Promise<void> {
  const heading = page.getByRole('button', { name: new RegExp(`^${section}`) }).first();
  if ((await heading.getAttribute('aria-expanded')) !== 'true') await heading.click();
}

beforeAll(async () => {
  workbench = await openWorkbench({
    python: PYTHON,
    files: {
      'search.py': SEARCH,
      'settings.py': 'ITERATIONS = 100\n',
      'labels.csv': 'kind,name\n0,setosa\n',
      'flowers.csv': ['length,width,kind', ...ROWS, ''].join('\n'),
    },
    size: { width: 1500, height: 1200 },
  });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: workbench.folder });
  git('init', '-q', '-b', 'main');
  git('add', '.');
  git('-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-q', '-m', 'one');
  writeFileSync(path.join(workbench.folder, 'settings.py'), 'ITERATIONS = 200\n');
  await openRuns(workbench);
});
afterAll(() => workbench.close());

test('a script that knows nothing of tracking is recorded with all that it did', async () => {
  await runFile(workbench, 'search.py');
  await waitForRun(workbench, 'search', 'finished', 60_000);
  await workbench.trees.action('search', 'Open Run');
  page = await workbench.webviewFrame('search');
  // What goes on after the script has come to its end.
  await expect.poll(() => page.getByText('Still being recorded').count(), { timeout: PATIENT_MS }).toBe(0);
  for (const text of ['best_score', 'C', 'main@']) await page.getByText(text).first().waitFor();
}, 400_000);

test('the candidates of a search are child runs, with the best marked', async () => {
  await unfold('Children');
  const rows = page.locator('lw-children tbody tr');
  await expect.poll(() => rows.count(), { timeout: 40_000 }).toBe(3);
  await expect.poll(() => rows.first().getByRole('img', { name: 'best' }).count()).toBe(1);
  await workbench.screenshot('capture-children');
});

test('what polars has read stands there with digest, rows and columns', async () => {
  await unfold('Data');
  const files = page.locator('lw-data');
  await files.getByText('flowers.csv').first().waitFor();
  await files.getByText('flowers.png').first().waitFor();
  for (const text of ['90 × 3', 'polars', 'inotify']) await files.getByText(text, { exact: true }).first().waitFor();
});

test('the environment has the packages that were imported', async () => {
  await unfold('Environment');
  for (const name of ['scikit-learn', 'polars', 'matplotlib'])
    await page.locator('lw-environment').getByText(name, { exact: true }).first().waitFor();
  await workbench.screenshot('capture-page');
});

test('a changed file opens in the diff editor', async () => {
  await unfold('Code');
  await page.locator('lw-code').getByText('settings.py').first().click();
  const editor = workbench.page.locator('.monaco-diff-editor').first();
  await editor.waitFor();
  await expect
    .poll(async () => (await editor.locator('.modified .view-lines').first().innerText()).replaceAll('\u00a0', ' '))
    .toContain('ITERATIONS = 200');
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
