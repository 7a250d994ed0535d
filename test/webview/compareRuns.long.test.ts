/** Pictures of the page that compares runs in every theme, to be looked at; and what it does with what is bad. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type ChildRun } from '../../src/protocol/requests';
import { drawn, eventually, open, openCompareRuns, useBrowser } from './browser';
import { fakeRun, noise, row } from './fixtures/build';
import { FakeRunsHost, someRuns } from './fixtures/compareRuns';

useBrowser();

describe('several runs beside each other', () => {
  it.each(['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const)('look well in %s', async (theme) => {
    const { page, shot } = await openCompareRuns(new FakeRunsHost(someRuns(6)), { theme });
    await drawn(page, 2);
    for (const tab of ['Curves', 'Parallel', 'Scatter', 'Table', 'Code', 'Data', 'Environment']) {
      await page.getByRole('tab', { name: tab }).click();
      if (tab === 'Parallel') {
        await page.locator('lw-parallel [aria-label^="lr, "]').focus();
        await page.keyboard.press('ArrowUp');
      }
      await page.waitForTimeout(500);
      await shot(`compare-${tab.toLowerCase()}-${theme}`);
      const sideways = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(sideways).toBe(0);
    }
  });

  it('are twenty, on a narrow page', async () => {
    const { page, shot, text } = await openCompareRuns(new FakeRunsHost(someRuns(20)), { width: 480 });
    await drawn(page, 1);
    await shot('compare-narrow-curves');
    for (const tab of ['Parallel', 'Scatter', 'Table']) {
      await page.getByRole('tab', { name: tab }).click();
      await page.waitForTimeout(400);
      await shot(`compare-narrow-${tab.toLowerCase()}`);
    }
    expect(await text()).toContain('20 runs');
  });

  it('keep their colours when one is removed', async () => {
    const { page, host } = await openCompareRuns(new FakeRunsHost(someRuns(4)));
    await drawn(page, 2);
    const colourOf = (name: string) =>
      page.locator('lw-run-chips li', { hasText: name }).locator('svg line').getAttribute('stroke');
    const before = await colourOf('fraud-linear-2');
    await page.getByRole('button', { name: 'Remove fraud-forest-0 from the Comparison' }).click();
    await eventually(() => page.locator('lw-run-chips li').count()).toBe(4);
    expect(host.commands.at(-1)).toEqual({ command: 'removeRun', params: { runId: 'run-0' } });
    expect(await colourOf('fraud-linear-2')).toBe(before);
  });
});

describe('what is bad', () => {
  it('is harmless: names that are markup, thousands of characters, no numbers', async () => {
    const [first, second, ...others] = someRuns(5);
    if (!first || !second) throw new Error('there are no runs');
    const evil = '<img src=x onerror="document.body.dataset.owned=1">';
    const name = `${evil}${'漢字'.repeat(2000)}`;
    const runs = [
      { ...first, row: { ...first.row, name } },
      {
        ...second,
        params: [
          { key: evil, value: evil, source: 'api' as const },
          { key: 'lr', value: 'nan', source: 'api' as const },
          { key: 'depth', value: 'x'.repeat(4000), source: 'api' as const },
        ],
        metrics: new Map([
          ['val/auc', [[0, Number.NaN] as const]],
          ['loss', [[0, Number.POSITIVE_INFINITY] as const, [0, 1] as const, [-5, Number.NEGATIVE_INFINITY] as const]],
        ]),
      },
      ...others,
    ];
    const { page, shot } = await openCompareRuns(new FakeRunsHost(runs));
    await drawn(page, 1);
    for (const tab of ['Parallel', 'Scatter', 'Table']) {
      await page.getByRole('tab', { name: tab }).click();
      if (tab === 'Scatter') await page.locator('lw-select[label="X"] select').selectOption({ label: 'lr' });
      await page.waitForTimeout(400);
      await shot(`compare-bad-${tab.toLowerCase()}`);
      if (tab === 'Scatter') expect(await dotsOutside(page)).toEqual([]);
    }
    expect(await page.evaluate(() => document.body.dataset.owned)).toBeUndefined();
  });

  it('is said: everything in common was logged once', async () => {
    const once = someRuns(2).map((run) => ({ ...run, metrics: new Map([['test/auc', [[0, 0.9] as const]]]) }));
    const { text } = await openCompareRuns(new FakeRunsHost(once));
    await eventually(() => text()).toContain('was logged once: there are no curves. The table has the values.');
  });

  it('is said: nothing in common, a run that is gone, a store that fails', async () => {
    const [first, second] = someRuns(2);
    if (!first || !second) throw new Error('there are no runs');
    const host = new FakeRunsHost([first, { ...second, metrics: new Map(), params: [] }]);
    host.gone = ['run-77'];
    const { page, text } = await openCompareRuns(host);
    await eventually(() => text()).toContain('These runs have no metric in common.');
    expect(await text()).toContain('run-77 is no longer in the store.');
    await page.getByRole('button', { name: 'Remove from Comparison' }).click();
    await eventually(() => text()).not.toContain('run-77');
    host.failures.set('load', 'The disk is full.');
    host.changed();
    await eventually(() => text()).toContain('What you see may be out of date. The disk is full.');
  });
});

describe('the runs below a run', () => {
  const children = Array.from({ length: 1000 }, (_, index): ChildRun => {
    const lr = 10 ** (-4 + (index % 20) / 5);
    const auc = 0.9 - Math.abs(Math.log10(lr) + 2) * 0.05 + noise(index) * 0.02;
    return {
      run: row({ runId: `child-${String(index)}`, name: `trial ${String(index)}`, parentRunId: 'parent' }),
      isBest: index === 41,
      values: [
        auc,
        index % 97 === 0 ? 'NaN' : 1 - auc,
        lr.toExponential(2),
        String(2 + (index % 9)),
        `model ${String(index % 4)}`,
      ],
    };
  });

  it('are a thousand lines, filtered without waiting', async () => {
    const run = fakeRun({
      row: row({ childCount: 1000 }),
      columns: [
        { kind: 'metric', key: 'val/auc' },
        { kind: 'metric', key: 'loss' },
        { kind: 'param', key: 'lr' },
        { kind: 'param', key: 'depth' },
        { kind: 'param', key: 'model' },
      ],
      children,
    });
    const { page, shot, text, host } = await open(run, { height: 1000 });
    await eventually(() => text('lw-parallel')).toContain('1\u2009000 runs');
    expect(host.count('children')).toBe(11);
    const axis = page.locator('lw-parallel [aria-label^="val/auc, "]');
    await axis.focus();
    const took = await page.evaluate(async () => {
      const plot = document
        .querySelector('lw-run-page')
        ?.shadowRoot?.querySelector('lw-children')
        ?.shadowRoot?.querySelector('lw-children-plot')
        ?.shadowRoot?.querySelector('lw-parallel');
      const track = plot?.shadowRoot?.activeElement;
      const times: number[] = [];
      for (let at = 0; at < 10; at++) {
        const before = performance.now();
        track?.dispatchEvent(new KeyboardEvent('keydown', { key: at === 0 ? 'ArrowUp' : 'ArrowDown', bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        times.push(performance.now() - before);
      }
      return times.sort((a, b) => a - b)[5] ?? 0;
    });
    expect(took).toBeLessThan(250);
    await eventually(() => text('lw-parallel')).toMatch(/of 1\u2009000 runs let through/);
    await shot('children-parallel');
  });
});

/** The points of the scatter plot that nobody can see: they are beyond its edges. */
function dotsOutside(page: Page) {
  return page.locator('lw-scatter svg.plot').evaluate((plot) => {
    const box = plot.getBoundingClientRect();
    const dots = [...plot.querySelectorAll('circle')].map((dot) => dot.getBoundingClientRect());
    if (dots.length === 0) throw new Error('There are no points');
    const isInside = ({ left, right, top, bottom }: DOMRect) =>
      left >= box.left && right <= box.right && top >= box.top && bottom <= box.bottom;
    return dots.filter((dot) => !isInside(dot)).map(({ x, y }) => [x, y]);
  });
}
