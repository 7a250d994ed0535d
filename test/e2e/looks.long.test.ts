/**
 * What the Runs view, the run page and the page that compares look like in every theme: pictures for people to look at,
 * and of what can be measured (text that is cut off, a page that goes sideways) assertions.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loopwright } from './commandLine';
import { openRuns, realErrors, RUNS, runFile, waitForRun } from './runsView';
import { troubles } from './support/troubles';
import { waitFor } from './support/wait';
import { openWorkbench, type Theme, type Workbench } from './support/workbench';

const THEMES: readonly Theme[] = ['dark', 'light', 'hc', 'hc-light'];

/** The vocabulary of `examples/fraud`, without the packages and the minutes that it needs. */
const TRAIN = `import argparse, math, random
import loopwright
parser = argparse.ArgumentParser()
parser.add_argument('--model', default='boosting')
parser.add_argument('--depth', type=int, default=6)
parser.add_argument('--learning-rate', type=float, default=0.08)
parser.add_argument('--rounds', type=int, default=60)
parser.add_argument('--seed', type=int, default=7)
args = parser.parse_args()
random.seed(args.seed)
top = 0.99 - 0.4 * abs(args.learning_rate - 0.08) - 0.01 * abs(args.depth - 6)
for step in range(5, args.rounds + 1, 5):
    done = 1 - math.exp(-step * args.learning_rate / 2)
    trembling = random.random() / 200
    for part, share in (('train', 1), ('val', 0.96)):
        loopwright.log({
            f'{part}/auc': share * (0.9 + (top - 0.9) * done) + trembling,
            f'{part}/ap': share * (0.4 + (top - 0.5) * done) + trembling,
            f'{part}/loss': 0.036 - 0.02 * share * done + trembling,
        }, step=step)
for kind in ('stolen_card', 'compromised_terminal', 'account_takeover', 'card_testing'):
    loopwright.log({f'test/recall_{kind}': random.uniform(0.3, 0.9)}, step=args.rounds)
loopwright.log({'test/ap': 0.6 * top, 'test/auc': 0.93 * top}, step=args.rounds)
with open('scores.csv', 'w') as file:
    file.write('card,score\\n17,0.93\\n')
loopwright.artifact('scores.csv')
loopwright.confusion_matrix('test', [0, 0, 1, 1, 1, 0], [0, 0, 1, 0, 1, 0])
loopwright.tag(stage='candidate' if args.depth < 8 else 'try-out')
print('rounds', args.rounds)
`;

const RUNS_MADE: readonly (readonly [name: string, ...args: string[]])[] = [
  ['baseline'],
  ['slow learner', '--learning-rate', '0.03'],
  ['eager', '--learning-rate', '0.2'],
  ['deep trees', '--depth', '10'],
  ['shallow trees', '--depth', '3'],
  ['forest', '--model', 'forest', '--depth', '12'],
];

const WAIT = `import time, loopwright
for step in range(100000):
    loopwright.log({'train/loss': 1 / (step + 1), 'val/auc': 0.9 + step / 100000}, step=step)
    time.sleep(0.2)
`;

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': TRAIN, 'watch.py': WAIT, '.gitignore': '.loopwright/\n' } });
  await openRuns(workbench);
});
afterAll(() => workbench.close());

const rows = () => workbench.trees.rows(RUNS);

async function inEveryTheme(name: string, look: (theme: Theme) => Promise<void> = () => Promise.resolve()) {
  for (const theme of THEMES) {
    await workbench.setTheme(theme);
    // Charts are drawn anew.
    await workbench.page.waitForTimeout(1200);
    await look(theme);
    await workbench.screenshot(`look-${name}-${theme}`);
  }
}

