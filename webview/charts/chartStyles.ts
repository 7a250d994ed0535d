import { css } from 'lit';

export const chartStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    position: relative;
    min-height: 100px;
  }
  .surface {
    position: relative;
    flex: 1 1 0;
    min-height: 0;
    touch-action: pan-y;
    user-select: none;
    cursor: crosshair;
    border-radius: 3px;
  }
  .surface:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .surface:focus:not(:focus-visible) {
    outline: none;
  }
  .plot {
    position: absolute;
    inset: 0;
    overflow: hidden;
    pointer-events: none;
  }
  .line,
  .dot,
  .selection {
    position: absolute;
    pointer-events: none;
  }
  .line {
    width: 0;
    border-left: 1px solid var(--vscode-charts-lines, var(--vscode-foreground));
  }
  .dot {
    width: 7px;
    height: 7px;
    margin: -3.5px;
    border-radius: 50%;
    background: var(--vscode-charts-blue, var(--vscode-foreground));
    box-shadow: 0 0 0 2px var(--vscode-editor-background);
  }
  .selection {
    background: var(--vscode-editor-selectionBackground);
    border-inline: 1px solid var(--vscode-focusBorder);
    opacity: 0.4;
  }
  .reading {
    position: absolute;
    z-index: 5;
    top: 2px;
    pointer-events: none;
    max-width: calc(100% - 8px);
    box-sizing: border-box;
    padding: 3px 8px;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    color: var(--vscode-editorHoverWidget-foreground);
    background: var(--vscode-editorHoverWidget-background);
    border: 1px solid var(--vscode-editorHoverWidget-border);
    border-radius: 3px;
    box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent);
  }
  .problem {
    padding: 8px;
    color: var(--vscode-errorForeground);
  }
`;
