import type { Page } from 'playwright-core';
import { waitFor } from './wait';

/** The terminal in sight. Drawn as page elements (`terminal.integrated.gpuAcceleration` is off), so it can be read. */
export class Terminals {
  constructor(private readonly page: Page) {}

  /** What its screen shows, without the empty lines at the end. */
  async text(): Promise<string> {
    const lines = await this.page.locator('.terminal-wrapper.active .xterm-rows > div').allTextContents();
    return lines
      .map((line) => line.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd();
  }

  async waitForText(text: string | RegExp, timeoutMs?: number): Promise<string> {
    return waitFor(
      `${String(text)} in the terminal`,
      async () => {
        const screen = await this.text();
        return (typeof text === 'string' ? screen.includes(text) : text.test(screen)) && screen;
      },
      { seen: () => this.text(), ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
  }

  /** Types a line as soon as there is a prompt. */
  async type(line: string): Promise<void> {
    await waitFor('a prompt in the terminal', async () => (await this.text()) !== '');
    await this.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await this.page.keyboard.type(line);
    await this.page.keyboard.press('Enter');
  }

  /** Presses a key such as `Control+C`. */
  async press(key: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-helper-textarea').focus();
    await this.page.keyboard.press(key);
  }
}
