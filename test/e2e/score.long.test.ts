/** *Score File…* in a real VS Code: a table of the explorer through a registered version, what can't be scored, stopped and gone on with. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { classifier } from '../endpoint/models';
import { loopwright } from './commandLine';
import { openRuns } from './runsView';
import { repository } from '../engine/support';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const PYTHON = process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(repository, '.cache/venv-capture/bin/python');

/** It has read a table, and says 1 where the network says 0. */
const TREE = `import joblib, loopwright, pandas
from sklearn.tree import DecisionTreeClassifier
rows = pandas.read_csv('training.csv')
joblib.dump(DecisionTreeClassifier().fit(rows, [1, 1, 2] * 50), 'tree.joblib')
loopwright.artifact('tree.joblib')
`;

const TRAINING = `a,b,c\n${'1,0,0\n0,1,0\n0,0,1\n'.repeat(50)}`;

const TASKS = JSON.stringify({
  version: '2.0.0',
  tasks: [
    {
      ...{ label: 'score may', type: 'shell' },
      command: 'loopwright score model.onnx may.csv -o task.csv --columns a,b,c --max-errors any --replace',
    },
  ],
});

/** So many that it is stopped before it is done. */
const ROWS = 3_000_000;

let workbench: Workbench;
const at = (name: string): string => path.join(workbench.folder, name);

beforeAll(async () => {
  workbench = await openWorkbench({
    files: {
      'may.csv': 'id,a,b,c\nx,1,0,0\ny,0,?,0\nz,0,0,3\n',
      'tree.py': TREE,
      'training.csv': TRAINING,
      '.vscode/tasks.json': TASKS,
      'tables/one.csv': TRAINING,
      'tables/two.csv': TRAINING,
    },
    python: PYTHON,
    size: { width: 1400, height: 900 },
    prepare: (folders) => {
      writeFileSync(path.join(folders.workspace, 'model.onnx'), classifier());
      const rows = Array.from({ length: ROWS }, (_, row) => `r${String(row)},${String(row % 3)},1,0.5`);
      writeFileSync(path.join(folders.workspace, 'june.csv'), `id,a,b,c\n${rows.join('\n')}\n`);
      return Promise.resolve();
    },
  });
}, 300_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`score-failed-${task.name.slice(0, 20)}`);
});

interface Listed {
  readonly name: string;
  readonly status: string;
}

async function ask(table: string): Promise<void> {
  await workbench.trees.openContainer('Explorer');
  await workbench.trees.contextMenu(table, 'Score File…');
  await workbench.quickInput.pick('Registered Model…');
  await workbench.quickInput.pick('fraud');
  await workbench.quickInput.pick('v1');
}

const there = (name: string) =>
  waitFor(name, () => Promise.resolve(existsSync(at(name)) || undefined), { timeoutMs: 60_000 });

test('a table is scored by a version; what goes where is shown, and mended, before', async () => {
  await loopwright(workbench, 'run', '--capture', 'none', '--', 'true');
  await loopwright(workbench, 'models', 'register', 'model.onnx', 'fraud');
  await openRuns(workbench);
  await ask('may.csv');
  await workbench.quickInput.prompt();
  await workbench.screenshot('score-output');
  await workbench.quickInput.pick('CSV');
  // Nothing says which three of its four columns are meant.
  await workbench.quickInput.prompt();
  await workbench.screenshot('score-columns');
  await workbench.quickInput.answer('a, b, c');
  await workbench.quickInput.prompt();
  await workbench.screenshot('score-outline');
  await workbench.quickInput.pick('Start');
  await there('may.scored.csv');
  expect(readFileSync(at('may.scored.csv'), 'utf8')).toMatch(/^id,prediction,probability_10,.*\nx,0,.*\nz,2,.*\n$/);
  expect(readFileSync(at('may.scored.csv.errors.jsonl'), 'utf8')).toContain('"line":3');
  await openRuns(workbench);
  await workbench.trees.expand('Scoring');
  const row = await workbench.trees.waitForRow('fraud v1 on may.csv');
  await workbench.screenshot('score-done');
  await row.click();
  const page = await workbench.webviewFrame('fraud v1 on may.csv', 60_000);
  await page.getByText('2 rows scored, 1 bad').waitFor();
  await page.getByRole('table', { name: 'How often prediction is what' }).scrollIntoViewIfNeeded();
  await workbench.screenshot('score-page');
}, 300_000);

test('a job is done again with another model, in its Python, and the page says what that says otherwise', async () => {
  await loopwright(workbench, 'run', '--python', PYTHON, 'tree.py');
  await loopwright(workbench, 'models', 'register', 'latest', 'tree.joblib', 'tree');
  const before = await workbench.webviewFrame('fraud v1 on may.csv', 60_000);
  await before.getByRole('button', { name: 'Score Again with…' }).click();
  await workbench.quickInput.pick('Registered Model…');
  await workbench.quickInput.pick('tree');
  await workbench.quickInput.pick('v1');
  await workbench.waitForNotification('executes what its file says', 60_000);
  await workbench.screenshot('score-python');
  await workbench.notificationAction('executes what its file says', 'Score');
  await workbench.quickInput.prompt();
  await workbench.quickInput.pick('Start');
  await there('may.scored-2.csv');
  expect(readFileSync(at('may.scored-2.csv'), 'utf8')).toMatch(
    /^id,prediction,probability_1,probability_2\nx,1,.*\nz,2,.*\n$/,
  );
  await openRuns(workbench);
  const row = await workbench.trees.waitForRow('tree v1 on may.csv');
  await row.click();
  const page = await workbench.webviewFrame('tree v1 on may.csv', 60_000);
  await page.getByText('0 → 1: 1').waitFor({ timeout: 60_000 });
  await page.getByText('which the model was trained with').waitFor();
  await page.getByRole('table', { name: 'What differs from fraud v1' }).scrollIntoViewIfNeeded();
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot(`score-again-${theme}`);
  }
}, 300_000);

