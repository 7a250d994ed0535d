/** `<lw-score-comparison>`: what this model says otherwise than another did of the same rows. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type ComparedColumn, type ScoreComparison } from '../../../src/protocol/score';
import { dataTable } from '../../ui/styles';
import { countWords } from '../words';
import { percentWords } from './shares';

@customElement('lw-score-comparison')
export class ScoreComparisonView extends LitElement {
  static override readonly styles = [
    dataTable,
    css`
      :host {
        display: block;
        margin-bottom: 12px;
      }
      h3 {
        margin: 0 0 4px;
        font-size: inherit;
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      p {
        margin: 0;
        color: var(--vscode-descriptionForeground);
        overflow-wrap: anywhere;
      }
      table {
        width: auto;
      }
      th,
      td {
        padding-inline-end: 18px;
        text-align: start;
        white-space: normal;
      }
      tbody th {
        position: static;
        box-shadow: none;
        font-weight: 400;
      }
      td.number {
        text-align: end;
      }
    `,
  ];

  @property({ attribute: false }) of!: ScoreComparison;

  protected override render() {
    const { with: before, rows, columns, problem } = this.of;
    const heading = html`<h3 title=${before.output}>Compared with ${before.label}</h3>`;
    if (problem !== null)
      return html`${heading}
        <p>Nothing was compared: ${problem}</p>`;
    return html`${heading}
      <p>${rows === null ? nothing : html`${countWords(rows, rows)} rows, in their order.`}</p>
      <table aria-label="What differs from ${before.label}">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Rows that differ</th>
            <th scope="col">How</th>
          </tr>
        </thead>
        <tbody>
          ${columns.map(
            (one) =>
              html`<tr>
                <th scope="row">${one.column}</th>
                <td class="number">${percentWords(one.differ)}</td>
                <td>${howWords(one)}</td>
              </tr>`,
          )}
        </tbody>
      </table>`;
  }
}

function howWords(one: ComparedColumn): string {
  if (one.differ === 0) return 'all the same';
  if (one.kind === 'numbers') return `by ${formatNumber(one.mean)} in the mean, ${formatNumber(one.largest)} at most`;
  return one.changes.map(({ from, to, rows }) => `${named(from)} → ${named(to)}: ${countWords(rows, rows)}`).join(', ');
}

const named = (value: string): string => (value === '' ? 'nothing' : value);
