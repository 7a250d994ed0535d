import { css } from 'lit';

export const pageStyles = css`
  :host {
    display: block;
    container-type: inline-size;
  }
  .head {
    position: sticky;
    top: 0;
    z-index: 10;
    display: grid;
    gap: 6px;
    padding: 10px 20px 0;
    background: var(--vscode-editor-background);
    border-bottom: 1px solid var(--vscode-panel-border);
  }
  .top {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 4px 14px;
  }
  h1 {
    margin: 0;
    font-size: 1.4em;
    font-weight: 600;
  }
  .choices {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 14px;
    margin-inline-start: auto;
  }
  .tabs {
    display: flex;
    flex-wrap: wrap;
    gap: 0 4px;
  }
  .tabs button {
    appearance: none;
    padding: 6px 8px 5px;
    background: none;
    border: 0;
    border-bottom: 1px solid transparent;
    font: inherit;
    color: var(--vscode-panelTitle-inactiveForeground, var(--vscode-descriptionForeground));
    cursor: pointer;
  }
  .tabs button:hover,
  .tabs button[aria-selected='true'] {
    color: var(--vscode-panelTitle-activeForeground, var(--vscode-foreground));
  }
  .tabs button[aria-selected='true'] {
    border-bottom-color: var(--vscode-panelTitle-activeBorder, var(--vscode-focusBorder));
  }
  .tabs button:focus-visible {
    outline: 1px solid var(--vscode-focusBorder);
    outline-offset: -2px;
  }
  main {
    padding: 6px 20px 40px;
  }
  main:focus-visible {
    outline: none;
  }
  .state,
  .notices {
    max-width: 640px;
    padding: 8px 20px;
  }
  .buttons,
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
  }
  .bar {
    margin: 6px 0;
  }
  .quiet {
    color: var(--vscode-descriptionForeground);
  }
  @media (max-height: 500px) {
    .head {
      position: static;
    }
  }
  @container (max-width: 640px) {
    .head {
      position: static;
      padding-inline: 12px;
    }
    main,
    .state,
    .notices {
      padding-inline: 12px;
    }
    .choices {
      margin-inline-start: 0;
    }
  }
`;
