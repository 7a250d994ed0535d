import { css } from 'lit';

export const tryStyles = css`
  :host {
    display: block;
  }
  .takes {
    margin-top: 0;
    max-height: 4.2em;
    overflow-y: auto;
  }
  .takes:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .bar {
    gap: 6px;
    margin-block: 6px;
  }
  lw-select {
    margin-inline-start: 6px;
  }
  .fields {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(170px, 100%), 1fr));
    gap: 8px 12px;
    max-height: 420px;
    overflow-y: auto;
    padding: 1px;
  }
  .fields label span {
    display: block;
    margin-bottom: 2px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    color: var(--vscode-descriptionForeground);
  }
  .fields input {
    box-sizing: border-box;
    width: 100%;
    min-height: 26px;
    padding: 3px 6px;
    font: inherit;
    color: var(--vscode-input-foreground);
    background: var(--vscode-input-background);
    border: 1px solid var(--vscode-input-border, var(--vscode-contrastBorder, transparent));
    border-radius: 4px;
  }
  .fields input:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  lw-text-field,
  pre {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
  }
  pre {
    margin: 6px 0;
    padding: 8px 10px;
    max-height: 300px;
    overflow: auto;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    color: var(--vscode-foreground);
    background: var(--vscode-textCodeBlock-background);
    border: 1px solid var(--vscode-contrastBorder, transparent);
    border-radius: 4px;
  }
  pre:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .told {
    display: block;
    margin-block: 8px;
  }
`;
