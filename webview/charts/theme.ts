/** The colours and the font of charts, read from what VS Code gives the page. */
import { colourIndex, EXTENSION } from './colours';

export interface ChartTheme {
  /** By slot, see `colours.ts`. */
  readonly palette: readonly string[];
  readonly mark: string;
  readonly label: string;
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  readonly font: string;
  readonly bandOpacity: number;
}

/** In the order in which lines get them, with what is drawn where a theme has none. */
const OF_THEME = {
  blue: '#0072B2',
  orange: '#D18616',
  green: '#388A34',
  purple: '#8B5CF6',
  red: '#E51400',
  yellow: '#BF8803',
} as const;

let known: ChartTheme | null = null;
let observer: MutationObserver | null = null;

/** The same object as long as the theme is the same: dozens of charts ask for it at once, and each question costs. */
export function readChartTheme(): ChartTheme {
  if (observer === null) {
    observer = new MutationObserver(() => (known = null));
    observer.observe(document.body, { attributeFilter: ['class'] });
    observer.observe(document.documentElement, { attributeFilter: ['class', 'style'] });
  }
  // Of what was changed in this very moment the observer has not been told yet.
  if (observer.takeRecords().length > 0) known = null;
  return (known ??= computeTheme());
}

function computeTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const foreground = value('--vscode-foreground', 'GrayText');
  const isHighContrast = document.body.classList.contains('vscode-high-contrast');
  const ofTheme = Object.entries(OF_THEME).map(([name, otherwise]) => value(`--vscode-charts-${name}`, otherwise));
  return {
    palette: [...ofTheme, ...EXTENSION],
    mark: value('--vscode-charts-red', foreground),
    label: value('--vscode-descriptionForeground', foreground),
    text: foreground,
    grid: isHighContrast ? value('--vscode-charts-lines', foreground) : value('--vscode-widget-border', foreground),
    background: value('--vscode-editor-background', 'Canvas'),
    font: value('--vscode-font-family', 'sans-serif'),
    bandOpacity: isHighContrast ? 0.4 : 0.28,
  };
}

export const colourOf = (theme: ChartTheme, slot: number): string => theme.palette[colourIndex(slot)] ?? theme.label;
