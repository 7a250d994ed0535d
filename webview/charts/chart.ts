/** `<lw-metric-chart>`: the line of one metric, read by pointer and keys, zoomed by drag. */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { type MetricSeries } from '../../src/protocol/entities';
import { visuallyHidden } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import { chartStyles } from './chartStyles';
import { Drawing } from './drawing';
import { type ChartFrame, chartFrame, type Range, type XUnit } from './frame';
import { describeSeries, draggedRange, nearestIndex, readingOf, scaledRange, spokenReading } from './reading';
import { redrawQueue } from './redraw';
import { EDGE_PIXELS, PADDING } from './spec';
import { type ChartTheme, readChartTheme } from './theme';

/** What the page's head covers at the top. */
const HEAD_PIXELS = 70;

/** A drag shorter than this is a click. */
const MIN_DRAG_PIXELS = 5;

/** Asks for another range of steps; null for the whole. */
export class ZoomEvent extends Event {
  static readonly type = 'lw-zoom';
  constructor(readonly range: Range | null) {
    super(ZoomEvent.type, { bubbles: true, composed: true });
  }
}

/** The chart shows what it was given. Tells how long that took. */
export class DrawnEvent extends Event {
  static readonly type = 'lw-drawn';
  constructor(readonly durationMs: number) {
    super(DrawnEvent.type, { bubbles: true, composed: true });
  }
}

@customElement('lw-metric-chart')
export class MetricChart extends LitElement {
  static override readonly styles = [visuallyHidden, chartStyles];

  @property() label = '';
  @property({ attribute: false }) series: MetricSeries | null = null;
  @property({ attribute: false }) zoom: Range | null = null;
  @property() x: XUnit = 'step';

  @state() private cursor = -1;
  @state() private spoken = '';
  @state() private drag: { start: number; end: number } | null = null;
  @state() private problem: string | null = null;

  @query('.plot') private readonly plot!: HTMLElement;

