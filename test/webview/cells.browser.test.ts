/** What the run page says of a notebook, in a real browser. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { eventually, open, section, useBrowser } from './browser';
import * as notebooks from './fixtures/notebooks';

useBrowser();

const cell = (page: Page, ordinal: number) => page.locator(`.cell[data-ordinal="${String(ordinal)}"]`);
const isSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('a notebook that failed', () => {
  it('names the cell, unfolds it, and leads to it and to the executed notebook', async () => {
    const { page, host, text, shot, setTheme } = await open(notebooks.failedNotebook(), { height: 2200 });
    await eventually(() => text('lw-run-notices')).toContain(
      'Cell [6] failed: ValueError: Found input variables with inconsistent numbers of samples: [301077, 301076].',
    );
    await eventually(() => text('lw-cells')).toContain('ValueError: Found input variables');
    expect(await cell(page, 5).locator('.row').getAttribute('aria-expanded')).toBe('true');
    expect(await text('.cell[data-ordinal="5"]')).toContain('----> 2 auc(test.label, scores)');
    expect(await text('.cell[data-ordinal="5"]')).not.toContain('again');
    expect(await cell(page, 5).locator('.error .ansi-red-fg').count()).toBeGreaterThan(1);
    expect(await section(page, /^Cells/).innerText()).toContain('6 of 8');
    await page.locator('lw-run-notices').getByRole('button', { name: 'Go to Cell' }).click();
    await page.locator('lw-run-notices').getByRole('button', { name: 'Open Executed Notebook' }).click();
    await cell(page, 5).getByRole('button', { name: 'Go to Cell' }).click();
    await eventually(() => host.commands).toEqual([
      { command: 'goToCell', params: { cellId: 'evaluate', cellIndex: 9 } },
      { command: 'openExecuted', params: {} },
      { command: 'goToCell', params: { cellId: 'evaluate', cellIndex: 9 } },
    ]);
    await eventually(() => page.locator('lw-cell-picture img').count()).toBe(1);
    await page.mouse.move(0, 0);
    await shot('notebookFailed-dark-modern-1400');
    await setTheme('light-modern');
    await page.waitForTimeout(300);
    await shot('notebookFailed-light-modern-1400');
  });

  it('shows tables, pictures and texts, each in its own way', async () => {
    const { page, text } = await open(notebooks.failedNotebook(), { height: 2200 });
    await eventually(() => text('.cell[data-ordinal="2"]')).toContain('amount merchant is_fraud');
    expect(await cell(page, 2).locator('table tbody tr').count()).toBe(6);
    expect(await cell(page, 2).locator('thead th').allInnerTexts()).toEqual(['', 'amount', 'merchant', 'is_fraud']);
    await eventually(() =>
      cell(page, 3)
        .locator('img')
        .evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBe(420);
    expect(await text('.cell[data-ordinal="4"]')).toContain('[5] cell 8 2m 3s for epoch in trange(40): text');
    await cell(page, 4).locator('.row').click();
    await eventually(() => text('.cell[data-ordinal="4"]')).toContain('100%|████████████████████| 40/40');
    expect(await text('.cell[data-ordinal="4"]')).not.toContain('50%');
    expect(await cell(page, 4).locator('.stderr .ansi-yellow-fg').innerText()).toBe('ConvergenceWarning');
  });

  it('says why it is not reproducible, and leads to the cells', async () => {
    const { page, host, text } = await open(notebooks.failedNotebook());
    await page.getByRole('button', { name: 'Not reproducible as it stands: 3 reasons' }).click();
    await eventually(() => text('lw-reproducibility')).toContain('cell 5 An absolute path: /home/ada/lookup.csv');
    expect(await text('lw-reproducibility')).toContain('A cell that made “test” was deleted');
    await page.locator('lw-reproducibility').getByRole('button', { name: 'cell 10' }).click();
    await eventually(() => host.commands).toEqual([
      { command: 'goToCell', params: { cellId: 'evaluate', cellIndex: 9 } },
    ]);
  });

  it('fits into a narrow page', async () => {
    const { page, text, shot } = await open(notebooks.failedNotebook(), { width: 420, height: 2600 });
    await eventually(() => text('lw-cells')).toContain('ValueError');
    expect(await isSideways(page)).toBe(0);
    await shot('notebookFailed-dark-modern-420');
  });
});

describe('a notebook that runs', () => {
  it('shows each cell as it comes, and what it has to show so far', async () => {
    const { page, host, text, shot } = await open(notebooks.runningNotebook(), { height: 1600 });
    await eventually(() => section(page, /^Cells/).innerText()).toContain('5 of 8');
    await eventually(() => text('.cell[data-ordinal="4"]')).toContain('fit(model)');
    await eventually(() => cell(page, 4).getByRole('img', { name: 'running' }).count()).toBe(1);
    await shot('notebookRunning-dark-modern-1400');
    const done = notebooks.execution(4, {
      cellIndex: 7,
      source: 'fit(model)',
      outputs: [notebooks.stream('fitted\n')],
    });
    const next = notebooks.execution(5, { state: 'running', endMs: null, source: 'evaluate(model)' });
    host.run = { ...host.run, executions: [...host.run.executions.slice(0, 4), done, next] };
    host.changed();
    await eventually(() => text('.cell[data-ordinal="5"]')).toContain('evaluate(model)');
    expect(await cell(page, 4).getByRole('img', { name: 'finished' }).count()).toBe(1);
    expect(await section(page, /^Cells/).innerText()).toContain('6 of 8');
  });

  it('keeps unfolded what was unfolded, and says when cells could not be read', async () => {
    const { page, host, text } = await open(notebooks.runningNotebook(), { height: 1600 });
    await cell(page, 0).locator('.row').click();
    await eventually(() => text('.cell[data-ordinal="0"]')).toContain('rate: float = 0.1');
    host.failures.set('executions', 'Busy.');
    host.changed();
    await eventually(() => text('lw-cells')).toContain('The cells could not be read again. Busy.');
    host.failures.clear();
    await page.locator('lw-cells').getByRole('button', { name: 'Retry' }).click();
    await eventually(() => text('lw-cells')).not.toContain('Busy.');
    expect(await text('.cell[data-ordinal="0"]')).toContain('rate: float = 0.1');
  });
});

describe('a notebook that was followed', () => {
  it.each([
    ['cells', 'From cell events only', 'What went on inside the kernel was not seen'],
    ['kernel', 'From cell events and inside the kernel', 'What went on in the kernel before that cell was not seen'],
  ] as const)('observed through %s says so, and what that misses', async (observed, label, missed) => {
    const { page, text } = await open(notebooks.followedNotebook(observed));
    await eventually(() => text('lw-run-header')).toContain(label);
    expect(await page.locator('lw-chip', { hasText: label }).getAttribute('title')).toContain(missed);
    expect(await page.getByRole('button', { name: 'Run Again' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Not reproducible as it stands: 1 reason' }).click();
    await eventually(() => text('lw-reproducibility')).toContain(missed);
  });
});

describe('outputs that a stranger made', () => {
  it('are text, tables of text and pictures, and never markup', async () => {
    const { page, text, shot } = await open(notebooks.hostileNotebook(), { height: 6000, prepare: () => undefined });
    await page.getByRole('button', { name: 'Unfold All' }).click();
    await eventually(() => text('.cell[data-ordinal="0"]')).toContain('head link <b>bold</b> inner svg unclosed x');
    const first = cell(page, 0);
    expect(await first.locator('table').count()).toBe(1);
    expect(await first.locator('th').getAttribute('colspan')).toBe('100');
    expect(
      await first
        .locator('table script, table a, table iframe, table svg, table style, .body [onclick], .body [style]')
        .count(),
    ).toBe(0);
    const second = await text('.cell[data-ordinal="1"]');
    expect(second).toContain('the plain alternative');
    expect(second).not.toContain('title');
    expect(second).toContain('An output of the kind text/html is not drawn here');
    expect(second).toContain('An output of the kind application/vnd.plotly.v1+json is not drawn here');
    expect(second).toContain('no script');
    expect(second).toContain('# heading [x](javascript:alert(1))');
    expect(second).toContain('$\\frac{a}{b}$');
    expect(second).toContain('{"a": 1}');
    await eventually(() => cell(page, 1).locator('img').count()).toBe(1);
    await eventually(() => text('.cell[data-ordinal="1"]')).toMatch(
      /can’t be shown here\. This picture can’t be shown here: open it/,
    );
    await shot('notebookHostile-dark-modern-1400');
    await cell(page, 2).scrollIntoViewIfNeeded();
    await eventually(() => text('.cell[data-ordinal="2"]')).toContain('from a file');
    const third = await text('.cell[data-ordinal="2"]');
    expect(third).toContain('100 of 400 rows are shown. Columns are missing.');
    expect(third).toContain('The first 20 kB are shown, there was more.');
    expect(third).toContain('900 kB, too much for this page.');
    expect(third).toContain('The beginning of 3.0 MB. Open Whole Output');
    expect(third).toContain('1\u2009200 more outputs are not shown.');
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await isSideways(page)).toBe(0);
  });
});

describe('a thousand cells with ten outputs each', () => {
  it('are asked for as they come onto the screen, and drawn only there', async () => {
    const { page, host, text } = await open(notebooks.longNotebook(), { height: 900 });
    await eventually(() => text('lw-cells')).toContain('cell 30');
    const froms = () =>
      host.requests
        .filter(({ method }) => method === 'executions')
        .map(({ params }) => (params as { from: number }).from);
    expect(Math.max(...froms())).toBeLessThan(150);
    await page.getByRole('button', { name: 'Unfold All' }).click();
    await eventually(() => page.locator('lw-cell-block table').count()).toBeGreaterThan(20);
    for (let step = 0; step < 30; step++) {
      await page.evaluate(() => window.scrollBy({ top: 500, behavior: 'instant' }));
      await page.waitForTimeout(20);
    }
    const elements = await page.evaluate(() => {
      const count = (root: ParentNode): number =>
        [...root.querySelectorAll('*')].reduce((sum, one) => sum + 1 + (one.shadowRoot ? count(one.shadowRoot) : 0), 0);
      return count(document);
    });
    expect(elements).toBeLessThan(40_000);
    // What comes late above the end moves it: who wants to be there scrolls once more.
    await eventually(async () => {
      await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
      return cell(page, 999).count();
    }).toBe(1);
  });
});
