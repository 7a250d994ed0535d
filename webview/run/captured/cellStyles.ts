/** One line for each cell, in columns that stand below each other; what is unfolded stands below its line. */
import { css } from 'lit';

export const cellStyles = css`
  :host {
    display: block;
    overflow-anchor: auto;
    container-type: inline-size;
    overflow: clip;
  }
  .cell {
    border-radius: 3px;
  }
  .row {
    appearance: none;
    display: grid;
    grid-template-columns: 16px 16px minmax(3.2em, auto) 4.6em 116px minmax(0, 1fr) auto;
    align-items: center;
    gap: 0 8px;
    width: 100%;
    min-height: 26px;
    margin: 0;
    padding: 2px 6px 2px 0;
    background: none;
    border: 0;
    border-radius: 3px;
    font: inherit;
    color: inherit;
    text-align: start;
    cursor: pointer;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .row:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .row[aria-expanded='true'] .chevron {
    transform: rotate(90deg);
  }
  .count,
  .place,
  .hint,
  .lasted {
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
    white-space: nowrap;
  }
  .count {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.95em;
    text-align: end;
  }
  .lasted {
    display: grid;
    grid-template-columns: 52px minmax(0, 1fr);
    align-items: center;
    gap: 6px;
  }
  svg {
    width: 100%;
    height: 4px;
    border-radius: 2px;
    background: var(--vscode-editorWidget-background, transparent);
    overflow: hidden;
  }
  rect {
    fill: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  code {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.95em;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .hint {
    max-width: 22em;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .running .state {
    color: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  .ok .state {
    color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
  }
  .failed .state,
  .failed .hint {
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
  }
  .interrupted .state {
    color: var(--vscode-testing-iconSkipped, var(--vscode-foreground));
  }
  .body {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    padding: 2px 0 14px 24px;
    content-visibility: auto;
    contain-intrinsic-block-size: auto 120px;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
  }
  .links .quiet {
    margin: 0;
  }
  .body > .quiet {
    padding-inline-start: 10px;
  }
  @container (max-width: 640px) {
    .row {
      grid-template-columns: 16px 16px minmax(2.6em, auto) auto auto minmax(0, 1fr);
    }
    code {
      grid-column: 3 / -1;
      grid-row: 2;
    }
    .lasted {
      grid-template-columns: auto;
    }
    svg {
      display: none;
    }
    .hint {
      text-align: end;
      max-width: none;
    }
    .body {
      padding-inline-start: 8px;
    }
  }
`;
