/** What the tests in the browser have in common: pages that are closed after each test, and patience. */
import { mkdir } from 'node:fs/promises';
import { type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type FakeRun } from './fixtures/build';
import { type ComparedRuns, type FakeCompareHost } from './fixtures/compareHost';
import { type FakeRunsHost } from './fixtures/compareRuns';
import { type FakeEndpointHost } from './fixtures/endpointHost';
import { type FakePairHost } from './fixtures/pairHost';
import { type FakeVersionHost } from './fixtures/versionHost';
import { Harness, type OpenOptions, type OpenPage, SHOTS } from './harness';

let harness: Harness | null = null;
const opened: Pick<OpenPage, 'problems' | 'close'>[] = [];

/** To be called once in a test file. A page that did anything forbidden fails the test that opened it. */
export function useBrowser(): void {
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    harness = await Harness.start();
  });

  afterEach(async () => {
    for (const page of opened.splice(0)) {
      expect(page.problems).toEqual([]);
      await page.close();
    }
  });

  afterAll(() => harness?.stop());
}

export async function open(run: FakeRun, options?: OpenOptions): Promise<OpenPage> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.open(run, options);
  opened.push(page);
  return page;
}

export async function openCompare(
  runs: ComparedRuns,
  options?: OpenOptions<FakeCompareHost>,
): Promise<OpenPage<FakeCompareHost>> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.openCompare(runs, options);
  opened.push(page);
  return page;
}

export async function openCompareRuns(
  host: FakeRunsHost,
  options?: OpenOptions<FakeRunsHost>,
): Promise<OpenPage<FakeRunsHost>> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.openCompareRuns(host, options);
  opened.push(page);
  return page;
}

export async function openVersion(
  host: FakeVersionHost,
  options?: OpenOptions<FakeVersionHost>,
): Promise<OpenPage<FakeVersionHost>> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.openVersion(host, options);
  opened.push(page);
  return page;
}

export async function openPair(
  host: FakePairHost,
  options?: OpenOptions<FakePairHost>,
): Promise<OpenPage<FakePairHost>> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.openPair(host, options);
  opened.push(page);
  return page;
}

export async function openEndpoint(
  host: FakeEndpointHost,
  options?: OpenOptions<FakeEndpointHost>,
): Promise<OpenPage<FakeEndpointHost>> {
  if (!harness) throw new Error('useBrowser() was not called');
  const page = await harness.openEndpoint(host, options);
  opened.push(page);
  return page;
}

/** What comes about by itself, however busy the machine is. */
export const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 40_000, interval: 40 });

/** A chart counts as drawn when it has a line or points. */
export async function drawn(page: Page, count: number): Promise<void> {
  const charts = page.locator('lw-metric-chart', { has: page.locator('.mark-line path, .mark-symbol path') });
  await eventually(() => charts.count()).toBeGreaterThanOrEqual(count);
}

/** The selector of the card of a metric. */
export const keyed = (key: string) => `lw-metric-card:has(h3[title="${key}"])`;
export const card = (page: Page, key: string) => page.locator(keyed(key));
export const section = (page: Page, name: RegExp | string) => page.getByRole('button', { name });
