import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRuns, realErrors, runRows, waitForRun } from './runsView';
import { openWorkbench, type Workbench } from './support/workbench';

const TRAIN = `import sys, loopwright
loopwright.log(answer=42, step=1)
print('trained', sys.argv[1:], sys.stdout.isatty())
sys.exit(3 if 'fail' in sys.argv else 0)
`;
const TEST = `import unittest
class T(unittest.TestCase):
    def test(self): pass
unittest.main()
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': TRAIN, 'test_train.py': TEST } });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

test('scripts typed in a terminal are no runs unless that is wanted', async () => {
  await workbench.command('Terminal: Create New Terminal');
  await workbench.terminal.type('python3 train.py; echo "code $?"');
  // The package is there in a tracked run only.
  await workbench.terminal.waitForText('code 1');
  await workbench.terminal.waitForText("No module named 'loopwright'");
  await workbench.command('Terminal: Kill the Active Terminal Instance');
});

test('switched on, what is typed in a new terminal is a run with its output and exit code', async () => {
  await workbench.command("Track Python in This Workspace's Terminals");
  await workbench.waitForNotification('Python scripts typed in new terminals of this workspace are tracked.');
  await workbench.command('Terminal: Create New Terminal');
  await workbench.terminal.type('python3 train.py --lr 0.1; echo "code $?"');
  await workbench.terminal.waitForText("trained ['--lr', '0.1'] True");
  await workbench.terminal.waitForText('code 0');
  expect(await waitForRun(workbench, 'train', 'finished')).toContain('answer 42');
  await workbench.terminal.type('clear; python3 train.py fail; echo "code $?"');
  await workbench.terminal.waitForText('code 3');
  await waitForRun(workbench, 'train', 'failed');
  await workbench.screenshot('tracked-terminal');
});

test('tests, pip and one-liners are not', async () => {
  const before = (await runRows(workbench)).length;
  await workbench.terminal.type(
    'clear; python3 -m unittest -q test_train; python3 test_train.py -q; python3 -m pip -V; python3 -c "print(1)"; echo "do"ne',
  );
  await workbench.terminal.waitForText('done');
  await workbench.terminal.type('clear; loopwright runs list');
  await workbench.terminal.waitForText(/train.*failed|failed.*train/s);
  expect(await runRows(workbench)).toHaveLength(before);
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
