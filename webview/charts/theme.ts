/** The colours and the font of charts, read from what VS Code gives the page. */

export interface ChartTheme {
  readonly line: string;
  readonly mark: string;
  readonly label: string;
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
  return {
    line: value('--vscode-charts-blue', foreground),
    mark: value('--vscode-charts-red', foreground),
    label: value('--vscode-descriptionForeground', foreground),
    grid: isHighContrast ? value('--vscode-charts-lines', foreground) : value('--vscode-widget-border', foreground),
    background: value('--vscode-editor-background', 'Canvas'),
    font: value('--vscode-font-family', 'sans-serif'),
    bandOpacity: isHighContrast ? 0.4 : 0.28,
  };
}
