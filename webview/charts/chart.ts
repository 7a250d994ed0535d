/**
 * `<lw-metric-chart>`: one or several lines, read by pointer and keys, zoomed by drag.
 *
 * In: `label`, `lines`, `zoom`, `x` and `log`. Out: `ZoomEvent` when another range is asked for (the owner gives other
 * `lines` and `zoom`), `DrawnEvent` after each drawing. `toSvg()` gives a picture of it. It neither fetches nor keeps
 * anything: the same properties give the same picture.
 */
import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { visuallyHidden } from '../ui/styles';
import { onThemeChange } from '../ui/themeChange';
import { chartStyles } from './chartStyles';
import { Drawing, labelRoom, type Layout } from './drawing';
import { type ChartFrame, chartFrame, type ChartLine, type Range, shareFromTop, type XUnit } from './frame';
import { endLabelRoom, endLabels } from './labels';
import './legend';
import {
  type Cursor,
  describeLines,
  draggedRange,
  nearestIndex,
  nearestPoint,
  readingOf,
  scaledRange,
  spokenReading,
} from './reading';
import './readout';
import { redrawQueue } from './redraw';
import { EDGE_PIXELS, PADDING } from './spec';
import { type ChartTheme, colourOf, readChartTheme } from './theme';

/** What the page's head covers at the top. */
const HEAD_PIXELS = 70;

/** A drag shorter than this is a click. */
const MIN_DRAG_PIXELS = 5;

