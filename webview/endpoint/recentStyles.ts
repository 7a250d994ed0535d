import { css } from 'lit';

export const recentStyles = css`
  :host {
    display: block;
  }
  .kept {
    flex: 1 1 200px;
    margin: 0;
  }
  .scroll {
    max-height: 330px;
    overflow-anchor: none;
    margin-top: 4px;
  }
  thead th {
    position: sticky;
    top: 0;
    white-space: nowrap;
    background: var(--vscode-editor-background);
    border-bottom: 0;
    box-shadow: inset 0 -1px 0 var(--vscode-panel-border);
  }
  td {
    white-space: nowrap;
    overflow-wrap: normal;
  }
  tr.open,
  tr.open:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .open .link {
    color: inherit;
    text-decoration: underline;
  }
  .status {
    width: 45%;
    min-width: 220px;
    white-space: normal;
  }
  .failed {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 2;
    overflow: hidden;
    overflow-wrap: anywhere;
  }
  .failed lw-icon {
    margin-block: -4px;
    vertical-align: middle;
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
  }
  .refused lw-icon {
    color: var(--vscode-editorWarning-foreground, var(--vscode-foreground));
  }
  @container (max-width: 620px) {
    .wide {
      display: none;
    }
    .status {
      min-width: 130px;
    }
    .failed {
      -webkit-line-clamp: 4;
    }
  }
  .id span {
    display: inline-block;
    max-width: 200px;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.95em;
  }
  .copy {
    appearance: none;
    margin: -4px 0 -4px 4px;
    padding: 2px;
    background: none;
    border: 0;
    border-radius: 4px;
    color: inherit;
    cursor: pointer;
    vertical-align: middle;
  }
  .copy:hover {
    background: var(--vscode-toolbar-hoverBackground);
  }
  .copy:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
`;
