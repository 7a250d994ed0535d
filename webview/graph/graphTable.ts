/** `<lw-graph-table>`: the nodes of a graph as a table, a page at a time. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { GraphNode } from '../../src/protocol/inspection';
import '../ui/controls';
import { scrollable, wordTable } from '../ui/styles';
import { COLUMNS } from './words';

const ROWS_AT_A_TIME = 100;

@customElement('lw-graph-table')
export class GraphTable extends LitElement {
  static override readonly styles = [
    wordTable,
    scrollable,
    css`
      .scroll {
        max-height: 480px;
      }
      th {
        position: sticky;
        top: 0;
        background: var(--vscode-editor-background);
      }
      td {
        min-width: 5em;
        max-width: 260px;
      }
      lw-button {
        margin: 4px;
      }
    `,
  ];

  @property({ attribute: false }) nodes: readonly GraphNode[] = [];
  @state() private limit = ROWS_AT_A_TIME;

  protected override render() {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Nodes of the graph as a table">
      <table>
        <thead>
          <tr>
            ${COLUMNS.map(({ title }) => html`<th scope="col">${title}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.nodes.slice(0, this.limit).map(
            (node) =>
              html`<tr>
                ${COLUMNS.map(({ text }) => html`<td>${text(node)}</td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        this.nodes.length > this.limit
          ? html`<lw-button @click=${() => (this.limit += ROWS_AT_A_TIME)}>Show More</lw-button>`
          : nothing
      }
    </div>`;
  }
}
