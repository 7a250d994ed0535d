/** What can be done on a run page and on the page that compares, each through VS Code's own dialogs. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { Frame, Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const STEPS = 400;
const script = (lr: string, depth: number) => `import loopwright, math
loopwright.param(learning_rate=${lr}, depth=${String(depth)})
for step in range(${String(STEPS)}):
    loopwright.log({"val/auc": 0.95 - ${lr} - 0.4 * math.exp(-step / 60), "loss": math.exp(-step / 50) + ${lr}}, step=step)
with open("report.txt", "w") as file:
    file.write("recall 0.59\\n")
loopwright.artifact("report.txt", "reports/recall of each kind.txt")
`;
const NAMES = ['first', 'second', 'third'];

/** Its values begin with 0.1, as no other's do. */
const GOING = `import loopwright, time
for step in range(10000):
    loopwright.log({"val/auc": 0.1 + step / 100000}, step=step)
    time.sleep(0.3)
`;

const NOTE = `Better than [the paper](https://example.org/fraud?a=1), see [the log](notes/log.md)
and [this](command:workbench.action.closeWindow), ![picture](https://example.org/a.png)`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: {
      'going.py': GOING,
      ...Object.fromEntries(NAMES.map((name, at) => [`${name}.py`, script(`0.0${String(at + 1)}`, 4 + 2 * at)])),
    },
  });
  await openRuns(workbench);
  for (const name of NAMES) {
    await runFile(workbench, `${name}.py`);
    await waitForRun(workbench, name, 'finished', 120_000);
  }
  await workbench.command('View: Close All Editors');
});
afterAll(() => workbench.close());

const runPage = (title = 'first') => workbench.webviewFrame(title, 60_000);
const fileIn = (name: string) => path.join(workbench.folder, name);
const written = (name: string) =>
  waitFor(`the file ${name}`, () => Promise.resolve(existsSync(fileIn(name)) && statSync(fileIn(name)).size > 0));

async function choose(frame: Frame, opener: Locator, item: string): Promise<void> {
  await opener.click();
  await frame.getByRole('menuitem', { name: item }).first().click();
}

/** Answers the dialog that asks for the place of a file with another name, in the folder that it proposes. */
async function saveAs(name: string): Promise<string> {
  // The folder stands in the box first.
  const proposed = await waitFor('the name of a file', async () => {
    const { value } = await workbench.quickInput.prompt();
    return path.extname(value) !== '' && path.basename(value);
  });
  await workbench.quickInput.answer(fileIn(name));
  await written(name);
  return proposed;
}

