import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeRuns, type MadeRun } from './madeRuns';
import { openRuns, realErrors, RUNS } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const HOSTILE = '<img src=x onerror=alert(1)> $(trash) [x](command:workbench.action.closeWindow) ' + '森'.repeat(3900);

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': 'print(1)\n' } });
  makeRuns(workbench, [
    ...Array.from({ length: 60 }, (_, n): MadeRun => ({
      name: `forest-${String(n)}`,
      experiment: 'fraud',
      params: { depth: String(n % 4), lr: '0.1' },
      metrics: { auc: 0.5 + n / 200, loss: 1 - n / 100 },
      tags: { team: n % 2 === 0 ? 'blue' : 'red' },
      exitCode: n === 3 ? 2 : 0,
    })),
    { name: 'boost', experiment: 'churn', script: 'boost.py', metrics: { auc: 0.99 }, minutesAgo: 3000 },
    { name: HOSTILE, experiment: 'churn', script: 'boost.py', params: { depth: HOSTILE }, minutesAgo: 2000 },
    { name: 'odd', experiment: 'churn', script: 'boost.py', metrics: { auc: 0.7 }, minutesAgo: 4000 },
  ]);
  await openRuns(workbench);
  // Which experiment is the newest, and comes unfolded, depends on how many runs were taken in by then.
  await workbench.trees.expand('fraud');
  await workbench.trees.waitForRow('forest-0');
}, 180_000);
afterAll(() => workbench.close());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await workbench.screenshot(`runs-failed-${task.name.slice(0, 20)}`);
});

const rows = () => workbench.trees.rows(RUNS);
const labels = async () => (await rows()).map(({ label }) => label);
const textOf = async (label: string) => (await rows()).find((row) => row.label === label)?.description;
const shows = (what: string, ask: () => Promise<boolean>) => waitFor(what, ask, { seen: rows });
const pane = () => workbench.trees.view(RUNS);
const message = async () => (await (await pane()).locator('.message').textContent())?.trim() ?? '';

async function filter(text: string): Promise<void> {
  await workbench.command('Filter Runs…');
  await workbench.quickInput.answer(text);
}

/** As a hand does it: VS Code looks where the mouse is on its way. */
async function drag(from: string, to: string): Promise<void> {
  const { mouse } = workbench.page;
  // Away from the tree, so that no tooltip covers a row; and not while rows still change their places.
  await mouse.move(800, 700);
  let before = '';
  await shows('the same rows for a second', async () => {
    const last = before;
    before = JSON.stringify(await rows());
    await workbench.page.waitForTimeout(1000);
    return last === JSON.stringify(await rows());
  });
  await (await workbench.trees.waitForRow(from)).hover();
  await mouse.down();
  const target = await workbench.trees.waitForRow(to);
  const box = await target.boundingBox();
  if (!box) throw new Error(`${to} is not in sight`);
  await mouse.move(box.x + 80, box.y + box.height / 2, { steps: 12 });
  await workbench.page.waitForTimeout(600);
  await mouse.move(box.x + 84, box.y + box.height / 2, { steps: 2 });
  await mouse.up();
}

describe('what the view shows', () => {
  test('are the newest runs, page by page', async () => {
    await expect
      .poll(async () => (await labels()).slice(0, 3), { timeout: 40_000 })
      .toEqual(['fraud', 'forest-0', 'forest-1']);
    expect(await textOf('forest-3')).toContain('exit code 2');
    await workbench.screenshot('runs-plain');
  });

  test('is narrowed by words and comparisons, and says so', async () => {
    await workbench.command('Filter Runs…');
    await workbench.page.keyboard.type('forest au');
    await shows('the suggestion', async () => (await workbench.quickInput.labels()).includes('auc'));
    await workbench.screenshot('runs-filter-typing');
    await workbench.page.keyboard.press('Control+A');
    await workbench.page.keyboard.type('forest auc > 0.775');
    await workbench.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: '4 runs' }).first().waitFor();
    await workbench.screenshot('runs-filter-typed');
    await workbench.page.keyboard.press('Enter');
    await shows('four runs', async () => (await rows()).filter(({ level }) => level > 1).length === 4);
    await shows('the message', async () => (await message()) === 'Filter: forest auc > 0.775 (4 runs)');
    await workbench.screenshot('runs-filtered');
  });

  test('tells in the box why a filter is not understood', async () => {
    await workbench.command('Filter Runs…');
    await workbench.page.keyboard.press('Control+A');
    await workbench.page.keyboard.type('metrics.auc > good');
    const why = workbench.page
      .locator('.quick-input-list')
      .getByText(/The filter is not understood|numbers/)
      .first();
    await why.waitFor();
    await workbench.screenshot('runs-filter-error');
    await workbench.page.keyboard.press('Enter');
    expect((await workbench.quickInput.labels()).length).toBeGreaterThan(0);
    await workbench.quickInput.cancel();
  });

  test('says so where nothing is left, and a click clears the filter', async () => {
    await filter('no-such-run');
    const row = await workbench.trees.waitForRow('No run matches the filter');
    await shows('the message', async () => (await message()) === 'Filter: no-such-run (no run)');
    await workbench.screenshot('runs-nothing');
    await row.click();
    await workbench.trees.waitForRow('forest-0');
    await shows('no message', async () => (await message()) === '');
  });

  test('is sorted by a metric', async () => {
    await workbench.command('Sort Runs…', 'auc', 'Highest First');
    await shows('the best first', async () => (await labels())[1] === 'forest-59');
    await workbench.command('Sort Runs…', 'Start Time', 'Newest First');
    await shows('the newest first', async () => (await labels())[1] === 'forest-0');
  });

  test('shows chosen values', async () => {
    await workbench.command('Choose Columns…');
    const list = workbench.page.locator('.quick-input-list .monaco-list-row');
    for (const key of ['loss', 'depth', 'team'])
      await list.filter({ hasText: key }).first().locator('.monaco-checkbox, input').first().click();
    await workbench.screenshot('runs-columns-choosing');
    await workbench.page.locator('.quick-input-action .monaco-button').first().click();
    await shows('the values', async () => ((await textOf('forest-0')) ?? '').includes('loss 1 · depth 0 · team blue'));
    await workbench.screenshot('runs-columns');
  });

  test('is grouped, and keeps what is selected', async () => {
    await (await workbench.trees.waitForRow('forest-2')).click();
    await workbench.command('Group Runs…', 'Script');
    await shows('scripts', async () => (await labels()).includes('train.py'));
    await workbench.screenshot('runs-by-script');
    const selected = (await pane()).locator('.monaco-list-row.selected');
    expect(await selected.textContent()).toContain('forest-2');
    for (const by of ['Day', 'Status', 'Branch', 'team']) {
      await workbench.command('Group Runs…', by);
      await workbench.page.waitForTimeout(1500);
      await workbench.screenshot(`runs-by-${by}`);
    }
    expect(await labels()).toContain('blue');
    await workbench.command('Group Runs…', 'Experiment');
    await shows('experiments', async () => (await labels())[0] === 'fraud');
  });
});

