/** `<lw-score-distribution>`: how often the model says what, beside what it says of its training data. */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type ScoreDistribution } from '../../../src/protocol/score';
import { distributionStyles } from './distributionStyles';
import { outlinePath, percentWords, saidWords } from './shares';

const WIDTH = 280;
const HEIGHT = 90;
const BAR_WIDTH = 120;

type Numbers = Extract<ScoreDistribution, { kind: 'numbers' }>;
type Classes = Extract<ScoreDistribution, { kind: 'classes' }>;

@customElement('lw-score-distribution')
export class ScoreDistributionView extends LitElement {
  static override readonly styles = [
    distributionStyles,
    css`
      h3 {
        margin: 0 0 4px;
        font-size: inherit;
        font-weight: 600;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
      .ends {
        max-width: 280px;
      }
    `,
  ];

  @property({ attribute: false }) of!: ScoreDistribution;

  protected override render() {
    const { of } = this;
    return html`<h3>${of.column}</h3>
      ${of.kind === 'numbers' ? this.renderNumbers(of) : this.renderClasses(of)}`;
  }

  private renderNumbers(of: Numbers) {
    const { edges, scored, training, median } = of;
    const most = Math.max(...scored, ...(training ?? []), Number.MIN_VALUE);
    const bar = WIDTH / scored.length;
    return html`<svg
        viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}"
        width=${String(WIDTH)}
        height=${String(HEIGHT)}
        role="img"
        aria-label=${saidWords(of)}
      >
        ${scored.map((share, at) => {
          const height = (share / most) * HEIGHT;
          return svg`<rect class="filled" x=${String(at * bar + 0.5)} y=${String(HEIGHT - height)} width=${String(bar - 1)} height=${String(height)}><title>${formatNumber(edges[at] ?? 0)} to ${formatNumber(edges[at + 1] ?? 0)}: ${percentWords(share)}${training ? svg`, training ${percentWords(training[at] ?? 0)}` : nothing}</title></rect>`;
        })}
        ${training ? svg`<path class="outlined" d=${outlinePath(training, most, WIDTH, HEIGHT)}></path>` : nothing}
        <line class="base" x1="0" y1=${String(HEIGHT)} x2=${String(WIDTH)} y2=${String(HEIGHT)}></line>
      </svg>
      <div class="ends"><span>${formatNumber(edges[0] ?? 0)}</span><span>${formatNumber(edges.at(-1) ?? 0)}</span></div>
      <div class="legend">
        median
        ${formatNumber(median.scored)}${median.training === null ? nothing : html`, training ${formatNumber(median.training)}`}
      </div>`;
  }

  private renderClasses({ values, others, column }: Classes) {
    const rows = [...values, ...(others ? [{ value: 'others', ...others }] : [])];
    const hasTraining = rows.some(({ training }) => training !== null);
    const most = Math.max(...rows.map(({ scored, training }) => Math.max(scored, training ?? 0)), Number.MIN_VALUE);
    return html`<table aria-label="How often ${column} is what">
      <thead>
        <tr>
          <th scope="col">Value</th>
          <th scope="col">Scored</th>
          ${hasTraining ? html`<th scope="col">Training</th>` : nothing}
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ value, scored, training }) =>
            html`<tr>
              <th scope="row" title=${value}>${value === '' ? 'nothing' : value}</th>
              <td class="share">${percentWords(scored)}</td>
              ${hasTraining ? html`<td class="share">${percentWords(training ?? 0)}</td>` : nothing}
              <td>
                <svg width=${String(BAR_WIDTH)} height="12" aria-hidden="true">
                  <rect class="filled" x="0" y="2" width=${String((scored / most) * BAR_WIDTH)} height="8"></rect>
                  ${
                    training === null || training === 0
                      ? nothing
                      : svg`<rect class="outlined" x="0.75" y="0.75" width=${String(Math.max((training / most) * (BAR_WIDTH - 2), 0.5))} height="10.5"></rect>`
                  }
                </svg>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}