describe('the Runs view', () => {
  test('when it is empty', () => inEveryTheme('runs-empty'), 60_000);

  test('with runs', async () => {
    for (const [name, ...args] of RUNS_MADE)
      await loopwright(workbench, 'run', '--name', name, '--experiment', 'fraud', 'train.py', ...args);
    await workbench.trees.waitForRow('forest');
    await loopwright(workbench, 'runs', 'edit', 'latest', '--star');
    await workbench.trees.contextMenu('baseline', 'Pin Run');
    await inEveryTheme('runs-plain');
  });

  test('with a run that goes on', async () => {
    await runFile(workbench, 'watch.py');
    await waitForRun(workbench, 'watch', 'running', 120_000);
    await workbench.command('View: Close Panel').catch(() => undefined);
    await inEveryTheme('runs-running');
    await workbench.trees.action('watch', 'Stop Run');
    await waitForRun(workbench, 'watch', 'stopped', 120_000);
    await workbench.command('View: Close All Editors');
  });

  test('with several selected', async () => {
    await (await workbench.trees.waitForRow('eager')).click();
    await (await workbench.trees.waitForRow('shallow trees')).click({ modifiers: ['Shift'] });
    await inEveryTheme('runs-selected');
  });

  test('filtered, and with nothing left', async () => {
    await workbench.command('Filter Runs…');
    await workbench.quickInput.answer('val/auc > 0.9 model=boosting');
    const names = async () => (await rows()).filter(({ level }) => level > 1).map(({ label }) => label);
    await waitFor('fewer runs', async () => !(await names()).includes('forest') && (await names()).length > 1, {
      seen: rows,
    });
    await inEveryTheme('runs-filtered');
    await workbench.command('Filter Runs…');
    await workbench.quickInput.answer('no-such-run');
    await workbench.trees.waitForRow('No run matches the filter');
    await inEveryTheme('runs-nothing');
    await workbench.command('Clear Filter');
    // What was unfolded before is so again.
    await workbench.trees.waitForRow('forest');
  });

  test('with columns and groups', async () => {
    await workbench.command('Choose Columns…');
    for (const key of ['val/auc', 'depth']) await workbench.quickInput.check(key);
    await workbench.screenshot('look-columns-choosing');
    await workbench.page.locator('.quick-input-action .monaco-button').first().click();
    await inEveryTheme('runs-columns');
    await workbench.command('Group Runs…', 'stage');
    await workbench.trees.waitForRow('candidate');
    await workbench.trees.expand('try-out');
    await inEveryTheme('runs-grouped');
    await workbench.command('Group Runs…', 'Experiment');
    await workbench.trees.waitForRow('fraud');
  });
});

describe('the run page', () => {
  test('in every theme', async () => {
    await workbench.command('Open Run', 'baseline');
    const frame = await workbench.webviewFrame('baseline', 60_000);
    await frame.locator('.mark-line path').first().waitFor();
    await inEveryTheme('run-page', async () => expect.soft(await troubles(frame)).toEqual([]));
  });

  test('with all its sections unfolded', async () => {
    const frame = await workbench.webviewFrame('baseline', 60_000);
    for (const name of ['Artifacts', 'Output', 'Code', 'Data', 'Environment']) {
      const button = frame.getByRole('button', { name: new RegExp(`^${name}`) }).first();
      if ((await button.getAttribute('aria-expanded')) === 'false') await button.click();
    }
    await frame.locator('[data-section=artifacts]').scrollIntoViewIfNeeded();
    await frame.locator('[data-section=artifacts]').evaluate((section) => section.scrollIntoView());
    await inEveryTheme('run-sections', async () => expect.soft(await troubles(frame)).toEqual([]));
    await frame.locator('[data-section=environment]').evaluate((section) => section.scrollIntoView());
    await inEveryTheme('run-environment', async () => expect.soft(await troubles(frame)).toEqual([]));
  });

  test('with a name being written, and with the focus on a button', async () => {
    // Another theme is chosen in the palette, which would take the focus away.
    const frame = await workbench.webviewFrame('baseline', 60_000);
    await frame.evaluate(() => window.scrollTo(0, 0));
    await frame.locator('h1').click();
    await workbench.screenshot('look-run-renaming');
    await workbench.page.keyboard.press('Escape');
    for (let key = 0; key < 2; key++) await workbench.page.keyboard.press('Tab');
    await workbench.screenshot('look-run-focus');
  });

  test('in a narrow column', async () => {
    await workbench.page.setViewportSize({ width: 760, height: 900 });
    const frame = await workbench.webviewFrame('baseline', 60_000);
    await workbench.page.waitForTimeout(800);
    expect.soft(await troubles(frame)).toEqual([]);
    await workbench.screenshot('look-run-narrow');
    await workbench.page.setViewportSize({ width: 1400, height: 900 });
    await workbench.command('View: Close All Editors');
  });
});

describe('the page that compares', () => {
  test('in every theme, tab by tab', async () => {
    await (await workbench.trees.waitForRow('forest')).click();
    await (await workbench.trees.waitForRow('slow learner')).click({ modifiers: ['Shift'] });
    await workbench.trees.contextMenu('eager', 'Compare Runs');
    const frame = await workbench.webviewFrame('Compare', 60_000);
    await frame.locator('lw-chart-card svg').first().waitFor();
    for (const tab of ['Curves', 'Parallel', 'Scatter', 'Table', 'Code', 'Data', 'Environment']) {
      await frame.getByRole('tab', { name: tab }).click();
      await workbench.page.waitForTimeout(1000);
      await inEveryTheme(`compare-${tab.toLowerCase()}`, async () => expect.soft(await troubles(frame)).toEqual([]));
    }
  });

  test('in a narrow column', async () => {
    const frame = await workbench.webviewFrame('Compare', 60_000);
    await frame.getByRole('tab', { name: 'Table' }).click();
    await workbench.page.setViewportSize({ width: 760, height: 900 });
    await workbench.page.waitForTimeout(800);
    await workbench.screenshot('look-compare-narrow');
    expect.soft(await troubles(frame)).toEqual([]);
    await workbench.page.setViewportSize({ width: 1400, height: 900 });
  });
});

test('left no error behind', () => {
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
});
