/** How a distribution is drawn beside another: filled bars for the one, an outline for the other; and as a table of shares. */
import { css } from 'lit';

export const distributionStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  svg {
    display: block;
    max-width: 100%;
    overflow: visible;
  }
  .filled {
    fill: var(--vscode-charts-blue);
  }
  .outlined {
    fill: none;
    stroke: var(--vscode-foreground);
    stroke-width: 1.5;
    vector-effect: non-scaling-stroke;
  }
  .base {
    stroke: var(--vscode-descriptionForeground);
    stroke-width: 1;
  }
  .ends {
    display: flex;
    justify-content: space-between;
  }
  .ends,
  .legend {
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  table {
    border-collapse: collapse;
  }
  th,
  td {
    padding: 2px 12px 2px 0;
    font-weight: 400;
    text-align: start;
    white-space: nowrap;
  }
  thead th {
    color: var(--vscode-descriptionForeground);
  }
  tbody th {
    max-width: 16em;
    overflow: hidden;
    text-overflow: ellipsis;
    unicode-bidi: plaintext;
  }
  td.share {
    text-align: end;
    font-variant-numeric: tabular-nums;
  }
`;
