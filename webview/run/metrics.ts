/** The metrics of a run: single values as numbers, the others as charts in a grid, a page at a time. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fromWireNumber, type MetricSummary } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { type ZoomEvent } from '../charts/chart';
import '../ui/controls';
import { FilterEvent } from '../ui/controls';
import '../ui/keyValues';
import '../ui/states';
import './metricCard';
import { type TableEvent } from './metricCard';
import { filterMetrics, splitMetrics } from './metricFilter';
import { METRICS_AT_A_TIME, type RunModel } from './model';
import { type StateKeeper } from './pageState';
import { type SeriesStore } from './seriesStore';
import { countWords } from './words';

/** Fewer metrics than this are found without a filter. */
const FILTER_FROM = 9;

@customElement('lw-metrics')
export class Metrics extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .grid {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
      gap: 8px;
    }
    .bar {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      margin-bottom: 8px;
    }
    lw-filter {
      flex: 0 1 300px;
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
    lw-key-values {
      margin-bottom: 12px;
      columns: 2 280px;
    }
    .more {
      display: flex;
      align-items: center;
      gap: 12px;
      margin-top: 12px;
    }
    p {
      margin: 4px 0;
    }
    code {
      font-family: var(--vscode-editor-font-family, monospace);
      color: var(--vscode-textPreformat-foreground);
      background: var(--vscode-textPreformat-background);
      padding: 1px 4px;
      border-radius: 3px;
      overflow-wrap: anywhere;
    }
  `;

  @property({ attribute: false }) model!: RunModel;
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) kept!: StateKeeper;
  /** Counts the changes of the model, which is the same object for ever. */
  @property({ attribute: false }) version = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(FilterEvent.type, this.onFilter);
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('model')) this.loadWanted();
  }

  protected override render() {
    const total = this.model.page?.totals.metrics ?? 0;
    if (total === 0) return this.renderEmpty();
    const { filter } = this.kept.current;
    const found = filterMetrics(this.model.metrics, filter);
    const shown = found.slice(0, this.limit);
    const { numbers, charts } = splitMetrics(shown);
    const isAll = filter === '' && !this.model.hasMoreMetrics;
    return html`
      ${
        total < FILTER_FROM && filter === ''
          ? nothing
          : html`<div class="bar">
              <lw-filter label="Filter metrics" .value=${filter}></lw-filter>
              <span class="quiet" role="status">${this.countText(shown.length, found.length, total, isAll)}</span>
            </div>`
      }
      ${numbers.length > 0 ? html`<lw-key-values .rows=${numbers.map(numberRow)}></lw-key-values>` : nothing}
      <div class="grid">${repeat(charts, ({ key }) => key, this.renderCard)}</div>
      ${this.renderMore(shown.length < found.length || this.model.hasMoreMetrics)}
    `;
  }

  private readonly renderCard = (summary: MetricSummary) => {
    const { key } = summary;
    const { zooms, tables } = this.kept.current;
    return html`<lw-metric-card
      .summary=${summary}
      .store=${this.store}
      .zoom=${Object.hasOwn(zooms, key) ? (zooms[key] ?? null) : null}
      .table=${tables.includes(key)}
      @lw-zoom=${(event: ZoomEvent) => this.changed(() => this.kept.setZoom(key, event.range))}
      @lw-table=${(event: TableEvent) => this.changed(() => this.kept.setTable(key, event.isTable))}
    ></lw-metric-card>`;
  };

  private changed(change: () => void): void {
    change();
    this.requestUpdate();
  }

  private renderEmpty() {
    const isRunning = this.model.page?.run.timing.status === 'RUNNING';
    return html`<p class="quiet">
      ${isRunning ? 'Nothing has been logged yet.' : 'This run logged no metrics.'} To see curves here, log values in
      the script: <code>import loopwright; loopwright.log(loss=0.3, step=1)</code>
    </p>`;
  }

  private renderMore(hasMore: boolean) {
    const { isLoadingMore, moreProblem } = this.model;
    if (moreProblem !== null) {
      return html`<div class="more">
        <lw-failed what="More metrics could not be read." .cause=${moreProblem}
          ><lw-button @click=${() => this.loadWanted()}>Retry</lw-button></lw-failed
        >
      </div>`;
    }
    if (!hasMore) return nothing;
    return html`<div class="more">
      <lw-button ?disabled=${isLoadingMore} @click=${this.showMore}>Show More</lw-button>
      ${isLoadingMore ? html`<lw-loading label="Loading…"></lw-loading>` : nothing}
    </div>`;
  }

  private countText(shown: number, found: number, total: number, isAll: boolean): string {
    if (this.kept.current.filter === '') return isAll && shown === total ? '' : `${countWords(shown, total)} shown`;
    if (found === 0 && !this.model.hasMoreMetrics) return 'No metric has such a name.';
    const searched = this.model.hasMoreMetrics ? ', still searching' : '';
    return `${countWords(found, total)} found${shown < found ? `, ${countWords(shown, found)} shown` : ''}${searched}`;
  }

  private get limit(): number {
    return this.kept.current.metricLimit ?? METRICS_AT_A_TIME;
  }

  private readonly showMore = () => {
    this.kept.change({ metricLimit: this.limit + METRICS_AT_A_TIME });
    this.requestUpdate();
    this.loadWanted();
  };

  private readonly onFilter = (event: Event) => {
    if (!(event instanceof FilterEvent)) return;
    this.kept.change({ filter: event.value });
    this.requestUpdate();
    this.loadWanted();
  };

  /** A filter is meant for all metrics: those not loaded yet are fetched for it. */
  private loadWanted(): void {
    const wanted = this.kept.current.filter === '' ? this.limit : Number.POSITIVE_INFINITY;
    if (this.model.hasMoreMetrics && this.model.metrics.length < wanted) void this.model.loadMetrics(wanted);
  }
}

function numberRow({ key, last, step }: MetricSummary) {
  const value = formatNumber(fromWireNumber(last));
  return { key, value, ...(step === 0 ? {} : { hint: `step ${formatNumber(step)}` }) };
}
