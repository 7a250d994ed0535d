import type { Locator, Page } from 'playwright-core';
import { waitFor } from './wait';

const RETYPE_MS = 1_000;
const SEARCH_TIMEOUT_MS = 30_000;
const LEAVE_MS = 1_500;
const SETTLED_MS = 60;
const ASK_MS = 5_000;

/** The one widget that is the command palette, quick pick and input box. */
export class QuickInput {
  private readonly widget: Locator;
  private readonly input: Locator;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('.quick-input-box input');
  }

  /**
   * Runs a command by its title, with or without its category (`Stop Run`, `Loopwright: Stop Run`). Waits for the
   * command to be there: it may depend on a context that is just being set.
   */
  async command(title: string): Promise<void> {
    await this.search(`>${title}`, `the command "${title}"`, { label: title, category: true });
  }

  /** Opens a file of the workspace by its path. */
  async openFile(path: string): Promise<void> {
    const folders = path.split('/');
    const name = folders.pop() ?? path;
    const description = folders.join('/');
    await this.search(path, `the file "${path}"`, { label: name, category: false, description });
  }

  /** Whether there is something to choose from within a few seconds. */
  async isAsking(): Promise<boolean> {
    const deadline = Date.now() + ASK_MS;
    while (Date.now() < deadline) {
      if ((await this.labels()).length > 0) return true;
      await this.page.waitForTimeout(50);
    }
    return false;
  }

  /** Chooses a row of the quick pick that is open, by its label or the beginning of it. */
  async pick(label: string): Promise<void> {
    const wanted = { label: `${label}*`, category: false };
    // A click that came while the widget opened has selected the row, and selecting it once more is no news to the
    // widget, whoever clicks: then the keys do what the click was meant to, or the mouse itself.
    await waitFor(
      `the choice "${label}"`,
      async () => (await this.choose(wanted)) || (await this.enter(label)) || (await this.press(label)),
      { seen: () => this.labels() },
    );
  }

  /**
   * Clicks a row of the quick pick that is open, once, with the mouse, as soon as it is there. The widget has to go by
   * that.
   */
  async click(label: string): Promise<void> {
    const row = this.widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    await row.waitFor({ state: 'attached', timeout: SEARCH_TIMEOUT_MS });
    await row.click({ force: true });
    await this.widget.waitFor({ state: 'hidden' });
  }

  /** Types a name into the quick pick that is open and checks the row that it finds. */
  async check(label: string): Promise<void> {
    await this.input.fill(label);
    const row = this.widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    await row.waitFor({ timeout: SEARCH_TIMEOUT_MS });
    const box = row.locator('.quick-input-list-checkbox, [role=checkbox]').first();
    await waitFor(`the check of "${label}"`, async () => {
      if ((await row.getAttribute('aria-checked')) === 'true') return true;
      await box.click({ force: true });
      return (await row.getAttribute('aria-checked')) === 'true';
    });
  }

  /** Answers the input box that is open. */
  async answer(text: string): Promise<void> {
    await this.input.waitFor();
    await this.input.fill(text);
    await this.leave(() => succeeds(this.page.keyboard.press('Enter')));
  }

  /** What the input box or quick pick that is open asks, and its text. */
  async prompt(): Promise<{ title: string; message: string; placeholder: string; value: string }> {
    await this.input.waitFor();
    return {
      title: await this.title(),
      message: (await this.widget.locator('.quick-input-message').textContent()) ?? '',
      placeholder: (await this.input.getAttribute('placeholder')) ?? '',
      value: await this.input.inputValue(),
    };
  }

  /** The labels of the rows in sight. */
  async labels(): Promise<string[]> {
    const labels = this.widget.locator(
      '.quick-input-list .monaco-list-row .quick-input-list-row:first-child .label-name',
    );
    return (await labels.allTextContents()).map((label) => label.trim());
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.widget.waitFor({ state: 'hidden' });
  }

  /**
   * Does what ends one question, and waits until the widget is closed or asks the next, so that the next step does
   * not meet the old one. What is refused (a value that does not validate) stays; that is for the test to see.
   */
  private async leave(act: () => Promise<boolean>): Promise<boolean> {
    const state = async () =>
      (await this.input.isVisible()) &&
      `${await this.input.inputValue()}|${(await this.input.getAttribute('placeholder')) ?? ''}|${await this.title()}`;
    // A question that is just coming up changes by itself: a click that it was too early for would seem to have done it.
    let before = await state();
    for (let last: typeof before | null = null; before !== last; before = await state()) {
      last = before;
      await this.page.waitForTimeout(SETTLED_MS);
    }
    // Its rows stay in the page when it is closed. One that opened between this look and a click would be answered, and
    // closed again, unseen.
    if (before === false || !(await act())) return false;
    const deadline = Date.now() + LEAVE_MS;
    while ((await state()) === before && Date.now() < deadline) await this.page.waitForTimeout(30);
    // A click on a widget that has only just opened may go nowhere.
    return (await state()) !== before;
  }

  /** Types the label, which leaves its row alone in the list, and presses Enter. */
  private async enter(label: string): Promise<boolean> {
    if (!(await this.type(label))) return false;
    await this.page.waitForTimeout(200);
    await succeeds(this.input.press('Enter', { timeout: 1_000 }));
    const isAsking = async () => (await this.input.isVisible()) && (await this.input.inputValue()) === label;
    const deadline = Date.now() + LEAVE_MS;
    while ((await isAsking()) && Date.now() < deadline) await this.page.waitForTimeout(30);
    if (!(await isAsking())) return true;
    await this.type('');
    return false;
  }

  /** Clicks the row with the mouse, which gives it the focus first. */
  private press(label: string): Promise<boolean> {
    const row = this.widget.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first();
    return this.leave(() => succeeds(row.click({ force: true, timeout: 1_000 })));
  }

  private async title(): Promise<string> {
    return ((await this.widget.locator('.quick-input-title').textContent()) ?? '').trim();
  }

  private async search(text: string, what: string, wanted: Wanted): Promise<void> {
    let patienceMs = RETYPE_MS;
    await waitFor(
      what,
      async () => {
        // The widget closes when something else takes the focus, such as a terminal that has just started.
        if (!(await this.input.isVisible())) await this.open();
        // Typed again each time: the palette looks for what there is when it is typed into.
        if (!(await this.type('')) || !(await this.type(text))) return false;
        const until = Date.now() + patienceMs;
        while (Date.now() < until) if (await this.choose(wanted)) return true;
        // Typing starts the search anew, which on a busy machine takes longer than the first patience.
        patienceMs *= 2;
        return false;
      },
      { timeoutMs: SEARCH_TIMEOUT_MS, seen: () => this.labels() },
    );
  }

  private async open(): Promise<void> {
    await waitFor('the command palette', async () => {
      await this.page.keyboard.press('F1');
      return succeeds(this.input.waitFor({ timeout: 1_500 }));
    });
  }

  private async type(text: string): Promise<boolean> {
    return succeeds(this.input.fill(text, { timeout: 1_000 }));
  }

  /** Clicks the first row that is wanted. Found and clicked in one go, because results come in while we look. */
  private async choose(wanted: Wanted): Promise<boolean> {
    return this.leave(() =>
      this.widget.evaluate((widget, { label, category, description }) => {
        for (const row of widget.querySelectorAll<HTMLElement>('.quick-input-list .monaco-list-row')) {
          const own = row.querySelector('.label-name')?.textContent.trim() ?? '';
          const grey = row.querySelector('.label-description')?.textContent.trim() ?? '';
          const isLabel = label.endsWith('*') ? own.startsWith(label.slice(0, -1)) : own === label;
          if (!isLabel && !(category && own.endsWith(`: ${label}`))) continue;
          if (description === '' ? grey !== '' : !grey.endsWith(description ?? '')) continue;
          row.click();
          return true;
        }
        return false;
      }, wanted),
    );
  }
}

/** Which row. Plain data: it is looked for inside the page. */
interface Wanted {
  /** The whole label, or with `*` at its end the beginning of it. */
  label: string;
  /** A category may stand before it. */
  category: boolean;
  /** The end of the grey text; '' for a row without one. */
  description?: string;
}

function succeeds(action: Promise<unknown>): Promise<boolean> {
  return action.then(
    () => true,
    () => false,
  );
}
