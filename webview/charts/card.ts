/**
 * `<lw-chart-card>`: a chart with its heading, its caption and what one does with it; for every page with charts.
 *
 * In: what to show (`visible`, `heading`, `value`, `facts`, `lines`, `x`, `zoom`, `log`, `table`, `problem`,
 * `isLoading`, `notes`) and further items of its menu. Out: `ZoomEvent`, `TableEvent`, `RetryEvent`, `CopyEvent` (text for the clipboard),
 * `SaveEvent` (a picture, or the wish for the whole series as CSV) and `CardMenuEvent` for the owner's own items.
 */
import { html, LitElement, nothing } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { formatDuration, formatNumber } from '../../src/protocol/format';
import '../ui/controls';
import '../ui/menu';
import { type MenuEvent } from '../ui/menu';
import { type MenuItem } from '../ui/menuItem';
import '../ui/states';
import { CopyEvent, type Saved, SaveEvent } from './cardEvents';
import { cardStyles } from './cardStyles';
import { type MetricChart, ZoomEvent } from './chart';
import { type ChartLine, foldCaption, type Range, type XUnit } from './frame';
import { exactTime } from './reading';
import { pngOf, svgPicture } from './picture';
import './table';
import { tabSeparated } from './text';
import { readChartTheme } from './theme';

export { CopyEvent, type Saved, SaveEvent };

/** Of a name, in what a screen reader says of a button. */
const MAX_LABEL = 80;

export class TableEvent extends Event {
  static readonly type = 'lw-table';
  constructor(readonly isTable: boolean) {
    super(TableEvent.type, { bubbles: true, composed: true });
  }
}

export class RetryEvent extends Event {
  static readonly type = 'lw-retry';
  constructor() {
    super(RetryEvent.type, { bubbles: true, composed: true });
  }
}

export class CardMenuEvent extends Event {
  static readonly type = 'lw-card-menu';
  constructor(readonly id: string) {
    super(CardMenuEvent.type, { bubbles: true, composed: true });
  }
}

const OWN_ITEMS: readonly MenuItem[] = [
  { id: 'copy', label: 'Copy Values', isFirstOfGroup: true },
  { id: 'svg', label: 'Save as SVG…', isFirstOfGroup: true },
  { id: 'png', label: 'Save as PNG…' },
  { id: 'csv', label: 'Save as CSV…' },
];

@customElement('lw-chart-card')
export class ChartCard extends LitElement {
  static override readonly styles = cardStyles;

  @property() heading = '';
  /** Where it is not the heading: all of a name that was shortened. */
  @property() hint = '';
  /** The last value, where there is one line. */
  @property() value = '';
  @property() valueHint = '';
  /** Below the heading, in grey. */
  @property() facts = '';
  @property({ attribute: false }) lines: readonly ChartLine[] = [];
  @property() x: XUnit = 'step';
  /** Of the metric that the lines run along. */
  @property() axisName = '';
  @property({ attribute: false }) zoom: Range | null = null;
  @property({ type: Boolean }) log = false;
  @property({ type: Boolean }) table = false;
  /** Why there are no points. */
  @property() problem: string | null = null;
  @property({ type: Boolean }) isLoading = false;
  /** For the caption: what else is not as one would think. */
  @property({ attribute: false }) notes: readonly string[] = [];
  /** Whether it is worth drawing: false for what is off the screen. */
  @property({ type: Boolean }) visible = false;
  @property({ attribute: false }) items: readonly MenuItem[] = [];

  @query('lw-metric-chart') private readonly chart!: MetricChart | null;

