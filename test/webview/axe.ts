/** axe-core in a page: what it calls serious or critical is an error. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Page } from 'playwright-core';
import { eventually } from './browser';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
}

/** Sections below what is seen first come a moment later. */
const SETTLED_MS = 500;

/** What stands folded away is looked at, too. */
export async function unfoldAll(page: Page): Promise<void> {
  const folded = page.locator('lw-section h2 button[aria-expanded="false"]');
  do {
    for (let one = await folded.elementHandles(); one[0]; one = await folded.elementHandles()) {
      const [button] = one;
      await button.click();
      await eventually(() => button.getAttribute('aria-expanded')).toBe('true');
    }
    await page.waitForTimeout(SETTLED_MS);
  } while ((await folded.count()) > 0);
}

/** The serious findings, each in a line that says where it is. */
export async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const violations = await page.evaluate<readonly Finding[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then((result) => result.violations)`,
  );
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.slice(0, 4).map(({ target, failureSummary = '' }) => {
        const why = failureSummary.replaceAll(/\s+/g, ' ').slice(0, 300);
        return `${id} (${help}): ${JSON.stringify(target)} ${why}`;
      }),
    );
}
