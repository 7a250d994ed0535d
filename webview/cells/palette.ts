/** The terminal colours for every output below an element, worked out once for a theme. */
import { css, type ReactiveController, type ReactiveControllerHost } from 'lit';
import { type Rgb } from '../run/output/contrast';
import { applyPalette } from '../run/output/palette';
import { onThemeChange } from '../ui/themeChange';

/** For the element that the controller belongs to: outputs are read on this background. */
export const paletteStyles = css`
  :host {
    background: var(--vscode-editor-background);
  }
`;

/** The same everywhere in a page, as the theme is. */
let background: Rgb | null = null;

/** What text without a background of its own is read on. */
export function readOn(): Rgb | null {
  return background;
}

export class AnsiPalette implements ReactiveController {
  private stop: (() => void) | null = null;
  private isApplied = false;

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.apply();
    this.stop = onThemeChange(() => this.apply());
  }

  /** As long as it has no place on the page (what is around it is not drawn yet), an element has no style. */
  hostUpdated(): void {
    if (!this.isApplied) this.apply();
  }

  hostDisconnected(): void {
    this.stop?.();
  }

  private apply(): void {
    const found = applyPalette(this.host);
    this.isApplied = found !== null;
    background = found ?? background;
  }
}
