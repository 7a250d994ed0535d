/** `<lw-drift-overlay>`: how a feature was distributed, and how it is. */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../../src/protocol/format';
import { type DriftFeature, type FeatureShares } from '../../../src/protocol/drift';
import { distributionStyles } from '../scored/distributionStyles';
import { outlinePath, percentWords } from '../scored/shares';
import { edgeWords, mostMoved } from './words';

const WIDTH = 320;
const HEIGHT = 110;
const BAR_WIDTH = 140;
/** Bars that are drawn stronger: those that have moved most. */
const MARKED = 3;

type Numbers = Extract<FeatureShares, { kind: 'numbers' }>;
type Values = Extract<FeatureShares, { kind: 'values' }>;

@customElement('lw-drift-overlay')
export class DriftOverlay extends LitElement {
  static override readonly styles = [
    distributionStyles,
    css`
      .filled.marked,
      tr.marked .filled {
        fill: var(--vscode-charts-yellow);
      }
      .ends {
        max-width: 320px;
      }
      .legend {
        margin: 0 0 4px;
      }
      tr.marked th {
        font-weight: 600;
      }
    `,
  ];

  @property({ attribute: false }) of!: DriftFeature;

  protected override render() {
    const { shares } = this.of;
    if (shares === null) return nothing;
    return shares.kind === 'numbers' ? this.renderNumbers(shares) : this.renderValues(shares);
  }

  private renderNumbers({ edges, reference, current, outside }: Numbers) {
    const most = Math.max(...reference, ...current, Number.MIN_VALUE);
    const bar = WIDTH / current.length;
    const marked = mostMoved(reference, current, MARKED);
    const { type, name } = this.of;
    const edge = (at: number) => edgeWords(edges[at] ?? 0, type);
    const beyond = Math.max(outside.reference, outside.current);
    return html`<p class="legend">Bars: the current table; yellow are those that moved most. Line: the reference.</p>
      <svg
        viewBox="0 0 ${String(WIDTH)} ${String(HEIGHT)}"
        width=${String(WIDTH)}
        height=${String(HEIGHT)}
        role="img"
        aria-label="How ${name} is distributed: ${this.of.words}"
      >
        ${current.map((share, at) => {
          const height = (share / most) * HEIGHT;
          return svg`<rect class=${marked.has(at) ? 'filled marked' : 'filled'} x=${String(at * bar + 0.5)} y=${String(HEIGHT - height)} width=${String(Math.max(bar - 1, 0.5))} height=${String(height)}><title>${edge(at)} to ${edge(at + 1)}: ${percentWords(share)}, reference ${percentWords(reference[at] ?? 0)}</title></rect>`;
        })}
        <path class="outlined" d=${outlinePath(reference, most, WIDTH, HEIGHT)}></path>
        <line class="base" x1="0" y1=${String(HEIGHT)} x2=${String(WIDTH)} y2=${String(HEIGHT)}></line>
      </svg>
      <div class="ends"><span>${edge(0)}</span><span>${edge(edges.length - 1)}</span></div>
      ${
        beyond > 0.011
          ? html`<p class="legend">
              Beyond the edges, and in the outer bars: ${percentWords(outside.current)} of the current table,
              ${percentWords(outside.reference)} of the reference.
            </p>`
          : nothing
      }`;
  }

  private renderValues({ values, others }: Values) {
    const rest = others && { value: `${formatNumber(others.count)} others`, ...others };
    const rows = [...values, ...(rest ? [rest] : [])];
    const most = Math.max(...rows.map(({ reference, current }) => Math.max(reference, current)), Number.MIN_VALUE);
    const marked = mostMoved(
      rows.map(({ reference }) => reference),
      rows.map(({ current }) => current),
      MARKED,
    );
    return html`<table aria-label="How often ${this.of.name} is what">
      <thead>
        <tr>
          <th scope="col">Value</th>
          <th scope="col">Reference</th>
          <th scope="col">Current</th>
          <td></td>
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ value, reference, current }, at) =>
            html`<tr class=${marked.has(at) ? 'marked' : ''}>
              <th scope="row" title=${value}>${value === '' ? 'nothing' : value}</th>
              <td class="share">${percentWords(reference)}</td>
              <td class="share">${percentWords(current)}</td>
              <td>
                <svg width=${String(BAR_WIDTH)} height="12" aria-hidden="true">
                  <rect class="filled" x="0" y="2" width=${String((current / most) * BAR_WIDTH)} height="8"></rect>
                  ${
                    reference === 0
                      ? nothing
                      : svg`<rect class="outlined" x="0.75" y="0.75" width=${String(Math.max((reference / most) * (BAR_WIDTH - 2), 0.5))} height="10.5"></rect>`
                  }
                </svg>
              </td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }
}
