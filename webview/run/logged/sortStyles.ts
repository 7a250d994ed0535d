import { css } from 'lit';

/** The heading of a column that sorts. */
export const sortStyles = css`
  .sort {
    appearance: none;
    display: inline-flex;
    align-items: center;
    gap: 2px;
    max-width: 22em;
    min-height: 24px;
    padding: 0;
    border: 0;
    background: none;
    font: inherit;
    color: inherit;
    cursor: pointer;
  }
  .sort span {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    unicode-bidi: plaintext;
  }
  .sort:hover {
    text-decoration: underline;
  }
  .sort:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
  }
  th {
    text-align: start;
  }
  th.number {
    text-align: end;
  }
`;
