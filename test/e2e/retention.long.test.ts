import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { openRuns, realErrors, runFile, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({
    files: { 'old.py': 'print(1)', 'kept.py': 'print(2)' },
    settings: { 'loopwright.capture': [] },
  });
  await openRuns(workbench);
  for (const name of ['old', 'kept']) {
    await runFile(workbench, `${name}.py`);
    await waitForRun(workbench, name, 'finished');
  }
  age('old', 100);
});
afterAll(async () => {
  await workbench.close();
});

/** As a run looks that ended so many days ago. */
function age(name: string, days: number): void {
  const db = new Database(path.join(workbench.folder, '.loopwright', 'store.db'));
  const ms = days * 24 * 3600 * 1000;
  db.prepare('UPDATE runs SET start_ms = start_ms - ?, end_ms = end_ms - ? WHERE name = ?').run(ms, ms, name);
  db.close();
}

/** Settings as they come with a clone. */
function setMaxAge(days: number): void {
  const folder = path.join(workbench.folder, '.vscode');
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, 'settings.json'),
    JSON.stringify({ 'loopwright.capture': [], 'loopwright.retention.maxAgeDays': days }),
  );
}

const names = async () => (await runRows(workbench)).map((row) => row.split(' ')[1]);

test('retention removes nothing before what it frees was seen and confirmed', async () => {
  const ASKS = 'settings will free';
  setMaxAge(90);
  const text = await workbench.waitForNotification(ASKS, 30_000);
  expect(text).toContain('(1 run, removed for good)');
  await workbench.screenshot('retention-asks');
  await workbench.notificationAction(ASKS, 'Review…');
  await workbench.page.getByPlaceholder('This can not be undone').first().waitFor();
  await workbench.screenshot('retention-review');
  await workbench.page.keyboard.press('Escape');
  expect(await names()).toContain('old');

  setMaxAge(80);
  await workbench.waitForNotification(ASKS, 30_000);
  await workbench.notificationAction(ASKS, 'Do It');
  await workbench.waitForNotification('freed.', 30_000);
  await expect.poll(names, { timeout: 20_000 }).toEqual(['kept']);

  const said = await loopwright(workbench, 'gc', '--history', '--json');
  expect(JSON.parse(said)).toMatchObject({
    retention: { older_than_days: 80, keep: null, max_size: null },
    removals: [{ by: 'user', runs: 1 }],
  });
  expect(realErrors(workbench.consoleErrors)).toEqual([]);
});
