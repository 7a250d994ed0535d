/** What can be measured of how a page looks. */
import type { Frame } from 'playwright-core';

/** Texts of the page that are cut off without a sign of it, and whether the page itself goes sideways. */
export async function troubles(frame: Frame): Promise<string[]> {
  return frame.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > window.innerWidth) found.push('the page goes sideways');
    const walk = (root: Document | ShadowRoot) => {
      for (const element of root.querySelectorAll<HTMLElement>('*')) {
        if (element.shadowRoot) walk(element.shadowRoot);
        const style = getComputedStyle(element);
        const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim() !== '');
        if (!hasText || style.visibility === 'hidden' || element.classList.contains('visually-hidden')) continue;
        if (style.overflowX !== 'hidden' || style.textOverflow === 'ellipsis') continue;
        if (element.scrollWidth > element.clientWidth + 1)
          found.push(`cut off: ${element.textContent.trim().slice(0, 60)}`);
      }
    };
    walk(document);
    return found;
  });
}
