/** `<lw-curves>`: ROC curves or precision against recall, with the area below each and the line that guessing reaches. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { fromWireNumber } from '../../../src/protocol/entities';
import { type LoggedCurves } from '../../../src/protocol/logged';
import { formatNumber } from '../../../src/protocol/format';
import { dashOf } from '../../charts/colours';
import { svgPicture } from '../../charts/picture';
import { colourOf, readChartTheme } from '../../charts/theme';
import '../../ui/controls';
import { dataTable, scrollable } from '../../ui/styles';
import { onThemeChange } from '../../ui/themeChange';
import { causeOf } from '../api';
import { type StateKeeper } from '../pageState';

@customElement('lw-curves')
export class Curves extends LitElement {
  static override readonly styles = [
    scrollable,
    dataTable,
    css`
      :host {
        display: block;
      }
      .plot {
        min-height: 240px;
        overflow: hidden;
      }
      ul {
        list-style: none;
        display: flex;
        flex-wrap: wrap;
        gap: 2px 16px;
        margin: 4px 0;
        padding: 0;
      }
      li {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-width: 0;
        max-width: 100%;
        overflow-wrap: anywhere;
      }
      .swatch {
        flex: none;
        width: 22px;
        height: 10px;
        fill: none;
        stroke-width: 2;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
      .scroll {
        max-height: 300px;
      }
    `,
  ];

  @property() name = '';
  @property({ attribute: false }) chart!: LoggedCurves;
  @property({ attribute: false }) kept!: StateKeeper;
  @state() private problem: string | null = null;
  @query('.plot') private readonly plot!: HTMLElement | null;

  private erase: (() => void) | null = null;
  private drawing = Promise.resolve();
  private drawn: { readonly chart: LoggedCurves; readonly width: number; readonly theme: number } | null = null;
  private theme = 0;
  private stopTheme: (() => void) | null = null;
  private readonly sizes = new ResizeObserver(() => this.draw());

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    this.stopTheme = onThemeChange(() => {
      this.theme++;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.stopTheme?.();
    this.erase?.();
    this.erase = null;
    this.drawn = null;
  }

  protected override updated(): void {
    this.draw();
  }

  protected override render() {
    const { table } = this.kept.loggedView(this.name);
    const { chart } = this;
    const theme = readChartTheme();
    const areaName = chart.type === 'roc' ? 'AUC' : 'AP';
    return html`
      ${this.problem === null ? nothing : html`<p role="alert">The chart could not be drawn: ${this.problem}</p>`}
      ${table ? this.renderTable() : html`<div class="plot" role="img" aria-label=${this.words()}></div>`}
      <ul>
        ${chart.curves.map(
          ({ label, area }, index) =>
            html`<li>
              ${swatch(colourOf(theme, index), dashOf(index))}
              <span>${label}${area === null ? nothing : html` <b>${areaName} ${formatNumber(area)}</b>`}</span>
            </li>`,
        )}
        ${
          chart.type === 'roc' || chart.baseline !== null
            ? html`<li class="quiet">
                ${swatch(theme.label, [4, 4])}
                ${chart.type === 'roc' ? 'guessing' : `guessing: ${formatNumber(chart.baseline ?? 0)}`}
              </li>`
            : nothing
        }
        <li>
          <lw-button
            kind="icon"
            icon="table"
            label="Show as Table"
            .pressed=${table}
            @click=${() => this.setTable(!table)}
          ></lw-button>
        </li>
      </ul>
    `;
  }

  /** As it is drawn, with its areas below; null while it is a table. */
  picture(): string | null {
    const drawn = this.plot?.querySelector('svg');
    if (!drawn) return null;
    const plot = new XMLSerializer().serializeToString(drawn);
    const areas = this.chart.curves.map(({ label, area }) =>
      area === null ? label : `${label} ${formatNumber(area)}`,
    );
    return svgPicture({ plot, title: this.name, caption: areas.join(' · '), lines: [], theme: readChartTheme() });
  }

  private words(): string {
    const { type, curves } = this.chart;
    const what = type === 'roc' ? 'ROC curve' : 'Precision against recall';
    const areas = curves.map(({ label, area }) => `${label}${area === null ? '' : ` ${formatNumber(area)}`}`);
    return `${what} ${this.name}: ${areas.join(', ')}`;
  }

  private renderTable() {
    const { type, curves } = this.chart;
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Points of ${this.name}">
      <table>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">${type === 'roc' ? 'False positive rate' : 'Recall'}</th>
            <th scope="col">${type === 'roc' ? 'True positive rate' : 'Precision'}</th>
            <th scope="col">Threshold</th>
          </tr>
        </thead>
        <tbody>
          ${curves.flatMap(({ label, x, y, thresholds }) =>
            x.map((value, at) => {
              const threshold = thresholds?.[at];
              return html`<tr>
                <td>${label}</td>
                <td>${formatNumber(value)}</td>
                <td>${formatNumber(y[at] ?? Number.NaN)}</td>
                <td>${threshold === undefined ? '' : formatNumber(fromWireNumber(threshold))}</td>
              </tr>`;
            }),
          )}
        </tbody>
      </table>
    </div>`;
  }

  private setTable(table: boolean): void {
    this.kept.setLoggedView(this.name, { table });
    if (table) {
      this.erase?.();
      this.erase = null;
      this.drawn = null;
    }
    this.requestUpdate();
  }

  /** One after the other: Vega's own drawing is asynchronous. */
  private draw(): void {
    this.drawing = this.drawing.then(() => this.drawNow());
  }

  private async drawNow(): Promise<void> {
    const { plot, chart, theme } = this;
    const width = plot?.clientWidth ?? 0;
    if (!plot || width <= 0 || !this.isConnected) return;
    if (this.drawn?.chart === chart && this.drawn.width === width && this.drawn.theme === theme) return;
    this.drawn = { chart, width, theme };
    try {
      // With Vega-Lite, which few pages need.
      const { curvesSpec, drawCurves } = await import('../../charts/curvesDrawing');
      this.erase?.();
      this.erase = await drawCurves(plot, curvesSpec(chart, readChartTheme(), width));
      this.problem = null;
    } catch (error) {
      this.problem = causeOf(error);
    }
  }
}

function swatch(colour: string, dash: readonly number[]) {
  return html`<svg class="swatch" viewBox="0 0 22 10" aria-hidden="true">
    <line
      stroke=${colour}
      x1="0"
      y1="5"
      x2="22"
      y2="5"
      stroke-dasharray=${dash.length > 0 ? dash.join(' ') : nothing}
    />
  </svg>`;
}