  protected override render() {
    const name = this.heading.slice(0, MAX_LABEL);
    return html`
      <header>
        <h3 title=${this.hint || this.heading}><bdi>${this.heading}</bdi></h3>
        ${this.value === '' ? nothing : html`<span class="last" title=${this.valueHint}>${this.value}</span>`}
        <slot name="actions"></slot>
        ${
          this.zoom
            ? html`<lw-button
                kind="icon"
                icon="zoom-out"
                label="${ZOOM_OUT[this.x]}: ${name}"
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
        <lw-menu label="More Actions: ${name}" .items=${this.menu} @lw-menu=${this.onMenu}></lw-menu>
      </header>
      <div class="facts">${this.facts}</div>
      <div class="body">${this.visible ? this.renderBody() : nothing}</div>
      ${this.renderCaption()}
    `;
  }

  private get menu(): readonly MenuItem[] {
    const isEmpty = this.points === 0;
    const hasChart = !this.table && !isEmpty && noteInstead(this.lines, this.zoom) === null;
    const own = OWN_ITEMS.map((item) => ({
      ...item,
      disabled: item.id === 'copy' ? isEmpty : item.id !== 'csv' && !hasChart,
    }));
    return [...this.items, ...own];
  }

  private get points(): number {
    return this.lines.reduce((sum, { points }) => sum + points.length, 0);
  }

  private renderBody() {
    if (this.problem !== null) {
      return html`<lw-failed quiet what="The points could not be read." .cause=${this.problem}
        ><lw-button @click=${() => this.dispatchEvent(new RetryEvent())}>Retry</lw-button></lw-failed
      >`;
    }
    if (this.points === 0) {
      if (this.isLoading || this.lines.length === 0) return html`<lw-loading></lw-loading>`;
      return html`<p class="note">${NOTHING_HERE[this.x]}</p>`;
    }
    if (this.table) {
      return html`<lw-chart-table
        label=${this.heading}
        x=${this.x}
        axisName=${this.axisName}
        .lines=${this.lines}
      ></lw-chart-table>`;
    }
    const note = noteInstead(this.lines, this.zoom);
    if (note !== null) return html`<p class="note">${note}</p>`;
    return html`<lw-metric-chart
      label=${this.heading}
      x=${this.x}
      ?log=${this.log}
      .lines=${this.lines}
      .zoom=${this.zoom}
    ></lw-metric-chart>`;
  }

  private get caption(): string {
    if (this.points === 0 || noteInstead(this.lines, this.zoom) !== null) return '';
    const parts = [
      this.zoom ? rangeWords(this.zoom, this.x) : null,
      foldCaption(this.lines, this.x),
      this.log ? leftOutWords(this.lines) : null,
      ...this.notes,
    ];
    return parts.filter((part) => part !== null).join(' · ');
  }

  private renderCaption() {
    const { caption } = this;
    return caption === '' ? nothing : html`<div class="caption" title=${caption}>${caption}</div>`;
  }

  private readonly onMenu = (event: MenuEvent) => {
    switch (event.id) {
      case 'copy':
        this.dispatchEvent(new CopyEvent(tabSeparated(this.lines, this.x, this.axisName)));
        return;
      case 'svg':
      case 'png':
        void this.savePicture(event.id);
        return;
      case 'csv':
        this.dispatchEvent(new SaveEvent(this.heading, { format: 'csv' }));
        return;
      default:
        this.dispatchEvent(new CardMenuEvent(event.id));
    }
  };

  private async savePicture(format: 'svg' | 'png'): Promise<void> {
    const plot = await this.chart?.toSvg();
    if (plot === null || plot === undefined) return;
    const { heading: title, caption, lines } = this;
    const text = svgPicture({ plot, title, caption, lines, theme: readChartTheme() });
    const saved: Saved = format === 'svg' ? { format, text } : { format, base64: await pngOf(text) };
    this.dispatchEvent(new SaveEvent(title, saved));
  }
}

const ZOOM_OUT: Readonly<Record<XUnit, string>> = {
  step: 'Show All Steps',
  seconds: 'Show the Whole Time',
  milliseconds: 'Show the Whole Time',
  value: 'Show All Values',
  clock: 'Show the Whole Time',
};

const NOTHING_HERE: Readonly<Record<XUnit, string>> = {
  step: 'No points between these steps.',
  seconds: 'No points in this time.',
  milliseconds: 'No points in this time.',
  value: 'No step has a value of both metrics.',
  clock: 'No requests in this time.',
};

function rangeWords({ from, to }: Range, x: XUnit): string {
  switch (x) {
    case 'step':
      return `steps ${formatNumber(from)} to ${formatNumber(to)}`;
    case 'seconds':
      return `${formatDuration(from * 1000)} to ${formatDuration(to * 1000)}`;
    case 'milliseconds':
      return `${formatDuration(from)} to ${formatDuration(to)}`;
    case 'clock':
      return `${exactTime(from)} to ${exactTime(to)}`;
    case 'value':
      return `${formatNumber(from)} to ${formatNumber(to)}`;
  }
}

function leftOutWords(lines: readonly ChartLine[]): string | null {
  const count = lines.reduce(
    (sum, { points }) => sum + points.filter(({ value }) => typeof value === 'number' && value <= 0).length,
    0,
  );
  if (count === 0) return null;
  return count === 1 ? '1 value of 0 or less left out' : `${formatNumber(count)} values of 0 or less left out`;
}

/** Where a chart would have nothing to draw, the reason. */
function noteInstead(lines: readonly ChartLine[], zoom: Range | null): string | null {
  if (zoom) return null;
  const count = lines.reduce((sum, line) => sum + line.count, 0);
  if (lines.every(({ points }) => points.every(({ min }) => min === null)))
    return `None of the ${formatNumber(count)} values is a finite number.`;
  const [point, ...others] = lines.flatMap(({ points }) => points);
  if (!point || others.length > 0) return null;
  if (point.count === 1) return null;
  const range =
    point.min === null || point.max === null ? '' : `, from ${formatNumber(point.min)} to ${formatNumber(point.max)}`;
  return `All ${formatNumber(count)} values were logged at step ${String(point.step)}${range}.`;
}
