/** What an endpoint answered: a table for each output, or why there is none. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { type Tried, type TriedOutput } from '../../src/protocol/pages/endpoint';
import '../ui/states';
import { dataTable, groups, scrollable } from '../ui/styles';

@customElement('lw-answer')
export class Answer extends LitElement {
  static override readonly styles = [
    scrollable,
    dataTable,
    groups,
    css`
      :host {
        display: block;
      }
      .scroll {
        max-height: 320px;
      }
      table {
        width: auto;
        min-width: 160px;
      }
      td,
      th {
        padding-inline: 8px;
      }
      th {
        font-weight: 400;
        color: var(--vscode-descriptionForeground);
      }
      h3 .quiet {
        font-weight: 400;
      }
      td:first-child,
      th:first-child {
        text-align: start;
      }
      .place {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) tried!: Tried;

  protected override render() {
    const { status, tookMs, error, outputs } = this.tried;
    const took = `${formatNumber(tookMs)}\u2009ms`;
    if (status !== 200)
      return html`<lw-failed what=${`Answered ${String(status)} after ${took}.`} .cause=${error}></lw-failed>`;
    return html`<p class="quiet" role="status">Answered in ${took}, from here to the endpoint and back.</p>
      ${outputs.map((output) => this.renderOutput(output))}`;
  }

  private renderOutput({ name, datatype, shape, columns, rows, rowCount, columnCount }: TriedOutput) {
    const cut = [
      ...(rows.length < rowCount ? [`the first ${formatNumber(rows.length)} of ${formatNumber(rowCount)} rows`] : []),
      ...(columns.length < columnCount
        ? [`the first ${formatNumber(columns.length)} of ${formatNumber(columnCount)} columns`]
        : []),
    ];
    return html`<div class="group">
      <h3><bdi>${name}</bdi> <span class="quiet">${datatype} [${shape.join(', ')}]</span></h3>
      <div class="scroll" tabindex="0" role="region" aria-label="Output ${name}">
        <table>
          <thead>
            <tr>
              <th scope="col">Row</th>
              ${columns.map((column) => html`<th scope="col"><bdi>${column}</bdi></th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row, at) =>
                html`<tr>
                  <td class="place">${at + 1}</td>
                  ${row.map((cell) => html`<td>${cell}</td>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${cut.length === 0 ? nothing : html`<p class="quiet">Shown: ${cut.join(', ')}.</p>`}
    </div>`;
  }
}
