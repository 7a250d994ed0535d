/** `<lw-chart-table>`: the points of a chart as a table, exact values, a page at a time. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type SeriesPoint } from '../../src/protocol/entities';
import '../ui/controls';
import { dataTable, scrollable, visuallyHidden } from '../ui/styles';
import { type ChartLine, type XUnit } from './frame';
import { exactTime } from './reading';
import { AXIS_TITLES, rowsOf, type TextRow } from './text';

const ROWS_AT_A_TIME = 100;

@customElement('lw-chart-table')
export class ChartTable extends LitElement {
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
      th {
        max-width: 140px;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      td.time,
      th.time {
        color: var(--vscode-descriptionForeground);
      }
      lw-button {
        margin: 4px;
      }
    `,
  ];

  @property() label = '';
  @property() x: XUnit = 'step';
  /** Of the axis, where it is a metric. */
  @property() axisName = '';
  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @state() private limit = ROWS_AT_A_TIME;

  private rows: TextRow[] = [];

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('lines')) this.rows = rowsOf(this.lines);
  }

  protected override render() {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="${this.label} as a table">
      <table>
        <caption class="visually-hidden">
          ${this.label}
        </caption>
        ${this.lines.length === 1 ? this.renderOne() : this.renderMany()}
      </table>
      ${
        this.rows.length > this.limit
          ? html`<lw-button @click=${() => (this.limit += ROWS_AT_A_TIME)}>Show More</lw-button>`
          : nothing
      }
    </div>`;
  }

  private get axisTitle(): string {
    return this.axisName || AXIS_TITLES[this.x];
  }

  private get shown(): readonly TextRow[] {
    return this.rows.slice(0, this.limit);
  }

  private renderOne() {
    const points = this.lines[0]?.points ?? [];
    const columns = COLUMNS.filter(({ isWanted }) => isWanted(points, this.x));
    return html`<thead>
        <tr>
          <th scope="col" title=${this.axisTitle}>${this.axisTitle}</th>
          ${columns.map(({ title, isTime }) => html`<th scope="col" class=${isTime ? 'time' : ''}>${title}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${this.shown.map(
          ({ x, points: [point] }) =>
            html`<tr>
              <td>${x}</td>
              ${columns.map(
                ({ text, isTime }) => html`<td class=${isTime ? 'time' : ''}>${point ? text(point) : nothing}</td>`,
              )}
            </tr>`,
        )}
      </tbody>`;
  }

  private renderMany() {
    return html`<thead>
        <tr>
          <th scope="col" title=${this.axisTitle}>${this.axisTitle}</th>
          ${this.lines.map(({ name }) => html`<th scope="col" title=${name}><bdi>${name}</bdi></th>`)}
        </tr>
      </thead>
      <tbody>
        ${this.shown.map(
          ({ x, points }) =>
            html`<tr>
              <td>${x}</td>
              ${points.map((point) => html`<td>${point?.value ?? nothing}</td>`)}
            </tr>`,
        )}
      </tbody>`;
  }
}

interface Column {
  readonly title: string;
  readonly isTime?: boolean;
  readonly text: (point: SeriesPoint) => string | number | null;
  readonly isWanted: (points: readonly SeriesPoint[], x: XUnit) => boolean;
}

const isFolded = (points: readonly SeriesPoint[]) => points.some(({ count }) => count > 1);

const COLUMNS: readonly Column[] = [
  { title: 'Step', text: ({ step }) => step, isWanted: (_, x) => x === 'milliseconds' || x === 'value' },
  { title: 'Value', text: ({ value }) => value, isWanted: () => true },
  {
    title: 'Smoothed',
    text: ({ smooth }) => smooth,
    isWanted: (points) => points.some(({ smooth }) => smooth !== null),
  },
  { title: 'Lowest', text: ({ min }) => min, isWanted: isFolded },
  { title: 'Highest', text: ({ max }) => max, isWanted: isFolded },
  { title: 'Points', text: ({ count }) => count, isWanted: isFolded },
  { title: 'Time', isTime: true, text: ({ timestampMs }) => exactTime(timestampMs), isWanted: () => true },
];
