/** `<lw-endpoint-charts>`: what the endpoint did in the last minutes. */
import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type SeriesPoint } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { type LoadSample } from '../../src/protocol/pages/endpoint';
import '../charts/card';
import { type CopyEvent, type SaveEvent, type TableEvent } from '../charts/card';
import { type ZoomEvent } from '../charts/chart';
import { type ChartLine, type Range } from '../charts/frame';
import { tabSeparated } from '../charts/text';
import { type EndpointHost } from './api';

type Field = Exclude<keyof LoadSample, 'atMs' | 'isFirst'>;

interface Chart {
  readonly id: string;
  readonly heading: string;
  readonly lines: readonly { readonly name: string; readonly field: Field; readonly scale?: number }[];
  readonly facts: string;
  /** Of the last value. */
  readonly unit: string;
}

const MB = 1e-6;

/** What is charted, in this order. */
export const CHARTS: readonly Chart[] = [
  {
    id: 'requests',
    heading: 'Requests per Second',
    lines: [
      { name: 'requests', field: 'requestsPerSecond' },
      { name: 'errors', field: 'errorsPerSecond' },
    ],
    ...{ facts: 'answered, and those that failed', unit: '' },
  },
  {
    id: 'latency',
    heading: 'Latency (ms)',
    lines: [
      { name: 'p50', field: 'p50Ms' },
      { name: 'p95', field: 'p95Ms' },
      { name: 'p99', field: 'p99Ms' },
    ],
    ...{ facts: 'with the time that requests waited', unit: '' },
  },
  {
    id: 'batch',
    heading: 'Batch Size',
    lines: [
      { name: 'mean', field: 'batchRows' },
      { name: 'p95', field: 'batchP95' },
    ],
    ...{ facts: 'rows in one run of the model; p95 to the next power of 2', unit: '' },
  },
  {
    id: 'queue',
    heading: 'Queue',
    lines: [{ name: 'waiting or running', field: 'pending' }],
    ...{ facts: 'requests that wait or run', unit: '' },
  },
  {
    id: 'memory',
    heading: 'Memory (MB)',
    lines: [{ name: 'memory', field: 'memoryBytes', scale: MB }],
    ...{ facts: 'of the process that runs the model', unit: 'MB' },
  },
];

/** Pure. A break where nobody looked, nothing where there never was a value. */
export function linesOf(samples: readonly LoadSample[], { lines }: Chart): ChartLine[] {
  return lines.map(({ name, field, scale = 1 }, slot) => {
    const points = samples.flatMap((sample): SeriesPoint[] => {
      const told = sample[field];
      const value = told === null ? NaN : Number((told * scale).toPrecision(4));
      const here = pointAt(sample.atMs, value);
      return sample.isFirst && told !== null ? [pointAt(sample.atMs - 1, NaN), here] : [here];
    });
    const hasAny = points.some(({ value }) => typeof value === 'number');
    const known = hasAny ? points : [];
    return { id: field, name, slot, points: known, count: known.length };
  });
}

const pointAt = (atMs: number, value: number): SeriesPoint => {
  const finite = Number.isFinite(value) ? value : null;
  const common = { x: atMs, step: atMs, timestampMs: atMs, min: finite, max: finite, count: 1, smooth: null };
  return { ...common, value: finite ?? 'NaN' };
};

@customElement('lw-endpoint-charts')
export class EndpointCharts extends LitElement {
  static override readonly styles = css`
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr));
      gap: 8px;
    }
  `;

  @property({ attribute: false }) samples: readonly LoadSample[] = [];
  @property({ attribute: false }) host!: EndpointHost;
  @property({ type: Boolean }) over = false;
  /** One for all: they run along the same time. */
  @state() private zoom: Range | null = null;
  @state() private tables: ReadonlySet<string> = new Set();

  protected override render() {
    const hasMemory = this.samples.length === 0 || this.samples.some(({ memoryBytes }) => memoryBytes !== null);
    return CHARTS.filter(({ id }) => id !== 'memory' || hasMemory).map((chart) => this.renderChart(chart));
  }

  private renderChart(chart: Chart) {
    const { id, heading, facts, unit } = chart;
    const lines = linesOf(this.samples, chart);
    const [first] = lines;
    const last = lines.length === 1 ? first?.points.findLast(({ value }) => typeof value === 'number')?.value : null;
    return html`<lw-chart-card
      data-chart=${id}
      heading=${heading}
      facts=${facts}
      value=${typeof last === 'number' ? `${formatNumber(last)}${unit === '' ? '' : `\u2009${unit}`}` : ''}
      x="clock"
      visible
      .lines=${lines}
      .zoom=${this.zoom}
      ?table=${this.tables.has(id)}
      ?isLoading=${this.samples.length === 0 && !this.over}
      @lw-zoom=${(event: ZoomEvent) => (this.zoom = event.range)}
      @lw-table=${(event: TableEvent) => this.setTable(id, event.isTable)}
      @lw-copy=${(event: CopyEvent) => this.host.command('copy', { text: event.text })}
      @lw-save=${(event: SaveEvent) => this.save(event, lines)}
    ></lw-chart-card>`;
  }

  private setTable(id: string, isTable: boolean): void {
    const tables = new Set(this.tables);
    if (isTable) tables.add(id);
    else tables.delete(id);
    this.tables = tables;
  }

  private save({ heading, saved }: SaveEvent, lines: readonly ChartLine[]): void {
    if (saved.format !== 'csv') {
      this.host.command('savePicture', { heading, ...saved });
      return;
    }
    const text = tabSeparated(lines, 'clock').replaceAll('\t', ',');
    this.host.command('saveText', { heading, text: `${text}\n` });
  }
}
