/** The page that compares two runs of a notebook, in a real browser. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually, openCompare, useBrowser } from './browser';
import * as notebooks from './fixtures/notebooks';

useBrowser();

const pair = (page: Page, at: number) => page.locator('lw-cell-pair').nth(at);
const isSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('two runs of a notebook', () => {
  it('stand beside each other, with what differs first and what does not counted', async () => {
    const { page, text, shot, setTheme } = await openCompare(notebooks.twoRuns(), { height: 2600 });
    await eventually(() => text()).toContain('12 cells unchanged');
    expect(await text('.run[data-side="before"]')).toContain('explore-1 finished · 2m 14s · 4 Mar 2026, 14:02');
    expect(await text('.run[data-side="after"]')).toContain('explore-2 failed · 2m 13s');
    expect(await text('.run[data-side="after"]')).toContain('Cell [6] failed: ValueError');
    expect(await text('lw-section[data-section="params"]')).toContain(
      '2 of 3 differ Name Before After depth 8 12 note none after the fix',
    );
    expect(await text('lw-section[data-section="params"]')).not.toContain('transactions');
    expect(await text('lw-section[data-section="metrics"]')).toContain('train/auc 0.93 0.9981 +0.0681');
    expect(await page.locator('lw-cell-pair').count()).toBe(5);
    expect(await text('lw-cell-pair:nth-of-type(1)')).toContain('cell 3 source changed');
    await eventually(() => pair(page, 1).locator('img').count()).toBe(2);
    expect(await text('lw-cell-pair >> nth=1')).toContain('outputs changed');
    expect(await text('lw-cell-pair >> nth=2')).toContain('only before');
    expect(await pair(page, 3).locator('.line.removed code').allInnerTexts()).toEqual([
      'print(auc(test.label, scores[:, 1]))',
    ]);
    expect(await pair(page, 3).locator('.line.added code').allInnerTexts()).toEqual(['auc(test.label, scores)']);
    expect(await text('lw-cell-pair >> nth=3')).toContain('ended otherwise');
    expect(await text('lw-cell-pair >> nth=4')).toContain('only after');
    await page.mouse.move(0, 0);
    await shot('compareNotebook-dark-modern-1400');
    await setTheme('light-modern');
    await page.waitForTimeout(300);
    await shot('compareNotebook-light-modern-1400');
  });

  it('lead to the runs, to the cells and to the diff editor', async () => {
    const { page, host, text } = await openCompare(notebooks.twoRuns(), { height: 2600 });
    await eventually(() => page.locator('lw-cell-pair').count()).toBe(5);
    await page.getByRole('button', { name: 'explore-1' }).click();
    await pair(page, 2).getByRole('button', { name: 'Open in Diff Editor' }).click();
    await pair(page, 3).getByRole('button', { name: 'Go to Cell' }).click();
    await eventually(() => pair(page, 1).locator('img').count()).toBe(2);
    await pair(page, 1).locator('[data-side="after"] button.picture').click();
    await page.getByRole('button', { name: 'Show 1 that is the same' }).first().click();
    await eventually(() => text('lw-section[data-section="params"]')).toContain('data/transactions.parquet');
    await page.getByRole('button', { name: '12 cells unchanged' }).click();
    await eventually(() => page.locator('lw-cell-pair').count()).toBe(17);
    await eventually(() => host.commands).toEqual([
      { command: 'openRun', params: { side: 'before' } },
      { command: 'openSourceDiff', params: { before: 4, after: null } },
      { command: 'goToCell', params: { cellId: 'evaluate', cellIndex: 9 } },
      { command: 'openArtifact', params: { side: 'after', path: 'cells/3-0.png' } },
    ]);
  });

  it('stack in a narrow page', async () => {
    const { page, text, shot } = await openCompare(notebooks.twoRuns(), { width: 420, height: 3200 });
    await eventually(() => text()).toContain('12 cells unchanged');
    await eventually(() => pair(page, 1).locator('img').count()).toBe(2);
    expect(await isSideways(page)).toBe(0);
    await shot('compareNotebook-dark-modern-420');
  });

  it('that are the same say so', async () => {
    const { before } = notebooks.twoRuns();
    const { text } = await openCompare({ before, after: before });
    await eventually(() => text()).toContain('19 cells unchanged');
    expect(await text()).toContain('Parameters all the same');
    expect(await text()).toContain('Show 2 that are the same');
  });

  it('of which one goes on follow it', async () => {
    const { before, after } = notebooks.twoRuns();
    const running = {
      ...notebooks.runningNotebook(),
      executions: after.executions.slice(0, 2),
      figures: after.figures,
    };
    const { host, text } = await openCompare({ before, after: running });
    await eventually(() => text()).toContain('One of the runs goes on');
    host.runs = { before, after: { ...running, executions: after.executions.slice(0, 5) } };
    host.changed();
    await eventually(() => text()).toContain('outputs changed');
    const reads = host.requests.filter(({ method }) => method === 'executions');
    expect(reads.filter(({ params }) => (params as { side: string }).side === 'before')).toHaveLength(1);
  });

  it('that could not be read say why, and can be tried again', async () => {
    const { page, host, text } = await openCompare(notebooks.twoRuns(), {
      prepare: (fake) => fake.failures.set('load', 'The engine is gone.'),
    });
    await eventually(() => text()).toContain('The runs could not be read. The engine is gone.');
    host.failures.clear();
    await page.getByRole('button', { name: 'Retry' }).click();
    await eventually(() => text()).toContain('12 cells unchanged');
  });

  it('with a thousand cells each are read, matched and shown', { timeout: 90_000 }, async () => {
    const before = notebooks.longNotebook();
    const after = {
      ...before,
      executions: before.executions.map((one, at) =>
        at % 100 === 50 ? { ...one, source: `${one.source}\nmore()` } : one,
      ),
    };
    const { text } = await openCompare({ before, after });
    await expect.poll(() => text(), { timeout: 60_000 }).toContain('99 cells unchanged');
  });

  it('show what a stranger wrote as text', async () => {
    const hostile = notebooks.hostileNotebook();
    const executions = hostile.executions.slice(0, 2).map((one) => ({ ...one, source: `${one.source}<b>x</b>` }));
    const { page, text } = await openCompare({ before: hostile, after: { ...hostile, executions } }, { height: 4000 });
    await eventually(() => text()).toContain('<b>x</b>');
    await eventually(() => text()).toContain('head link <b>bold</b> inner svg');
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await isSideways(page)).toBe(0);
  });
});
