/** What the run page shows of a scoring job, in a real browser. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, open, useBrowser } from './browser';
import { scored, scoredAgain, scoredAlone, scoredInPart } from './fixtures/scored';
import { SHOTS } from './harness';

useBrowser();

it.each(['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const)(
  'shows how predictions are distributed beside those of the training data, and the first rows, in %s',
  async (theme) => {
    const { page, text } = await open(scored(), { theme });
    await eventually(() => text('lw-scored')).toContain('1\u2009204\u2009298 rows scored, 13 bad');
    expect(await text('lw-scored')).toContain(
      'Of 16\u2009000 rows from all over the output. Outlined: the first 10\u2009000 rows of /home/ada/fraud/data/transactions.parquet',
    );
    expect(await page.getByRole('table', { name: 'How often prediction is what' }).innerText()).toContain(
      'fraud\t3.9 %\t1.6 %',
    );
    await page
      .getByRole('img', {
        name: 'How probability_fraud is distributed: its median is 0.4612, that of the training data 0.2781.',
      })
      .waitFor();
    expect(await page.evaluate(() => (globalThis as { __xss?: number }).__xss)).toBeUndefined();
    await page.screenshot({ path: join(SHOTS, `scored-${theme}.png`) });
  },
);

it('leads to the output and the bad rows', async () => {
  const { page, host } = await open(scored());
  await page.getByRole('button', { name: 'Open Output' }).click();
  await page.getByRole('button', { name: 'Open Bad Rows' }).click();
  await eventually(() => host.commands).toEqual([
    { command: 'openFile', params: { path: '/data/may.scored.parquet' } },
    { command: 'openFile', params: { path: '/data/may.scored.parquet.errors.jsonl' } },
  ]);
});

it('shows what another model said otherwise, and offers another', async () => {
  const { page, host } = await open(scoredAgain());
  const table = page.getByRole('table', { name: 'What differs from fraud v2' });
  await eventually(() => table.innerText()).toContain('legitimate → fraud: 12\u2009000');
  expect(await table.innerText()).toContain('by 0.0413 in the mean, 0.7 at most');
  await page.screenshot({ path: join(SHOTS, 'scored-again.png') });
  await page.getByRole('button', { name: 'Score Again with…' }).click();
  await eventually(() => host.commands).toEqual([{ command: 'scoreAgain', params: {} }]);
});

it('goes on with one that was ended before', async () => {
  const { page, host } = await open(scoredInPart(), { theme: 'light-modern' });
  await page.getByText('It was ended before its output was whole.').waitFor();
  await page.screenshot({ path: join(SHOTS, 'scored-ended.png') });
  await page.getByRole('button', { name: 'Go On' }).click();
  await eventually(() => host.commands).toEqual([{ command: 'scoreOn', params: {} }]);
});

it('says why there is nothing of the training data, also where the page is narrow', async () => {
  const { page, text } = await open(scoredAlone(), { width: 480 });
  await eventually(() => text('lw-scored')).toContain(
    'Not of the training data: transactions.parquet does not fit fraud v3.',
  );
  expect(await page.getByRole('button', { name: 'Open Bad Rows' }).count()).toBe(0);
  expect(await page.getByText('Training', { exact: true }).count()).toBe(0);
  const isSideways = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  expect(isSideways).toBe(false);
  await page.screenshot({ path: join(SHOTS, 'scored-narrow.png') });
});

it('says so where its file can not be read', async () => {
  const { page, text } = await open(scored(() => ({ output: 7 })));
  await eventually(() => text('lw-scored')).toContain(
    'What was scored could not be read. score.json has another form than what a job writes.',
  );
  await page.screenshot({ path: join(SHOTS, 'scored-failed.png') });
});
