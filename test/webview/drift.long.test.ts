/** What the run page shows of a comparison for drift, in a real browser. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, open, useBrowser } from './browser';
import { drifted, steady } from './fixtures/drift';
import { SHOTS } from './harness';

useBrowser();

it.each(['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const)(
  'says what moved, the most first, with its distributions and tests, in %s',
  async (theme) => {
    const { page, text } = await open(drifted(), { theme });
    await eventually(() => text('lw-drift')).toContain(
      '3 of 28 features moved; amount most: its median fell from 41 to 12.',
    );
    await page.getByRole('img', { name: 'How amount is distributed: its median fell from 41 to 12' }).waitFor();
    const tests = page.getByRole('table', { name: 'Tests of amount' });
    expect(await tests.innerText()).toContain('Kolmogorov-Smirnov\t0.42\t0\tadjusted p at most 0.05 ✓');
    await page.getByRole('button', { name: 'country' }).click();
    await page.getByText('New: PL (20.0 %)').waitFor();
    expect(await page.getByRole('table', { name: 'How often country is what' }).innerText()).toContain('12 others');
    expect(await page.evaluate(() => (globalThis as { __xss?: number }).__xss)).toBeUndefined();
    await page.screenshot({ path: join(SHOTS, `drift-${theme}.png`), fullPage: true });
  },
);

it('shows the rest when it is asked for, and what was not compared', async () => {
  const { page, text } = await open(drifted());
  await eventually(() => text('lw-drift')).toContain('customer was not compared. The current table does not have it.');
  expect(await page.getByRole('button', { name: 'v25' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Show 5 More' }).click();
  await page.getByRole('button', { name: 'v25' }).waitFor();
});

it('says that nothing has moved, also where the page is narrow', async () => {
  const { page, text } = await open(steady(), { width: 480, theme: 'light-modern' });
  await eventually(() => text('lw-drift')).toContain('None of 3 features moved.');
  await page.screenshot({ path: join(SHOTS, 'drift-narrow.png') });
});

it('says in words why what was found can not be read', async () => {
  const { text } = await open(drifted(() => ({ drift: 'perhaps' })));
  await eventually(() => text('lw-drift')).toContain('drift.page.json has another form than what a comparison writes.');
});