describe('on its page, a run', () => {
  test('is renamed, and leaving the field changes nothing', async () => {
    await workbench.command('Open Run', 'first');
    const page = await runPage();
    await page.locator('h1').click();
    const field = page.locator('lw-run-title input:focus');
    await field.waitFor();
    await workbench.page.keyboard.type('something else');
    await workbench.page.keyboard.press('Escape');
    expect(await page.locator('h1').innerText()).toBe('first');
    await page.locator('h1').click();
    await field.waitFor();
    // All of it is selected. Ctrl+A would be carried out by VS Code, a moment after what is typed next.
    await workbench.page.keyboard.type('baseline');
    await workbench.page.keyboard.press('Enter');
    await workbench.trees.waitForRow('baseline');
    await expect.poll(() => workbench.editorTitles()).toContain('baseline');
    await workbench.screenshot('page-renamed');
  });

  test('is starred and pinned', async () => {
    const page = await runPage('baseline');
    await page.getByRole('button', { name: 'Star' }).click();
    await page.getByRole('button', { name: 'Pin to Top' }).click();
    // It moves to the top: where it was, another row is.
    await expect.poll(async () => (await workbench.trees.waitForRow('baseline ★')).textContent()).toContain('pinned');
    await expect.poll(() => page.getByRole('button', { name: 'Star' }).getAttribute('aria-pressed')).toBe('true');
    await page.getByRole('button', { name: 'Star' }).click();
    await expect.poll(async () => (await workbench.trees.waitForRow('baseline')).textContent()).not.toContain('★');
  });

  test('is noted, and of the links of a note only those to the web are links', async () => {
    const page = await runPage('baseline');
    await choose(page, page.locator('lw-run-header lw-menu'), 'Add Note');
    await page.getByLabel('Note, in Markdown').fill(NOTE);
    await workbench.screenshot('page-noting');
    await workbench.page.keyboard.press('Control+Enter');
    const note = page.locator('lw-note .note');
    await note.waitFor();
    expect(await note.getByRole('link').allInnerTexts()).toEqual(['the paper', 'picture (picture)']);
    expect(await note.innerText()).toContain('the log (notes/log.md)');
    expect(await note.innerText()).toContain('this (command:workbench.action.closeWindow)');
    await note.getByText('(command:workbench.action.closeWindow)').click();
    await note.getByRole('link', { name: 'the paper' }).click();
    // VS Code asks before it leaves.
    const dialog = workbench.page.locator('.monaco-dialog-box');
    await dialog.waitFor();
    expect(await dialog.innerText()).toContain('https://example.org/fraud?a=1');
    await workbench.screenshot('page-link');
    await workbench.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await workbench.screenshot('page-noted');
  });

  test('gives its artifacts away, and shows where they lie', async () => {
    const page = await runPage('baseline');
    await page.getByRole('button', { name: /^Artifacts/ }).click();
    await page.getByRole('treeitem', { name: /^reports/ }).click();
    const item = page.getByRole('treeitem', { name: /^recall of each kind/ });
    await item.hover();
    await choose(page, item.locator('lw-menu'), 'Save As…');
    expect(await saveAs('copied.txt')).toBe('recall of each kind.txt');
    expect(readFileSync(fileIn('copied.txt'), 'utf8')).toBe('recall 0.59\n');
    await item.hover();
    await choose(page, item.locator('lw-menu'), 'Copy Path');
    const copied = await waitFor('the path', async () => {
      const text = await workbench.page.evaluate(() => navigator.clipboard.readText());
      return text.endsWith('recall of each kind.txt') && text;
    });
    expect(readFileSync(copied, 'utf8')).toBe('recall 0.59\n');
    await item.hover();
    await choose(page, item.locator('lw-menu'), 'Reveal in File Explorer');
    const explorer = workbench.page.locator('.explorer-folders-view .monaco-list-row.selected');
    await expect.poll(() => explorer.allTextContents()).toEqual(['recall of each kind.txt']);
    await workbench.screenshot('page-artifact-revealed');
    await openRuns(workbench);
  });

  test('saves a chart as SVG, PNG and CSV', async () => {
    const page = await runPage('baseline');
    const card = page.locator('lw-metric-card').filter({ hasText: 'val/auc' }).locator('lw-chart-card');
    await card.locator('.mark-line path').first().waitFor();
    const menu = card.locator('header lw-menu');
    await choose(page, menu, 'Save as SVG…');
    await workbench.screenshot('page-saving');
    expect(await saveAs('chart.svg')).toBe('val-auc.svg');
    const svg = readFileSync(fileIn('chart.svg'), 'utf8');
    expect(svg).toMatch(/^<svg[^>]+xmlns/);
    expect(svg).toContain('val/auc');
    expect(svg).not.toContain('var(--');
    await choose(page, menu, 'Save as PNG…');
    await saveAs('chart.png');
    expect(readFileSync(fileIn('chart.png')).subarray(1, 4).toString()).toBe('PNG');
    await choose(page, menu, 'Save as CSV…');
    await saveAs('chart.csv');
    await expect.poll(() => readFileSync(fileIn('chart.csv'), 'utf8').trim().split('\n').length).toBe(STEPS + 1);
    await choose(page, menu, 'Save as SVG…');
    await workbench.quickInput.cancel();
    // Nothing is told; that of the picture before goes by itself.
    await expect.poll(() => workbench.notifications()).toEqual([]);
  });
});

