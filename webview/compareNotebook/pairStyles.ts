import { css } from 'lit';

/** A pair of cells: the source over the whole width, what came out in two columns that stack where it is narrow. */
export const pairStyles = css`
  :host {
    display: block;
    container-type: inline-size;
    content-visibility: auto;
    contain-intrinsic-block-size: auto 200px;
  }
  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 6px;
    padding: 8px 0 14px;
  }
  header {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 4px 10px;
  }
  .links {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    margin-inline-start: auto;
  }
  .diff {
    padding: 4px 0;
  }
  .line {
    display: grid;
    grid-template-columns: 24px minmax(0, 1fr);
    font-family: var(--vscode-editor-font-family, monospace);
    font-size: var(--vscode-editor-font-size, 12px);
    line-height: 1.4;
    min-height: 1.4em;
  }
  .line code {
    font: inherit;
    white-space: pre-wrap;
    overflow-wrap: anywhere;
    tab-size: 4;
  }
  .mark {
    text-align: center;
    user-select: none;
  }
  .removed {
    background: var(--vscode-diffEditor-removedLineBackground, rgba(255, 0, 0, 0.2));
  }
  .added {
    background: var(--vscode-diffEditor-insertedLineBackground, rgba(155, 185, 85, 0.2));
  }
  .fold {
    padding: 1px 24px;
    color: var(--vscode-descriptionForeground);
    font-size: 0.9em;
  }
  .sides {
    display: grid;
    grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    gap: 8px 24px;
  }
  .side {
    min-width: 0;
  }
  .side > p {
    display: flex;
    gap: 6px;
    align-items: center;
    font-variant-numeric: tabular-nums;
  }
  .running lw-icon {
    color: var(--vscode-charts-blue, var(--vscode-foreground));
  }
  .ok lw-icon {
    color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
  }
  .failed lw-icon {
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
  }
  .interrupted lw-icon {
    color: var(--vscode-testing-iconSkipped, var(--vscode-foreground));
  }
  @container (max-width: 640px) {
    .sides {
      grid-template-columns: minmax(0, 1fr);
    }
    .links {
      margin-inline-start: 0;
      flex-basis: 100%;
    }
  }
`;
