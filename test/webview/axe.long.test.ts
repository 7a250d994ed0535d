/**
 * axe-core over every page and state that the tests of the pages know, in the four themes of VS Code: what it calls
 * serious or critical is an error here.
 */
import { describe, expect, it } from 'vitest';
import { seriousFindings, unfoldAll } from './axe';
import { drawn, eventually, open, openCompare, openEndpoint, openPair, useBrowser } from './browser';
import { type FakeRun } from './fixtures/build';
import * as captured from './fixtures/captured';
import { someEndpoint } from './fixtures/endpointHost';
import * as notebooks from './fixtures/notebooks';
import { FakePairHost, somePair } from './fixtures/pairHost';
import * as runs from './fixtures/runs';
import { drifted } from './fixtures/drift';
import { scoredAgain } from './fixtures/scored';
import { type ThemeName } from './harness';

useBrowser();

const THEMES: readonly ThemeName[] = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'];

/** Every state with what is unfolded; a page that shows thousands of rows says no more with all of them. */
const STATES: Readonly<Record<string, () => FakeRun>> = {
  finished: runs.finished,
  running: runs.running,
  failed: runs.failed,
  'without metrics': runs.withoutMetrics,
  'odd numbers': runs.oddNumbers,
  'hostile texts': runs.nasty,
  'everything captured': captured.whole,
  'capture still going on': captured.pending,
  'capture failed': captured.captureFailed,
  'nothing there': captured.nothingThere,
  'not captured': captured.notCaptured,
  'odd code': captured.oddCode,
  'hostile capture': captured.nastyCapture,
  'failed notebook': notebooks.failedNotebook,
  'running notebook': notebooks.runningNotebook,
  'followed notebook': () => notebooks.followedNotebook('cells'),
  'hostile notebook': notebooks.hostileNotebook,
  'a scoring job': scoredAgain,
  'a comparison for drift': drifted,
};

describe.each(THEMES)('in %s', (theme) => {
  it.each(Object.entries(STATES))('the run page: %s', async (_, run) => {
    const { page } = await open(run(), { theme });
    await eventually(() => page.locator('lw-run-header').count()).toBe(1);
    await unfoldAll(page);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('the run page, narrow, with a chart as a table', async () => {
    const { page } = await open(runs.finished(), { theme, width: 480 });
    await drawn(page, 1);
    await page.getByRole('button', { name: 'Show as Table: auc' }).click();
    await page.getByRole('table').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('two runs of a notebook compared', async () => {
    const { page } = await openCompare(notebooks.twoRuns(), { theme });
    await eventually(() => page.locator('lw-cell-pair').count()).toBeGreaterThan(0);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it.each([1400, 480])('two versions compared, with their predictions, %i pixels wide', async (width) => {
    const { page } = await openPair(new FakePairHost(somePair()), { theme, width });
    await page.getByRole('button', { name: 'Choose Table…' }).click();
    await page.getByText('Rows that differ the most').first().waitFor();
    await page.getByRole('button', { name: 'Show Everything' }).click();
    await unfoldAll(page);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it.each([1400, 480])('an endpoint with a request opened and a table chosen, %i pixels wide', async (width) => {
    const { page } = await openEndpoint(someEndpoint(), { theme, width });
    await page.getByRole('button', { name: 'Row of a Table…' }).click();
    await page.getByLabel('Row of transactions.csv').waitFor();
    await page
      .getByRole('region', { name: 'The last requests' })
      .getByRole('button', { expanded: false })
      .nth(6)
      .click();
    await page.getByRole('region', { name: 'Inputs' }).waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    await unfoldAll(page);
    expect(await seriousFindings(page)).toEqual([]);
  });

  it('a page that could not be loaded', async () => {
    const { page } = await open(runs.finished(), {
      theme,
      prepare: (host) => host.failures.set('load', 'The engine is not there.'),
    });
    await page.getByText('The engine is not there.').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});
