/** How a note reads: as VS Code's own Markdown, in the measure of the page. */
import { css } from 'lit';

export const noteStyles = css`
  :host {
    display: block;
    max-width: 80ch;
  }
  .note {
    line-height: 1.5;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
    max-height: 60vh;
    overflow-y: auto;
  }
  p,
  ul,
  ol,
  pre,
  blockquote,
  .scroll {
    margin: 0 0 8px;
  }
  .note > :last-child {
    margin-bottom: 0;
  }
  h3,
  h4,
  h5 {
    margin: 12px 0 4px;
    font-weight: 600;
    font-size: 1em;
  }
  h3 {
    font-size: 1.2em;
  }
  h4 {
    font-size: 1.1em;
  }
  .note > :first-child {
    margin-top: 0;
  }
  ul,
  ol {
    padding-inline-start: 24px;
  }
  li.task {
    list-style: none;
    margin-inline-start: -20px;
  }
  li > p {
    margin: 0;
  }
  code,
  pre {
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: 0.95em;
    background: var(--vscode-textCodeBlock-background);
    border-radius: 3px;
  }
  code {
    padding: 1px 4px;
    color: var(--vscode-textPreformat-foreground);
    background: var(--vscode-textPreformat-background);
  }
  pre {
    padding: 8px 10px;
    overflow-x: auto;
  }
  pre:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
  blockquote {
    padding-inline-start: 10px;
    border-inline-start: 3px solid var(--vscode-textBlockQuote-border);
    color: var(--vscode-descriptionForeground);
  }
  hr {
    border: 0;
    border-top: 1px solid var(--vscode-panel-border);
  }
  table {
    border-collapse: collapse;
  }
  th,
  td {
    padding: 2px 10px 2px 0;
    text-align: start;
    border-bottom: 1px solid var(--vscode-panel-border);
  }
`;
