import { css } from 'lit';

export const metricsStyles = css`
  :host {
    display: block;
  }
  .grid {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
    gap: 8px;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    margin-bottom: 8px;
  }
  lw-filter {
    flex: 0 1 240px;
  }
  .quiet {
    color: var(--vscode-descriptionForeground);
  }
  .more {
    display: flex;
    align-items: center;
    gap: 12px;
    margin-top: 12px;
  }
  p {
    margin: 4px 0;
  }
  code {
    font-family: var(--vscode-editor-font-family, monospace);
    color: var(--vscode-textPreformat-foreground);
    background: var(--vscode-textPreformat-background);
    padding: 1px 4px;
    border-radius: 3px;
    overflow-wrap: anywhere;
  }
`;
