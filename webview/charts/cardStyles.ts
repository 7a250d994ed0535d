import { css } from 'lit';

export const cardStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    box-sizing: border-box;
    /* Fixed, so that a page of charts has its length before the first is drawn. */
    height: var(--lw-card-height, 222px);
    min-width: 0;
    padding: 6px 8px 4px;
    border: 1px solid var(--vscode-widget-border, transparent);
    border-radius: 4px;
  }
  header {
    display: flex;
    align-items: baseline;
    gap: 4px;
  }
  h3 {
    margin: 0 4px 0 0;
    flex: 1 1 auto;
    min-width: 0;
    font-size: inherit;
    font-weight: 600;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .last {
    flex: none;
    font-size: 1.15em;
    font-weight: 600;
    font-variant-numeric: tabular-nums;
  }
  lw-button,
  lw-menu,
  ::slotted(*) {
    align-self: center;
  }
  lw-menu {
    margin-inline-end: -4px;
  }
  .facts,
  .caption {
    flex: none;
    min-height: 1.35em;
    font-size: 12px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .caption {
    min-height: 0;
  }
  .body {
    display: flex;
    flex-direction: column;
    justify-content: center;
    flex: 1 1 auto;
    min-height: 0;
  }
  .body > lw-metric-chart,
  .body > lw-chart-table {
    flex: 1 1 auto;
    min-height: 0;
  }
  .note {
    margin: 0;
    text-align: center;
    color: var(--vscode-descriptionForeground);
  }
`;
