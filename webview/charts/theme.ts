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

export function readChartTheme(): ChartTheme {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const foreground = value('--vscode-foreground', 'GrayText');
  const isHighContrast = document.body.classList.contains('vscode-high-contrast');
  const ofTheme = ['blue', 'orange', 'green', 'purple', 'red', 'yellow'].map((name) =>
    value(`--vscode-charts-${name}`, foreground),
  );
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
