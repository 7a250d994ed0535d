/** The page at the tracking server's address, in a real browser: where MLflow's clients say that a run can be seen. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestStore, testStore } from './support';
import { SHOTS } from '../webview/harness';

const runId = '019c0f00000070008000000000000001';
let store: TestStore;
let browser: Browser;
let page: Page;
let uri: string;
let problems: string[];
beforeEach(async () => {
  mkdirSync(SHOTS, { recursive: true });
  store = testStore();
  const { connection } = await store.open();
  ({ uri } = await connection.request('engine/tracking', {}));
  browser = await chromium.launch({
    executablePath: process.env.LOOPWRIGHT_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu'],
  });
  page = await browser.newPage();
  problems = [];
  page.on('console', (message) => problems.push(message.text()));
  page.on('pageerror', (error) => problems.push(error.message));
});
afterEach(async () => {
  await browser.close();
  await store.dispose();
});

it('opens the run that the address names, and knows nothing of runs', async () => {
  await page.goto(`${uri}/#/experiments/1/runs/${runId}`);
  const link = page.getByRole('link', { name: 'Open Run in VS Code' });
  const store_ = encodeURIComponent(store.paths.root);
  expect(await link.getAttribute('href')).toBe(`vscode://loopwright.loopwright/run/${runId}?store=${store_}`);
  expect(await page.locator('body').innerText()).toContain(`loopwright runs show ${runId}`);
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SHOTS, `landing-run-${colorScheme}.png`) });
  }
  await page.setViewportSize({ width: 320, height: 600 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.goto(`${uri}/#`);
  expect(await link.isVisible()).toBe(false);
  expect(await page.getByRole('link', { name: 'Open Folder in VS Code' }).getAttribute('href')).toBe(
    `vscode://file${dirname(store.paths.root)}`,
  );
  expect(await page.locator('pre').innerText()).toContain(`MLFLOW_TRACKING_URI=${uri}\n`);
  // The browser asks for an icon by itself.
  expect(problems.filter((problem) => !problem.includes('401'))).toEqual([]);
});

it.each([`#/runs/${runId}0`, '#/experiments/1/runs/"><img src=x onerror=alert(1)>', '#/runs/javascript:alert(1)'])(
  'makes no link of what is no run: %s',
  async (fragment) => {
    await page.goto(`${uri}/${fragment}`);
    expect(await page.getByRole('link', { name: 'Open Run in VS Code' }).isVisible()).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
  },
);
