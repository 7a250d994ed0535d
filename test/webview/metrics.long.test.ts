/** The section of metrics in a real browser: pinned, joined, compared, on other axes, copied and saved. */
import { describe, expect, it } from 'vitest';
import { card, drawn, eventually, keyed, open, useBrowser } from './browser';
import { curve, fakeRun } from './fixtures/build';
import * as runs from './fixtures/runs';

useBrowser();

const PARENT = { runId: 'parent1', name: 'fraud-rf <b>parent</b>' };
const others = new Map([
  ['auc', curve(60, (step) => 0.9 - 0.4 * Math.exp(-step / 20))],
  ['loss', curve(2000, (step) => 0.3 + 1.2 * Math.exp(-step / 300))],
]);

const menu = (page: Awaited<ReturnType<typeof open>>['page'], key: string) =>
  card(page, key).getByRole('button', { name: /^More Actions/ });

describe('charts of metrics', () => {
  it('are pinned, joined and kept for the next run', async () => {
    const { page, host, shot, text } = await open(runs.finished(), {
      prepare: (fake) => (fake.picked.key = 'val/loss'),
    });
    await drawn(page, 6);
    await page.getByRole('button', { name: 'Pin: loss', exact: true }).click();
    await eventually(() => page.locator('lw-metric-card h3').first().innerText()).toBe('loss');
    await menu(page, 'loss').click();
    await page.getByRole('menuitem', { name: 'Add Metric to Chart…' }).click();
    await eventually(() => page.locator('lw-metric-card h3').first().innerText()).toBe('loss, val/loss');
    await eventually(() => page.locator('lw-metric-card').first().locator('.mark-line path').count()).toBe(2);
    expect(await text('lw-metric-card:first-of-type')).toContain('2 metrics');
    await eventually(
      () => host.commands.filter(({ command }) => command === 'keepCharts').at(-1)?.params,
    ).toMatchObject({
      pinned: [{ keys: ['loss', 'val/loss'] }],
    });
    await shot('metrics-joined-dark-modern-1400');
    await page.reload();
    await eventually(() => page.locator('lw-metric-card h3').first().innerText()).toBe('loss, val/loss');
  });

  it('are there as they were in the last run of the experiment', async () => {
    const layout = { pinned: [{ keys: ['lr'] }], settings: { axis: { by: 'time' as const }, log: true, smoothing: 0 } };
    const { page, host } = await open(runs.finished(), { prepare: (fake) => (fake.layout = layout) });
    await eventually(() => page.locator('lw-metric-card h3').first().innerText()).toBe('lr');
    const wanted: unknown = expect.objectContaining({ key: 'lr', axis: { by: 'time' } });
    await eventually(() => host.requests.map(({ params }) => params)).toContainEqual(wanted);
  });

  it('are drawn beside other runs, each in its colour, whatever their names', async () => {
    const { page, host, setTheme, shot, text } = await open(runs.finished(), {
      prepare: (fake) => {
        fake.rivals = { parent: PARENT, best: null };
        fake.others.set(PARENT.runId, others);
      },
    });
    await drawn(page, 6);
    await page.getByRole('button', { name: 'Compare with another run' }).click();
    await page.getByRole('menuitemcheckbox', { name: /^Parent/ }).click();
    const lines = card(page, 'auc').locator('.mark-line path');
    await eventually(() => lines.count()).toBe(2);
    const colours = await lines.evaluateAll((found) => found.map((path) => path.getAttribute('stroke')));
    expect(new Set(colours).size).toBe(2);
    await eventually(() => text(keyed('auc'))).toContain(PARENT.name);
    await eventually(() => text(keyed('lr'))).toContain(`${PARENT.name} has none`);
    expect(host.requests.some(({ params }) => (params as { runId?: string }).runId === PARENT.runId)).toBe(true);
    await card(page, 'auc')
      .locator('lw-metric-chart')
      .hover({ position: { x: 150, y: 60 } });
    await eventually(() => card(page, 'auc').locator('lw-chart-readout .row').count()).toBe(2);
    for (const theme of ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const) {
      await setTheme(theme);
      await page.waitForTimeout(700);
      await shot(`metrics-rivals-${theme}-1400`);
    }
  });

  it('are averaged, logarithmic and along time, all at once or one by one', async () => {
    const { page, host, shot, text } = await open(runs.finished());
    await drawn(page, 6);
    await page.getByRole('slider', { name: 'Smooth' }).fill('0.8');
    await eventually(() => card(page, 'loss').locator('.mark-line path').count()).toBe(2);
    await page.getByRole('button', { name: 'Log scale in all charts' }).click();
    await page.getByRole('combobox', { name: 'X' }).selectOption('time');
    await eventually(() => host.requests.at(-1)?.params).toMatchObject({ axis: { by: 'time' }, smoothing: 0.8 });
    await eventually(() => text(keyed('lr'))).toMatch(/\dm|s\b/);
    await menu(page, 'loss').click();
    await page.getByRole('menuitemcheckbox', { name: 'Without Smoothing' }).click();
    await eventually(() => card(page, 'loss').locator('.mark-line path').count()).toBe(1);
    await shot('metrics-smooth-log-dark-modern-1400');
  });

  it('run along another metric, and say what has no place there', async () => {
    const run = fakeRun({
      metrics: new Map([
        ['loss', curve(200, (step) => Math.exp(-step / 50))],
        ['epoch', curve(150, (step) => step / 10)],
      ]),
    });
    const { page, text } = await open(run, { prepare: (fake) => (fake.picked.key = 'epoch') });
    await drawn(page, 2);
    await page.getByRole('combobox', { name: 'X' }).selectOption('other');
    await eventually(() => text(keyed('loss'))).toContain('50 points without epoch left out');
  });

  it('are copied as values and saved as pictures or with all of their points', async () => {
    const { page, host } = await open(runs.finished());
    await drawn(page, 6);
    for (const name of ['Copy Values', 'Save as SVG…', 'Save as PNG…', 'Save as CSV…']) {
      await menu(page, 'val/loss').focus();
      await page.keyboard.press('ArrowDown');
      await page.getByRole('menuitem', { name }).click();
    }
    await eventually(() => host.commands.map(({ command }) => command)).toEqual([
      'copy',
      'savePicture',
      'savePicture',
      'savePoints',
    ]);
    const [copied, svg, png, csv] = host.commands.map(({ params }) => params as Record<string, string>);
    expect(copied?.text).toMatch(/^Step\tval\/loss\n0\t1\.\d+\n/);
    expect(svg?.text).toMatch(/^<svg .*val\/loss.*<path/s);
    expect(
      Buffer.from(png?.base64 ?? '', 'base64')
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    expect(csv).toEqual({ heading: 'val/loss', lines: [{ key: 'val/loss' }] });
  });

  it('of several lines are read by the keyboard, line by line', async () => {
    const { page } = await open(runs.finished(), {
      prepare: (fake) => {
        fake.layout = {
          pinned: [{ keys: ['auc', 'val/loss'] }],
          settings: { axis: { by: 'step' }, log: false, smoothing: 0 },
        };
      },
    });
    await eventually(() => page.locator('lw-metric-card').first().locator('.mark-line path').count()).toBe(2);
    const chart = page.locator('lw-metric-card').first().getByRole('application');
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    const said = () => page.locator('lw-metric-card').first().locator('lw-metric-chart [role=status]').innerText();
    await eventually(said).toMatch(/^auc, step 0, /);
    await page.keyboard.press('ArrowDown');
    await eventually(said).toMatch(/^val\/loss, step 0, /);
  });

  it('of 5,000 metrics are a list that is drawn as far as it is seen', async () => {
    const metrics = new Map(
      Array.from({ length: 5000 }, (_, at) => [`layer/${String(at).padStart(4, '0')}`, curve(3, (step) => step + at)]),
    );
    const { page, host, shot } = await open(fakeRun({ metrics }));
    await drawn(page, 3);
    await page.getByRole('textbox', { name: 'Filter metrics' }).fill('layer');
    await eventually(() => page.getByRole('table', { name: 'All metrics' }).getAttribute('aria-rowcount')).toBe('5001');
    expect(await page.locator('lw-metric-list [role=row]').count()).toBeLessThan(25);
    await page.locator('lw-metric-list .scroll').evaluate((list) => list.scrollTo(0, 4000 * 26));
    await eventually(() => page.locator('lw-metric-list').getByText('layer/4001', { exact: true }).count()).toBe(1);
    expect(host.count('series')).toBeLessThan(120);
    await shot('metrics-5000-dark-modern-1400');
  });
});
