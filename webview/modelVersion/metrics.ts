/** `<lw-version-metrics>`: what its run measured, beside the champion's and those of the version before. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { fromWireNumber, type WireNumber } from '../../src/protocol/entities';
import { formatNumber } from '../../src/protocol/format';
import { verdict } from '../../src/protocol/modelWords';
import { type VersionMetric, type VersionMetrics as Metrics } from '../../src/protocol/pages/modelVersion';
import { moreOf, Paged, waiting } from '../run/captured/loading';
import { countWords } from '../run/words';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import '../ui/icon';
import { groups, linkButton, scrollable, verdictStyles, wordTable } from '../ui/styles';
import { type VersionHost } from './api';
import { type VersionKeeper } from './state';
import { besideWords } from './words';

/** Fewer than this are found by looking. */
const SEARCH_FROM = 9;

@customElement('lw-version-metrics')
export class VersionMetrics extends LitElement {
  static override readonly styles = [
    verdictStyles,
    groups,
    linkButton,
    scrollable,
    wordTable,
    css`
      :host {
        display: block;
      }
      .bar {
        margin-bottom: 6px;
      }
      lw-filter {
        flex: 0 1 300px;
      }
      table {
        width: auto;
        min-width: min(100%, 420px);
      }
      th.number,
      td.number {
        padding-inline-start: 24px;
      }
      td:first-child {
        min-width: 8em;
      }
      @container (max-width: 480px) {
        th.number,
        td.number {
          padding-inline-start: 8px;
        }
      }
      thead td {
        border-bottom: 1px solid var(--vscode-panel-border);
      }
      .verdict {
        white-space: nowrap;
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) host!: VersionHost;
  @property({ attribute: false }) kept!: VersionKeeper;
  /** Whether a run is known. */
  @property({ type: Boolean }) run = false;
  /** The beginning of the list, as the page has it. */
  @property({ attribute: false }) first!: Metrics;

  private total = 0;
  private readonly list = new Paged<VersionMetric>(this, async (pageToken) => {
    const page = await this.read(pageToken);
    this.total = page.total;
    return { items: page.metrics, next: page.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('first')) this.list.want(JSON.stringify(this.first));
  }

  protected override render() {
    const { list, first, total } = this;
    const { metricSearch: search } = this.kept.current;
    if (first.total === 0 && search === '')
      return html`<p class="quiet">
        ${this.run ? 'Its run has logged no metric.' : 'Which run made it is not known, and so are its metrics.'}
      </p>`;
    if (!list.hasLoaded) return waiting(list, 'The metrics could not be read.');
    return html`
      ${
        first.total < SEARCH_FROM && search === ''
          ? nothing
          : html`<div class="bar">
              <lw-filter label="Filter metrics" .value=${search} @lw-filter=${this.onSearch}></lw-filter>
              <span class="quiet" role="status">${countWords(list.items.length, total)} shown</span>
            </div>`
      }
      ${
        list.items.length === 0
          ? html`<p class="quiet">No metric has such a name.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Metrics">${this.renderTable()}</div>`
      }
      ${moreOf(list, 'Show More')}
    `;
  }

  private renderTable() {
    const { beside } = this.first;
    return html`<table>
      <thead>
        <tr>
          <th scope="col">Metric</th>
          <th scope="col" class="number">This version</th>
          ${beside.map(
            (other) =>
              html`<th scope="col" class="number">
                  <button
                    class="link"
                    type="button"
                    title="Open this version"
                    @click=${() => this.host.command('openVersion', { version: other.version })}
                  >
                    ${besideWords(other)}
                  </button>
                </th>
                <td></td>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${this.list.items.map(
          ({ key, values: [own = null, ...others] }) =>
            html`<tr>
              <td>${key}</td>
              <td class="number" title=${exact(own)}>${shown(own)}</td>
              ${beside.map((_, at) => this.renderOther(key, own, others[at] ?? null))}
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private renderOther(key: string, own: WireNumber | null, other: WireNumber | null) {
    const found = verdict(key, own, other);
    const rises = own !== null && other !== null && fromWireNumber(own) > fromWireNumber(other);
    return html`<td class="number" title=${exact(other)}>${shown(other)}</td>
      <td>
        ${
          found
            ? html`<span class="verdict ${found.kind}"
                >${found.kind === 'same' ? nothing : html`<lw-icon name=${rises ? 'arrow-up' : 'arrow-down'}></lw-icon>`}${found.text}</span
              >`
            : nothing
        }
      </td>`;
  }

  private async read(pageToken: string | undefined): Promise<Metrics> {
    const { metricSearch: search } = this.kept.current;
    if (pageToken === undefined && search === '') return this.first;
    return this.host.request('metrics', { search, ...(pageToken === undefined ? {} : { pageToken }) });
  }

  private readonly onSearch = (event: FilterEvent) => {
    event.stopPropagation();
    this.kept.change({ metricSearch: event.value });
    void this.list.restart();
  };
}

const shown = (value: WireNumber | null) => (value === null ? '–' : formatNumber(fromWireNumber(value)));
const exact = (value: WireNumber | null) => (value === null ? 'It has no such metric' : String(value));
