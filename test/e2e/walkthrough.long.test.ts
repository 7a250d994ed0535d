/** The walkthrough, step by step: pictures in every theme, for people to look at. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realErrors } from './runsView';
import { openWorkbench, type Theme, type Workbench } from './support/workbench';

const THEMES: readonly Theme[] = ['dark', 'light', 'hc'];
const STEPS = ['Run a script as it is', 'Look at a run', 'Compare runs', 'Track a notebook', 'Keep your MLflow code'];

let workbench: Workbench;

beforeAll(async () => {
  workbench = await openWorkbench({ files: { 'train.py': 'print("ran")\n' }, size: { width: 1700, height: 860 } });
}, 240_000);
afterAll(() => workbench.close());

test('shows each step with its picture, and does what its buttons say', async () => {
  await workbench.command('Welcome: Open Walkthrough...', 'Get Started with Loopwright');
  const page = workbench.page.locator('.gettingStartedContainer');
  for (const theme of THEMES) {
    await workbench.setTheme(theme);
    for (const [index, step] of STEPS.entries()) {
      await page.locator('.getting-started-step', { hasText: step }).click();
      await page.locator('.getting-started-step.expanded', { hasText: step }).waitFor();
      await workbench.page.waitForTimeout(700);
      await workbench.screenshot(`walkthrough-${theme}-${String(index + 1)}`);
    }
  }
  await page.locator('.getting-started-step', { hasText: 'Run a script as it is' }).click();
  await page.getByRole('button', { name: 'Run File as Tracked Run' }).click();
  await workbench.quickInput.pick('train.py');
  await page.locator('.getting-started-step.expanded .codicon-getting-started-step-checked').waitFor();
  await workbench.screenshot('walkthrough-done');
  expect(realErrors(workbench.extensionErrors())).toEqual([]);
}, 300_000);
