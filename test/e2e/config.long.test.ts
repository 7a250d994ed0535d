/** `loopwright.yaml` in the editor: problems as it is typed, completion, hovers; pictures in the dark and the light theme. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { realErrors } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const CONFIG = `version: 1

gates:
  fraud: # a registered model
    champion:
      metrics:
        auc: { min: '0.9x' }
      better_than: { metric: auc, by: 0.005 }
      signatur: unchanged
`;

const TRAIN = `import loopwright
loopwright.log({'val/auc': 0.94, 'val/log_loss': 0.2}, step=1)
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'loopwright.yaml': CONFIG, 'train.py': TRAIN, '.gitignore': '.loopwright/\n' },
  });
}, 240_000);
afterAll(() => workbench.close());

const editor = () => workbench.page.locator('.editor-instance .monaco-editor').first();
const squiggles = () => editor().locator('.squiggly-error');

/** Points at a text of the editor, until VS Code says something about it. */
async function hoverOver(text: string): Promise<string> {
  const word = editor().locator('.view-line span', { hasText: text }).last();
  const hover = workbench.page.locator('.monaco-hover:not(.hidden) .hover-contents');
  return waitFor(`a hover over ${text}`, async () => {
    await workbench.page.mouse.move(5, 5);
    await word.hover();
    await workbench.page.waitForTimeout(1200);
    const found = (await hover.allInnerTexts()).join('\n').trim();
    return found !== '' && !found.startsWith('Loading') && found;
  });
}

/** The suggestions at the end of a line to which something is added. */
async function suggestionsAfter(line: number, typed: string): Promise<string[]> {
  await workbench.page.keyboard.press('Escape');
  await goTo(line);
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.type(typed);
  return suggestions();
}

async function suggestions(): Promise<string[]> {
  const rows = editor().locator('.suggest-widget.visible .monaco-list-row .label-name');
  return waitFor('suggestions', async () => {
    if ((await rows.count()) === 0) {
      await workbench.page.keyboard.press('Control+Space');
      await workbench.page.waitForTimeout(500);
    }
    const found = await rows.allInnerTexts();
    return found.length > 0 && found;
  });
}

async function goTo(line: number): Promise<void> {
  await workbench.page.keyboard.press('Control+g');
  await workbench.quickInput.answer(`:${String(line)}`);
}

async function inBothThemes(name: string, again: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  for (const theme of ['light', 'dark'] as const) {
    await workbench.setTheme(theme);
    await again();
    await workbench.screenshot(`config-${name}-${theme}`);
  }
}

test('problems are there in a folder that has no store, which gets none by that', async () => {
  await workbench.openFile('loopwright.yaml');
  await expect.poll(() => squiggles().count(), { timeout: 60_000 }).toBe(2);
  await workbench.command('Problems: Focus on Problems View');
  const problems = workbench.page.locator(
    '.markers-panel .monaco-list-row .marker-message-details-container, .markers-panel .monaco-list-row',
  );
  await expect
    .poll(async () => (await problems.allInnerTexts()).join('\n'))
    .toContain('min is a number, as 0.9, not "0.9x".');
  expect((await problems.allInnerTexts()).join('\n')).toContain('There is no key signatur. Did you mean signature?');
  await inBothThemes('problems');
  await workbench.command('View: Toggle Panel Visibility');
  expect(readdirSync(workbench.folder)).not.toContain('.loopwright');
}, 240_000);

test('a key says what it means', async () => {
  await workbench.openFile('loopwright.yaml');
  expect(await hoverOver('better_than')).toContain('How the version has to compare');
  await inBothThemes('hover', () => hoverOver('better_than'));
  expect(await hoverOver("'0.9x'")).toContain('min is a number');
}, 240_000);

test('keys are suggested with what they mean, and come with what stands behind them', async () => {
  expect(await suggestionsAfter(9, '\n')).toEqual(['tags', 'signature', 'approval', 'approvers']);
  // The keys that ask once more show what the chosen one means, from then on.
  await workbench.page.keyboard.press('Control+Space');
  const details = workbench.page.locator('.suggest-details');
  await expect.poll(() => details.innerText()).toContain('Tags that the version needs');
  await inBothThemes('suggestions', async () => {
    await workbench.page.keyboard.press('Escape');
    await goTo(10);
    await workbench.page.keyboard.press('End');
    await suggestions();
    await workbench.page.waitForTimeout(500);
  });
  await workbench.page.keyboard.type('appr');
  await suggestions();
  await workbench.page.keyboard.press('Enter');
  await expect.poll(() => editor().innerText()).toMatch(/approval:\s(required|none)/);
  await workbench.page.keyboard.press('Escape');
}, 240_000);

test('metrics are those of the runs', async () => {
  await loopwright(workbench, 'run', 'train.py');
  await workbench.page.keyboard.press('Escape');
  await goTo(7);
  await workbench.page.keyboard.press('End');
  await workbench.page.keyboard.press('Enter');
  const rows = editor().locator('.suggest-widget.visible .monaco-list-row .label-name');
  // The window comes to know of the store, and what the editor knows of it is a little old.
  await waitFor('the metrics of the run', async () => {
    await workbench.page.keyboard.press('Escape');
    await workbench.page.keyboard.press('Control+Space');
    await workbench.page.waitForTimeout(1500);
    return (await rows.allInnerTexts()).includes('val/auc');
  });
  await workbench.page.keyboard.type('val/a');
  await suggestions();
  await workbench.page.keyboard.press('Enter');
  await expect.poll(() => editor().innerText()).toMatch(/val\/auc:\s{\smin:\s0\.9\s}/);
  await workbench.page.keyboard.press('Escape');
}, 240_000);

test('what is mended is no problem any more', async () => {
  await workbench.page.keyboard.press('Control+a');
  await workbench.page.keyboard.press('Delete');
  await workbench.page.keyboard.insertText('version: 1\nmonitors: []\n');
  await expect.poll(() => squiggles().count()).toBe(0);
  await expect.poll(() => editor().locator('.squiggly-info').count()).toBe(1);
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
}, 120_000);
