/** How sources, outputs and errors of cells look wherever they are shown. */
import { css } from 'lit';
import { ansiStyles } from '../run/output/ansiStyles';

const styles = css`
  pre,
  .text {
    margin: 0;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
    line-height: 1.4;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 4;
  }
  .source {
    padding: 6px 10px;
    border-radius: 4px;
    background: var(--vscode-textCodeBlock-background, var(--vscode-editorWidget-background));
    max-height: 480px;
    overflow: auto;
  }
  .output {
    padding: 2px 10px;
    max-width: 100%;
    min-width: 0;
    box-sizing: border-box;
    max-height: 360px;
    overflow: auto;
    scrollbar-color: var(--vscode-scrollbarSlider-background) transparent;
  }
  .output.tall {
    max-height: none;
  }
  .output:focus-visible,
  .source:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .output.stderr {
    border-inline-start: 2px solid var(--vscode-editorWarning-foreground, var(--vscode-panel-border));
    padding-inline-start: 8px;
  }
  .error {
    padding: 4px 10px;
    border-inline-start: 2px solid var(--vscode-editorError-foreground, var(--vscode-errorForeground));
    padding-inline-start: 8px;
  }
  .error > p {
    margin: 0 0 4px;
    font-weight: 600;
    overflow-wrap: anywhere;
  }
  .quiet {
    margin: 2px 0;
    color: var(--vscode-descriptionForeground);
  }
  .output > .quiet {
    margin: 0;
  }
  table {
    border-collapse: collapse;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 2px 10px;
    text-align: end;
    white-space: nowrap;
    max-width: 40ch;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  th {
    font-weight: 600;
  }
  thead th,
  thead td {
    border-bottom: 1px solid var(--vscode-panel-border);
  }
  tbody tr:hover {
    background: var(--vscode-list-hoverBackground);
  }
`;

export const outputStyles = [ansiStyles, styles];
