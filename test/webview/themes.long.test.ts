/** Pictures of everything that was captured, in every theme, to be looked at. */
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { drawn, open, section, useBrowser } from './browser';
import * as captured from './fixtures/captured';

useBrowser();

const unfold = async (page: Page, name: RegExp) => {
  await section(page, name).first().click();
};
const isSideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe('a run of which everything was captured', () => {
  it.each(['dark-modern', 'light-modern', 'hc-dark', 'hc-light'] as const)('looks well in %s', async (theme) => {
    const { page, shot } = await open(captured.whole(), { theme, height: 5600 });
    await drawn(page, 6);
    for (const name of [/^Artifacts/, /^Code/, /^Data/, /^Environment/, /^System/]) await unfold(page, name);
    await page.getByRole('button', { name: 'Details of data/merchants.csv' }).click();
    await drawn(page, 11);
    await shot(`captured-${theme}-1400`);
    expect(await isSideways(page)).toBe(0);
  });
});
