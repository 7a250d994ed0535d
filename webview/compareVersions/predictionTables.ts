/** `<lw-prediction-tables>`: each output of both versions, and the rows on which they differ the most. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { differenceText, shareText } from '../../src/protocol/predictionWords';
import { type ComparedPredictions, type PredictedOutput, type PredictedRow } from '../../src/protocol/predictions';
import { counted, grouped } from '../../src/protocol/modelWords';
import '../ui/icon';
import { groups, scrollable, visuallyHidden, wordTable } from '../ui/styles';

@customElement('lw-prediction-tables')
export class PredictionTables extends LitElement {
  static override readonly styles = [
    groups,
    scrollable,
    visuallyHidden,
    wordTable,
    css`
      :host {
        display: block;
      }
      .outputs {
        width: auto;
        min-width: min(100%, 420px);
      }
      .rows {
        max-height: 420px;
      }
      .rows th,
      .rows td {
        white-space: nowrap;
        overflow-wrap: normal;
      }
      .rows thead {
        position: sticky;
        top: 0;
        background: var(--vscode-editor-background);
      }
      .rows thead th {
        border-bottom: 0;
      }
      .rows thead tr:last-child th {
        border-bottom: 1px solid var(--vscode-panel-border);
      }
      .first {
        border-inline-start: 1px solid var(--vscode-panel-border);
      }
      td.class.differs {
        font-weight: 600;
      }
      .group:first-child > h3 {
        margin-top: 10px;
      }
      tbody th {
        font-size: inherit;
        border-bottom: 0;
      }
      td.input {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) found!: ComparedPredictions;
  @property({ attribute: false }) labels: readonly [string, string] = ['', ''];

  protected override render() {
    const { found } = this;
    return html`<div class="group">
        <h3>Outputs</h3>
        <div class="scroll" tabindex="0" role="region" aria-label="Outputs">
          <table class="outputs">
            <thead>
              <tr>
                <th scope="col">Output</th>
                <th scope="col" class="number">Same</th>
                <th scope="col" class="number">Mean difference</th>
                <th scope="col" class="number">Largest difference</th>
              </tr>
            </thead>
            <tbody>
              ${found.outputs.map((output) => this.renderOutput(output))}
            </tbody>
          </table>
        </div>
      </div>
      ${found.rows.total === 0 ? html`<p class="quiet">No row differs.</p>` : this.renderRows(found)}`;
  }

  private renderOutput(output: PredictedOutput) {
    const { kind, agree, meanDifference, largestDifference } = output;
    return html`<tr>
      <th scope="row">${nameOf(output)}</th>
      <td class="number">${shareText(agree, this.found.table.rows)}</td>
      <td class="number">${kind === 'class' ? '–' : differenceText(meanDifference)}</td>
      <td class="number">${kind === 'class' ? '–' : differenceText(largestDifference)}</td>
    </tr>`;
  }

  private renderRows({ rows, columns, outputs }: ComparedPredictions) {
    const shown = rows.items.length;
    const words =
      rows.total > shown
        ? `${counted(rows.total, 'row')} differ; these ${String(shown)} the most.`
        : `${counted(rows.total, 'row')} ${rows.total === 1 ? 'differs' : 'differ'}.`;
    return html`<div class="group">
      <h3>Rows that differ the most</h3>
      <p class="quiet">
        ${words}${columns.total > columns.items.length ? ` The first ${String(columns.items.length)} of ${String(columns.total)} columns are shown.` : nothing}
      </p>
      <div class="scroll rows" tabindex="0" role="region" aria-label="Rows that differ the most">
        <table>
          <thead>
            <tr>
              <td></td>
              ${outputs.map(
                (output) =>
                  html`<th scope="colgroup" class="first" colspan=${output.kind === 'number' ? 3 : 2}>
                    ${nameOf(output)}
                  </th>`,
              )}
              <th scope="colgroup" class="first" colspan=${Math.max(1, columns.items.length)}>Row of the table</th>
            </tr>
            <tr>
              <th scope="col" class="number">Row</th>
              ${outputs.map(
                ({ kind }) =>
                  html`<th scope="col" class="first ${kind}">${this.labels[0]}</th>
                    <th scope="col" class=${kind}>${this.labels[1]}</th>
                    ${kind === 'number' ? html`<th scope="col" class="number">Difference</th>` : nothing}`,
              )}
              ${columns.items.map((name, at) => html`<th scope="col" class=${at === 0 ? 'first' : ''}>${name}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.items.map((row) => renderRow(row, outputs))}
          </tbody>
        </table>
      </div>
    </div>`;
  }
}

const nameOf = ({ names: [first = '', second = first] }: PredictedOutput): string =>
  first === second ? first : `${first} / ${second}`;

function renderRow({ row, inputs, outputs }: PredictedRow, kinds: readonly PredictedOutput[]) {
  return html`<tr>
    <th scope="row" class="number">${grouped(row)}</th>
    ${outputs.map(
      ({ values, differs, difference }, at) =>
        html`<td class="first ${cellClass(differs, kinds[at])}">${values[0]}</td>
          <td class=${cellClass(differs, kinds[at])}>${values[1]}</td>
          ${kinds[at]?.kind === 'number' ? html`<td class="number">${differenceText(difference)}</td>` : nothing}`,
    )}
    ${inputs.map((text, at) => html`<td class="input ${at === 0 ? 'first' : ''}">${text}</td>`)}
  </tr>`;
}

/** Classes that differ stand out; numbers nearly always differ a little. */
const cellClass = (differs: boolean, output: PredictedOutput | undefined): string =>
  `${output?.kind ?? ''} ${differs ? 'differs' : ''}`;
