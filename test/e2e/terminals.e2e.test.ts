import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rare } from '../support/rare';
import { openRuns, realErrors, runFile, runRows, waitForRun } from './runsView';
import { waitFor } from './support/wait';
import { openWorkbench, type Workbench } from './support/workbench';

const ASK = `name = input('Who are you? ')
print('Hello', name)
`;
const TICK = `import time
import loopwright
for step in range(1200):
    loopwright.log(tick=step, step=step)
    print('tick', step, flush=True)
    time.sleep(0.1)
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'ask.py': ASK, 'tick.py': TICK } });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

describe('the terminal of a run', () => {
  test('takes the answer to a question', async () => {
    await runFile(workbench, 'ask.py');
    await workbench.terminal.waitForText('Who are you?');
    await workbench.terminal.type('Ada');
    await workbench.terminal.waitForText('Hello Ada');
    await waitForRun(workbench, 'ask', 'finished');
  });

  test('stops the run with Ctrl+C', async () => {
    await runFile(workbench, 'tick.py');
    await workbench.terminal.waitForText('tick 3');
    await workbench.terminal.press('Control+C');
    await workbench.terminal.waitForText('KeyboardInterrupt');
    await waitForRun(workbench, 'tick', 'stopped');
  });

  test('can be closed: the run goes on, and another terminal shows it', async () => {
    await runFile(workbench, 'tick.py');
    await waitForRun(workbench, 'tick', 'running');
    await workbench.terminal.waitForText('tick 3');
    await workbench.command('Terminal: Kill the Active Terminal Instance');
    await workbench.waitForNotification('tick goes on without its terminal.');
    await waitForRun(workbench, 'tick', 'running');
    await workbench.notificationAction('tick goes on without its terminal.', 'Show Terminal');
    await workbench.terminal.waitForText(/tick \d+/);
  });
});

describe('a running run', () => {
  test('is found again after the window was reloaded, with its terminal', async () => {
    await workbench.reload();
    await openRuns(workbench);
    await waitForRun(workbench, 'tick', 'running');
    await expect.poll(() => workbench.statusBar(), { timeout: 5_000 }).toContain('1 run');
    // VS Code brings back the terminals of before meanwhile, and may put one of them in front of the one asked for.
    await waitFor(
      'its terminal',
      async () => {
        await workbench.trees.contextMenu('tick', 'Show Terminal');
        return workbench.terminal.waitForText(/tick \d+/, 8_000).then(
          () => true,
          () => false,
        );
      },
      { timeoutMs: 90_000 },
    );
  });

  rare('is the same in a second window, which can end it', async () => {
    const other = await workbench.secondWindow();
    await openRuns(other);
    await waitForRun(other, 'tick', 'running');
    await other.trees.action('tick', 'Stop Run');
    await waitForRun(other, 'tick', 'stopped');
    const seen = await runRows(other);
    await other.page.close();
    await workbench.page.bringToFront();
    await waitForRun(workbench, 'tick', 'stopped');
    expect((await runRows(workbench)).map(withoutAge)).toEqual(seen.map(withoutAge));
  });

  test('left no error behind', () => {
    expect(realErrors(workbench.extensionErrors())).toEqual([]);
  });
});

/** The last part of a row grows old while we look. */
const withoutAge = (row: string) => row.split(' · ').slice(0, -1).join(' · ');
