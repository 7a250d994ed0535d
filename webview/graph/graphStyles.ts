import { css } from 'lit';

export const graphStyles = css`
  :host {
    display: block;
    min-width: 0;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    margin-bottom: 6px;
  }
  lw-filter {
    flex: 0 1 220px;
  }
  .hits {
    min-width: 5em;
    font-size: 12px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 4px;
    margin-inline-start: auto;
  }
  .stage {
    overflow: hidden;
    border: 1px solid var(--vscode-widget-border, transparent);
    border-radius: 4px;
    height: var(--lw-graph-height, 420px);
    min-height: 160px;
    max-height: 70vh;
    resize: vertical;
  }
  svg.plot {
    display: block;
    width: 100%;
    height: 100%;
    font: 12px var(--vscode-font-family);
    cursor: grab;
    user-select: none;
    -webkit-user-select: none;
  }
  svg.plot.is-dragged {
    cursor: grabbing;
  }
  .world {
    transform-origin: 0 0;
  }
  svg.is-gliding .world {
    transition: transform 0.16s ease-out;
  }
  @media (prefers-reduced-motion: reduce) {
    svg.is-gliding .world {
      transition: none;
    }
  }
  :host-context(.vscode-reduce-motion) svg.is-gliding .world {
    transition: none;
  }
  .edge {
    fill: none;
    stroke: var(--vscode-charts-lines, var(--vscode-descriptionForeground));
    stroke-width: 1;
  }
  .tip {
    fill: var(--vscode-descriptionForeground);
  }
  .edge.marked {
    stroke: var(--vscode-focusBorder);
    stroke-width: 2;
  }
  .tip.marked {
    fill: var(--vscode-focusBorder);
  }
  .marked {
    pointer-events: none;
  }
  .hit {
    fill: none;
    stroke: none;
    stroke-width: 9;
    pointer-events: stroke;
  }
  .node {
    cursor: pointer;
  }
  .key {
    outline: none;
  }
  .box {
    fill: var(--vscode-editorWidget-background);
    stroke: var(--vscode-contrastBorder, var(--vscode-charts-lines));
    stroke-width: 1;
  }
  .input .box,
  .output .box {
    fill: var(--vscode-editor-background);
    stroke: var(--vscode-descriptionForeground);
    stroke-width: 1.5;
  }
  .inner {
    fill: none;
    stroke: var(--vscode-descriptionForeground);
  }
  /* By its line too, not by colour alone. */
  .node.unlike .box {
    stroke: var(--vscode-charts-purple);
    stroke-width: 2;
    stroke-dasharray: 6 2;
  }
  .node:hover .box {
    stroke: var(--vscode-focusBorder);
  }
  .node.chosen .box {
    stroke: var(--vscode-focusBorder);
    stroke-width: 2;
  }
  .key:focus-visible .box {
    stroke: var(--vscode-focusBorder);
    stroke-width: 3;
  }
  .find {
    fill: var(--vscode-editor-findMatchHighlightBackground, transparent);
    stroke: var(--vscode-charts-yellow);
    stroke-width: 1.5;
    stroke-dasharray: 4 3;
  }
  .current .find {
    fill: var(--vscode-editor-findMatchBackground, transparent);
    stroke-width: 2.5;
    stroke-dasharray: none;
  }
  text {
    fill: var(--vscode-foreground);
    pointer-events: none;
    unicode-bidi: plaintext;
  }
  text.strong {
    font-weight: 600;
  }
  text.quiet {
    font-size: 11px;
    fill: var(--vscode-descriptionForeground);
  }
  .is-far text {
    display: none;
  }
  /* However small it is drawn, lines are seen. */
  .is-far .edge,
  .is-far .box {
    vector-effect: non-scaling-stroke;
  }
  .family {
    fill: var(--vscode-descriptionForeground);
  }
  .weights {
    fill: var(--vscode-charts-blue);
  }
  .activation {
    fill: var(--vscode-charts-yellow);
  }
  .normalisation {
    fill: var(--vscode-charts-green);
  }
  .pooling {
    fill: var(--vscode-charts-purple);
  }
  .caption {
    min-height: 18px;
    margin-top: 4px;
    font-size: 12px;
    color: var(--vscode-descriptionForeground);
    font-variant-numeric: tabular-nums;
  }
  lw-graph-details {
    margin-top: 6px;
  }
  .empty {
    margin: 12px 0;
    color: var(--vscode-descriptionForeground);
  }
`;
