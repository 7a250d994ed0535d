import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRuns, realErrors, runFile, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

let workbench: Workbench;
const write = (name: string, text: string) => {
  writeFileSync(join(workbench.folders.workspace, name), text);
};
/** The text of both sides of the diff editor in sight. */
const sides = async () => {
  const editor = workbench.page.locator('.monaco-diff-editor').first();
  await editor.waitFor();
  const [left, right] = await Promise.all(
    ['.original', '.modified'].map((side) => editor.locator(`${side} .view-lines`).first().innerText()),
  );
  return { left: left?.replaceAll('\u00a0', ' ').trim(), right: right?.replaceAll('\u00a0', ' ').trim() };
};

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': 'print("one")\n', 'util.py': 'x = 1\n' } });
  const git = (...args: string[]) => execFileSync('git', args, { cwd: workbench.folders.workspace });
  git('init', '-q', '-b', 'main');
  git('add', 'train.py', 'util.py');
  git('-c', 'user.name=a', '-c', 'user.email=a', 'commit', '-q', '-m', 'one');
  write('train.py', 'print("two")\n');
  await openRuns(workbench);
  await runFile(workbench, 'train.py');
  await waitForRun(workbench, 'train', 'finished');
});
afterAll(() => workbench.close());

describe("a run's code", () => {
  test('is compared with its commit: one file, at once', async () => {
    await workbench.trees.contextMenu('train', 'Compare Code with Commit…');
    await expect.poll(sides, { timeout: 10_000 }).toEqual({ left: 'print("one")', right: 'print("two")' });
    await workbench.screenshot('code-diff');
    expect(
      (await workbench.editorTitles()).some((title) => title.includes('train.py') && title.includes('↔ train')),
    ).toBe(true);
  });

  test('is compared with now: the file of one’s choice', async () => {
    write('util.py', 'x = 2\n');
    write('new.py', 'y = 3\n');
    await workbench.command('Compare Code with Now…', 'train');
    await expect
      .poll(() => workbench.quickInput.labels(), { timeout: 20_000 })
      .toEqual(['All 2 Files', 'new.py', 'util.py']);
    await workbench.page.keyboard.type('util');
    await expect.poll(() => workbench.quickInput.labels(), { timeout: 20_000 }).toEqual(['util.py']);
    await workbench.page.keyboard.press('Enter');
    await expect.poll(sides, { timeout: 10_000 }).toEqual({ left: 'x = 1', right: 'x = 2' });
  });

  test('is compared with that of another run: all files in one editor', async () => {
    write('train.py', 'print("three")\n');
    await workbench.openFile('train.py');
    await runFile(workbench, 'train.py');
    await workbench.terminal.waitForText('three');
    await waitForRun(workbench, 'train', 'finished');
    await workbench.command('Compare Code with Another Run…', 'train');
    await expect
      .poll(async () => (await workbench.quickInput.prompt()).title, { timeout: 10_000 })
      .toBe('Compare Code with Another Run');
    await workbench.page.keyboard.press('ArrowDown');
    await workbench.page.keyboard.press('Enter');
    await expect.poll(() => workbench.quickInput.labels(), { timeout: 10_000 }).toContain('All 3 Files');
    await workbench.page.keyboard.press('Enter');
    const editor = workbench.page.locator('.multiDiffEditor');
    for (const text of ['two', 'three']) await editor.getByText(text).first().waitFor();
    await workbench.screenshot('code-changes');
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});