describe('runs', () => {
  test('are starred, pinned on top, renamed, and all of it is undone', async () => {
    await workbench.trees.contextMenu('forest-5', 'Star Run');
    await shows('the star', async () => (await textOf('forest-5'))?.startsWith('★ · ') ?? false);
    await workbench.trees.contextMenu('forest-7', 'Pin Run');
    await shows('the pin', async () => (await labels())[1] === 'forest-7');
    await workbench.trees.contextMenu('forest-7', 'Rename Run');
    expect((await workbench.quickInput.prompt()).value).toBe('forest-7');
    await workbench.quickInput.answer('the best');
    await shows('the name', async () => (await labels())[1] === 'the best');
    await workbench.screenshot('runs-marked');
    // Neither a click on a run, which opens its page, nor one on an experiment, which folds it.
    await (await pane()).locator('.monaco-list').first().focus();
    await workbench.page.keyboard.press('Control+Z');
    await shows('the old name', async () => (await labels())[1] === 'forest-7');
    await workbench.page.keyboard.press('Control+Z');
    await shows('no pin', async () => (await labels())[1] === 'forest-0');
    await workbench.page.keyboard.press('Control+Z');
    await shows('no star', async () => !(await textOf('forest-5'))?.startsWith('★'));
  });

  test('are deleted together, and come back', async () => {
    await (await workbench.trees.waitForRow('forest-0')).click();
    await (await workbench.trees.waitForRow('forest-2')).click({ modifiers: ['Shift'] });
    await workbench.trees.contextMenu('forest-1', 'Delete Run');
    await workbench.waitForNotification('Deleted 3 runs.');
    await shows('they are gone', async () => (await labels())[1] === 'forest-3');
    await workbench.screenshot('runs-deleted');
    await workbench.notificationAction('Deleted 3 runs.', 'Undo');
    await shows('they are back', async () => (await labels())[1] === 'forest-0');
  });

  test('are tagged, and moved', async () => {
    await workbench.trees.contextMenu('forest-0', 'Tag Run');
    await workbench.quickInput.pick('team');
    expect((await workbench.quickInput.prompt()).value).toBe('blue');
    await workbench.quickInput.answer('green');
    await shows('the tag', async () => (await textOf('forest-0'))?.includes('team green') ?? false);
    await workbench.trees.contextMenu('forest-0', 'Move to Experiment');
    await workbench.quickInput.pick('churn');
    await shows('it is elsewhere', async () => (await labels())[0] === 'churn');
    await workbench.screenshot('runs-moved');
    await workbench.trees.expand('fraud');
    await shows('the rest', async () => (await labels()).includes('forest-1'));
  });

  test('are dragged onto an experiment', async () => {
    await drag('forest-1', 'churn');
    await shows('five of churn', async () => (await textOf('churn')) === '5 runs');
    await workbench.command('Undo Last Change');
    await shows('it is back', async () => (await textOf('churn')) === '4 runs');
  });

  test('are shown where they are, far down and below a filter', async () => {
    await filter('boost');
    await workbench.command('Reveal in Runs View', 'forest-58');
    await workbench.notificationAction('does not match the filter', 'Clear Filter');
    await shows('the run', async () => (await labels()).includes('forest-58'));
    expect(await (await pane()).locator('.monaco-list-row.selected').textContent()).toContain('forest-58');
    await workbench.screenshot('runs-revealed');
  });

  test('whose names are hostile are only text', async () => {
    await filter('onerror');
    const row = await waitFor('the row', async () => (await rows()).find(({ label }) => label.startsWith('<img')), {
      seen: rows,
    });
    expect(row.label).toContain('$(trash) [x](command:');
    expect(row.label.length).toBeLessThanOrEqual(200);
    await workbench.screenshot('runs-hostile');
    await workbench.command('Clear Filter');
  });
});

test('what the view shows survives a reload', async () => {
  await filter('forest');
  await shows('filtered', async () => (await message()).startsWith('Filter: forest'));
  await workbench.reload();
  await shows('the filter', async () => (await message()).startsWith('Filter: forest'));
  await shows('the columns', async () => (await rows()).some(({ description }) => description.includes('depth')));
  await workbench.command('Clear Filter');
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
