/** The metrics of a run: a list of all with how each went, and charts of them, those that the user pinned on top. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { type ChartLayout, type ChartSettings, type PinnedChart, type Rival } from '../../src/protocol/pages/charts';
import { type CardMenuEvent, type CopyEvent, type SaveEvent, type TableEvent } from '../charts/card';
import { type ZoomEvent } from '../charts/chart';
import '../ui/controls';
import { FilterEvent } from '../ui/controls';
import '../ui/states';
import { type RunHost } from './api';
import { cardItems, type CardChange, changeOf } from './cardMenu';
import { EMPTY_LAYOUT, placePin, planCharts, type PlannedChart, addToChart, togglePin } from './chartPlan';
import './metricBar';
import { type AskEvent, type RivalEvent, type SettingsEvent } from './metricBar';
import { newColours } from './metricCard';
import { filterMetrics } from './metricFilter';
import './metricList';
import { type PinEvent, type RevealEvent } from './metricList';
import { metricsStyles } from './metricsStyles';
import { METRICS_AT_A_TIME, type RunModel } from './model';
import { type StateKeeper } from './pageState';
import { type SeriesStore } from './seriesStore';
import { countWords } from './words';

/** Fewer metrics than this are found without a filter. */
const FILTER_FROM = 9;
const DRAGGED = 'application/x-loopwright-chart';
/** Near the edges of a card a dragged one takes a place; in between it is drawn into it. */
const EDGE_SHARE = 0.25;
const HEADING_PIXELS = 34;
const KEEP_DELAY_MS = 300;

@customElement('lw-metrics')
export class Metrics extends LitElement {
  static override readonly styles = metricsStyles;

