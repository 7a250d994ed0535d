import type { Frame, Page } from 'playwright-core';
import { waitFor } from './wait';

/**
 * The page of a webview, by its title. A webview is two frames deep: VS Code's own, and in it `active-frame`, whose
 * `title` is the webview's.
 */
export function webviewFrame(page: Page, title: string, timeoutMs?: number): Promise<Frame> {
  return waitFor(
    `the webview "${title}"`,
    async () => {
      for (const { frame, title: found, visible } of await webviews(page)) {
        if (visible && found.startsWith(title)) return frame;
      }
      return undefined;
    },
    {
      seen: async () => (await webviews(page)).map(({ title: found, visible }) => ({ title: found, visible })),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    },
  );
}

async function webviews(page: Page): Promise<{ frame: Frame; title: string; visible: boolean }[]> {
  const found = [];
  for (const frame of page.frames()) {
    try {
      const element = await frame.frameElement();
      if ((await element.getAttribute('id')) !== 'active-frame') continue;
      found.push({ frame, title: (await element.getAttribute('title')) ?? '', visible: await element.isVisible() });
    } catch {
      // Closed while we looked.
    }
  }
  return found;
}
