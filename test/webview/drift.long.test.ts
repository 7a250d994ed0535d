/** What the run page shows of a comparison for drift, in a real browser. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { SavedPicture } from '../../src/protocol/pages/charts';
import { seriousFindings } from './axe';
import { eventually, open, useBrowser } from './browser';
import { START_MS } from './fixtures/build';
import { drifted, manyFeatures, steady, unfinished } from './fixtures/drift';
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

it('judges anew by another threshold, keeps it, and compares again', async () => {
  const { page, host, text } = await open(drifted());
  await page.getByRole('button', { name: 'Change Tests…' }).click();
  const form = page.getByRole('group', { name: 'What decides for amount' });
  await form.getByLabel('at least').fill('2');
  await page.screenshot({ path: join(SHOTS, 'drift-tests-dark.png'), fullPage: true });
  await form.getByRole('button', { name: 'Judge Anew' }).click();
  await eventually(() => text('lw-drift')).toContain('2 of 28 features moved; country most');
  await eventually(() => text('lw-drift')).toContain('Not kept yet: tests of amount.');
  await page.getByRole('button', { name: 'Keep in loopwright.yaml' }).click();
  await eventually(() => text('lw-drift')).toContain('Kept in loopwright.yaml');
  const change = { tests: { amount: { ks: 0.05, wasserstein_normed: 2, needs: 'all' } } };
  expect(host.requests.find(({ method }) => method === 'keepDrift')?.params).toEqual({ change });
  await page.getByRole('button', { name: 'Compare Again' }).click();
  await eventually(() => host.commands).toEqual([{ command: 'driftAgain', params: { change, isKept: true } }]);
});

it('says what another comparison is needed for, and takes changes back', async () => {
  const { page, text } = await open(drifted(), { theme: 'light-modern' });
  await page.getByRole('button', { name: 'Change Tests…' }).click();
  const form = page.getByRole('group', { name: 'What decides for amount' });
  await form.getByLabel('Test').first().selectOption('kuiper');
  await eventually(() => text('lw-drift')).toContain('Another comparison is needed for Kuiper.');
  await form.getByRole('button', { name: 'Judge Anew' }).click();
  await eventually(() => text('lw-drift')).toContain('Not certain without another comparison: amount.');
  await page.getByRole('button', { name: 'Ignore This Feature' }).click();
  await eventually(() => text('lw-drift')).toContain('2 of 27 features moved');
  await page.getByRole('button', { name: 'Change Thresholds' }).click();
  await page.getByLabel('Least effect that matters').fill('0.4');
  await eventually(() => text('lw-drift')).toContain('1 of 27 features moved');
  await page.screenshot({ path: join(SHOTS, 'drift-changed-light.png'), fullPage: true });
  await page.getByRole('button', { name: 'Undo Changes' }).click();
  await eventually(() => text('lw-drift')).toContain('3 of 28 features moved');
});

it.each(['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const)(
  'can be used by everybody while it is changed, in %s',
  async (theme) => {
    const { page } = await open(drifted(), { theme });
    await page.getByRole('button', { name: 'Change Thresholds' }).click();
    await page.getByLabel('Least effect that matters').fill('much');
    await page.getByText('a number from 0 on').waitFor();
    await page.getByLabel('Share of features that must move').fill('0.5');
    await page.getByRole('button', { name: 'Change Tests…' }).click();
    await page.getByRole('group', { name: 'What decides for amount' }).waitFor();
    await page.screenshot({ path: join(SHOTS, `drift-form-${theme}.png`) });
    expect(await seriousFindings(page)).toEqual([]);
  },
);

it('says why a change was not kept', async () => {
  const why = 'loopwright.yaml has an error, and was left as it is: line 3: There is no key drfit.';
  const { page, text } = await open(drifted(), { prepare: (host) => host.failures.set('keepDrift', why) });
  await page.getByRole('button', { name: 'Ignore This Feature' }).click();
  await page.getByRole('button', { name: 'Keep in loopwright.yaml' }).click();
  await eventually(() => text('lw-drift')).toContain(why);
  expect(await text('lw-drift')).toContain('Not kept yet: without amount.');
});

it('finds one of many features by its name', async () => {
  const { page } = await open(manyFeatures(3000));
  const rows = page.getByRole('table', { name: 'Features' }).getByRole('row');
  await page.getByLabel('Filter by name').fill('sensor_29');
  await eventually(() => rows.count()).toBe(112);
  await page.getByLabel('Filter by name').fill('SENSOR_2999');
  await eventually(() => rows.count()).toBe(2);
  await page.getByRole('button', { name: 'sensor_2999' }).click();
  await page.getByRole('img', { name: 'How sensor_2999 is distributed' }).waitFor();
  await page.getByLabel('Filter by name').fill('');
  await page.getByLabel('Show').selectOption('moved');
  const moved = page.locator('lw-drift-list .tables > table > tbody > tr.drift');
  await eventually(() => moved.count()).toBe(201);
  await page.screenshot({ path: join(SHOTS, 'drift-many.png') });
});

it('is exported: the files of the run, and a picture of what moved', async () => {
  const { page, host } = await open(drifted());
  const choose = async (name: string) => {
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name }).click();
  };
  await choose('HTML, One File…');
  await choose('CSV…');
  await choose('JSON…');
  const files = ['drift.html', 'drift.csv', 'drift.json'];
  await eventually(() => host.commands).toEqual(files.map((path) => ({ command: 'saveArtifact', params: { path } })));
  await choose('PNG…');
  await eventually(() => host.commands.length).toBe(4);
  const saved = SavedPicture.parse(host.commands[3]?.params);
  expect(saved).toMatchObject({ format: 'png', heading: 'fraud-rf' });
  const bytes = Buffer.from(saved.format === 'png' ? saved.base64 : '', 'base64');
  // https://www.w3.org/TR/png-3/#11IHDR: width and height
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1800, 960]);
  writeFileSync(join(SHOTS, 'drift-picture.png'), bytes);
});

it('stands before metrics and parameters', async () => {
  const { page } = await open(drifted());
  await page.getByRole('table', { name: 'Features' }).waitFor();
  const headings = await page.locator('lw-section').evaluateAll((all) => all.map((one) => one.getAttribute('heading')));
  expect(headings[0]).toBe('Drift');
});

it.each([
  ['going', { status: 'RUNNING', startMs: START_MS, endMs: null }, null, 'The tables are being compared.'],
  [
    'stopped',
    { status: 'KILLED', startMs: START_MS, endMs: START_MS + 9000 },
    'Stopped by the user.',
    'It was stopped before anything was found.',
  ],
  [
    'failed',
    { status: 'FAILED', startMs: START_MS, endMs: START_MS + 900 },
    'may.parquet is empty.',
    'It failed before anything was found.',
  ],
] as const)('says in words that there is nothing: %s', async (name, timing, reason, words) => {
  const { page, text } = await open(unfinished(timing, reason), { theme: 'light-modern' });
  await eventually(() => text('lw-drift')).toContain(words);
  if (reason !== null) await eventually(() => text()).toContain(reason);
  expect(await page.getByRole('button', { name: 'Compare Again' }).count()).toBe(reason === null ? 0 : 1);
  await page.screenshot({ path: join(SHOTS, `drift-${name}.png`) });
});
