/** The run page in a real browser: what one sees, what one can do, and that it never does what it must not. */
import { describe, expect, it } from 'vitest';
import { card, drawn, eventually, keyed, open, section, useBrowser } from './browser';
import { fakeRun, row, RUN_ID } from './fixtures/build';
import * as runs from './fixtures/runs';

useBrowser();

describe('a finished run', () => {
  it('shows what it is, its numbers, its curves and its parameters', async () => {
    const { page, host, shot, text } = await open(runs.finished());
    await drawn(page, 6);
    const seen = await text();
    expect(seen).toContain('fraud-rf');
    expect(seen).toContain('finished · 2m 14s · auc 0.9412');
    expect(seen).toContain("train.py --depth 8 --note 'two words'");
    expect(seen).toContain('python 3.11.9 · 4 Mar 2026, 14:02 · ada@workstation');
    expect(seen).toContain('test/auc 0.9389 ↑ 0.9389 59');
    expect(seen).toContain('depth 8 command line');
    expect(seen).toContain('1 in 67 steps shown');
    expect(await page.getByRole('heading', { level: 3 }).allInnerTexts()).toEqual([
      'auc',
      'loss',
      'val/loss',
      'lr',
      'tokens',
      'gpu/memory',
    ]);
    expect(host.requests.filter(({ method }) => method === 'series')).toHaveLength(6);
    await shot('finished-dark-modern-1400');
  });

  it('does what its buttons say', async () => {
    const { page, host } = await open(runs.finished());
    for (const name of ['Run Again', 'Show Terminal', 'Copy Command Line', 'train.py'])
      await page.getByRole('button', { name, exact: true }).click();
    await section(page, /^Artifacts/).click();
    await page.getByRole('treeitem', { name: 'model.onnx' }).click();
    await section(page, /^Output/).click();
    await page.getByRole('button', { name: 'Open Whole Output' }).click();
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await eventually(() => host.commands).toEqual([
      { command: 'runAgain', params: {} },
      { command: 'showTerminal', params: {} },
      { command: 'copy', params: { text: "/home/ada/fraud/.venv/bin/python train.py --depth 8 --note 'two words'" } },
      { command: 'openSource', params: {} },
      { command: 'openArtifact', params: { path: 'model.onnx' } },
      { command: 'openOutput', params: {} },
    ]);
  });

  it('shows its figures when one gets there, and says why one is not shown', async () => {
    const { page, host, text } = await open(runs.finished(), { height: 400 });
    await drawn(page, 1);
    expect(host.count('figure')).toBe(0);
    await page.locator('lw-figure').first().scrollIntoViewIfNeeded();
    await eventually(() =>
      page.locator('lw-figure img').evaluate((image: HTMLImageElement) => image.naturalWidth),
    ).toBe(320);
    await eventually(() => text('lw-figure-steps:nth-of-type(2)')).toContain('too large or no picture');
  });
});

describe('a failed run', () => {
  it('says why, and shows what was printed', async () => {
    const { page, shot, text } = await open(runs.failed());
    await eventually(() => text('lw-output')).toContain('ValueError: loss is NaN at step 31');
    expect(await text('lw-run-notices')).toContain('Exit code 3.');
    expect(await page.getByRole('list', { name: 'Notes' }).getByRole('listitem').count()).toBe(2);
    await shot('failed-dark-modern-1400');
  });

  it('shows the end of a long output in the theme’s colours, readable', async () => {
    const { page, text } = await open(runs.longOutput());
    const box = page.locator('lw-output .scroll');
    await eventually(() => box.innerText()).toContain('line 19999');
    expect(await text('lw-output')).toContain('The end of 1.2 MB of output.');
    expect(
      await box.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight),
    ).toBeLessThan(12);
    // Black on dark: VS Code's terminal lightens it until it can be read.
    expect(
      await page
        .locator('lw-output .ansi-black-fg')
        .last()
        .evaluate((span) => getComputedStyle(span).color),
    ).not.toBe('rgb(0, 0, 0)');
  });

  it('shows the last state of progress bars', async () => {
    const { page } = await open(runs.finished());
    await section(page, /^Output/).click();
    await eventually(() => page.locator('lw-output .scroll').innerText()).toContain('epoch 11 100%');
    expect(await page.locator('lw-output .scroll').innerText()).not.toContain('25%');
  });
});

describe('a run without metrics', () => {
  it('says how to log one, and has no empty sections', async () => {
    const { page, shot, text } = await open(runs.withoutMetrics());
    await eventually(() => text('lw-metrics')).toContain('import loopwright; loopwright.log(loss=0.3, step=1)');
    await eventually(() => page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Metrics',
      'Output',
      'Environment',
    ]);
    await shot('withoutMetrics-dark-modern-1400');
  });
});

describe('names and texts from a run', () => {
  it('are text and never markup', async () => {
    const { page, shot, text } = await open(runs.nasty());
    await drawn(page, 5);
    for (const name of [/^Tags/, /^Artifacts/, /^Environment/]) await section(page, name).click();
    await eventually(() => text('lw-output')).toContain('<script>');
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await page.locator('lw-run-page script, lw-run-page img, lw-run-page a').count()).toBe(0);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toContain('<img src=x onerror=');
    const width = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(width).toBe(0);
    await shot('nasty-dark-modern-1400');
  });

  it('fit into a narrow page in every theme', async () => {
    const { page, setTheme, shot } = await open(runs.nasty(), { width: 300, height: 700 });
    await drawn(page, 1);
    for (const theme of ['dark-modern', 'light-modern', 'hc-dark'] as const) {
      await setTheme(theme);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(300);
      await shot(`nasty-${theme}-300`);
    }
  });
});

