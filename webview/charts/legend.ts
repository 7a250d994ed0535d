/** `<lw-chart-legend>`: which line is which, where the names have no room at the lines' ends. */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { dashOf } from './colours';
import { type ChartLine } from './frame';
import { type ChartTheme, colourOf } from './theme';

/** A piece of a line as it is drawn. */
export function swatch(theme: ChartTheme, slot: number) {
  const dashes = dashOf(slot);
  return html`<svg width="18" height="8" aria-hidden="true">
    ${svg`<line x1="0" x2="18" y1="4" y2="4" stroke=${colourOf(theme, slot)} stroke-width="2" stroke-dasharray=${dashes.length > 0 ? dashes.join(' ') : nothing}></line>`}
  </svg>`;
}

@customElement('lw-chart-legend')
export class ChartLegend extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      flex: none;
      max-height: 42px;
      overflow-y: auto;
      font-size: 12px;
    }
    ul {
      display: flex;
      flex-wrap: wrap;
      gap: 0 12px;
      margin: 0;
      padding: 0 4px;
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      gap: 4px;
      min-width: 0;
      max-width: 100%;
    }
    svg {
      flex: none;
    }
    bdi {
      max-width: 180px;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
  `;

  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property({ attribute: false }) theme: ChartTheme | null = null;

  protected override render() {
    const { theme } = this;
    if (!theme) return nothing;
    return html`<ul>
      ${this.lines.map(({ name, slot }) => html`<li title=${name}>${swatch(theme, slot)}<bdi>${name}</bdi></li>`)}
    </ul>`;
  }
}
