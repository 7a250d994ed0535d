/** `<lw-metric-card>`: metrics of the run in one chart, and those of its rivals; asked for as long as it is in view. */
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { fromWireNumber, type MetricSummary } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { specOf } from '../../src/protocol/pages/chartPlan';
import { type ChartSettings, type Rival } from '../../src/protocol/pages/charts';
import '../charts/card';
import { ColourBook } from '../charts/colours';
import { type ChartLine, type Range, type XUnit } from '../charts/frame';
import { type MenuItem } from '../ui/menuItem';
import { watchVisibility } from '../ui/visibility';
import { DEFAULT_SETTINGS, unitOf } from './chartPlan';
import { sameSummary } from './metricFilter';
import { type SeriesSpec, type SeriesState, type SeriesStore } from './seriesStore';

/** Colours of the page: of runs, of metrics, and of both at once. Each begins with the theme's first. */
export interface Colours {
  readonly runs: ColourBook;
  readonly metrics: ColourBook;
  readonly both: ColourBook;
}

/** This run is always drawn in the first colour. */
export const OWN_RUN = '';

export function newColours(): Colours {
  const runs = new ColourBook();
  runs.slotOf(OWN_RUN);
  return { runs, metrics: new ColourBook(), both: new ColourBook() };
}

interface WantedLine {
  readonly id: string;
  readonly name: string;
  readonly slot: number;
  readonly spec: SeriesSpec;
  /** null where nobody says how many points there are. */
  readonly summary: MetricSummary | null;
}

const sameSummaries = (left: readonly MetricSummary[], right: readonly MetricSummary[] = []) =>
  left.length === right.length && left.every((summary, at) => sameSummary(summary, right[at]));

/** Of small things that are made anew for every drawing of the page. */
const unlike = (next: unknown, old: unknown) => JSON.stringify(next) !== JSON.stringify(old);

