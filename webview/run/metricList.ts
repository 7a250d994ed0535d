/**
 * `<lw-metric-list>`: every metric in a row with how it went, its last and its best value. Thousands of rows: only those
 * in view exist.
 */
import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fromWireNumber, type MetricSummary } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { bestOf, goalOf } from '../../src/protocol/goal';
import '../ui/controls';
import { scrollable } from '../ui/styles';
import { watchVisibility } from '../ui/visibility';
import { type SeriesStore, wholeOf } from './seriesStore';
import { SPARK_HEIGHT, SPARK_WIDTH, sparkPath } from './sparkline';

const ROW_PIXELS = 26;
const ROWS_IN_VIEW = 8;
/** Above and below what is to be seen. */
const SPARE_ROWS = 4;
const MAX_LABEL = 80;

/** The chart of this metric is to be seen. */
export class RevealEvent extends Event {
  static readonly type = 'lw-reveal';
  constructor(readonly key: string) {
    super(RevealEvent.type);
  }
}

export class PinEvent extends Event {
  static readonly type = 'lw-pin';
  constructor(readonly key: string) {
    super(PinEvent.type);
  }
}

@customElement('lw-metric-list')
export class MetricList extends LitElement {
  static override readonly styles = [
    scrollable,
    css`
      :host {
        display: block;
        container-type: inline-size;
        margin-bottom: 12px;
        font-variant-numeric: tabular-nums;
      }
      .scroll {
        max-height: calc(${ROWS_IN_VIEW}.5 * ${ROW_PIXELS}px);
      }
      .space {
        position: relative;
      }
      [role='row'] {
        display: grid;
        grid-template-columns:
          minmax(90px, 1fr) ${SPARK_WIDTH}px minmax(60px, 90px) minmax(60px, 90px) minmax(44px, 70px)
          26px;
        align-items: center;
        column-gap: 12px;
        height: ${ROW_PIXELS}px;
        padding-inline: 6px 10px;
        border-radius: 3px;
      }
      .space [role='row'] {
        position: absolute;
        inset-inline: 0;
      }
      .space [role='row']:hover {
        background: var(--vscode-list-hoverBackground);
      }
      .head {
        font-size: 0.9em;
        color: var(--vscode-descriptionForeground);
        border-bottom: 1px solid var(--vscode-panel-border);
        border-radius: 0;
      }
      [role='cell'],
      [role='columnheader'] {
        min-width: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .number {
        text-align: end;
      }
      .quiet {
        color: var(--vscode-descriptionForeground);
      }
      button {
        appearance: none;
        display: block;
        max-width: 100%;
        overflow: hidden;
        text-overflow: ellipsis;
        padding: 0;
        border: 0;
        background: none;
        font: inherit;
        color: inherit;
        text-align: start;
        cursor: pointer;
      }
      button:hover {
        text-decoration: underline;
      }
      button:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
        border-radius: 2px;
      }
      svg {
        display: block;
        overflow: visible;
      }
      path {
        fill: none;
        stroke: var(--vscode-charts-blue, var(--vscode-foreground));
        stroke-width: 1.2;
        stroke-linejoin: round;
      }
      @container (max-width: 520px) {
        [role='row'] {
          grid-template-columns: minmax(80px, 1fr) minmax(60px, 90px) minmax(60px, 90px) 26px;
        }
        .wide {
          display: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) metrics: readonly MetricSummary[] = [];
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) pinned: ReadonlySet<string> = new Set();
  @state() private top = 0;
  @state() private isNear = false;
  @state() private answers = 0;
  private stopWatching: (() => void) | null = null;
  private readonly onSeries = () => {
    this.answers++;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopWatching = watchVisibility(this, (isNear) => (this.isNear = isNear));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching?.();
    this.store.unwatch(this);
  }

  protected override willUpdate(): void {
    const curves = this.isNear ? this.rows.filter(({ summary }) => summary.count > 1) : [];
    this.store.watch(
      this,
      curves.map(({ summary: { key, count } }) => ({ spec: wholeOf(key), count })),
      this.onSeries,
    );
  }

  protected override render() {
    const count = this.metrics.length;
    return html`<div role="table" aria-label="All metrics" aria-rowcount=${count + 1}>
      <div role="rowgroup">
        <div class="head" role="row" aria-rowindex="1">
          <span role="columnheader">Metric</span>
          <span role="columnheader" class="wide">Curve</span>
          <span role="columnheader" class="number">Last</span>
          <span role="columnheader" class="number">Best</span>
          <span role="columnheader" class="number wide">Step</span>
          <span role="columnheader" aria-label="Pinned"></span>
        </div>
      </div>
      <div class="scroll" role="rowgroup" @scroll=${this.onScroll}>
        <div class="space" role="presentation">
          ${repeat(
            this.rows,
            ({ summary }) => summary.key,
            ({ summary, at }) => this.renderRow(summary, at),
          )}
        </div>
      </div>
    </div>`;
  }

  /** Heights go through the style object: a style attribute would be refused by the page's policy. */
  protected override updated(): void {
    const space = this.renderRoot.querySelector<HTMLElement>('.space');
    space?.style.setProperty('height', `${String(this.metrics.length * ROW_PIXELS)}px`);
    for (const row of this.renderRoot.querySelectorAll<HTMLElement>('.space [role=row]'))
      row.style.setProperty('top', `${String((Number(row.getAttribute('aria-rowindex')) - 2) * ROW_PIXELS)}px`);
  }

  private get rows(): { summary: MetricSummary; at: number }[] {
    const first = Math.max(0, Math.floor(this.top / ROW_PIXELS) - SPARE_ROWS);
    return this.metrics
      .slice(first, first + ROWS_IN_VIEW + 1 + 2 * SPARE_ROWS)
      .map((summary, index) => ({ summary, at: first + index }));
  }

  private renderRow(summary: MetricSummary, at: number) {
    const { key, last, step } = summary;
    const isPinned = this.pinned.has(key);
    const best = bestOf(key, summary);
    return html`<div role="row" aria-rowindex=${at + 2}>
      <span role="cell" title=${key}
        >${
          summary.count > 1
            ? html`<button type="button" @click=${() => this.dispatchEvent(new RevealEvent(key))}>
                <bdi>${key}</bdi>
              </button>`
            : html`<bdi>${key}</bdi>`
        }</span
      >
      <span role="cell" class="wide">${this.renderSpark(summary)}</span>
      <span role="cell" class="number" title=${String(last)}>${formatNumber(fromWireNumber(last))}</span>
      <span
        role="cell"
        class="number ${best === null ? 'quiet' : ''}"
        title=${best === null ? 'The name does not tell whether more or less is better.' : String(best)}
        >${best === null ? '–' : `${goalOf(key) === 'min' ? '↓' : '↑'} ${formatNumber(best)}`}</span
      >
      <span role="cell" class="number quiet wide">${formatNumber(step)}</span>
      <span role="cell"
        >${
          summary.count > 1
            ? html`<lw-button
                kind="icon"
                icon=${isPinned ? 'pinned' : 'pin'}
                label="${isPinned ? 'Unpin' : 'Pin'}: ${key.slice(0, MAX_LABEL)}"
                .pressed=${isPinned}
                @click=${() => this.dispatchEvent(new PinEvent(key))}
              ></lw-button>`
            : nothing
        }</span
      >
    </div>`;
  }

  private renderSpark({ key, count }: MetricSummary) {
    if (count < 2) return nothing;
    const path = sparkPath(this.store.state(wholeOf(key)).series?.points ?? []);
    return html`<svg width=${SPARK_WIDTH} height=${SPARK_HEIGHT} aria-hidden="true">
      ${svg`<path d=${path}></path>`}
    </svg>`;
  }

  private readonly onScroll = (event: Event) => {
    this.top = (event.currentTarget as HTMLElement).scrollTop;
  };
}
