import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';
import { waitFor } from './support/wait';

const TRAIN = `import loopwright
value = 41
value += 1
loopwright.log(answer=value, step=1)
print('value', value)
`;

/** One that has debugpy. */
const python =
  process.env.LOOPWRIGHT_CAPTURE_PYTHON ?? path.join(import.meta.dirname, '../../.cache/venv-capture/bin/python');

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ python, files: { 'train.py': TRAIN } });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

/** The line at which the program stands. */
const stoppedLine = () =>
  waitFor(
    'the program to stand at a line',
    async () => {
      const marks = workbench.page.locator('.codicon-debug-stackframe');
      if ((await marks.count()) === 0) return undefined;
      // The glyph and the line's number are drawn at the same height.
      const top = await marks.first().evaluate((mark) => mark.getBoundingClientRect().top);
      const numbers = await workbench.page
        .locator('.margin-view-overlays .line-numbers')
        .evaluateAll((all) =>
          all.map((number) => ({ top: number.getBoundingClientRect().top, text: number.textContent })),
        );
      return numbers.find((number) => Math.abs(number.top - top) < 5)?.text;
    },
    { timeoutMs: 40_000, seen: () => workbench.terminal.text() },
  );

async function breakpointAt(line: number): Promise<void> {
  await workbench.openFile('train.py');
  await workbench.command('Go to Line/Column...');
  await workbench.quickInput.answer(`:${String(line)}`);
  await workbench.page.keyboard.press('F9');
  await workbench.page.locator('.codicon-debug-breakpoint').first().waitFor();
}

test('a breakpoint stops a debugged run, which then finishes with its metric', async () => {
  await breakpointAt(3);
  await workbench.command('Debug as Tracked Run');
  expect(await stoppedLine()).toBe('3');
  await openRuns(workbench);
  await waitForRun(workbench, 'train', 'running');
  await workbench.screenshot('debug-stopped');
  await workbench.command('Debug: Continue');
  await openRuns(workbench);
  expect(await waitForRun(workbench, 'train', 'finished', 40_000)).toContain('answer 42');
  await workbench.terminal.waitForText('value 42');
});

test('stopping the debugger stops the run', async () => {
  await workbench.command('Debug as Tracked Run');
  expect(await stoppedLine()).toBe('3');
  await workbench.command('Debug: Stop');
  await openRuns(workbench);
  await waitForRun(workbench, 'train', 'stopped', 40_000);
  await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' });
});

test('left no error behind', async () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
  expect(await runRows(workbench)).toHaveLength(2);
});