@customElement('lw-metric-card')
export class MetricCard extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    lw-chart-card {
      height: var(--lw-card-height, 222px);
    }
    /* As high as the card that takes its place once it is near. */
    .far {
      box-sizing: border-box;
      height: var(--lw-card-height, 222px);
      padding: 6px 8px;
      border: 1px solid var(--vscode-widget-border, transparent);
      border-radius: 4px;
    }
    h3 {
      margin: 0;
      font-size: inherit;
      font-weight: 600;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    :host(.dropping) lw-chart-card {
      border-color: var(--vscode-focusBorder);
    }
  `;

  @property({
    attribute: false,
    hasChanged: (next, old) => !sameSummaries(next as MetricSummary[], old as MetricSummary[] | undefined),
  })
  summaries: readonly MetricSummary[] = [];
  @property({ attribute: false }) rivals: readonly Rival[] = [];
  /** How often each of them has changed: their curves are asked for again when they do. */
  @property({ attribute: false, hasChanged: unlike }) rivalChanges: Readonly<Record<string, number>> = {};
  /** What this run is called beside its rivals. */
  @property() runName = '';
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) colours: Colours = newColours();
  @property({ attribute: false, hasChanged: unlike }) settings: ChartSettings = DEFAULT_SETTINGS;
  /** In place of the key, for people. */
  @property() heading = '';
  /** Where steps are something else than steps. */
  @property() unit: XUnit | '' = '';
  @property({ attribute: false }) zoom: Range | null = null;
  @property({ type: Boolean }) table = false;
  @property({ attribute: false, hasChanged: unlike }) items: readonly MenuItem[] = [];
  @state() private isNear = false;
  /** From then on the heading and its buttons stay: one of them may have the focus. */
  private wasNear = false;
  /** Counts answers of the store. */
  @state() private answers = 0;

  private wanted: readonly WantedLine[] = [];
  /** What is shown of a line until its points for another zoom or axis arrive. */
  private readonly shown = new Map<string, ChartLine>();
  private drawn: readonly ChartLine[] = [];
  private stopWatching: (() => void) | null = null;
  private readonly onSeries = () => {
    this.answers++;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopWatching = watchVisibility(this, (isNear) => {
      this.isNear = isNear;
      this.wasNear ||= isNear;
      if (!isNear) this.store.unwatch(this);
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stopWatching?.();
    this.isNear = false;
    this.store.unwatch(this);
  }

  protected override willUpdate(changed: PropertyValues): void {
    const isOther = ['summaries', 'zoom', 'rivals', 'rivalChanges', 'settings'].some((name) => changed.has(name));
    if (isOther) this.wanted = this.wantedLines();
    const before = changed.get('settings') as ChartSettings | undefined;
    // Places on another axis mean nothing on this one; other averages are only a moment out of date.
    if (before && unlike(before.axis, this.settings.axis)) this.shown.clear();
    if (this.isNear && (isOther || changed.has('isNear'))) this.watch();
    this.drawn = this.isNear ? this.currentLines() : [];
  }

  protected override render() {
    const [first] = this.summaries;
    const only = this.summaries.length === 1 ? first : undefined;
    const title = this.heading || this.summaries.map(({ key }) => key).join(', ');
    const hint = this.summaries.map(({ key }) => key).join(', ');
    if (!this.wasNear)
      return html`<div class="far">
        <h3 title=${hint}><bdi>${title}</bdi></h3>
      </div>`;
    const states = this.wanted.map(({ spec }) => this.store.state(spec));
    const own = this.store.state(this.wanted[0]?.spec ?? EMPTY_SPEC);
    return html`<lw-chart-card
      heading=${title}
      hint=${hint}
      value=${only ? formatNumber(fromWireNumber(only.last)) : ''}
      valueHint=${String(only?.last ?? '')}
      facts=${only ? facts(only, this.x) : countFacts(this.summaries)}
      x=${this.x}
      axisName=${this.settings.axis.by === 'metric' ? this.settings.axis.key : ''}
      ?log=${this.settings.log}
      ?table=${this.table}
      ?visible=${this.isNear}
      ?isLoading=${states.some(({ isLoading }) => isLoading)}
      .lines=${this.drawn}
      .zoom=${this.zoom}
      .problem=${own.problem}
      .notes=${this.notes(states)}
      .items=${this.items}
      @lw-retry=${this.retry}
    ></lw-chart-card>`;
  }

  private get x(): XUnit {
    return this.unit || unitOf(this.settings.axis);
  }

  private watch(): void {
    this.store.watch(
      this,
      this.wanted.map(({ spec, summary }) => ({
        spec,
        count: summary?.count ?? this.rivalChanges[spec.runId ?? ''] ?? 0,
      })),
      this.onSeries,
    );
  }

  private wantedLines(): WantedLine[] {
    const runs: readonly (Rival | null)[] = [null, ...this.rivals];
    const isMany = this.summaries.length > 1;
    const lines = { settings: this.settings, zoom: this.zoom, lineCount: runs.length * this.summaries.length };
    return this.summaries.flatMap((summary) =>
      runs.map((rival): WantedLine => {
        const { key } = summary;
        const run = rival?.name ?? this.runName;
        const id = `${rival?.runId ?? OWN_RUN} ${key}`;
        const { runs: byRun, metrics: byKey, both } = this.colours;
        return {
          id,
          name: isMany
            ? rival || this.rivals.length > 0
              ? `${key} · ${run}`
              : key
            : this.rivals.length > 0
              ? run
              : key,
          slot: isMany
            ? this.rivals.length > 0
              ? both.slotOf(id)
              : byKey.slotOf(key)
            : byRun.slotOf(rival?.runId ?? OWN_RUN),
          spec: specOf(key, rival, lines),
          summary: rival ? null : summary,
        };
      }),
    );
  }

  /** The same array as before where nothing is new: a chart draws when it gets another. */
  private currentLines(): readonly ChartLine[] {
    const lines = this.wanted.flatMap(({ id, name, slot, spec, summary }) => {
      const { series } = this.store.state(spec);
      const known = this.shown.get(id);
      if (!series) return known ? [known] : [];
      if (summary === null && series.count === 0) return [];
      if (known?.points === series.points && known.name === name && known.slot === slot) return [known];
      const line = { id, name, slot, points: series.points, count: series.count };
      this.shown.set(id, line);
      return [line];
    });
    const isSame = lines.length === this.drawn.length && lines.every((line, at) => line === this.drawn[at]);
    return isSame ? this.drawn : lines;
  }

  private notes(states: readonly SeriesState[]): string[] {
    const { axis } = this.settings;
    const notes: string[] = [];
    if (axis.by === 'metric' && this.zoom === null && this.unit === '') {
      const left = this.wanted.reduce(
        (sum, { summary }, at) =>
          sum + Math.max(0, (summary?.count ?? 0) - (states[at]?.series?.count ?? summary?.count ?? 0)),
        0,
      );
      if (left > 0) notes.push(`${formatNumber(left)} points without ${axis.key} left out`);
    }
    for (const [at, { summary, name }] of this.wanted.entries())
      if (summary === null && this.zoom === null && hasNone(states[at])) notes.push(`${name} has none`);
    return notes;
  }

  private readonly retry = () => {
    for (const { spec } of this.wanted) if (this.store.state(spec).problem !== null) this.store.retry(spec);
  };
}

const hasNone = (state: SeriesState | undefined) =>
  state !== undefined && (state.problem !== null || state.series?.count === 0);

const EMPTY_SPEC: SeriesSpec = { key: '', axis: { by: 'step' }, maxPoints: 2, smoothing: 0 };

function facts({ min, max, step }: MetricSummary, x: XUnit): string {
  const range = min === null || max === null ? [] : [`min ${formatNumber(min)}`, `max ${formatNumber(max)}`];
  return [...(x === 'seconds' ? [] : [`step ${formatNumber(step)}`]), ...range].join(' · ');
}

function countFacts(summaries: readonly MetricSummary[]): string {
  return `${String(summaries.length)} metrics · step ${formatNumber(summaries.reduce((most, { step }) => Math.max(most, step), 0))}`;
}
