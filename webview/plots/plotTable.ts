/** `<lw-plot-table>`: what a plot of runs shows, as a table. */
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { linkButton, scrollable, wordTable } from '../ui/styles';
import { PickEvent } from './events';
import { type PlotAxis, type PlotRun } from './scale';
import { valueWords } from './words';

@customElement('lw-plot-table')
export class PlotTable extends LitElement {
  static override readonly styles = [
    linkButton,
    wordTable,
    scrollable,
    css`
      .scroll {
        max-height: 420px;
      }
      table {
        width: auto;
        min-width: min(100%, 480px);
      }
      th {
        position: sticky;
        top: 0;
        background: var(--vscode-editor-background);
      }
      td,
      th {
        max-width: 240px;
        padding-inline: 10px;
      }
    `,
  ];

  @property({ attribute: false }) axes: readonly PlotAxis[] = [];
  @property({ attribute: false }) runs: readonly PlotRun[] = [];

  protected override render() {
    const number = ({ kind }: PlotAxis) => (kind === 'metric' ? 'number' : '');
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            ${this.axes.map((axis) => html`<th scope="col" class=${number(axis)}>${axis.key}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${this.runs.map(
            ({ id, name, values }) =>
              html`<tr>
                <td>
                  <button class="link" type="button" @click=${() => this.dispatchEvent(new PickEvent(id))}>
                    ${name}
                  </button>
                </td>
                ${this.axes.map(
                  (axis, index) => html`<td class=${number(axis)}>${valueWords(axis, values[index] ?? null)}</td>`,
                )}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
