/** axe-core over the page of a model version, in the four themes of VS Code, wide and narrow; pictures to look at. */
import { describe, expect, it } from 'vitest';
import { seriousFindings, unfoldAll } from './axe';
import { eventually, openVersion, useBrowser } from './browser';
import { bareVersion, FakeVersionHost, nastyVersion, someVersion } from './fixtures/versionHost';
import { type ThemeName } from './harness';

useBrowser();

const THEMES: readonly ThemeName[] = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'];
const STATES = { whole: someVersion, bare: bareVersion, hostile: nastyVersion } as const;

describe.each(THEMES)('in %s', (theme) => {
  it.each(Object.entries(STATES))('a version: %s', async (name, version) => {
    for (const width of [1400, 420]) {
      const { page, shot } = await openVersion(new FakeVersionHost(version()), { theme, width });
      await eventually(() => page.locator('lw-version-header').count()).toBe(1);
      await shot(`version-${name}-${theme}-${String(width)}-top`);
      await unfoldAll(page);
      expect(await seriousFindings(page), String(width)).toEqual([]);
      await shot(`version-${name}-${theme}-${String(width)}`);
    }
  });

  it('one that could not be read', async () => {
    const host = new FakeVersionHost(someVersion());
    host.failures.set('load', 'The engine is not there.');
    const { page } = await openVersion(host, { theme });
    await page.getByText('The engine is not there.').first().waitFor();
    expect(await seriousFindings(page)).toEqual([]);
  });
});