  private drawing: Drawing | null = null;
  private frame: ChartFrame | null = null;
  private whole: Range | null = null;
  private theme: ChartTheme | null = null;
  private stopTheme: (() => void) | null = null;
  private readonly sizes = new ResizeObserver(() => redrawQueue.ask(this));

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    this.stopTheme = onThemeChange(() => {
      this.theme = null;
      redrawQueue.ask(this);
    });
    if (this.hasUpdated) redrawQueue.ask(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.sizes.disconnect();
    this.stopTheme?.();
    redrawQueue.forget(this);
    this.drawing?.dispose();
    this.drawing = null;
    this.theme = null;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('series') && !changed.has('zoom')) return;
    this.frame = this.series ? chartFrame(this.series, this.zoom, this.x) : null;
    if (this.frame && !this.zoom) this.whole = this.frame.steps;
    if (this.cursor >= (this.series?.points.length ?? 0)) this.cursor = -1;
    redrawQueue.ask(this);
  }

  /** Called by the queue of redraws alone. */
  async drawNow(): Promise<void> {
    if (!this.isConnected || !this.hasUpdated || !this.frame || this.plotWidth() <= 0) return;
    const startedAt = performance.now();
    try {
      this.drawing ??= new Drawing(this.plot);
      this.theme ??= readChartTheme();
      await this.drawing.draw(this.frame, this.theme, { width: this.plotWidth(), height: this.plotHeight() });
      this.problem = null;
      this.dispatchEvent(new DrawnEvent(performance.now() - startedAt));
      if (this.cursor >= 0) this.requestUpdate();
    } catch (error) {
      this.problem = `The chart could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
  }

  protected override render() {
    const label = this.series ? describeSeries(this.label, this.series, this.x) : this.label;
    return html`
      <div
        class="surface"
        tabindex="0"
        role="application"
        aria-roledescription="line chart"
        aria-label=${label}
        aria-description="Arrow keys read points, plus and minus zoom, Escape shows all."
        @pointermove=${this.onPointerMove}
        @pointerdown=${this.onPointerDown}
        @pointerup=${this.onPointerUp}
        @pointercancel=${this.clear}
        @pointerleave=${this.onPointerLeave}
        @dblclick=${() => this.askZoom(null)}
        @keydown=${this.onKey}
        @blur=${this.clear}
      >
        <div class="plot" aria-hidden="true"></div>
        ${this.problem === null ? nothing : html`<div class="problem" role="alert">${this.problem}</div>`}
        ${this.renderDrag()} ${this.renderCursor()}
      </div>
      <div class="visually-hidden" role="status">${this.spoken}</div>
    `;
  }

  protected override updated(): void {
    this.place('.selection', this.selectionBox());
    const point = this.series?.points[this.cursor];
    if (!point) return;
    const x = this.left + this.stepPixel(point.step);
    const height = this.plotHeight();
    this.place('.line', { left: x, top: PADDING.top, height });
    const y = typeof point.value === 'number' ? (this.drawing?.valuePixel(point.value) ?? null) : null;
    this.place('.dot', {
      left: x,
      top: PADDING.top + (y ?? (point.value === 'Infinity' ? EDGE_PIXELS : height - EDGE_PIXELS)),
    });
    this.placeReading(x);
  }

  /** Above the plot, so that it hides nothing of the line; below where there is no room. */
  private placeReading(x: number): void {
    const box = this.renderRoot.querySelector<HTMLElement>('.reading');
    if (!box) return;
    const chart = this.getBoundingClientRect();
    const left = Math.min(Math.max(chart.left + x - box.offsetWidth / 2, 4), window.innerWidth - box.offsetWidth - 4);
    const hasRoomAbove = chart.top - box.offsetHeight > HEAD_PIXELS;
    this.place('.reading', { left: left - chart.left, top: hasRoomAbove ? -box.offsetHeight - 2 : chart.height + 2 });
  }

  private renderDrag() {
    return this.drag ? html`<div class="selection"></div>` : nothing;
  }

  private renderCursor() {
    const point = this.series?.points[this.cursor];
    if (!point || this.drag) return nothing;
    const reading = readingOf(point, this.x);
    return html`
      <div class="line"></div>
      ${point.value === 'NaN' ? nothing : html`<div class="dot"></div>`}
      <div class="reading" aria-hidden="true">
        <div><b>${reading.value}</b> <span class="quiet">${reading.step}</span></div>
        ${reading.folded === null ? nothing : html`<div class="quiet">${reading.folded}</div>`}
        <div class="quiet">${reading.time}</div>
      </div>
    `;
  }

  /** Positions go through the style object: a style attribute would be refused by the page's policy. */
  private place(selector: string, box: Partial<Record<'left' | 'top' | 'width' | 'height', number>> | null): void {
    const element = this.renderRoot.querySelector<HTMLElement>(selector);
    if (!element || !box) return;
    for (const [name, value] of Object.entries(box)) element.style.setProperty(name, `${String(value)}px`);
  }

  private selectionBox() {
    if (!this.drag) return null;
    const left = Math.max(Math.min(this.drag.start, this.drag.end), 0);
    const right = Math.min(Math.max(this.drag.start, this.drag.end), this.plotWidth());
    return { left: this.left + left, width: right - left, top: PADDING.top, height: this.plotHeight() };
  }

  /** Where the plot begins: values that need more digits have more room. */
  private get left(): number {
    return this.frame?.shape.labelRoom ?? 0;
  }

  private plotWidth(): number {
    return this.clientWidth - this.left - PADDING.right;
  }

  private plotHeight(): number {
    return this.clientHeight - PADDING.top - PADDING.bottom;
  }

  private stepPixel(step: number): number {
    const { from, to } = this.frame?.steps ?? { from: 0, to: 1 };
    return ((step - from) / (to - from)) * this.plotWidth();
  }

  private pixelOf(event: PointerEvent): number {
    return event.clientX - this.getBoundingClientRect().left - this.left;
  }

  private readonly onPointerMove = (event: PointerEvent) => {
    const pixel = this.pixelOf(event);
    if (this.drag) {
      this.drag = { ...this.drag, end: pixel };
      return;
    }
    const { from, to } = this.frame?.steps ?? { from: 0, to: 1 };
    this.cursor = nearestIndex(this.series?.points ?? [], from + (pixel / this.plotWidth()) * (to - from));
  };

  private readonly onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    const pixel = this.pixelOf(event);
    this.drag = { start: pixel, end: pixel };
  };

  private readonly onPointerUp = (event: PointerEvent) => {
    const drag = this.drag;
    this.drag = null;
    if (!drag || !this.frame) return;
    const end = this.pixelOf(event);
    if (Math.abs(end - drag.start) < MIN_DRAG_PIXELS) return;
    const range = draggedRange(this.frame.steps, this.plotWidth(), drag.start, end);
    if (range) this.askZoom(range);
  };

  private readonly onPointerLeave = () => {
    if (!this.drag) this.cursor = -1;
  };

  private readonly clear = () => {
    this.drag = null;
    this.cursor = -1;
    this.spoken = '';
  };

  private readonly onKey = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!this.act(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** Whether the key means something here. */
  private act(key: string): boolean {
    const count = this.series?.points.length ?? 0;
    switch (key) {
      case 'ArrowRight':
        return this.read(this.cursor < 0 ? 0 : Math.min(this.cursor + 1, count - 1));
      case 'ArrowLeft':
        return this.read(this.cursor < 0 ? count - 1 : Math.max(this.cursor - 1, 0));
      case 'Home':
        return this.read(0);
      case 'End':
        return this.read(count - 1);
      case '+':
      case '=':
        return this.scale(0.5);
      case '-':
        return this.scale(2);
      case 'Escape':
        if (this.cursor >= 0 || this.drag) this.clear();
        else if (this.zoom) this.askZoom(null);
        else return false;
        return true;
      default:
        return false;
    }
  }

  private read(index: number): boolean {
    this.cursor = index;
    const point = this.series?.points[index];
    if (point) this.spoken = spokenReading(readingOf(point, this.x));
    return true;
  }

  private scale(factor: number): boolean {
    if (!this.frame) return false;
    const { steps } = this.frame;
    if (factor < 1 && steps.to - steps.from <= 1) return true;
    const around = this.series?.points[this.cursor]?.step ?? (steps.from + steps.to) / 2;
    const whole = factor < 1 ? steps : this.whole;
    this.askZoom(whole ? scaledRange(steps, whole, around, factor) : null);
    return true;
  }

  private askZoom(range: Range | null): void {
    if (range === null && this.zoom === null) return;
    this.dispatchEvent(new ZoomEvent(range));
  }
}
