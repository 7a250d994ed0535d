import fs from 'node:fs';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { collectConsoleErrors } from './logs';
import { QuickInput } from './palette';
import { Terminals } from './terminals';
import { Trees } from './trees';
import { waitFor } from './wait';
import { webviewFrame } from './webviews';

const SCREENSHOTS = path.join(import.meta.dirname, '..', 'screenshots-out');
const LOAD_TIMEOUT_MS = 60_000;

/** One window of VS Code, as a user sees it. */
export class WorkbenchWindow {
  readonly quickInput: QuickInput;
  readonly trees: Trees;
  readonly terminal: Terminals;
  /** What the browser complained about, in the window and in its webviews. */
  readonly consoleErrors: string[];

  constructor(readonly page: Page) {
    this.quickInput = new QuickInput(page);
    this.trees = new Trees(page);
    this.terminal = new Terminals(page);
    this.consoleErrors = collectConsoleErrors(page);
    // "Leave site?" while something is unsaved.
    page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
  }

  async load(url: string): Promise<void> {
    await this.page.goto(url, { timeout: LOAD_TIMEOUT_MS });
    await this.ready();
  }

  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** Runs a command from the palette; further texts are chosen in the quick picks that it opens. */
  async command(title: string, ...choices: string[]): Promise<void> {
    await this.quickInput.command(title);
    if (choices.length === 0) return;
    // A page that is just being loaded takes the focus, and with it goes what was asked.
    if (!(await this.quickInput.isAsking())) await this.quickInput.command(title);
    for (const choice of choices) await this.quickInput.pick(choice);
  }

  async openFile(file: string): Promise<void> {
    await this.quickInput.openFile(file);
    await this.page.locator(`.tab[data-resource-name="${path.posix.basename(file)}"].active`).waitFor();
  }

  /** The titles of the open editors, in their order. */
  async editorTitles(): Promise<string[]> {
    return this.page.locator('.editor-group-container .tab .monaco-icon-label-container').allTextContents();
  }

  /** Clicks a button of the open editor's title bar, by its tooltip. */
  async editorAction(label: string): Promise<void> {
    await this.page.locator(`.editor-actions .action-label[aria-label^="${label}"]`).first().click();
  }

  webviewFrame(title: string, timeoutMs?: number): Promise<Frame> {
    return webviewFrame(this.page, title, timeoutMs);
  }

  /** The messages of the notifications in sight: VS Code shows three at a time. */
  async notifications(): Promise<string[]> {
    const messages = this.page.locator('.notifications-toasts .notification-list-item-message');
    return (await messages.allTextContents()).map((text) => text.trim());
  }

  async waitForNotification(text: string, timeoutMs?: number): Promise<string> {
    return waitFor(
      `the notification "${text}"`,
      async () => (await this.notifications()).find((message) => message.includes(text)),
      { seen: () => this.notifications(), ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
  }

  /** Clicks a button of a notification. */
  async notificationAction(text: string, button: string): Promise<void> {
    await this.page
      .locator('.notifications-toasts .notification-list-item')
      .filter({ hasText: text })
      .locator('.notification-list-item-buttons-container .monaco-button')
      .filter({ hasText: button })
      .click();
  }

  /** Leaves Restricted Mode, as a user does. */
  async grantTrust(): Promise<void> {
    await this.command('Workspaces: Manage Workspace Trust');
    await this.page
      .locator('.workspace-trust-editor .monaco-button')
      .filter({ hasText: /^Trust$/ })
      .first()
      .click();
    await this.page
      .locator('.workspace-trust-editor .workspace-trust-title')
      .filter({ hasText: /^You trust/ })
      .waitFor();
  }

  /** The texts of the status bar. */
  async statusBar(): Promise<string[]> {
    const items = await this.page.locator('.statusbar .statusbar-item').allInnerTexts();
    return items.map((text) => text.trim()).filter((text) => text !== '');
  }

  /** Saves a picture for people to look at, as `screenshots-out/NAME.png`. */
  async screenshot(name: string): Promise<string> {
    fs.mkdirSync(SCREENSHOTS, { recursive: true });
    const file = path.join(SCREENSHOTS, `${name.replaceAll(/[^\w.-]+/g, '-')}.png`);
    // Drawing follows the last event by a frame or two.
    await this.page.waitForTimeout(300);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** The window is drawn and restored; what comes later (the problems count) is there too. */
  private async ready(): Promise<void> {
    await this.page.locator('[id="status.problems"]').waitFor({ timeout: LOAD_TIMEOUT_MS });
  }
}
