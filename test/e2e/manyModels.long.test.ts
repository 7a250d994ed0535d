/** The Models view with 1,000 models, one of which has 10,000 versions: its pages, its filter, and an engine that fails. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { makeManyModels } from './manyModels';
import { openRuns, realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const MODELS = 'Models';
let workbench: Workbench;
beforeAll(async () => {
  workbench = await openWorkbench({
    prepare: makeManyModels,
    files: { 'mailed.onnx': 'weights' },
    size: { width: 1400, height: 900 },
  });
  await openRuns(workbench);
}, 900_000);
afterAll(() => workbench.close());

const rowsNow = async () =>
  (await workbench.trees.rows(MODELS)).map(({ label, description }) => `${label} ${description}`.trim());
const shows = (what: string, ask: (rows: string[]) => boolean) =>
  waitFor(what, async () => ask(await rowsNow()), { seen: rowsNow, timeoutMs: 60_000 });
const pane = () => workbench.trees.view(MODELS);
const message = async () => (await (await pane()).locator('.message').textContent())?.trim() ?? '';
const says = (text: string) =>
  waitFor(`the view says ${text}`, async () => (await message()).includes(text), { seen: message, timeoutMs: 60_000 });

/** The last row that is in sight. */
async function last(): Promise<string> {
  await (await pane()).locator('.monaco-list').first().focus();
  await workbench.page.keyboard.press('End');
  await workbench.page.waitForTimeout(300);
  // The model of the versions in sight sticks to the top; the page has it behind them.
  return (await rowsNow()).filter((row) => !row.startsWith('fraud')).at(-1) ?? '';
}

async function filter(text: string): Promise<void> {
  await workbench.command('Filter Models…');
  await workbench.quickInput.answer(text);
}

const box = () => workbench.page.locator('.quick-input-widget');
const offered = async () => (await box().textContent()) ?? '';
const typed = (text: string) => box().locator('input').first().fill(text);
const offers = (text: string) =>
  waitFor(`the box offers ${text}`, async () => (await offered()).includes(text), { seen: offered });

test('shows models by name a page at a time', async () => {
  await shows('the models', (rows) => rows.some((row) => row.startsWith('fraud')));
  await workbench.screenshot('many-models');
  await waitFor('Load more…', async () => (await last()).startsWith('Load more…'), { seen: rowsNow });
  await workbench.screenshot('many-models-end');
  await workbench.page.keyboard.press('Enter');
  await waitFor(
    'a second page',
    async () => (await last()) === 'Load more…' && (await rowsNow()).some((row) => row.startsWith('m-199')),
    { seen: rowsNow },
  );
}, 240_000);

test('chooses by a filter, says which and how many, and points at what it does not understand', async () => {
  await workbench.command('Filter Models…');
  await typed("stage = Production AND colour = 'red'");
  await offers('At character 24');
  await workbench.screenshot('models-filter-error');
  await typed('alias = champion OR stage = Production');
  await offers('2 models, 2 versions');
  await workbench.screenshot('models-filter');
  await workbench.page.keyboard.press('Enter');
  await says('Filter: alias = champion OR stage = Production (2 models, 2 versions)');
  await shows('both', (rows) => rows.length === 2 && rows.some((row) => row.startsWith('m-007')));
  await workbench.trees.expand('fraud');
  await shows(
    'only the version that matches',
    (rows) => rows.some((row) => row.startsWith('v1 ')) && rows.length === 3,
  );
  await workbench.screenshot('models-filtered');
  await workbench.command('Clear Model Filter');
  await shows('all of them', (rows) => rows.some((row) => row.startsWith('m-002')) || rows.length > 10);
}, 240_000);

test('shows 10,000 versions a page at a time', async () => {
  await filter("name = 'fraud'");
  await says('(1 model, 10');
  if (!(await rowsNow()).some((row) => /^v\d/.test(row))) await workbench.trees.expand('fraud');
  await shows('the versions', (rows) => rows.some((row) => row.startsWith('v10000')));
  await waitFor('Load more…', async () => (await last()).startsWith('Load more…'), { seen: rowsNow });
  await workbench.page.keyboard.press('Enter');
  await waitFor(
    'a second page',
    async () => (await last()) === 'Load more…' && (await rowsNow()).some((row) => row.startsWith('v9801')),
    { seen: rowsNow },
  );
  await workbench.screenshot('many-versions');
}, 240_000);

test('registers a file of the explorer, of no run', async () => {
  await filter('mail');
  await says('(no model)');
  await workbench.screenshot('models-none');
  await workbench.command('View: Show Explorer');
  await workbench.trees.contextMenu('mailed.onnx', 'Register Model…');
  await workbench.quickInput.pick('New Model…');
  await workbench.quickInput.answer('mailed');
  await workbench.waitForNotification('mailed v1 is registered.', 60_000);
  await workbench.screenshot('model-from-file');
  await workbench.notificationAction('mailed v1 is registered.', 'Open Model Version');
  const page = await workbench.webviewFrame('mailed v1', 60_000);
  await page.getByText('from a file, of no known run').waitFor();
  await workbench.screenshot('model-from-file-page');
  await openRuns(workbench);
}, 240_000);

test('no error was logged', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});

test('says that the models can not be read where the database is broken', async () => {
  await workbench.command('Clear Model Filter');
  const store = path.join(workbench.folder, '.loopwright/store.db');
  await loopwright(workbench, 'engine', 'stop');
  writeFileSync(store, 'no database');
  await shows('why not', (rows) => rows.some((row) => row.startsWith('The models can’t be read')));
  await workbench.screenshot('models-broken');
}, 240_000);
