/**
 * `<lw-scatter>`: runs as points between two axes.
 *
 * In: `x`, `y` and, where colours are to say something, `colour`: an axis and its place in the values of `runs`.
 * Out: `PickEvent`. By keys, arrows read the runs from left to right and Enter opens one.
 */
import { css, html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { shortened } from '../charts/labels';
import { type ChartTheme, readChartTheme } from '../charts/theme';
import { visuallyHidden } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import { colourLegend, runReading } from './captions';
import { strokeOf } from './colouring';
import { PickEvent } from './events';
import { plotStyles } from './plotStyles';
import { type AxisType, HIGH, LOW, type PlotAxis, type PlotRun, type PlotValue, type Scale, scaleOf } from './scale';
import { labelTops, type PointLabel, ROOM, type ScatterLayout, scatterLayout } from './scatterLayout';
import { standalone, valueWords } from './words';

export interface ScatterAxis {
  readonly axis: PlotAxis;
  /** Of the values of each run. */
  readonly index: number;
  readonly type: AxisType | undefined;
}

const HEIGHT = 360;
const NEAR_PIXELS = 24;
const LABEL_CHARS = 11;
/** Names stand beside the points where there are few. */
const MAX_NAMED = 8;
/** Nearer to the right edge a name stands on the left of its point. */
const LABEL_ROOM = 140;
const LABEL_GAP = 9;

interface Scales {
  readonly x: Scale;
  readonly y: Scale;
  readonly colour: Scale | null;
}

interface Point {
  readonly run: PlotRun;
  readonly x: number;
  readonly y: number;
}

@customElement('lw-scatter')
export class Scatter extends LitElement {
  static override readonly styles = [
    visuallyHidden,
    plotStyles,
    css`
      svg.plot:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
        outline-offset: -1px;
      }
      svg.plot text.name {
        fill: var(--vscode-foreground);
        font-size: 12px;
      }
    `,
  ];

  @property({ attribute: false }) runs: readonly PlotRun[] = [];
  @property({ attribute: false }) x: ScatterAxis | null = null;
  @property({ attribute: false }) y: ScatterAxis | null = null;
  @property({ attribute: false }) colour: ScatterAxis | null = null;

  @state() private width = 0;
  @state() private hovered = '';
  @state() private spoken = '';
  @query('svg.plot') private readonly plot!: SVGSVGElement | null;

  private theme: ChartTheme | null = null;
  private stopTheme: (() => void) | null = null;
  private scales: Scales | null = null;
  private layout: ScatterLayout | null = null;
  private points: readonly Point[] = [];
  private readonly sizes = new ResizeObserver(([entry]) => {
    this.width = entry?.contentRect.width ?? 0;
  });

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    this.stopTheme = onThemeChange(() => {
      this.theme = null;
      this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.stopTheme?.();
    this.theme = null;
  }

  /** A picture of it by itself; null where nothing is drawn. */
  toSvg(): string | null {
    return this.plot ? standalone(this.plot, []) : null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    const { x, y, colour } = this;
    if (!x || !y) return;
    if (changed.has('runs') || changed.has('x') || changed.has('y') || changed.has('colour')) {
      const along = ({ index, type }: ScatterAxis) =>
        scaleOf(
          this.runs.map((run) => valueAt(run, index)),
          type,
          true,
        );
      this.scales = { x: along(x), y: along(y), colour: colour && along(colour) };
    }
    const scales = this.scales;
    if (!scales) return;
    const { left, top } = (this.layout = scatterLayout({ width: this.width, height: HEIGHT }, scales.x, scales.y));
    this.points = this.runs
      .map((run) => ({
        run,
        x: left(scales.x.place(valueAt(run, x.index))),
        y: top(scales.y.place(valueAt(run, y.index))),
      }))
      .sort((a, b) => a.x - b.x || b.y - a.y);
  }

  protected override render() {
    const { x, y, scales } = this;
    if (!x || !y || !scales) return html`<p class="empty">Choose what stands along each axis.</p>`;
    return html`
      <div class="stage">${this.width > 0 ? this.renderPlot(x, y, scales) : nothing} ${this.renderReading()}</div>
      <div class="caption">${this.renderLegend()}</div>
      <div class="visually-hidden" role="status">${this.spoken}</div>
    `;
  }

  protected override updated(): void {
    const reading = this.renderRoot.querySelector<HTMLElement>('.reading');
    const point = this.points.find(({ run }) => run.id === this.hovered);
    if (!reading || !point) return;
    const right = point.x + 12;
    const left = right + reading.offsetWidth < this.width ? right : Math.max(0, point.x - reading.offsetWidth - 12);
    reading.style.setProperty('left', `${String(left)}px`);
    reading.style.setProperty('top', `${String(Math.min(point.y, HEIGHT - reading.offsetHeight))}px`);
  }

  private renderPlot(x: ScatterAxis, y: ScatterAxis, scales: Scales) {
    const theme = (this.theme ??= readChartTheme());
    const labels = this.runs.length <= MAX_NAMED ? this.points.map((point) => this.labelOf(point)) : [];
    const tops = labelTops(labels);
    return html`<svg
      class="plot"
      height=${HEIGHT}
      tabindex="0"
      role="application"
      aria-roledescription="scatter plot"
      aria-label="${shortened(y.axis.key, 80)} by ${shortened(x.axis.key, 80)}, ${this.runs.length} runs"
      aria-description="Left and right arrows read the runs, Enter opens one."
      @pointermove=${this.onPoint}
      @pointerleave=${() => (this.hovered = '')}
      @click=${this.open}
      @keydown=${this.onKey}
    >
      ${this.layout ? this.renderAxes([x, y], scales, this.layout, theme) : nothing}
      ${this.points.map(({ run, x: cx, y: cy }, index) => {
        const label = labels[index];
        const { colour } = strokeOf(theme, run, scales.colour, this.colour ? valueAt(run, this.colour.index) : null);
        const isHovered = run.id === this.hovered;
        return svg`<circle cx=${cx} cy=${cy} r=${isHovered ? 7 : 5} fill=${colour} stroke=${isHovered ? theme.text : theme.background} stroke-width=${isHovered ? 2 : 1}></circle>
          ${label ? svg`<text class="name halo" x=${label.x} y=${tops[index] ?? cy} text-anchor=${label.anchor}>${label.text}</text>` : nothing}`;
      })}
    </svg>`;
  }

  private labelOf({ run, x, y }: { run: PlotRun; x: number; y: number }): PointLabel {
    const isAtEnd = x > this.width - LABEL_ROOM;
    return {
      x: isAtEnd ? x - LABEL_GAP : x + LABEL_GAP,
      y: y + 4,
      text: shortened(run.name, 20),
      anchor: isAtEnd ? 'end' : 'start',
    };
  }

  private renderAxes(
    [x, y]: readonly [ScatterAxis, ScatterAxis],
    scales: Scales,
    layout: ScatterLayout,
    theme: ChartTheme,
  ) {
    const { left, top } = layout;
    const [start, end] = [ROOM.left, this.width - ROOM.right];
    const [axis, labels] = [top(0), HEIGHT - ROOM.bottom + 16];
    return svg`
      ${scales.y.ticks.map(
        ({ at }) =>
          svg`<line stroke=${theme.grid} stroke-opacity="0.8" x1=${start} x2=${end} y1=${top(at)} y2=${top(at)}></line>`,
      )}
      ${labelled(scales.y).map(
        ({ at, label }) =>
          svg`<text x=${start - 8} y=${top(at) + 4} text-anchor="end">${shortened(label, LABEL_CHARS)}</text>`,
      )}
      ${scales.x.ticks.map(
        ({ at }) => svg`<line class="axis" x1=${left(at)} x2=${left(at)} y1=${axis} y2=${axis + 3}></line>`,
      )}
      ${labelled(scales.x).map(
        ({ at, label }) =>
          svg`<text x=${left(at)} y=${labels} text-anchor="middle">${shortened(label, LABEL_CHARS)}</text>`,
      )}
      <line class="axis" x1=${start} x2=${end} y1=${axis} y2=${axis}></line>
      <text x="4" y="12">${shortened(y.axis.key, 60)}</text>
      <text x=${end} y=${HEIGHT - 6} text-anchor="end">${shortened(x.axis.key, 60)}</text>
    `;
  }

  private renderReading() {
    const run = this.runs.find(({ id }) => id === this.hovered);
    return run ? runReading(run, this.shownAxes) : nothing;
  }

  private get shownAxes(): readonly ScatterAxis[] {
    return [this.x, this.y, this.colour].filter((axis) => axis !== null);
  }

  private renderLegend() {
    const { colour, scales, theme } = this;
    return colour && scales?.colour && theme ? colourLegend(colour.axis, scales.colour, theme) : nothing;
  }

  private readonly onPoint = (event: PointerEvent) => {
    const box = this.plot?.getBoundingClientRect();
    if (!box) return;
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let least = NEAR_PIXELS;
    let nearest = '';
    for (const point of this.points) {
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance >= least) continue;
      least = distance;
      nearest = point.run.id;
    }
    this.hovered = nearest;
  };

  private readonly open = () => {
    if (this.hovered !== '') this.dispatchEvent(new PickEvent(this.hovered));
  };

  private readonly onKey = (event: KeyboardEvent) => {
    const at = this.points.findIndex(({ run }) => run.id === this.hovered);
    const last = this.points.length - 1;
    const next = {
      ArrowRight: Math.min(at + 1, last),
      ArrowLeft: at < 0 ? last : Math.max(at - 1, 0),
      Home: 0,
      End: last,
    }[event.key];
    if (event.key === 'Enter') this.open();
    else if (event.key === 'Escape' && at >= 0) this.hovered = '';
    else if (next === undefined) return;
    else {
      const run = this.points[next]?.run;
      if (!run) return;
      this.hovered = run.id;
      const values = this.shownAxes.map(({ axis, index }) => `${axis.key} ${valueWords(axis, valueAt(run, index))}`);
      this.spoken = `${run.name}: ${values.join(', ')}`;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

/** The ticks, and what stands outside them. */
const labelled = ({ ticks, low, high }: Scale) => [
  ...ticks,
  ...(low === '' ? [] : [{ at: LOW, label: low }]),
  ...(high === '' ? [] : [{ at: HIGH, label: high }]),
];

const valueAt = ({ values }: PlotRun, index: number): PlotValue => values[index] ?? null;
