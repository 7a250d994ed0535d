/** How the run page is laid out. */
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
    padding: 10px 20px 8px;
    background: var(--vscode-editor-background);
    border-bottom: 1px solid var(--vscode-panel-border);
  }
  main {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 4px 24px;
    padding: 8px 20px 40px;
  }
  .notices {
    padding: 8px 20px 0;
  }
  .state {
    max-width: 640px;
    padding: 20px;
  }
  .quiet {
    color: var(--vscode-descriptionForeground);
  }
  .buttons {
    display: flex;
    gap: 6px;
  }
  /* In a low panel the head would leave no room for the rest. */
  @media (max-height: 400px) {
    .head {
      position: static;
    }
  }
  @container (min-width: 960px) {
    .with-side {
      grid-template-columns: minmax(0, 1fr) 300px;
    }
    .with-side > .wide {
      grid-column: 1 / -1;
    }
  }
  @container (max-width: 480px) {
    .head,
    .state {
      padding-inline: 12px;
    }
    main,
    .notices {
      padding-inline: 12px;
    }
  }
`;
