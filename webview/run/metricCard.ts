/** `<lw-metric-card>`: one metric with its chart or its table, asked for as long as it is in view. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fromWireNumber, type MetricSeries, type MetricSummary } from '../../src/protocol/entities';
import { formatDuration, formatNumber } from '../../src/protocol/format';
import { ZoomEvent } from '../charts/chart';
import { foldCaption, type Range, type XUnit } from '../charts/frame';
import '../ui/controls';
import '../ui/states';
import { watchVisibility } from '../ui/visibility';
import { sameSummary } from './metricFilter';
import './metricTable';
import { type SeriesStore } from './seriesStore';
import { countWords } from './words';

/** Of a key, in what a screen reader says of a button. */
const MAX_LABEL = 80;

export class TableEvent extends Event {
  static readonly type = 'lw-table';
  constructor(readonly isTable: boolean) {
    super(TableEvent.type);
  }
}

@customElement('lw-metric-card')
export class MetricCard extends LitElement {
  static override readonly styles = css`
    :host {
      display: flex;
      flex-direction: column;
      box-sizing: border-box;
      /* Fixed, so that a page of charts has its length before the first is drawn. */
      height: 222px;
      min-width: 0;
      padding: 6px 8px 4px;
      border: 1px solid var(--vscode-widget-border, transparent);
      border-radius: 4px;
    }
    header {
      display: flex;
      align-items: baseline;
      gap: 8px;
    }
    h3 {
      margin: 0;
      flex: 1 1 auto;
      min-width: 0;
      font-size: inherit;
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .last {
      flex: none;
      font-size: 1.15em;
      font-weight: 600;
      font-variant-numeric: tabular-nums;
    }
    lw-button {
      align-self: center;
      margin-inline-end: -4px;
    }
    .facts,
    .caption {
      flex: none;
      font-size: 12px;
      color: var(--vscode-descriptionForeground);
      font-variant-numeric: tabular-nums;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .body {
      display: flex;
      flex-direction: column;
      justify-content: center;
      flex: 1 1 auto;
      min-height: 0;
    }
    .body > lw-metric-chart,
    .body > lw-metric-table {
      flex: 1 1 auto;
      min-height: 0;
    }
    .note {
      margin: 0;
      text-align: center;
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false, hasChanged: (next, old) => !sameSummary(next as MetricSummary, old as MetricSummary) })
  summary!: MetricSummary;
  @property({ attribute: false }) store!: SeriesStore;
  /** In place of the key, for people. */
  @property() heading = '';
  @property() x: XUnit = 'step';
  @property({ attribute: false }) zoom: Range | null = null;
  @property({ type: Boolean }) table = false;
  @state() private isNear = false;

  private stopWatching: (() => void) | null = null;
  private readonly onSeries = () => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopWatching = watchVisibility(this, (isNear) => {
      this.isNear = isNear;
      if (!isNear) this.store.unwatch(this.summary.key);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching?.();
    this.isNear = false;
    this.store.unwatch(this.summary.key);
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!this.isNear || !(changed.has('summary') || changed.has('zoom') || changed.has('isNear'))) return;
    this.store.watch(this.summary.key, this.summary.count, this.zoom, this.onSeries);
  }

  protected override render() {
    const { key } = this.summary;
    const title = this.heading || key;
    const name = title.slice(0, MAX_LABEL);
    const { series } = this.store.state(key);
    return html`
      <header>
        <h3 title=${key}><bdi>${title}</bdi></h3>
        <span class="last" title=${String(this.summary.last)}>${formatNumber(fromWireNumber(this.summary.last))}</span>
        ${
          this.zoom
            ? html`<lw-button
                kind="icon"
                icon="zoom-out"
                label="${this.x === 'seconds' ? 'Show the Whole Time' : 'Show All Steps'}: ${name}"
                @click=${() => this.dispatchEvent(new ZoomEvent(null))}
              ></lw-button>`
            : nothing
        }
        <lw-button
          kind="icon"
          icon="table"
          label="Show as Table: ${name}"
          .pressed=${this.table}
          @click=${() => this.dispatchEvent(new TableEvent(!this.table))}
        ></lw-button>
      </header>
      <div class="facts">${facts(this.summary, this.x)}</div>
      <div class="body">${this.isNear ? this.renderBody(series) : nothing}</div>
      ${this.renderCaption(series)}
    `;
  }

  private get label(): string {
    return this.heading || this.summary.key;
  }

  private renderBody(series: MetricSeries | null) {
    const { problem, isLoading } = this.store.state(this.summary.key);
    if (problem !== null) {
      return html`<lw-failed quiet what="The points could not be read." .cause=${problem}
        ><lw-button @click=${() => this.store.retry(this.summary.key)}>Retry</lw-button></lw-failed
      >`;
    }
    if (!series) return isLoading ? html`<lw-loading></lw-loading>` : nothing;
    if (series.points.length === 0) return html`<p class="note">No points between these steps.</p>`;
    if (this.table) return html`<lw-metric-table label=${this.label} x=${this.x} .series=${series}></lw-metric-table>`;
    const note = this.zoom ? null : noteInstead(series);
    if (note !== null) return html`<p class="note">${note}</p>`;
    return html`<lw-metric-chart
      label=${this.label}
      x=${this.x}
      .series=${series}
      .zoom=${this.zoom}
    ></lw-metric-chart>`;
  }

  private renderCaption(series: MetricSeries | null) {
    if (!series || (!this.zoom && noteInstead(series) !== null)) return nothing;
    const zoomed = this.zoom ? rangeWords(this.zoom, this.x) : null;
    const caption = [zoomed, foldCaption(series, this.x)].filter((part) => part !== null).join(' · ');
    return caption === '' ? nothing : html`<div class="caption" title=${caption}>${caption}</div>`;
  }
}

function rangeWords({ from, to }: Range, x: XUnit): string {
  if (x === 'seconds') return `${formatDuration(from * 1000)} to ${formatDuration(to * 1000)}`;
  return `steps ${formatNumber(from)} to ${formatNumber(to)}`;
}

function facts({ min, max, step }: MetricSummary, x: XUnit): string {
  const range = min === null || max === null ? [] : [`min ${formatNumber(min)}`, `max ${formatNumber(max)}`];
  return [...(x === 'seconds' ? [] : [`step ${formatNumber(step)}`]), ...range].join(' · ');
}

/** Where a chart would have nothing to draw, the reason. */
function noteInstead({ points, count }: MetricSeries): string | null {
  if (points.every(({ min }) => min === null))
    return `None of the ${countWords(count, count)} values is a finite number.`;
  const [point] = points;
  if (!point || points.length > 1) return null;
  const range =
    point.min === null || point.max === null ? '' : `, from ${formatNumber(point.min)} to ${formatNumber(point.max)}`;
  return `All ${countWords(count, count)} values were logged at step ${String(point.step)}${range}.`;
}
