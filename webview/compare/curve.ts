/** `<lw-compare-curve>`: one metric of several runs in one chart; asked for as long as it is in view. */
import { css, html, LitElement, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type RunRow } from '../../src/protocol/entities';
import '../charts/card';
import { type ZoomEvent } from '../charts/chart';
import { type ChartLine, type Range } from '../charts/frame';
import { pointsPerLine, type SeriesSpec, type SeriesStore } from '../run/seriesStore';
import { isOver } from '../run/words';
import { watchVisibility } from '../ui/visibility';
import { type CompareState } from './state';

interface CurveSettings {
  readonly axis: CompareState['chartAxis'];
  readonly log: boolean;
  readonly smoothing: number;
}

@customElement('lw-compare-curve')
export class CompareCurve extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
      min-width: 0;
    }
    lw-chart-card {
      height: 280px;
    }
  `;

  @property() metric = '';
  @property({ attribute: false, hasChanged: (next, old) => !sameRuns(next as RunRow[], old as RunRow[] | undefined) })
  runs: readonly RunRow[] = [];
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) slotOf: (runId: string) => number = () => 0;
  @property({
    attribute: false,
    hasChanged: (next, old) => JSON.stringify(next) !== JSON.stringify(old),
  })
  settings: CurveSettings = { axis: 'step', log: false, smoothing: 0 };
  @property({ type: Boolean }) table = false;
  /** Of what the page has read: points of runs that go on are asked for again. */
  @property({ type: Number }) dataVersion = 0;
  @state() private isNear = false;
  @state() private zoom: Range | null = null;
  /** Counts answers of the store. */
  @state() private answers = 0;

  private wanted: readonly { readonly run: RunRow; readonly spec: SeriesSpec }[] = [];
  /** What is shown of a line until its points for another zoom arrive. */
  private readonly shown = new Map<string, ChartLine>();
  private lines: readonly ChartLine[] = [];
  private stopWatching: (() => void) | null = null;
  private readonly onSeries = () => {
    this.answers++;
  };

  override connectedCallback(): void {
    super.connectedCallback();
    this.stopWatching = watchVisibility(this, (isNear) => {
      this.isNear = isNear;
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
    if (changed.has('settings')) {
      const before = changed.get('settings') as CurveSettings | undefined;
      if (before && before.axis !== this.settings.axis) this.zoom = null;
      this.shown.clear();
    }
    this.wanted = this.runs.map((run) => ({ run, spec: this.specOf(run) }));
    const isOther = ['runs', 'settings', 'zoom', 'isNear', 'dataVersion'].some((name) => changed.has(name));
    if (this.isNear && isOther)
      this.store.watch(
        this,
        this.wanted.map(({ run, spec }) => ({ spec, count: isOver(run) ? 0 : this.dataVersion })),
        this.onSeries,
      );
    this.lines = this.currentLines();
  }

  protected override render() {
    const states = this.wanted.map(({ spec }) => this.store.state(spec));
    const problem = states.find((one) => one.problem !== null)?.problem ?? null;
    return html`<lw-chart-card
      heading=${this.metric}
      x=${this.settings.axis === 'time' ? 'milliseconds' : 'step'}
      ?log=${this.settings.log}
      ?table=${this.table}
      ?visible=${this.isNear}
      ?isLoading=${states.some(({ isLoading }) => isLoading)}
      .lines=${this.lines}
      .zoom=${this.zoom}
      .problem=${this.lines.length === 0 ? problem : null}
      .notes=${problem !== null && this.lines.length > 0 ? ['some runs could not be read'] : []}
      @lw-zoom=${({ range }: ZoomEvent) => (this.zoom = range)}
      @lw-retry=${() => {
        for (const { spec } of this.wanted) this.store.retry(spec);
      }}
    ></lw-chart-card>`;
  }

  private specOf({ runId }: RunRow): SeriesSpec {
    const { axis, smoothing } = this.settings;
    const maxPoints = pointsPerLine(this.runs.length);
    return { runId, key: this.metric, axis: { by: axis }, ...this.zoom, maxPoints, smoothing };
  }

  /** The same array as before where nothing is new: a chart draws when it gets another. */
  private currentLines(): readonly ChartLine[] {
    const lines = this.wanted.flatMap(({ run: { runId, name }, spec }) => {
      const { series } = this.store.state(spec);
      const known = this.shown.get(runId);
      const slot = this.slotOf(runId);
      if (!series) return known ? [known] : [];
      if (known?.points === series.points && known.name === name && known.slot === slot) return [known];
      const line = { id: runId, name, slot, points: series.points, count: series.count };
      this.shown.set(runId, line);
      return [line];
    });
    const isSame = lines.length === this.lines.length && lines.every((line, at) => line === this.lines[at]);
    return isSame ? this.lines : lines;
  }
}

const sameRuns = (next: readonly RunRow[], old: readonly RunRow[] = []): boolean =>
  next.length === old.length &&
  next.every((run, at) => run.runId === old[at]?.runId && run.name === old[at].name && isOver(run) === isOver(old[at]));
