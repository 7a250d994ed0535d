/** `<lw-confusion>`: a confusion matrix as a heat map: true classes down, predicted ones across. */
import { css, html, LitElement, unsafeCSS } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type LoggedConfusionMatrix } from '../../../src/protocol/logged';
import '../../ui/controls';
import { scrollable } from '../../ui/styles';
import { type LoggedView, type StateKeeper } from '../pageState';
import { confusionRows, percent } from './shape';

const SHADES = 10;
/** At most so much of the colour, that text stays readable on it in every theme. */
const MAX_MIX_PERCENT = 45;

const shades = Array.from({ length: SHADES + 1 }, (_, shade) => {
  const mix = Math.round((shade / SHADES) * MAX_MIX_PERCENT);
  return `.heat-${String(shade)} { background: color-mix(in srgb, var(--vscode-charts-blue) ${String(mix)}%, var(--vscode-editor-background)); }`;
});

@customElement('lw-confusion')
export class Confusion extends LitElement {
  static override readonly styles = [
    scrollable,
    css`
      :host {
        display: block;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        margin-bottom: 6px;
        color: var(--vscode-descriptionForeground);
      }
      .scroll {
        max-height: min(70vh, 520px);
      }
      table {
        border-collapse: separate;
        border-spacing: 2px;
        font-size: 12px;
        font-variant-numeric: tabular-nums;
      }
      caption {
        text-align: start;
        color: var(--vscode-descriptionForeground);
      }
      th {
        padding: 2px 6px;
        font-weight: 400;
        color: var(--vscode-descriptionForeground);
        max-width: 11em;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        unicode-bidi: plaintext;
      }
      th[scope='row'] {
        text-align: end;
        position: sticky;
        inset-inline-start: 0;
        background: var(--vscode-editor-background);
      }
      td {
        min-width: 44px;
        height: 28px;
        padding: 0 6px;
        text-align: center;
        border: 1px solid transparent;
        border-radius: 3px;
        white-space: nowrap;
      }
      /* Not by colour alone: what is right has a frame. */
      td.right {
        border-color: var(--vscode-charts-blue, var(--vscode-foreground));
        font-weight: 600;
      }
      ${unsafeCSS(shades.join('\n'))}
    `,
  ];

  @property() name = '';
  @property({ attribute: false }) chart!: LoggedConfusionMatrix;
  @property({ attribute: false }) kept!: StateKeeper;

  protected override render() {
    const view = this.kept.loggedView(this.name);
    const { labels, rows, accuracy } = confusionRows(this.chart, view.byLabel);
    return html`
      <div class="bar">
        <lw-button kind="secondary" .pressed=${view.shares} @click=${() => this.change({ shares: !view.shares })}
          >${view.shares ? 'Show Counts' : 'Show Shares'}</lw-button
        >
        <lw-button kind="secondary" @click=${() => this.change({ byLabel: !view.byLabel })}
          >${view.byLabel ? 'Order as Logged' : 'Sort by Label'}</lw-button
        >
        <span>${Number.isFinite(accuracy) ? `${percent(accuracy)} on the diagonal` : 'No values'}</span>
      </div>
      <div class="scroll" tabindex="0" role="region" aria-label="Confusion matrix ${this.name}">
        <table>
          <caption>
            True class ↓, predicted class →
          </caption>
          <thead>
            <tr>
              <td></td>
              ${labels.map((label) => html`<th scope="col" title=${label}>${label}</th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ label, cells }) =>
                html`<tr>
                  <th scope="row" title=${label}>${label}</th>
                  ${cells.map(
                    ({ count, share, isRight }, at) =>
                      html`<td
                        class="heat-${shadeOf(share)} ${isRight ? 'right' : ''}"
                        title="true ${label}, predicted ${labels[at] ?? ''}: ${formatNumber(count)}, ${percent(share)} of the row"
                      >
                        ${view.shares ? percent(share) : formatNumber(count)}
                      </td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  private change(change: Partial<LoggedView>): void {
    this.kept.setLoggedView(this.name, change);
    this.requestUpdate();
  }
}

/** Weights may be negative or beyond all bounds: the shade is not. */
function shadeOf(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * SHADES);
}
