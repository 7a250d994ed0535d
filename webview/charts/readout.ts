/** `<lw-chart-readout>`: exact values of the point that is read, and of the other lines at the same place. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type ChartFrame, type ChartLine } from './frame';
import { swatch } from './legend';
import { type Cursor, otherReadings, readingOf } from './reading';
import { type ChartTheme } from './theme';

/** More lines than this are counted only. */
const MAX_OTHERS = 12;

@customElement('lw-chart-readout')
export class ChartReadout extends LitElement {
  static override readonly styles = css`
    div {
      overflow-wrap: anywhere;
    }
    b {
      font-weight: 600;
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
    .row {
      display: grid;
      grid-template-columns: 18px minmax(0, max-content) auto;
      gap: 6px;
      align-items: center;
    }
    .row > span {
      white-space: nowrap;
    }
    bdi {
      max-width: 120px;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `;

  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property({ attribute: false }) frame!: ChartFrame;
  @property({ attribute: false }) cursor!: Cursor;
  @property({ attribute: false }) theme: ChartTheme | null = null;

  protected override render() {
    const { lines, frame, cursor } = this;
    const point = lines[cursor.line]?.points[cursor.index];
    if (!point) return nothing;
    const { place, value, smooth, folded, time } = readingOf(point, frame.x);
    return html`
      ${
        lines.length > 1
          ? this.renderLines(value, place)
          : html`<div><b>${value}</b> <span class="quiet">${place}</span></div>`
      }
      ${smooth === null ? nothing : html`<div class="quiet">${smooth}</div>`}
      ${folded === null ? nothing : html`<div class="quiet">${folded}</div>`}
      <div class="quiet">${time}</div>
    `;
  }

  private renderLines(value: string, place: string) {
    const others = otherReadings(this.lines, this.frame, this.cursor);
    const more = others.length - MAX_OTHERS;
    return html`<div class="quiet">${place}</div>
      ${this.renderLine(this.cursor.line, html`<b>${value}</b>`)}
      ${others
        .slice(0, MAX_OTHERS)
        .map(({ line, value: other, place: at }) =>
          this.renderLine(line, html`${other}${at === null ? nothing : html` <span class="quiet">${at}</span>`}`),
        )}
      ${more > 0 ? html`<div class="quiet">and ${more} more</div>` : nothing}`;
  }

  private renderLine(line: number, value: unknown) {
    const { name = '', slot = 0 } = this.lines[line] ?? {};
    return html`<div class="row">
      ${this.theme ? swatch(this.theme, slot) : html`<span></span>`}<bdi>${name}</bdi><span>${value}</span>
    </div>`;
  }
}
