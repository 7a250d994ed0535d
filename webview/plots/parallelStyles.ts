import { css } from 'lit';

export const parallelStyles = css`
  .heads {
    display: grid;
    grid-auto-flow: column;
    grid-auto-columns: minmax(0, 1fr);
    height: 26px;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: center;
    min-width: 0;
    cursor: grab;
    touch-action: none;
    border-radius: 3px;
  }
  .head.is-moving {
    background: var(--vscode-list-hoverBackground);
    outline: 1px dashed var(--vscode-focusBorder);
    outline-offset: -1px;
  }
  .head bdi {
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 12px;
  }
  .track {
    fill: transparent;
    cursor: ns-resize;
    touch-action: none;
  }
  .track:focus {
    outline: none;
  }
  .track:focus-visible {
    stroke: var(--vscode-focusBorder);
    stroke-width: 1;
  }
  .brush {
    fill: var(--vscode-editor-selectionBackground);
    stroke: var(--vscode-focusBorder);
    stroke-width: 1;
    pointer-events: none;
  }
  .lines {
    fill: none;
  }
  .faint {
    opacity: 0.25;
  }
  :host([many]) .lines:not(.faint) {
    opacity: 0.7;
  }
  :host([many]) .faint {
    opacity: 0.12;
  }
`;
