/** The sixteen colours of a terminal as the theme defines them, made readable, as variables of an element. */
import { parseRgb, readable, type Rgb } from './contrast';

export const ANSI_COLORS = ['Black', 'Red', 'Green', 'Yellow', 'Blue', 'Magenta', 'Cyan', 'White'] as const;

/** @returns the background that text is to be read on, null where the browser doesn't tell */
export function applyPalette(element: HTMLElement): Rgb | null {
  const background = parseRgb(getComputedStyle(element).backgroundColor);
  const probe = document.createElement('span');
  // Beside a shadow root that has no slot for it, it would have no style at all.
  (element.shadowRoot ?? element).append(probe);
  for (const name of ANSI_COLORS.flatMap((color) => [color, `Bright${color}`] as const)) {
    probe.style.color = `var(--vscode-terminal-ansi${name})`;
    const color = parseRgb(getComputedStyle(probe).color);
    const shown =
      color && background ? `rgb(${readable(color, background).join(', ')})` : `var(--vscode-terminal-ansi${name})`;
    element.style.setProperty(`--ansi-${name.toLowerCase()}`, shown);
  }
  probe.remove();
  return background;
}
