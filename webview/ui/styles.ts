/** What several components' style sheets have in common. */
import { css } from 'lit';

export const visuallyHidden = css`
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    padding: 0;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
    border: 0;
  }
`;

/** A text that acts like a link but stays in the page; looks like VS Code's links. */
export const linkButton = css`
  .link {
    appearance: none;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    font: inherit;
    text-align: start;
    color: var(--vscode-textLink-foreground);
    cursor: pointer;
    overflow-wrap: anywhere;
  }
  .link:hover {
    color: var(--vscode-textLink-activeForeground);
    text-decoration: underline;
  }
  .link:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: 1px;
    border-radius: 2px;
  }
`;

export const scrollable = css`
  .scroll {
    overflow: auto;
    scrollbar-color: var(--vscode-scrollbarSlider-background) transparent;
  }
  .scroll:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -1px;
  }
`;

export const dataTable = css`
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
  }
  th {
    position: sticky;
    top: 0;
    background: var(--vscode-editor-background);
    font-weight: 600;
    text-align: end;
    padding: 2px 6px;
    box-shadow: inset 0 -1px 0 var(--vscode-panel-border);
  }
  td {
    padding: 1px 6px;
    text-align: end;
    white-space: nowrap;
  }
  tbody tr:hover {
    background: var(--vscode-list-hoverBackground);
  }
`;

/** A heading inside a section, and text that stands back. */
export const groups = css`
  h3 {
    margin: 14px 0 4px;
    font-size: inherit;
    font-weight: 600;
  }
  .group:first-child > h3 {
    margin-top: 0;
  }
  .quiet {
    color: var(--vscode-descriptionForeground);
  }
  p {
    margin: 4px 0;
    overflow-wrap: anywhere;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
  }
`;

/** Rows of words rather than of numbers: they wrap instead of scrolling, and long words break. */
export const wordTable = css`
  table {
    width: 100%;
    border-collapse: collapse;
    font-variant-numeric: tabular-nums;
  }
  th,
  td {
    padding: 3px 6px;
    text-align: start;
    vertical-align: baseline;
    overflow-wrap: anywhere;
    unicode-bidi: plaintext;
  }
  th {
    padding-block: 2px;
    font-size: 0.9em;
    font-weight: 400;
    color: var(--vscode-descriptionForeground);
    border-bottom: 1px solid var(--vscode-panel-border);
  }
  th.number,
  td.number {
    text-align: end;
    white-space: nowrap;
  }
  tbody tr:hover {
    background: var(--vscode-list-hoverBackground);
  }
`;

/** Better or worse, with an arrow in front. */
export const verdictStyles = css`
  .verdict lw-icon {
    margin-block: -4px;
    vertical-align: middle;
  }
  .better lw-icon {
    color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
  }
  .worse lw-icon {
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
  }
`;

/** Of a control with its name before it. */
export const field = css`
  :host {
    display: inline-flex;
    flex: none;
    max-width: 100%;
  }
  label {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    min-width: 0;
    white-space: nowrap;
    color: var(--vscode-descriptionForeground);
  }
`;
