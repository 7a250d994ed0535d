/** `<lw-metric-table>`: the points of a chart as a table, exact values. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type MetricSeries } from '../../src/protocol/entities';
import { type XUnit } from '../charts/frame';
import { exactTime } from '../charts/reading';
import { dataTable, scrollable, visuallyHidden } from '../ui/styles';

@customElement('lw-metric-table')
export class MetricTable extends LitElement {
  static override readonly styles = [
    visuallyHidden,
    scrollable,
    dataTable,
    css`
      :host {
        display: block;
        min-height: 0;
      }
      .scroll {
        height: 100%;
      }
      td.time,
      th.time {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property() label = '';
  @property() x: XUnit = 'step';
  @property({ attribute: false }) series!: MetricSeries;

  protected override render() {
    const { points } = this.series;
    const isFolded = points.some(({ count }) => count > 1);
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${this.label} as a table">
      <table>
        <caption class="visually-hidden">
          ${this.label}
        </caption>
        <thead>
          <tr>
            <th scope="col">${this.x === 'seconds' ? 'Seconds' : 'Step'}</th>
            <th scope="col">Value</th>
            ${
              isFolded
                ? html`<th scope="col">Lowest</th>
                    <th scope="col">Highest</th>
                    <th scope="col">Points</th>`
                : nothing
            }
            <th scope="col" class="time">Time</th>
          </tr>
        </thead>
        <tbody>
          ${points.map(
            (point) =>
              html`<tr>
                <td>${point.step}</td>
                <td>${point.value}</td>
                ${
                  isFolded
                    ? html`<td>${point.min}</td>
                        <td>${point.max}</td>
                        <td>${point.count}</td>`
                    : nothing
                }
                <td class="time">${exactTime(point.timestampMs)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