/** Asks for another range of the axis; null for the whole. */
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

  /** What the chart is of, for screen readers. */
  @property() label = '';
  /** A new array for new points; none are changed in place. */
  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property({ attribute: false }) zoom: Range | null = null;
  @property() x: XUnit = 'step';
  /** Whether values are on a logarithmic axis. */
  @property({ type: Boolean }) log = false;

  @state() private cursor: Cursor | null = null;
  @state() private spoken = '';
  @state() private drag: { start: number; end: number } | null = null;
  @state() private problem: string | null = null;
  /** Whether the names stand below, as they have no room at the ends of the lines. */
  @state() private hasLegend = false;

  @query('.plot') private readonly plot!: HTMLElement;
  @query('.surface') private readonly surface!: HTMLElement;

  private drawing: Drawing | null = null;
  private frame: ChartFrame | null = null;
  private layout: Layout = { width: 0, height: 0, left: 0, right: 0 };
  private whole: Range | null = null;
  private theme: ChartTheme | null = null;
  private stopTheme: (() => void) | null = null;
  private readonly sizes = new ResizeObserver(() => redrawQueue.ask(this));

  override connectedCallback(): void {
    super.connectedCallback();
    this.sizes.observe(this);
    this.theme = readChartTheme();
    this.stopTheme = onThemeChange(() => {
      this.theme = readChartTheme();
      redrawQueue.ask(this);
      this.requestUpdate();
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
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('lines') && !changed.has('zoom') && !changed.has('x') && !changed.has('log')) return;
    const { lines, zoom, x, log: isLog } = this;
    this.frame = lines.some(({ points }) => points.length > 0) ? chartFrame(lines, { zoom, x, isLog }) : null;
    if (changed.has('x')) this.whole = null;
    if (this.frame && !zoom) this.whole = this.frame.xs;
    if (this.cursor && !this.pointAt(this.cursor)) this.cursor = null;
    redrawQueue.ask(this);
  }

  /** Called by the queue of redraws alone. */
  async drawNow(): Promise<void> {
    if (!this.isConnected || !this.hasUpdated || !this.frame) return;
    const startedAt = performance.now();
    const { frame, lines } = this;
    const layout = this.measure(frame);
    if (layout.width <= 0 || layout.height <= 0) return;
    this.layout = layout;
    const hasLegend = lines.length > 1 && layout.right === PADDING.right;
    try {
      this.drawing ??= new Drawing(this.plot);
      this.theme ??= readChartTheme();
      const labels = layout.right > PADDING.right ? endLabels(lines, frame, layout.height) : [];
      await this.drawing.draw(frame, this.theme, layout, labels);
      this.problem = null;
      this.dispatchEvent(new DrawnEvent(performance.now() - startedAt));
      if (this.cursor) this.requestUpdate();
    } catch (error) {
      this.problem = `The chart could not be drawn: ${error instanceof Error ? error.message : String(error)}`;
    }
    // The legend takes some of the height: the observer of sizes sees to another drawing.
    if (hasLegend !== this.hasLegend) {
      this.hasLegend = hasLegend;
      await this.updateComplete;
      redrawQueue.ask(this);
    }
  }

  /** A picture of what is shown, as it is; null before the first drawing. */
  async toSvg(): Promise<string | null> {
    return (await this.drawing?.toSvg()) ?? null;
  }

  protected override render() {
    return html`
      <div
        class="surface"
        tabindex="0"
        role="application"
        aria-roledescription="line chart"
        aria-label=${describeLines(this.label, this.lines, this.x)}
        aria-description="Left and right arrow read points, up and down choose the line, plus and minus zoom, Escape shows all."
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
        ${this.drag ? html`<div class="selection"></div>` : nothing} ${this.renderCursor()}
      </div>
      ${this.hasLegend ? html`<lw-chart-legend .lines=${this.lines} .theme=${this.theme}></lw-chart-legend>` : nothing}
      <div class="visually-hidden" role="status">${this.spoken}</div>
    `;
  }

  protected override updated(): void {
    this.place('.selection', this.selectionBox());
    const { cursor, frame, layout } = this;
    const point = cursor ? this.pointAt(cursor) : undefined;
    if (!cursor || !point || !frame) return;
    const x = layout.left + this.pixelAt(point.x);
    this.place('.line', { left: x, top: PADDING.top, height: layout.height });
    const share = typeof point.value === 'number' ? shareFromTop(frame, point.value) : null;
    const y = share === null ? null : share * layout.height;
    this.place('.dot', {
      left: x,
      top: PADDING.top + (y ?? (point.value === 'Infinity' ? EDGE_PIXELS : layout.height - EDGE_PIXELS)),
    });
    const dot = this.renderRoot.querySelector<HTMLElement>('.dot');
    if (this.theme) dot?.style.setProperty('background', colourOf(this.theme, this.lines[cursor.line]?.slot ?? 0));
    void this.placeReading(x);
  }

  /** Above the plot, so that it hides nothing of the line; below where there is no room. */
  private async placeReading(x: number): Promise<void> {
    const box = this.renderRoot.querySelector<HTMLElement & { updateComplete: Promise<unknown> }>('lw-chart-readout');
    await box?.updateComplete;
    if (!box) return;
    const chart = this.surface.getBoundingClientRect();
    const left = Math.min(Math.max(chart.left + x - box.offsetWidth / 2, 4), window.innerWidth - box.offsetWidth - 4);
    const hasRoomAbove = chart.top - box.offsetHeight > HEAD_PIXELS;
    this.place('lw-chart-readout', {
      left: left - chart.left,
      top: hasRoomAbove ? -box.offsetHeight - 2 : chart.height + 2,
    });
  }

  private renderCursor() {
    const { cursor, frame } = this;
    const point = cursor ? this.pointAt(cursor) : undefined;
    if (!cursor || !point || !frame || this.drag) return nothing;
    return html`
      <div class="line"></div>
      ${point.value === 'NaN' ? nothing : html`<div class="dot"></div>`}
      <lw-chart-readout
        class="reading"
        aria-hidden="true"
        .lines=${this.lines}
        .frame=${frame}
        .cursor=${cursor}
        .theme=${this.theme}
      ></lw-chart-readout>
    `;
  }

  private pointAt({ line, index }: Cursor) {
    return this.lines[line]?.points[index];
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
    const right = Math.min(Math.max(this.drag.start, this.drag.end), this.layout.width);
    return { left: this.layout.left + left, width: right - left, top: PADDING.top, height: this.layout.height };
  }

  /** Values that need more digits have more room, and so have the names at the ends of several lines. */
  private measure(frame: ChartFrame): Layout {
    const height = this.surface.clientHeight - PADDING.top - PADDING.bottom;
    const left = labelRoom(frame, height);
    const right = Math.max(PADDING.right, endLabelRoom(this.lines.length, this.clientWidth, height));
    return { left, right, height, width: this.clientWidth - left - right };
  }

  private pixelAt(x: number): number {
    const { from, to } = this.frame?.xs ?? { from: 0, to: 1 };
    return ((x - from) / (to - from)) * this.layout.width;
  }

  private pixelOf(event: PointerEvent): number {
    return event.clientX - this.getBoundingClientRect().left - this.layout.left;
  }

  private readonly onPointerMove = (event: PointerEvent) => {
    const pixel = this.pixelOf(event);
    if (this.drag) {
      this.drag = { ...this.drag, end: pixel };
      return;
    }
    if (!this.frame) return;
    const { from, to } = this.frame.xs;
    const y = event.clientY - this.surface.getBoundingClientRect().top - PADDING.top;
    const at = from + (pixel / this.layout.width) * (to - from);
    this.cursor = nearestPoint(this.lines, this.frame, at, y / this.layout.height);
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
    const range = draggedRange(this.frame.xs, this.layout.width, drag.start, end, this.x);
    if (range) this.askZoom(range);
  };

  private readonly onPointerLeave = () => {
    if (!this.drag) this.cursor = null;
  };

  private readonly clear = () => {
    this.drag = null;
    this.cursor = null;
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
    const line = this.cursor?.line ?? 0;
    const index = this.cursor?.index ?? -1;
    const last = (this.lines[line]?.points.length ?? 0) - 1;
    switch (key) {
      case 'ArrowRight':
        return this.read(line, index < 0 ? 0 : Math.min(index + 1, last));
      case 'ArrowLeft':
        return this.read(line, index < 0 ? last : Math.max(index - 1, 0));
      case 'ArrowDown':
        return this.readLine(line + 1);
      case 'ArrowUp':
        return this.readLine(line - 1);
      case 'Home':
        return this.read(line, 0);
      case 'End':
        return this.read(line, last);
      case '+':
      case '=':
        return this.scale(0.5);
      case '-':
        return this.scale(2);
      case 'Escape':
        if (this.cursor || this.drag) this.clear();
        else if (this.zoom) this.askZoom(null);
        else return false;
        return true;
      default:
        return false;
    }
  }

  private read(line: number, index: number): boolean {
    const point = this.pointAt({ line, index });
    if (!point) return true;
    this.cursor = { line, index };
    const name = this.lines.length > 1 ? (this.lines[line]?.name ?? '') : '';
    this.spoken = spokenReading(readingOf(point, this.x), name);
    return true;
  }

  /** The same place on another line. */
  private readLine(wanted: number): boolean {
    if (this.lines.length < 2) return false;
    const line = (wanted + this.lines.length) % this.lines.length;
    const at = this.cursor ? this.pointAt(this.cursor)?.x : undefined;
    return this.read(line, nearestIndex(this.lines[line]?.points ?? [], at ?? Number.NEGATIVE_INFINITY));
  }

  private scale(factor: number): boolean {
    if (!this.frame) return false;
    const { xs } = this.frame;
    if (factor < 1 && this.x !== 'value' && xs.to - xs.from <= 1) return true;
    const around = (this.cursor ? this.pointAt(this.cursor)?.x : undefined) ?? (xs.from + xs.to) / 2;
    const whole = factor < 1 ? (this.whole ?? xs) : this.whole;
    this.askZoom(whole ? scaledRange(xs, whole, around, factor, this.x) : null);
    return true;
  }

  private askZoom(range: Range | null): void {
    if (range === null && this.zoom === null) return;
    this.dispatchEvent(new ZoomEvent(range));
  }
}