  @property({ attribute: false }) model!: RunModel;
  @property({ attribute: false }) host!: RunHost;
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) kept!: StateKeeper;
  /** Counts the changes of the model, which is the same object for ever. */
  @property({ attribute: false }) version = 0;
  @state() private offered: { parent: Rival | null; best: Rival | null } = { parent: null, best: null };

  private readonly colours = newColours();
  private keeping: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener(FilterEvent.type, this.onFilter);
    void this.loadRivals();
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('model')) this.loadWanted();
  }

  protected override render() {
    const total = this.model.page?.totals.metrics ?? 0;
    if (total === 0) return this.renderEmpty();
    const { filter, rivals } = this.kept.current;
    const found = filterMetrics(this.model.metrics, filter);
    const shown = found.slice(0, this.limit);
    const charts = planCharts(shown, this.model.metrics, this.layout.pinned);
    const isAll = filter === '' && !this.model.hasMoreMetrics;
    return html`
      <div class="bar">
        ${total < FILTER_FROM && filter === '' ? nothing : html`<lw-filter label="Filter metrics" .value=${filter}></lw-filter>`}
        ${
          charts.length === 0
            ? nothing
            : html`<lw-metric-bar
                .settings=${this.layout.settings}
                .rivals=${rivals}
                .parent=${this.offered.parent}
                .best=${this.offered.best}
                @lw-settings=${(event: SettingsEvent) => this.onSettings(event.change)}
                @lw-ask=${(event: AskEvent) => this.ask(event)}
                @lw-rival=${(event: RivalEvent) => this.setRival(event.rival, event.isWanted)}
              ></lw-metric-bar>`
        }
        <span class="quiet" role="status">${this.countText(shown.length, found.length, total, isAll)}</span>
      </div>
      <lw-metric-list
        .metrics=${found}
        .store=${this.store}
        .pinned=${new Set(this.layout.pinned.map(({ keys }) => keys[0] ?? ''))}
        @lw-pin=${(event: PinEvent) => this.setPinned(togglePin(this.layout.pinned, event.key))}
        @lw-reveal=${(event: RevealEvent) => this.reveal(event.key)}
      ></lw-metric-list>
      <div class="grid">${repeat(charts, ({ id }) => id, this.renderCard)}</div>
      ${this.renderMore(shown.length < found.length || this.model.hasMoreMetrics)}
    `;
  }

  private readonly renderCard = (chart: PlannedChart) => {
    const { id, summaries } = chart;
    const { zooms, tables, overrides, rivals } = this.kept.current;
    const override = Object.hasOwn(overrides, id) ? (overrides[id] ?? {}) : {};
    return html`<lw-metric-card
      data-chart=${id}
      .summaries=${summaries}
      .rivals=${rivals}
      .rivalChanges=${this.model.page?.rivalChanges ?? {}}
      .colours=${this.colours}
      .store=${this.store}
      .settings=${{ ...this.layout.settings, ...override }}
      runName=${this.model.page?.run.name ?? ''}
      .zoom=${Object.hasOwn(zooms, id) ? (zooms[id] ?? null) : null}
      .table=${tables.includes(id)}
      .items=${cardItems(chart, this.layout, override)}
      draggable="true"
      @dragstart=${(event: DragEvent) => onDragStart(event, id)}
      @dragover=${onDragOver}
      @dragleave=${onDragLeave}
      @drop=${(event: DragEvent) => this.onDrop(event, id)}
      @lw-zoom=${(event: ZoomEvent) => this.changed(() => this.kept.setZoom(id, event.range))}
      @lw-table=${(event: TableEvent) => this.changed(() => this.kept.setTable(id, event.isTable))}
      @lw-card-menu=${(event: CardMenuEvent) => void this.onCard(chart, changeOf(event.id))}
      @lw-copy=${(event: CopyEvent) => this.host.command('copy', { text: event.text })}
      @lw-save=${(event: SaveEvent) => this.save(chart, event)}
    ></lw-metric-card>`;
  };

  private get layout(): ChartLayout {
    return this.kept.current.layout ?? EMPTY_LAYOUT;
  }

  /** Kept with the page, and by the extension for the next run of this experiment. */
  private setLayout(change: Partial<ChartLayout>): void {
    const layout = { ...this.layout, ...change };
    this.changed(() => this.kept.change({ layout }));
    // A slider that is drawn along says many things on its way.
    clearTimeout(this.keeping);
    this.keeping = setTimeout(() => this.host.command('keepCharts', layout), KEEP_DELAY_MS);
  }

  private setPinned(pinned: PinnedChart[]): void {
    this.setLayout({ pinned });
  }

  private onSettings(change: Partial<ChartSettings>): void {
    // What is zoomed into is a place on the old axis.
    if (change.axis) this.kept.change({ zooms: {} });
    this.setLayout({ settings: { ...this.layout.settings, ...change } });
  }

  private setRival(rival: Rival, isWanted: boolean): void {
    const others = this.kept.current.rivals.filter(({ runId }) => runId !== rival.runId);
    this.changed(() => this.kept.change({ rivals: isWanted ? [...others, rival].slice(-19) : others }));
  }

  private async ask({ what }: AskEvent): Promise<void> {
    if (what === 'axis') {
      const { key } = await this.host.request('pickMetric', { purpose: 'axis', without: [] }, null);
      if (key !== null) this.onSettings({ axis: { by: 'metric', key } });
      return;
    }
    const { run } = await this.host.request('pickRun', {}, null);
    if (run) this.setRival(run, true);
  }

  private async onCard({ id, summaries }: PlannedChart, change: CardChange | null): Promise<void> {
    if (change === null) return;
    if (change.kind === 'settings') {
      if (change.settings === null || change.settings.axis) this.kept.setZoom(id, null);
      this.changed(() => this.kept.setOverride(id, change.settings));
      return;
    }
    if (change.kind === 'layout') {
      this.setPinned(change.pinned(this.layout.pinned, id));
      return;
    }
    const without = summaries.map(({ key }) => key);
    const { key } = await this.host.request('pickMetric', { purpose: 'add', without }, null);
    if (key !== null) this.setPinned(addToChart(this.layout.pinned, id, key));
  }

  private onDrop(event: DragEvent, id: string): void {
    onDragLeave(event);
    const dragged = event.dataTransfer?.getData(DRAGGED) ?? '';
    if (dragged === '' || dragged === id || !(event.currentTarget instanceof HTMLElement)) return;
    event.preventDefault();
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const { pinned } = this.layout;
    if (share >= EDGE_SHARE && share <= 1 - EDGE_SHARE) {
      this.setPinned(addToChart(pinned, id, dragged));
      return;
    }
    const at = pinned.findIndex(({ keys }) => keys[0] === id);
    const before = share < EDGE_SHARE ? id : (pinned[at + 1]?.keys[0] ?? null);
    this.setPinned(placePin(pinned, dragged, at < 0 ? null : before));
  }

  private save({ summaries }: PlannedChart, { heading, saved }: SaveEvent): void {
    if (saved.format !== 'csv') {
      this.host.command('savePicture', { ...saved, heading });
      return;
    }
    const runs = [{}, ...this.kept.current.rivals.map(({ runId }) => ({ runId }))];
    const lines = runs.flatMap((run) => summaries.map(({ key }) => ({ ...run, key })));
    this.host.command('savePoints', { heading, lines });
  }

  private reveal(key: string): void {
    const at = filterMetrics(this.model.metrics, this.kept.current.filter).findIndex((metric) => metric.key === key);
    if (at >= this.limit)
      this.kept.change({ metricLimit: (Math.floor(at / METRICS_AT_A_TIME) + 1) * METRICS_AT_A_TIME });
    this.requestUpdate();
    void this.updateComplete.then(() => {
      const card = [...this.renderRoot.querySelectorAll<HTMLElement>('lw-metric-card')].find(
        ({ dataset }) => dataset.chart === key,
      );
      card?.scrollIntoView({ block: 'center' });
    });
  }

  private async loadRivals(): Promise<void> {
    try {
      this.offered = await this.host.request('rivals', {});
    } catch {
      // The charts are there without: what is missing is a menu's entry.
    }
  }

  private changed(change: () => void): void {
    change();
    this.requestUpdate();
  }

  private renderEmpty() {
    const run = this.model.page?.run;
    const isRunning = run?.timing.status === 'RUNNING';
    const empty = isRunning ? 'Nothing has been logged yet.' : 'This run logged no metrics.';
    // Of a sweep or a search, it is the children that log.
    if (run && run.childCount > 0) return html`<p class="quiet">${empty} Its children are below.</p>`;
    const where = run?.kind === 'notebook' || run?.kind === 'followed' ? 'a cell' : 'the script';
    return html`<p class="quiet">
      ${empty} To see curves here, log values in ${where}:
      <code>import loopwright; loopwright.log(loss=0.3, step=1)</code>
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

/** Only by its heading: a drag in the plot is a zoom. */
function onDragStart(event: DragEvent, id: string): void {
  const top = event.currentTarget instanceof HTMLElement ? event.currentTarget.getBoundingClientRect().top : 0;
  if (event.clientY - top > HEADING_PIXELS) {
    event.preventDefault();
    return;
  }
  event.dataTransfer?.setData(DRAGGED, id);
}

function onDragOver(event: DragEvent): void {
  if (!event.dataTransfer?.types.includes(DRAGGED)) return;
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.classList.add('dropping');
}

function onDragLeave(event: DragEvent): void {
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.classList.remove('dropping');
}
