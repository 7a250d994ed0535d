/** `<lw-system>`: what the machine did while the script ran, over time. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fromWireNumber, type MetricSummary } from '../../../src/protocol/entities';
import { formatNumber } from '../../../src/protocol/format';
import { type ZoomEvent } from '../../charts/chart';
import '../../ui/keyValues';
import '../metricCard';
import { type CopyEvent, type SaveEvent, type TableEvent } from '../../charts/card';
import { type RunHost } from '../api';
import { splitMetrics } from '../metricFilter';
import { type StateKeeper } from '../pageState';
import { type SeriesStore } from '../seriesStore';
import { systemTitle } from './words';

@customElement('lw-system')
export class System extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    .grid {
      display: grid;
      grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr));
      gap: 8px;
    }
    lw-key-values {
      margin-bottom: 8px;
    }
  `;

  @property({ attribute: false }) metrics: readonly MetricSummary[] = [];
  @property({ attribute: false }) store!: SeriesStore;
  @property({ attribute: false }) kept!: StateKeeper;
  @property({ attribute: false }) host!: RunHost;

  protected override render() {
    const { numbers, charts } = splitMetrics(this.metrics);
    const rows = numbers.map(({ key, last }) => ({ key: systemTitle(key), value: formatNumber(fromWireNumber(last)) }));
    return html`
      ${rows.length > 0 ? html`<lw-key-values .rows=${rows}></lw-key-values>` : nothing}
      <div class="grid">${repeat(charts, ({ key }) => key, this.renderCard)}</div>
    `;
  }

  private readonly renderCard = (summary: MetricSummary) => {
    const { key } = summary;
    const { zooms, tables } = this.kept.current;
    return html`<lw-metric-card
      .summaries=${[summary]}
      .store=${this.store}
      heading=${systemTitle(key)}
      unit="seconds"
      .zoom=${Object.hasOwn(zooms, key) ? (zooms[key] ?? null) : null}
      .table=${tables.includes(key)}
      @lw-zoom=${(event: ZoomEvent) => this.changed(() => this.kept.setZoom(key, event.range))}
      @lw-table=${(event: TableEvent) => this.changed(() => this.kept.setTable(key, event.isTable))}
      @lw-copy=${(event: CopyEvent) => this.host.command('copy', { text: event.text })}
      @lw-save=${(event: SaveEvent) => this.save(key, event)}
    ></lw-metric-card>`;
  };

  private save(key: string, { heading, saved }: SaveEvent): void {
    if (saved.format === 'csv') this.host.command('savePoints', { heading, lines: [{ key }] });
    else this.host.command('savePicture', { ...saved, heading });
  }

  private changed(change: () => void): void {
    change();
    this.requestUpdate();
  }
}