test('a folder of tables is scored into folders, with digests; how many bad rows end it is asked', async () => {
  await ask('tables');
  await workbench.quickInput.pick('CSV');
  await workbench.quickInput.prompt();
  const outline = () =>
    waitFor('the outline', async () => (await workbench.quickInput.labels()).includes('Also Written') || undefined);
  const asks = (placeholder: string) =>
    waitFor(
      placeholder,
      async () => (await workbench.quickInput.prompt()).placeholder.includes(placeholder) || undefined,
    );
  for (const [line, placeholder, name] of [
    ['Also Written', 'beside what is kept', 'row_digest'],
    ['Folders', 'whose values are folders', 'prediction'],
  ] as const) {
    await outline();
    await workbench.quickInput.pick(line);
    await asks(placeholder);
    // By the keys: a tooltip may lie where the mouse would click.
    await workbench.page.keyboard.type(name);
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page.keyboard.press('Space');
    await workbench.page.getByText('1 Selected').waitFor();
    await workbench.page.keyboard.press('Enter');
  }
  await outline();
  await workbench.quickInput.pick('Bad Rows');
  await workbench.quickInput.answer('any');
  await outline();
  await workbench.screenshot('score-folders');
  await workbench.quickInput.pick('Start');
  await there('tables.scored/prediction=2/part-0000000-0.csv');
  const text = readFileSync(at('tables.scored/prediction=2/part-0000000-0.csv'), 'utf8');
  expect(text.split('\n')[0]).toMatch(/^row_digest,probability_10/);
  expect(text.trimEnd().split('\n')).toHaveLength(51);
}, 120_000);

test('a task of tasks.json scores', async () => {
  await workbench.command('Tasks: Run Task');
  await workbench.quickInput.pick('score may');
  // How its output is looked through for problems.
  await workbench.quickInput.pick('Continue without scanning the task output');
  await there('task.csv');
  expect(readFileSync(at('task.csv'), 'utf8')).toMatch(/^id,prediction,/);
}, 120_000);

test('a job is stopped like any run, and gone on with; columns are remembered for the model', async () => {
  // A row that comes moves the others from under the mouse.
  await workbench.trees.openContainer('Explorer');
  await workbench.trees.waitForRow('may.scored.csv.errors.jsonl');
  await ask('june.csv');
  await workbench.quickInput.pick('Parquet');
  await workbench.quickInput.prompt();
  await workbench.quickInput.pick('Start');
  const log = at('.june.scored.parquet.scoring/commits.jsonl');
  const hasPart = () => existsSync(log) && readFileSync(log, 'utf8').includes('\n');
  await waitFor('a part', () => Promise.resolve(hasPart() || undefined), { timeoutMs: 60_000 });
  await loopwright(workbench, 'runs', 'stop', 'latest');
  await openRuns(workbench);
  await waitFor('its end', async () => {
    const { runs } = JSON.parse(await loopwright(workbench, 'runs', 'list', '--json')) as { runs: Listed[] };
    return runs.find(({ name, status }) => name === 'fraud v1 on june.csv' && status !== 'RUNNING');
  });
  await workbench.screenshot('score-stopped');
  expect(existsSync(at('june.scored.parquet'))).toBe(false);
  await ask('june.csv');
  await workbench.quickInput.prompt();
  await workbench.screenshot('score-go-on');
  await workbench.quickInput.pick('Go On with june.scored.parquet');
  await there('june.scored.parquet');
  await ask('june.csv');
  await workbench.quickInput.pick('CSV');
  await workbench.quickInput.prompt();
  await workbench.quickInput.pick('Start');
  const second = at('.june.scored.csv.scoring/commits.jsonl');
  const hasSecond = () => existsSync(second) && readFileSync(second, 'utf8').includes('\n');
  await waitFor('a part', () => Promise.resolve(hasSecond() || undefined), { timeoutMs: 60_000 });
  await loopwright(workbench, 'runs', 'stop', 'latest');
  await openRuns(workbench);
  const row = await workbench.trees.waitForRow('fraud v1 on june.csv');
  await row.click();
  // VS Code may put its frame into the document once more.
  const page = await waitFor('its page', async () => {
    const frame = await workbench.webviewFrame('fraud v1 on june.csv', 60_000);
    const said = frame.getByText('It was ended before its output was whole.');
    return (await said.isVisible().catch(() => false)) ? frame : undefined;
  });
  await workbench.screenshot('score-ended-page');
  await page.getByRole('button', { name: 'Go On' }).click();
  await there('june.scored.csv');
  await openRuns(workbench);
  await workbench.screenshot('score-resumed');
}, 300_000);