describe('runs are compared', () => {
  test('from the head of a run page', async () => {
    const page = await runPage('baseline');
    await page.getByRole('button', { name: 'Compare with Other Runs…' }).click();
    await expect.poll(async () => (await workbench.quickInput.prompt()).title).toBe('Compare baseline with…');
    const rows = workbench.page.locator('.quick-input-list .monaco-list-row');
    await rows.filter({ hasText: 'second' }).locator('.monaco-checkbox, input').first().click();
    await workbench.screenshot('page-comparing');
    await workbench.page.locator('.quick-input-action .monaco-button').first().click();
    const compared = await workbench.webviewFrame('Compare 2 Runs', 60_000);
    await expect
      .poll(() => compared.locator('lw-run-chips .toggle').allInnerTexts(), { timeout: 20_000 })
      .toEqual(['baseline', 'second']);
    await workbench.screenshot('page-compared');
    await workbench.command('View: Close All Editors');
  });

  test('from several rows of the tree, in the order of the rows', async () => {
    await (await workbench.trees.waitForRow('baseline')).click();
    await (await workbench.trees.waitForRow('second')).click({ modifiers: ['Shift'] });
    await workbench.trees.contextMenu('third', 'Compare Runs');
    const compared = await workbench.webviewFrame('Compare 3 Runs', 60_000);
    await expect
      .poll(() => compared.locator('lw-run-chips .toggle').allInnerTexts(), { timeout: 20_000 })
      .toEqual(['baseline', 'third', 'second']);
  });

  test('along axes that are dragged, and let a part of the runs through', async () => {
    const frame = await workbench.webviewFrame('Compare 3 Runs', 60_000);
    await frame.getByRole('tab', { name: 'Parallel' }).click();
    await frame.locator('lw-parallel svg.plot').waitFor();
    const heads = frame.locator('lw-parallel .head bdi');
    const before = await heads.allInnerTexts();
    expect(before.length).toBeGreaterThan(2);
    await dragTo(frame.locator('lw-parallel .head').first(), frame.locator('lw-parallel .head').nth(2));
    const after = [before[1], before[2], before[0], ...before.slice(3)];
    await expect.poll(() => heads.allInnerTexts()).toEqual(after);
    await workbench.screenshot('page-axis-moved');

    const track = frame.locator('lw-parallel .track').nth(after.indexOf('depth'));
    const box = await boxOf(track);
    const { mouse } = workbench.page;
    await mouse.move(box.x + box.width / 2, box.y + box.height * 0.7);
    await mouse.down();
    await mouse.move(box.x + box.width / 2, box.y + box.height, { steps: 8 });
    await mouse.up();
    await frame.getByText('1 of 3 runs let through').waitFor();
    await workbench.screenshot('page-axis-filtered');
    await workbench.page.keyboard.press('Escape');
    await frame.getByText('3 runs', { exact: true }).last().waitFor();
  });

  test('and their plot is saved', async () => {
    const frame = await workbench.webviewFrame('Compare 3 Runs', 60_000);
    await frame.getByRole('tab', { name: 'Curves' }).click();
    const card = frame.locator('lw-chart-card').first();
    await card.locator('.mark-line path').first().waitFor();
    await choose(frame, card.locator('header lw-menu'), 'Save as CSV…');
    await saveAs('compared.csv');
    await expect.poll(() => readFileSync(fileIn('compared.csv'), 'utf8').trim().split('\n').length).toBe(3 * STEPS + 1);
    await frame.getByRole('tab', { name: 'Table' }).click();
  });
});

test('a run that goes on is drawn beside it as it goes on', async () => {
  await runFile(workbench, 'going.py');
  await waitForRun(workbench, 'going', 'running', 120_000);
  await workbench.command('Open Run', 'baseline');
  const page = await runPage('baseline');
  await choose(page, page.locator('lw-metric-bar lw-menu'), 'Another Run…');
  await workbench.quickInput.pick('going');
  const card = page.locator('lw-metric-card').filter({ hasText: 'val/auc' });
  await card
    .locator('lw-chart-card')
    .getByRole('button', { name: /^Show as Table/ })
    .click();
  const column = card.locator('lw-chart-table th').filter({ hasText: 'going' });
  await column.first().waitFor();
  const cells = card.locator('lw-chart-table td');
  const count = async () => (await cells.allInnerTexts()).filter((text) => /^0\.1\d/.test(text)).length;
  await expect.poll(count).toBeGreaterThan(0);
  const before = await count();
  await expect.poll(count).toBeGreaterThan(before + 5);
  await workbench.screenshot('page-rival-live');
  await workbench.trees.action('going', 'Stop Run');
  await waitForRun(workbench, 'going', 'stopped', 120_000);
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});

async function boxOf(locator: Locator) {
  const box = await locator.boundingBox();
  if (!box) throw new Error('It is not in sight');
  return box;
}

/** As a hand does it. */
async function dragTo(from: Locator, to: Locator): Promise<void> {
  const [start, end] = [await boxOf(from), await boxOf(to)];
  const { mouse } = workbench.page;
  await mouse.move(start.x + 12, start.y + start.height / 2);
  await mouse.down();
  await mouse.move(end.x + end.width / 2, end.y + end.height / 2, { steps: 12 });
  await mouse.up();
}
