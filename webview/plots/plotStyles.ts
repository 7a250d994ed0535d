import { css } from 'lit';

/** What the plots of whole runs have in common. */
export const plotStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .scroll {
    position: relative;
    overflow: auto hidden;
    scrollbar-color: var(--vscode-scrollbarSlider-background) transparent;
  }
  .stage {
    position: relative;
  }
  svg.plot {
    display: block;
    width: 100%;
    font: 11px var(--vscode-font-family);
    user-select: none;
  }
  svg.plot text {
    fill: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  .axis {
    stroke: var(--vscode-charts-lines, var(--vscode-descriptionForeground));
    stroke-width: 1;
  }
  .halo {
    stroke: var(--vscode-editor-background);
    stroke-width: 3;
    paint-order: stroke;
  }
  .reading {
    position: absolute;
    z-index: 5;
    box-sizing: border-box;
    max-width: min(320px, 100%);
    max-height: 60%;
    overflow: hidden;
    padding: 3px 8px;
    pointer-events: none;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    color: var(--vscode-editorHoverWidget-foreground);
    background: var(--vscode-editorHoverWidget-background);
    border: 1px solid var(--vscode-editorHoverWidget-border);
    border-radius: 3px;
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
  }
  .reading b {
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .reading dl {
    display: grid;
    grid-template-columns: minmax(0, 1fr) auto;
    gap: 0 12px;
    margin: 0;
  }
  .reading dt {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--vscode-descriptionForeground);
  }
  .reading dd {
    margin: 0;
    max-width: 160px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    text-align: end;
  }
  .caption {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 12px;
    min-height: 18px;
    font-size: 12px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  .legend {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
  }
  .legend bdi {
    max-width: 200px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .empty {
    margin: 12px 0;
    color: var(--vscode-descriptionForeground);
  }
`;
