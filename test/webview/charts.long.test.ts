/** The charts of the run page in a real browser: drawn, read, zoomed, kept up to date. */
import { describe, expect, it } from 'vitest';
import { card, drawn, eventually, keyed, open, useBrowser } from './browser';
import * as runs from './fixtures/runs';

useBrowser();

describe('a chart', () => {
  it('is read by the pointer, exactly', async () => {
    const { page } = await open(runs.finished());
    await drawn(page, 6);
    const chart = card(page, 'auc').locator('lw-metric-chart');
    await chart.hover({ position: { x: 57, y: 60 } });
    const reading = () => chart.locator('.reading').evaluate((box) => box.shadowRoot?.textContent ?? '');
    await eventually(reading).toContain(String(0.9412 - 0.35 + 0.004 * -1).slice(0, 4));
    await eventually(reading).toContain('step 0');
  });

  it('is read and zoomed by the keyboard alone', async () => {
    const { page, host } = await open(runs.finished());
    await drawn(page, 6);
    const chart = card(page, 'val/loss').getByRole('application');
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await eventually(() => card(page, 'val/loss').locator('lw-metric-chart [role=status]').innerText()).toMatch(
      /^step 1, 1\.\d{10,}$/,
    );
    await page.keyboard.press('+');
    await eventually(() => host.requests.at(-1)).toMatchObject({
      method: 'series',
      params: { key: 'val/loss', from: 0, to: 30 },
    });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await eventually(() =>
      card(page, 'val/loss')
        .getByRole('button', { name: /^Show All Steps/ })
        .count(),
    ).toBe(0);
  });

  it('asks the extension for the range of a drag, and for all again on a double click', async () => {
    const { page, host, text } = await open(runs.finished());
    await drawn(page, 6);
    const box = await card(page, 'loss').locator('lw-metric-chart').boundingBox();
    if (!box) throw new Error('no chart');
    await page.mouse.move(box.x + 120, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 200, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await eventually(() => text(keyed('loss'))).toMatch(/steps 5\u2009\d+ to 11\u2009\d+ · 1 in \d+ steps shown/);
    expect(host.requests.at(-1)?.params).toMatchObject({ key: 'loss', maxPoints: 300 });
    await page.mouse.dblclick(box.x + 150, box.y + 60);
    await eventually(() => text(keyed('loss'))).not.toMatch(/steps 5/);
  });

  it('can be seen as a table', async () => {
    const { page } = await open(runs.finished());
    await drawn(page, 6);
    await page.getByRole('button', { name: 'Show as Table: auc' }).click();
    const table = card(page, 'auc').getByRole('table');
    expect(await table.getByRole('columnheader').allInnerTexts()).toEqual(['Step', 'Value', 'Time']);
    expect(await table.getByRole('row').count()).toBe(61);
    await page.getByRole('button', { name: 'Show as Table: loss', exact: true }).click();
    expect(await card(page, 'loss').getByRole('columnheader').allInnerTexts()).toEqual([
      'Step',
      'Value',
      'Lowest',
      'Highest',
      'Points',
      'Time',
    ]);
  });

  it('survives gaps, infinities and numbers of every size', async () => {
    const { page, shot, text } = await open(runs.oddNumbers(), { height: 1400 });
    await drawn(page, 11);
    await shot('oddNumbers-dark-modern-1400');
    expect(await text(keyed('nothing finite'))).toContain('None of the 12 values is a finite number.');
    expect(await text(keyed('one step'))).toContain('All 50 values were logged at step 0, from 0 to 4.9.');
    expect(await page.locator('lw-metric-chart svg text').filter({ hasText: '…' }).count()).toBe(0);
    const paths = await page
      .locator('lw-metric-chart svg path')
      .evaluateAll((found) => found.map((path) => path.getAttribute('d') ?? ''));
    expect(paths.filter((path) => path.includes('NaN'))).toEqual([]);
  });

  it('is drawn in the colours of a theme that is chosen while it is shown', async () => {
    const { page, setTheme, shot } = await open(runs.finished());
    await drawn(page, 6);
    const colour = () => card(page, 'auc').locator('.mark-line path').first().getAttribute('stroke');
    expect(await colour()).toBe('#59a4f9');
    for (const [theme, blue] of [
      ['light-modern', '#0063d3'],
      ['hc-dark', '#59a4f9'],
      ['hc-light', '#0063d3'],
    ] as const) {
      await setTheme(theme);
      await eventually(colour).toBe(blue);
      await shot(`finished-${theme}-1400`);
    }
  });
});

describe('a running run', () => {
  it('shows its duration as it goes and can be stopped', async () => {
    const { page, host, shot, text } = await open(runs.running());
    await drawn(page, 3);
    await eventually(() => text('lw-run-header')).toMatch(/running · 1m 3\ds/);
    await page.getByRole('button', { name: 'Stop' }).click();
    await eventually(() => host.commands.map(({ command }) => command)).toEqual(['stop']);
    await shot('running-dark-modern-1400');
  });

  it('asks only for the curves that grew, four times a second at most', async () => {
    const { page, host, text } = await open(runs.running());
    await drawn(page, 3);
    const before = { series: host.count('series'), load: host.count('load') };
    const started = performance.now();
    for (let step = 30; step < 60; step++) {
      host.append('loss', [[step, 1 / step]]);
      host.changed();
      await page.waitForTimeout(20);
    }
    await eventually(() => text(keyed('loss'))).toContain('step 59');
    const seconds = (performance.now() - started) / 1000;
    expect(host.count('load') - before.load).toBeLessThanOrEqual(4 * seconds + 2);
    const asked = host.requests.filter(({ method }) => method === 'series').slice(before.series);
    expect(new Set(asked.map(({ params }) => (params as { key: string }).key))).toEqual(new Set(['loss']));
  });

  it('says aloud what became of it', async () => {
    const { page, host } = await open(runs.running());
    await drawn(page, 3);
    const over = runs.failed();
    host.run = { ...host.run, row: over.row, output: over.output };
    host.changed();
    await eventually(() => page.getByRole('status').allInnerTexts()).toContain('fraud-rf: failed, 3.4s. Exit code 3.');
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
  });
});

describe('a run with a thousand metrics', () => {
  it('draws what is in view, shows more on request and finds every one', async () => {
    const { page, host, shot, text } = await open(runs.thousandMetrics());
    await drawn(page, 9);
    expect(host.count('series')).toBeLessThan(30);
    expect(await page.locator('lw-metric-card').count()).toBe(200);
    await shot('thousandMetrics-dark-modern-1400');
    await page.getByRole('button', { name: 'Show More' }).click();
    await eventually(() => page.locator('lw-metric-card').count()).toBe(400);
    await page.getByRole('textbox', { name: 'Filter metrics' }).fill('layer0997');
    await eventually(() => page.locator('lw-metric-card').count()).toBe(1);
    await drawn(page, 1);
    expect(await text('lw-metrics')).toContain('1 of 1\u2009000 found');
  });
});

describe('a reader who wants no motion', () => {
  it('sees none', async () => {
    const { page } = await open(runs.running(), { reducedMotion: true });
    await drawn(page, 3);
    const name = await page
      .locator('lw-run-header lw-icon')
      .first()
      .evaluate((icon) => getComputedStyle(icon).animationName);
    expect(name).toBe('none');
  });
});
