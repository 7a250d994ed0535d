import type { Locator, Page } from 'playwright-core';
import { waitFor } from './wait';

/** VS Code takes a click that comes soon after the one that opened a menu for a part of that, and ignores it. */
const IGNORED_MS = 150;
/** A window that is being restored closes several menus in a row. */
const MENU_TIMEOUT_MS = 40_000;

export interface TreeRow {
  /** The row's own text. */
  label: string;
  /** The grey text beside it. */
  description: string;
  /** 1 is the root. */
  level: number;
  /** undefined: it has no children. */
  expanded: boolean | undefined;
  /** What a screen reader says. */
  ariaLabel: string;
  /** The codicon's name, without the prefix. */
  icon: string;
}

/** How long the side bar may take to change. */
const SELECTED_MS = 2_000;
const SETTLED_MS = 150;

/** The trees of the side bar and panel. Only rows in sight exist in the page. */
export class Trees {
  constructor(private readonly page: Page) {}

  /** Shows a view container by the name of its activity bar icon. */
  async openContainer(name: string): Promise<void> {
    const tab = this.page.locator(`.activitybar .action-item[role="tab"]:has(.action-label[aria-label^="${name}"])`);
    await tab.waitFor();
    const isOpen = async () => (await tab.getAttribute('aria-selected')) === 'true';
    // A click that something else is in the way of opens nothing; a second one on what is open would close it.
    await waitFor(`the side bar of ${name}`, async () => {
      if (!(await isOpen())) {
        await tab.click();
        const deadline = Date.now() + SELECTED_MS;
        while (!(await isOpen()) && Date.now() < deadline) await this.page.waitForTimeout(50);
      }
      // A run that has just come is shown in its view, which brings that back where it was open a moment ago.
      await this.page.waitForTimeout(SETTLED_MS);
      return isOpen();
    });
  }

  /** The titles of the views in the open side bar, in their order. */
  async viewTitles(): Promise<string[]> {
    return this.page.locator('.part.sidebar .pane-header .title').allTextContents();
  }

  /** The section of a view, unfolded. */
  async view(title: string): Promise<Locator> {
    // A hint on how to get help may stand before the title.
    const pane = this.page.locator(`.pane:has(> .pane-header[aria-label*="${title}"])`).first();
    await pane.waitFor();
    const header = pane.locator('> .pane-header');
    if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
    return pane;
  }

  /** The rows in sight of one view. */
  async rows(viewTitle: string): Promise<TreeRow[]> {
    const pane = await this.view(viewTitle);
    return pane.locator('.monaco-list-row').evaluateAll((rows) =>
      rows.map((row) => {
        const expanded = row.getAttribute('aria-expanded');
        return {
          label: row.querySelector('.label-name')?.textContent.trim() ?? '',
          description: row.querySelector('.label-description')?.textContent.trim() ?? '',
          level: Number(row.getAttribute('aria-level') ?? 1),
          expanded: expanded === null ? undefined : expanded === 'true',
          ariaLabel: row.getAttribute('aria-label') ?? '',
          icon:
            /codicon-([\w~-]+)/.exec(row.querySelector('.custom-view-tree-node-item-icon')?.className ?? '')?.[1] ?? '',
        };
      }),
    );
  }

  /** The text that a view shows instead of rows. */
  async welcome(viewTitle: string): Promise<string> {
    const pane = await this.view(viewTitle);
    return (await pane.locator('.welcome-view-content').innerText()).trim();
  }

  /** Waits for a row by its label or the beginning of label and description, in any view. */
  async waitForRow(text: string, timeoutMs?: number): Promise<Locator> {
    const rows = this.page.locator('.pane-body .monaco-list-row');
    const inSight = () =>
      rows.evaluateAll((all) =>
        all.map((row) => ({
          id: row.id,
          text: ['.label-name', '.label-description']
            .map((part) => row.querySelector(part)?.textContent.trim() ?? '')
            .join(' ')
            .trim(),
        })),
      );
    // Text and id are read at once: between two readings the list may be another one.
    const id = await waitFor(
      `the row "${text}"`,
      async () => (await inSight()).find((row) => row.text === text || row.text.startsWith(`${text} `))?.id,
      {
        seen: async () => (await inSight()).map((row) => row.text),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
    );
    return this.page.locator(`[id="${id}"]`);
  }

  async expand(text: string): Promise<void> {
    const row = await this.waitForRow(text);
    if ((await row.getAttribute('aria-expanded')) !== 'true') await row.locator('.monaco-tl-twistie').click();
  }

  /** Clicks an inline action, by its tooltip. */
  async action(rowText: string, action: string): Promise<void> {
    const row = await this.waitForRow(rowText);
    await row.hover();
    await row.locator(`.actions .action-label[aria-label^="${action}"]`).click();
  }

  /** The inline actions that a row shows when it is pointed at. */
  async actions(rowText: string): Promise<string[]> {
    const row = await this.waitForRow(rowText);
    await row.hover();
    const labels = row.locator('.actions .action-label');
    return labels.evaluateAll((all) => all.map((label) => label.getAttribute('aria-label') ?? ''));
  }

  /** Chooses from a row's context menu. */
  async contextMenu(rowText: string, entry: string): Promise<void> {
    // The menu lives in a shadow root, which Playwright's selectors go through.
    const item = this.page.locator('.context-view .action-menu-item').filter({ hasText: entry }).first();
    let wasClicked = false;
    await waitFor(
      `the entry "${entry}" of the menu of "${rowText}" to be chosen`,
      async () => {
        if (await item.isVisible()) {
          wasClicked = await succeeds(item.click({ timeout: 1_000 }));
          await this.page.waitForTimeout(100);
          return wasClicked && !(await item.isVisible());
        }
        if (wasClicked) return true;
        // VS Code closes a menu whenever its layout changes, as it does while a window restores its terminals. A menu
        // that has gone without our click has done nothing, so it is opened again.
        // One that lacks the entry was opened before the extension had told of it, and lies over the row.
        if (await this.page.locator('.context-view .action-menu-item').first().isVisible())
          await this.page.keyboard.press('Escape');
        const row = await this.waitForRow(rowText);
        if (!(await succeeds(row.click({ button: 'right', timeout: 5_000 })))) return false;
        if (await succeeds(item.waitFor({ timeout: 3_000 }))) await this.page.waitForTimeout(IGNORED_MS);
        return false;
      },
      { timeoutMs: MENU_TIMEOUT_MS },
    );
  }
}

function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