describe('when the extension does not answer', () => {
  it('shows nothing for 300 ms, then that it loads, and after ten seconds a way out', async () => {
    const { page, host, text } = await open(runs.finished(), { prepare: (fake) => fake.silent.add('load') });
    await eventually(() => text('lw-loading')).toContain('Loading');
    await page.clock.fastForward(10_000);
    await eventually(() => page.getByRole('alert').innerText()).toContain(
      'The run could not be read. No answer within 10 seconds.',
    );
    await page.getByRole('button', { name: 'Show Log' }).click();
    host.silent.clear();
    await page.getByRole('button', { name: 'Retry' }).click();
    await drawn(page, 6);
    expect(host.commands).toEqual([{ command: 'showLog', params: {} }]);
  });

  it('keeps what it shows and says that it may be old', async () => {
    const { page, host } = await open(runs.finished());
    await drawn(page, 6);
    host.failures.set('load', 'The engine is gone.');
    host.changed();
    await eventually(() => page.getByRole('alert').allInnerTexts()).toEqual([
      expect.stringContaining('may be out of date: the run could not be read again. The engine is gone.'),
    ]);
    expect(await page.locator('lw-metric-chart').count()).toBe(6);
    host.failures.clear();
    host.changed();
    await eventually(() => page.getByRole('alert').count()).toBe(0);
  });

  it('offers to try again where points, figures or output could not be read', async () => {
    const { page, host } = await open(runs.failed(), {
      prepare: (fake) => {
        fake.failures.set('series', 'Busy.');
        fake.failures.set('output', 'Busy.');
      },
    });
    await eventually(() => page.getByRole('button', { name: 'Retry' }).count()).toBe(2);
    host.failures.clear();
    for (const part of ['lw-metrics', 'lw-output'])
      await page.locator(part).getByRole('button', { name: 'Retry' }).click();
    await drawn(page, 1);
    await eventually(() => page.locator('lw-output .scroll').innerText()).toContain('ValueError');
  });
});

describe('after a reload', () => {
  it('the page is where it was', async () => {
    const { page, text } = await open(runs.thousandMetrics(), { width: 1000 });
    await drawn(page, 3);
    await section(page, /^Environment/).click();
    await page.getByRole('button', { name: 'Show as Table: layer0000/weight_norm' }).click();
    await card(page, 'layer0001/grad_norm').getByRole('application').focus();
    await page.keyboard.press('+');
    await page.evaluate(() => window.scrollTo(0, 3000));
    await eventually(() => page.evaluate(() => sessionStorage.getItem('vscode-state') ?? '')).toContain(
      '"scrollTop":3000',
    );
    await page.reload();
    await eventually(() => page.evaluate(() => window.scrollY)).toBe(3000);
    await page.evaluate(() => window.scrollTo(0, 0));
    await eventually(() => card(page, 'layer0000/weight_norm').getByRole('table').count()).toBe(1);
    await eventually(() => text(keyed('layer0001/grad_norm'))).toMatch(/steps \d+ to \d+/);
    expect(await section(page, /^Environment/).getAttribute('aria-expanded')).toBe('true');
    expect(JSON.parse(await page.evaluate(() => sessionStorage.getItem('vscode-state') ?? ''))).toMatchObject({
      runId: RUN_ID,
    });
  });
});

describe('the keyboard', () => {
  it('reaches everything in the order in which it is read, with the focus to be seen', async () => {
    const { page } = await open(runs.finished());
    await drawn(page, 6);
    const stops: string[] = [];
    for (let stop = 0; stop < 29; stop++) {
      await page.keyboard.press('Tab');
      stops.push(await page.evaluate(focusedName));
    }
    expect(stops).toEqual([
      'Star',
      'Pin to Top',
      'Run Again',
      'Show Terminal',
      'Compare with Other Runs…',
      'More Actions',
      'train.py',
      'Copy Command Line',
      'Metrics 9',
      'Filter metrics',
      'Step Time Another Metric…',
      'Log scale in all charts',
      'Smooth',
      'Compare with another run',
      ...['auc', 'loss', 'val/loss', 'lr', 'tokens', 'gpu/memory'].flatMap((key) => [key, `Pin: ${key}`]),
      'Show as Table: auc',
      'More Actions: auc',
      'auc: 60 points up to step 59, last value 0.9381015831310551.',
    ]);
  });

  it('folds and unfolds sections', async () => {
    const { page, text } = await open(fakeRun({ row: row({ headline: null }) }));
    await section(page, 'Environment').focus();
    await page.keyboard.press('Enter');
    await eventually(() => text()).toContain('/home/ada/fraud');
    await page.keyboard.press('Enter');
    await eventually(() => text()).not.toContain('Working folder');
  });
});

/** Runs in the page: the accessible name of what has the focus, through all shadow roots. */
function focusedName(): string {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  if (!element || element === document.body) return '';
  const label = element.getAttribute('aria-label');
  if (label) return label;
  const host = (element.getRootNode() as ShadowRoot).host as HTMLElement | undefined;
  const text =
    (element as HTMLElement).innerText ||
    (host?.closest('vscode-button') ? ((host.getRootNode() as ShadowRoot).host as HTMLElement).innerText : '');
  return text
    .replaceAll(/[\ue000-\uf8ff]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}
