/** The page that compares runs, in a browser. Its pictures are in the long tests. */
import { expect, it } from 'vitest';
import { drawn, eventually, openCompareRuns, useBrowser } from './browser';
import { FakeRunsHost, someRuns } from './fixtures/compareRuns';

useBrowser();

it('compares runs by curves, plots, tables and code, and comes back as it was left', async () => {
  const { page, host, text } = await openCompareRuns(new FakeRunsHost(someRuns(6)));
  await drawn(page, 2);
  expect(await page.locator('lw-run-chips li.is-hidden').count()).toBe(0);
  expect(await text('lw-run-chips')).toContain('fraud-forest-0');

  await page.locator('lw-run-chips .toggle').first().click();
  await eventually(() => page.locator('lw-run-chips li.is-hidden').count()).toBe(1);

  await page.getByRole('tab', { name: 'Parallel' }).click();
  await eventually(() => text('lw-parallel')).toContain('5 runs');
  const lr = page.locator('lw-parallel [aria-label^="lr, "]');
  await lr.focus();
  await page.keyboard.press('ArrowUp');
  await eventually(() => text('lw-parallel')).toMatch(/[1-4] of 5 runs let through/);

  await page.getByRole('tab', { name: 'Table' }).click();
  await eventually(() => text('lw-compared-table[what="param"]')).toContain('lr');
  expect(await text('lw-compared-table[what="param"]')).not.toContain('seed');
  await page.getByRole('button', { name: 'Show Everything' }).click();
  await eventually(() => text('lw-compared-table[what="param"]')).toContain('seed');
  await page.getByRole('button', { name: 'Copy Metrics' }).click();
  await page.getByRole('menuitem', { name: 'Copy as TSV' }).click();
  await eventually(() => host.commands.at(-1)?.command).toBe('copy');
  expect((host.commands.at(-1)?.params as { text: string }).text).toMatch(/^\tfraud-boosting-1\t.*\nfit_seconds\t/);

  await page.getByRole('tab', { name: 'Code' }).click();
  await page.getByRole('button', { name: 'train.py' }).first().click();
  await eventually(() => host.commands.at(-1)).toEqual({
    command: 'openCodeDiff',
    params: { from: 'run-0', to: 'run-1', path: 'train.py' },
  });

  await page.waitForTimeout(300);
  await page.reload();
  await eventually(() => page.getByRole('tab', { name: 'Code', selected: true }).count()).toBe(1);
  expect(await page.locator('lw-run-chips li.is-hidden').count()).toBe(1);
});
