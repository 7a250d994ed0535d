import { css, unsafeCSS } from 'lit';

const levels = Array.from(
  { length: 12 },
  (_, index) => `.level-${String(index + 1)} { padding-inline-start: ${String(4 + index * 14)}px; }`,
);

/** Rows as VS Code's own trees draw them. */
export const treeStyles = css`
  :host {
    display: block;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    margin-bottom: 6px;
  }
  lw-filter {
    flex: 0 1 300px;
  }
  .quiet,
  .size {
    color: var(--vscode-descriptionForeground);
  }
  .row {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 24px;
    padding-inline-end: 4px;
    border-radius: 3px;
    cursor: pointer;
  }
  .item {
    content-visibility: auto;
    contain-intrinsic-block-size: auto 24px;
    outline: none;
  }
  .row:hover {
    background: var(--vscode-list-hoverBackground);
  }
  .item:focus-visible > .row {
    outline: 1px solid var(--vscode-list-focusOutline, var(--vscode-focusBorder));
    outline-offset: -1px;
  }
  .row > lw-icon {
    color: var(--vscode-icon-foreground);
  }
  .twist[hidden] {
    display: inline-block;
    visibility: hidden;
  }
  .twist.open {
    transform: rotate(90deg);
  }
  .name {
    flex: 0 1 auto;
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: plaintext;
    text-align: start;
  }
  .size {
    flex: none;
    margin-inline-start: auto;
    padding-inline-start: 12px;
    font-variant-numeric: tabular-nums;
  }
  .actions {
    flex: none;
    display: inline-flex;
    justify-content: flex-end;
    width: 52px;
  }
  .item:has(.preview) {
    content-visibility: visible;
  }
  .preview {
    margin: 4px 0 8px 44px;
    max-width: 480px;
  }
  .end {
    padding-block: 4px;
  }
  ${unsafeCSS(levels.join('\n'))}
`;
