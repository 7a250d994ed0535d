/** Pictures of the drawing of a model's graph in the four themes of VS Code, and what axe-core says of it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { graphOf, residualNet, single, thicket, transformer } from './fixtures/graphs';
import { openGraph, useGraphBrowser } from './graphHarness';
import { type ThemeName } from './harness';

useGraphBrowser();

const THEMES: readonly ThemeName[] = ['dark-modern', 'light-modern', 'hc-dark', 'hc-light'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

async function findings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate<string[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.slice(0, 4).map(({ target, failureSummary }) => id + ' ' + target + ' ' + failureSummary)))`,
  );
}

describe.each(THEMES)('in %s', (theme) => {
  it('a net with a node chosen', async () => {
    const { page, shot } = await openGraph(await residualNet(), { theme });
    await page.locator('.key[tabindex="0"]').focus();
    for (let down = 0; down < 7; down++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForTimeout(400);
    await shot(`graph-net-${theme}`);
    expect(await findings(page)).toEqual([]);
  });

  it('a transformer with what was found', async () => {
    const { page, shot } = await openGraph(await transformer(2), {
      theme,
      ensembles: {
        items: [{ node: 'forest', kind: 'classifier', trees: 100, leaves: 4321, depth: 12, features: 30 }],
        total: 1,
      },
    });
    await page.getByRole('textbox').fill('attention/');
    await page.waitForTimeout(400);
    await shot(`graph-found-${theme}`);
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Show as Table' }).click();
    await page.getByRole('table').waitFor();
    await shot(`graph-table-${theme}`);
    expect(await findings(page)).toEqual([]);
  });

  it('all of one, narrow', async () => {
    const { page, shot } = await openGraph(await transformer(2), { theme, width: 420 });
    await page.getByRole('button', { name: 'Show All' }).click();
    await page.waitForTimeout(400);
    await shot(`graph-narrow-${theme}`);
  });
});

it('of many kinds', async () => {
  const shown = {
    folded: await transformer(70),
    thicket: await thicket(120, 300, 12),
    parts: await graphOf(
      Array.from({ length: 60 }, (_, at) =>
        single(
          at % 3 === 0 ? 'Relu' : 'Exp',
          `r${String(at)}`,
          at % 3 === 0 ? 'w' : `y${String(at - 1)}`,
          `y${String(at)}`,
        ),
      ),
    ),
    scripts: await graphOf(
      ['模型/第一層/畳み込み', 'الطبقة الأولى', '👩‍👩‍👧‍👦'.repeat(600), 'x'.repeat(4000), '<b>bold</b>'].map((name, at) =>
        single(name.slice(0, 30), name, `v${String(at)}`, `v${String(at + 1)}`),
      ),
      ['v0'],
      ['v5'],
    ),
  };
  for (const [name, graph] of Object.entries(shown)) {
    const { page, shot } = await openGraph(graph);
    if (name !== 'folded') await page.getByRole('button', { name: 'Show All' }).click();
    await page.waitForTimeout(400);
    await shot(`graph-${name}`);
  }
  expect(Object.values(shown).every(({ nodes }) => nodes.length > 0)).toBe(true);
});
