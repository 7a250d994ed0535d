/**
 * `<lw-parallel>`: parallel coordinates of up to a thousand runs.
 *
 * In: `axes` in their order, `runs` with a value for each, `types` and `brushes` by axis, `colourBy` (the id of an axis).
 * Out: `AxesEvent`, `AxisTypeEvent`, `BrushesEvent`, `PickEvent`. It keeps nothing of these itself.
 */
import { html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { type ChartTheme, readChartTheme } from '../charts/theme';
import { shortened } from '../charts/labels';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import { visuallyHidden } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import { axisMenu, brushWords, drawnAxis } from './axis';
import { colourLegend, runReading } from './captions';
import { strokeOf } from './colouring';
import { AxesEvent, AxisTypeEvent, BrushesEvent, PickEvent } from './events';
import {
  type Brush,
  type Brushes,
  groupPaths,
  isLetThrough,
  moved,
  nearestLine,
  nudged,
  pathOf,
} from './parallelLines';
import { placeOf, placesOf, xOf } from './parallelLines';
import { parallelStyles } from './parallelStyles';
import { plotStyles } from './plotStyles';
import { AXIS_TYPES, type AxisType, type PlotAxis, type PlotRun, type Scale, scaleOf } from './scale';
import { standalone } from './words';

const HEIGHT = 320;
const AXIS_PIXELS = 96;
const TRACK_PIXELS = 28;
const MIN_DRAG_PIXELS = 4;
const LABEL_CHARS = 14;
const HEAD_PIXELS = 26;

interface Drag {
  readonly axis: number;
  readonly kind: 'brush' | 'move';
  readonly start: number;
  readonly at: number;
}

@customElement('lw-parallel')
export class Parallel extends LitElement {
  static override readonly styles = [visuallyHidden, plotStyles, parallelStyles];

  @property({ attribute: false }) axes: readonly PlotAxis[] = [];
  @property({ attribute: false }) runs: readonly PlotRun[] = [];
  @property({ attribute: false }) types: Readonly<Record<string, AxisType>> = {};
  @property({ attribute: false }) brushes: Brushes = {};
  /** The axis whose values give the colours; empty where each run has its own. */
  @property() colourBy = '';
  /** Whether many lines lie over each other. */
  @property({ type: Boolean, reflect: true }) many = false;

  @state() private width = 0;
  @state() private hovered = -1;
  @state() private drag: Drag | null = null;
  @query('svg.plot') private readonly plot!: SVGSVGElement | null;

  private theme: ChartTheme | null = null;
  private stopTheme: (() => void) | null = null;
  private scales: readonly Scale[] = [];
  private places: readonly (readonly number[])[] = [];
  private readonly sizes = new ResizeObserver(([entry]) => {
    this.width = Math.max(entry?.contentRect.width ?? 0, this.axes.length * AXIS_PIXELS);
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

  /** How many runs pass all filters. */
  get letThrough(): readonly PlotRun[] {
    const brushes = this.orderedBrushes();
    return this.runs.filter((_, index) => isLetThrough(this.places[index] ?? [], brushes));
  }

  /** A picture of it by itself; null where nothing is drawn. */
  toSvg(): string | null {
    const { plot } = this;
    if (!plot) return null;
    const titles = this.axes.map(({ key }, axis) => ({
      x: xOf(axis, this.axes.length, this.width),
      y: 12,
      text: shortened(key, LABEL_CHARS * 1.5),
    }));
    return standalone(plot, titles);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('axes')) this.width = Math.max(this.clientWidth, this.axes.length * AXIS_PIXELS);
    if (!changed.has('axes') && !changed.has('runs') && !changed.has('types')) return;
    this.scales = this.axes.map(({ id }, axis) =>
      scaleOf(
        this.runs.map(({ values }) => values[axis] ?? null),
        this.types[id],
      ),
    );
    this.places = placesOf(this.runs, this.scales);
    this.hovered = -1;
  }

  protected override render() {
    if (this.axes.length < 2) return html`<p class="empty">Choose at least two axes.</p>`;
    const letThrough = this.letThrough.length;
    return html`
      <div class="scroll">
        <div class="stage">
          <div class="heads">${this.axes.map(this.renderHead)}</div>
          ${this.width > 0 ? this.renderPlot() : nothing} ${this.renderReading()}
        </div>
      </div>
      <div class="caption">
        <span role="status"
          >${
            letThrough === this.runs.length
              ? `${formatNumber(letThrough)} runs`
              : `${formatNumber(letThrough)} of ${formatNumber(this.runs.length)} runs let through`
          }</span
        >
        ${this.renderLegend()}
      </div>
    `;
  }

  protected override updated(): void {
    const stage = this.renderRoot.querySelector<HTMLElement>('.stage');
    stage?.style.setProperty('min-width', `${String(this.axes.length * AXIS_PIXELS)}px`);
    const reading = this.renderRoot.querySelector<HTMLElement>('.reading');
    if (!reading || !this.pointer) return;
    const left = this.pointer.x + 14;
    const hasRoom = left + reading.offsetWidth < this.width;
    reading.style.setProperty('left', `${String(hasRoom ? left : this.pointer.x - reading.offsetWidth - 14)}px`);
    reading.style.setProperty(
      'top',
      `${String(Math.min(this.pointer.y + HEAD_PIXELS, HEIGHT - reading.offsetHeight))}px`,
    );
  }

  private pointer: { x: number; y: number } | null = null;

  private readonly renderHead = (axis: PlotAxis, index: number) => {
    const isMoving = this.drag?.kind === 'move' && this.drag.axis === index;
    return html`<div
      class="head ${isMoving ? 'is-moving' : ''}"
      title=${axis.key}
      @pointerdown=${(event: PointerEvent) => this.startMove(event, index)}
      @pointermove=${this.dragOn}
      @pointerup=${this.endMove}
      @pointercancel=${this.cancel}
    >
      <bdi>${axis.key}</bdi>
      <lw-menu
        label="Axis ${shortened(axis.key, 80)}"
        icon="chevron-down"
        .items=${this.menuOf(index)}
        @pointerdown=${(event: Event) => event.stopPropagation()}
        @lw-menu=${(event: MenuEvent) => this.onMenu(event, index)}
      ></lw-menu>
    </div>`;
  };

  private menuOf(index: number): readonly MenuItem[] {
    const { axes } = this;
    const isFiltered = (axes[index]?.id ?? '') in this.brushes;
    return axisMenu(this.scales[index], { index, count: axes.length, isFiltered });
  }

  private onMenu({ id }: MenuEvent, index: number): void {
    const axis = this.axes[index];
    if (!axis) return;
    const type = AXIS_TYPES.find((one) => one === id);
    if (type) this.dispatchEvent(new AxisTypeEvent(axis.id, type));
    else if (id === 'left' || id === 'right') this.moveAxis(index, index + (id === 'left' ? -1 : 1));
    else if (id === 'clear') this.setBrush(index, null);
    else this.dispatchEvent(new AxesEvent(this.axes.filter((_, at) => at !== index).map((one) => one.id)));
  }

  private moveAxis(from: number, to: number): void {
    this.dispatchEvent(new AxesEvent(moved(this.axes, from, to).map(({ id }) => id)));
  }

  private renderPlot() {
    const size = { width: this.width, height: HEIGHT };
    const theme = (this.theme ??= readChartTheme());
    const brushes = this.orderedBrushes();
    const colourAxis = this.axes.findIndex(({ id }) => id === this.colourBy);
    const colourScale = this.scales[colourAxis] ?? null;
    const lines = this.runs.map((run, index) => {
      const places = this.places[index] ?? [];
      const { colour, dashes } = strokeOf(theme, run, colourScale, run.values[colourAxis] ?? null);
      return { places, group: JSON.stringify([colour, dashes]), isIn: isLetThrough(places, brushes) };
    });
    const out = groupPaths(
      lines.filter(({ isIn }) => !isIn).map((line) => ({ ...line, group: '' })),
      size,
    );
    const groups = groupPaths(
      lines.filter(({ isIn }) => isIn),
      size,
    );
    const hovered = lines[this.hovered];
    return html`<svg
      class="plot"
      height=${HEIGHT}
      role="group"
      aria-label="Parallel coordinates of ${this.runs.length} runs"
      @pointermove=${this.onPoint}
      @pointerleave=${this.onLeave}
      @click=${this.onClick}
    >
      ${[...out].map(([, d]) => svg`<path class="lines faint" d=${d} stroke=${theme.label} stroke-width="1"></path>`)}
      ${[...groups].map(([group, d]) => {
        const [colour = '', dashes = ''] = JSON.parse(group) as string[];
        return svg`<path class="lines" d=${d} stroke=${colour} stroke-width="1.5" stroke-dasharray=${dashes || nothing}></path>`;
      })}
      ${
        hovered
          ? svg`<path class="lines" d=${pathOf(hovered.places, size)} stroke=${theme.background} stroke-width="6"></path>
              <path class="lines" d=${pathOf(hovered.places, size)} stroke=${theme.text} stroke-width="2.5"></path>`
          : nothing
      }
      ${this.axes.map((axis, index) => this.renderAxis(axis, index, brushes[index]))}
    </svg>`;
  }

  private renderAxis({ key }: PlotAxis, index: number, brush: Brush | undefined) {
    const scale = this.scales[index];
    if (!scale) return nothing;
    const x = xOf(index, this.axes.length, this.width);
    const isLast = index === this.axes.length - 1;
    const before = index === 0 ? 0 : xOf(index - 1, this.axes.length, this.width);
    const labels = isLast
      ? { side: 'right' as const, room: this.width - x }
      : { side: 'left' as const, room: x - before };
    const words = brush === undefined ? 'no filter' : `filtered: ${brushWords(brush, scale)}`;
    return svg`
      ${drawnAxis(scale, { x, ...labels, height: HEIGHT }, brush)}
      <rect
        class="track"
        tabindex="0"
        role="application"
        aria-roledescription="filter"
        aria-label="${key}, ${words}"
        aria-description="Up and down arrows move the filter, with Shift its upper end, Escape clears it, Alt with left and right moves the axis."
        x=${x - TRACK_PIXELS / 2}
        width=${TRACK_PIXELS}
        y="2"
        height=${HEIGHT - 4}
        @pointerdown=${(event: PointerEvent) => this.startBrush(event, index)}
        @pointermove=${this.dragOn}
        @pointerup=${this.endBrush}
        @pointercancel=${this.cancel}
        @dblclick=${() => this.setBrush(index, null)}
        @keydown=${(event: KeyboardEvent) => this.onKey(event, index)}
      ></rect>
    `;
  }

  private renderReading() {
    const run = this.runs[this.hovered];
    if (!run || this.drag) return nothing;
    return runReading(
      run,
      this.axes.map((axis, index) => ({ axis, index })),
    );
  }

  private renderLegend() {
    const index = this.axes.findIndex(({ id }) => id === this.colourBy);
    const [axis, scale] = [this.axes[index], this.scales[index]];
    return axis && scale && this.theme ? colourLegend(axis, scale, this.theme) : nothing;
  }

  /** With the one that is being drawn. */
  private orderedBrushes(): readonly (Brush | undefined)[] {
    return this.axes.map(({ id }, index) => {
      const drag = this.drag;
      if (drag?.kind !== 'brush' || drag.axis !== index) return this.brushes[id];
      return brushBetween(drag.start, drag.at);
    });
  }

  private setBrush(index: number, brush: Brush | null): void {
    const axis = this.axes[index];
    if (!axis) return;
    const { [axis.id]: _dropped, ...others } = this.brushes;
    this.dispatchEvent(new BrushesEvent(brush ? { ...others, [axis.id]: brush } : others));
  }

  private pixelOf(event: PointerEvent): { x: number; y: number } {
    const box = this.plot?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  private startBrush(event: PointerEvent, axis: number): void {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const { y } = this.pixelOf(event);
    this.drag = { axis, kind: 'brush', start: y, at: y };
  }

  private startMove(event: PointerEvent, axis: number): void {
    if (event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    const { x } = this.pixelOf(event);
    this.drag = { axis, kind: 'move', start: x, at: x };
  }

  private readonly dragOn = (event: PointerEvent) => {
    if (!this.drag) return;
    const { x, y } = this.pixelOf(event);
    this.drag = { ...this.drag, at: this.drag.kind === 'brush' ? y : x };
  };

  private readonly endBrush = () => {
    const drag = this.drag;
    this.drag = null;
    if (!drag) return;
    const isClick = Math.abs(drag.at - drag.start) < MIN_DRAG_PIXELS;
    this.setBrush(drag.axis, isClick ? null : brushBetween(drag.start, drag.at));
  };

  private readonly endMove = () => {
    const drag = this.drag;
    this.drag = null;
    if (!drag || Math.abs(drag.at - drag.start) < MIN_DRAG_PIXELS) return;
    const to = Math.floor((drag.at * this.axes.length) / this.width);
    if (to !== drag.axis) this.moveAxis(drag.axis, to);
  };

  private readonly cancel = () => {
    this.drag = null;
  };

  private readonly onPoint = (event: PointerEvent) => {
    if (this.drag) return;
    this.pointer = this.pixelOf(event);
    const brushes = this.orderedBrushes();
    const shown = this.places.map((places) => (isLetThrough(places, brushes) ? places : []));
    this.hovered = nearestLine(shown, this.pointer, { width: this.width, height: HEIGHT });
    this.requestUpdate();
  };

  private readonly onLeave = () => {
    this.hovered = -1;
  };

  private readonly onClick = (event: MouseEvent) => {
    const run = this.runs[this.hovered];
    if (run && !(event.target as Element).matches('.track')) this.dispatchEvent(new PickEvent(run.id));
  };

  private onKey(event: KeyboardEvent, index: number): void {
    const axis = this.axes[index];
    if (!axis || event.ctrlKey || event.metaKey) return;
    if (event.altKey) {
      const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (way === undefined) return;
      this.moveAxis(index, index + way);
    } else if (event.key === 'Escape') {
      if (!(axis.id in this.brushes)) return;
      this.setBrush(index, null);
    } else {
      const way = ({ ArrowUp: 1, ArrowDown: -1 } as const)[event.key];
      if (way === undefined) return;
      this.setBrush(index, nudged(this.brushes[axis.id], way, event.shiftKey));
    }
    event.preventDefault();
    event.stopPropagation();
  }
}

function brushBetween(start: number, end: number): Brush {
  return { from: placeOf(Math.max(start, end), HEIGHT), to: placeOf(Math.min(start, end), HEIGHT) };
}
