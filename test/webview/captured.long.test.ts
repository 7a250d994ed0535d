/** What the run page says of what was captured, in a real browser. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { drawn, eventually, open, section, useBrowser } from './browser';
import { child } from './fixtures/captured';
import * as captured from './fixtures/captured';
import * as runs from './fixtures/runs';

useBrowser();

const part = (page: Page, id: string) => page.locator(`lw-section[data-section="${id}"]`);
const unfold = async (page: Page, name: RegExp) => {
  await section(page, name).first().click();
};
const isSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('a run of which everything was captured', () => {
  it('says its code in the head, which leads to the section', async () => {
    const { page, host, text } = await open(captured.whole());
    await eventually(() => text('lw-run-header')).toContain('main@3f2a9c1 + 2 changed files · python 3.11.9');
    await page.getByRole('button', { name: 'main@3f2a9c1' }).click();
    await eventually(() => text('lw-code')).toContain('Not as in the commit (2)');
    expect(await text('lw-code')).toContain('.env its name says that it holds secrets');
    await page.getByRole('button', { name: 'features/merchant_age.py' }).click();
    for (const name of ['Compare with Commit', 'Compare with Now', 'Compare with Another Run…'])
      await page.getByRole('button', { name, exact: true }).click();
    await eventually(() => host.commands).toEqual([
      { command: 'openCodeDiff', params: { path: 'features/merchant_age.py' } },
      { command: 'compareCode', params: { with: 'commit' } },
      { command: 'compareCode', params: { with: 'now' } },
      { command: 'compareCode', params: { with: 'run' } },
    ]);
    expect(host.count('files')).toBe(0);
  });

  it('lists what it read and wrote, and says how that is known', async () => {
    const { page, host, text } = await open(captured.whole());
    await unfold(page, /^Data 5 in · 2 out/);
    await eventually(() => text('lw-files[direction="in"]')).toContain(
      'data/transactions-2026-02.parquet 182 MB 1\u2009204\u2009311 × 8',
    );
    const seen = await text('lw-data');
    expect(seen).toContain('It changed after it was read');
    expect(seen).toContain('Remote, not pinned');
    expect(seen).toContain('out/cache.bin');
    await eventually(() => text('lw-data')).toContain(
      'Observed by: audit hook, wrappers around libraries, inotify, scan. Not seen: Files outside the run’s folder',
    );
    await page.getByRole('button', { name: 'Details of data/merchants.csv' }).click();
    await eventually(() => text('lw-files[direction="in"]')).toContain('Columns transaction_id bigint');
    await page.getByRole('button', { name: 'Copy MD5' }).click();
    await page.getByRole('button', { name: 'data/merchants.csv', exact: true }).click();
    await eventually(() => host.commands).toEqual([
      { command: 'copy', params: { text: expect.stringMatching(/^[0-9a-f]{32}$/) as string } },
      { command: 'openFile', params: { path: '/home/ada/fraud/data/merchants.csv' } },
    ]);
  });

  it('names its packages, those that were imported first, and gives them to pip', async () => {
    const { page, host, text } = await open(captured.whole());
    await unfold(page, /^Environment/);
    await eventually(() => text('lw-environment')).toContain('numpy.random.seed 42');
    const seen = await text('lw-environment');
    expect(seen).toContain('Imported (5) Version From fraud-features 0.4.0 editable /home/ada/fraud-features');
    expect(seen).not.toContain('setuptools');
    for (const words of [
      'uv.lock',
      'OMP_NUM_THREADS 8',
      'openblas 0.3.28 8 threads',
      'AMD Ryzen 9 7950X',
      'CPython 3.11.9',
    ])
      expect(seen).toContain(words);
    await page.getByRole('button', { name: 'Show 3 Installed, Not Imported' }).click();
    await eventually(() => text('lw-environment')).toContain('setuptools 78.1.0');
    await page.getByRole('button', { name: 'Copy as requirements.txt' }).click();
    await eventually(() => host.commands).toEqual([
      {
        command: 'copy',
        params: {
          text: [
            '-e /home/ada/fraud-features',
            'numpy==2.2.1',
            'pandas==2.3.0',
            'pip==25.0',
            'riskutils @ git+https://git.example.org/risk/utils.git@9e1b2f0a',
            'scikit-learn==1.7.0',
            'setuptools==78.1.0',
            'wheel==0.45.1',
            '',
          ].join('\n'),
        },
      },
    ]);
  });

  it('draws what the machine did over time, apart from its own metrics', async () => {
    const { page, text } = await open(captured.whole());
    await drawn(page, 6);
    expect(await section(page, /^Metrics/).innerText()).toContain('9');
    expect(await text('lw-metrics')).not.toContain('CPU');
    await unfold(page, /^System/);
    const titles = part(page, 'system').getByRole('heading', { level: 3 });
    await eventually(() => titles.allInnerTexts()).toEqual([
      'CPU (%)',
      'Memory (MB)',
      'Disk read (MB)',
      'GPU 0 (%)',
      'Processes',
    ]);
    await part(page, 'system').scrollIntoViewIfNeeded();
    const labels = part(page, 'system').locator('lw-metric-card').first().locator('.role-axis-label text');
    await eventually(() => labels.allTextContents()).toEqual(expect.arrayContaining(['0s', '1m', '2m', '0', '100']));
  });

  it('says what keeping the model has cost', async () => {
    const { page, host, text } = await open(captured.whole());
    await unfold(page, /^Artifacts/);
    await eventually(() => text('lw-models')).toContain(
      'sklearn.ensemble.RandomForestClassifier · 30 features · captured in 0.3s, 1.2 MB · kept as ONNX too',
    );
    await part(page, 'artifacts').getByRole('button', { name: 'RandomForestClassifier', exact: true }).click();
    await eventually(() => host.commands).toEqual([
      { command: 'openArtifact', params: { path: 'models/RandomForestClassifier' } },
    ]);
  });

  it('shows its children, the best one first and marked, and sorts them', async () => {
    const { page, host, text } = await open(captured.whole());
    const rows = part(page, 'children').locator('tbody tr');
    await eventually(() => rows.count()).toBe(12);
    expect(await rows.first().getByRole('img', { name: 'best' }).count()).toBe(1);
    expect(await rows.first().innerText()).toContain('candidate 8');
    await page.getByTitle('Sort by mean_test_score').click();
    await eventually(() => rows.first().innerText()).toContain('candidate 12');
    await eventually(() => part(page, 'children').locator('th[aria-sort]').allInnerTexts()).toEqual([
      expect.stringContaining('mean_test_score'),
    ]);
    await page.getByRole('button', { name: 'candidate 12' }).click();
    await eventually(() => host.commands).toEqual([{ command: 'openChild', params: { runId: child(11).run.runId } }]);
    expect(await text('lw-children')).toContain('NaN');
  });

  it('fits into a narrow page', async () => {
    const { page, shot, text } = await open(captured.whole(), { width: 340, height: 5000 });
    for (const name of [/^Code/, /^Data/, /^Environment/]) await unfold(page, name);
    await eventually(() => text('lw-files[direction="in"]')).toContain(
      '182 MB · 1\u2009204\u2009311 × 8 · pyarrow, inotify',
    );
    await eventually(() => text('lw-environment')).toContain('numpy');
    expect(await isSideways(page)).toBe(0);
    await shot('captured-dark-modern-340');
  });
});

describe('while it is still being recorded', () => {
  it('says so under the head and in each section, and shows what came in the end', async () => {
    const { page, host, text, shot } = await open(captured.pending());
    await eventually(() => text('lw-run-notices')).toContain('Still being recorded: code, data, environment, models');
    for (const name of [/^Code/, /^Data/, /^Environment/]) await unfold(page, name);
    await eventually(() => text('lw-code')).toContain('The code is being kept…');
    await eventually(() => text('lw-data')).toContain('to come');
    await eventually(() => text('lw-environment')).toContain('still being recorded…');
    await shot('pending-dark-modern-1400');
    host.run = captured.whole();
    host.changed();
    await eventually(() => text('lw-code')).toContain('main@3f2a9c1');
    await eventually(() => text('lw-data')).toContain('out/scores.csv');
    await eventually(() => text('lw-environment')).toContain('numpy 2.2.1');
    expect(await text('lw-run-notices')).not.toContain('Still');
  });

  it('says nothing of it as long as the script runs', async () => {
    const { text } = await open({ ...runs.running(), capture: ['code', 'data'], isComplete: false });
    await eventually(() => text('lw-run-header')).toContain('running');
    expect(await text('lw-run-notices')).toBe('');
  });
});

describe('where it could not be recorded', () => {
  it('says why, and leads to the log', async () => {
    const { page, host, text, shot } = await open(captured.captureFailed());
    await eventually(() => text('lw-run-notices')).toContain(
      'The code could not be recorded: git was not found on this machine.',
    );
    for (const name of [/^Code/, /^Data/, /^Environment/, /^Artifacts/]) await unfold(page, name);
    await eventually(() => text('lw-code')).toContain('The code could not be kept. git was not found');
    await eventually(() => text('lw-data')).toContain('The digests could not be made. No space is left');
    await eventually(() => text('lw-environment')).toContain('The interpreter is not there any more.');
    await eventually(() => text('lw-models')).toContain('skl2onnx ended with an error.');
    await page.locator('lw-code').getByRole('button', { name: 'Show Log' }).click();
    await eventually(() => host.commands).toEqual([{ command: 'showLog', params: {} }]);
    await shot('captureFailed-dark-modern-1400');
  });

  it('offers to try again where the page got no answer', async () => {
    const { page, host, text } = await open(captured.whole(), {
      prepare: (fake) => {
        for (const method of ['facts', 'files', 'children'] as const) fake.failures.set(method, 'Busy.');
      },
    });
    for (const name of [/^Code/, /^Data/, /^Environment/]) await unfold(page, name);
    await eventually(() => page.getByRole('button', { name: 'Retry' }).count()).toBe(5);
    host.failures.clear();
    for (const name of [
      'lw-code',
      'lw-environment',
      'lw-children',
      'lw-files[direction="in"]',
      'lw-files[direction="out"]',
    ])
      await page.locator(name).getByRole('button', { name: 'Retry' }).click();
    await eventually(() => text('lw-code')).toContain('main@3f2a9c1');
    await eventually(() => text('lw-files[direction="out"]')).toContain('scores.csv');
    await eventually(() => text('lw-children')).toContain('candidate 8');
    await eventually(() => text('lw-environment')).toContain('numpy 2.2.1');
  });
});

describe('where there is nothing', () => {
  it('says that nothing was seen', async () => {
    const { page, text, shot } = await open(captured.nothingThere());
    for (const name of [/^Code/, /^Data/, /^Environment/]) await unfold(page, name);
    await eventually(() => text('lw-code')).toContain('No code was kept for this run.');
    await eventually(() => text('lw-data')).toContain('No file was seen that this run read or wrote.');
    await eventually(() => text('lw-environment')).toContain('/home/ada/fraud');
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Metrics',
      'Output',
      'Code',
      'Data',
      'Environment',
    ]);
    await shot('nothingThere-dark-modern-1400');
  });

  it('has no section for what was not to be captured', async () => {
    const { page } = await open(captured.notCaptured());
    await eventually(() => page.getByRole('heading', { level: 2 }).allInnerTexts()).toEqual([
      'Metrics',
      'Output',
      'Environment',
    ]);
  });
});

describe('odd code', () => {
  it('is warned of', async () => {
    const { page, text, shot } = await open(captured.oddCode(), { height: 1200 });
    await eventually(() => text('lw-run-header')).toContain('3f2a9c1 + 3000 changed files');
    expect(await page.getByRole('img', { name: 'what was loaded differs from what was kept' }).count()).toBe(1);
    await unfold(page, /^Code/);
    await eventually(() => text('lw-code')).toContain('What ran is not what was kept');
    expect(await text('lw-code')).toContain('in the middle of a rebase');
    expect(await text('lw-code')).toContain('vendor/lib');
    expect(await text('lw-code')).toContain('200 of 3\u2009000 shown');
    await shot('oddCode-dark-modern-1400');
    for (let press = 0; press < 2; press++)
      await page.locator('lw-code').getByRole('button', { name: 'Show More' }).click();
    await eventually(() => text('lw-code')).toContain('450 of 3\u2009000 shown');
  });
});

describe('very much of it', () => {
  it('comes in parts, and the page stays quick', async () => {
    const { page, host, text, shot } = await open(captured.huge(), { height: 2000 });
    await unfold(page, /^Data/);
    const inputs = page.locator('lw-files[direction="in"]');
    await eventually(() => inputs.locator('tbody tr').count()).toBe(200);
    expect(host.requests.filter(({ method }) => method === 'files')).toHaveLength(2);
    await inputs.getByRole('button', { name: 'Show More' }).click();
    await eventually(() => inputs.locator('tbody tr').count()).toBe(400);
    await inputs.getByRole('button', { name: 'Details of data/part-00000.parquet' }).click();
    await eventually(() => text('lw-files[direction="in"]')).toContain('and 2\u2009800 more');
    await unfold(page, /^Environment/);
    await eventually(() => page.locator('lw-packages tbody tr').count()).toBe(200);
    await page.locator('lw-packages').getByRole('textbox', { name: 'Filter packages' }).fill('package-1777');
    await eventually(() => text('lw-packages')).toContain('1 of 2\u2009000 found');
    await eventually(() => page.locator('lw-packages tbody tr').allInnerTexts()).toEqual([
      expect.stringContaining('package-1777'),
    ]);
    const children = part(page, 'children');
    await eventually(() => children.locator('tbody tr').count()).toBe(100);
    await children.getByRole('button', { name: 'Show More' }).click();
    await eventually(() => children.locator('tbody tr').count()).toBe(200);
    expect(await isSideways(page)).toBe(0);
    await shot('huge-dark-modern-1400');
  });
});

describe('names that a stranger chose', () => {
  it('are text and never markup', async () => {
    const { page, text, shot } = await open(captured.nastyCapture(), { width: 700, height: 2400 });
    for (const name of [/^Code/, /^Data/, /^Environment/, /^Artifacts/]) await unfold(page, name);
    await eventually(() => text('lw-environment')).toContain('<img src=x');
    await eventually(() => text('lw-data')).toContain('<img src=x');
    await eventually(() => text('lw-code')).toContain('<img src=x');
    expect(await page.evaluate(() => (window as { __xss?: unknown }).__xss)).toBeUndefined();
    expect(await page.locator('lw-code img, lw-data img, lw-environment img, lw-children img').count()).toBe(0);
    expect(await isSideways(page)).toBe(0);
    await shot('nastyCapture-dark-modern-700');
  });
});
