/** `<lw-children>`: the runs below this one beside each other, in what they differ; the best one is marked. */
import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatNumber } from '../../../src/protocol/format';
import { type ChildColumn, type ChildOrder, type ChildRun } from '../../../src/protocol/requests';
import '../../ui/controls';
import '../../ui/icon';
import { groups, linkButton, scrollable, wordTable } from '../../ui/styles';
import { type RunHost } from '../api';
import { countWords, runDuration, STATES } from '../words';
import './childrenPlot';
import { moreOf, Paged, waiting } from './loading';

const FIRST: ChildOrder = { by: 'best', key: '', descending: false };

@customElement('lw-children')
export class Children extends LitElement {
  static override readonly styles = [
    linkButton,
    groups,
    wordTable,
    scrollable,
    css`
      :host {
        display: block;
      }
      table {
        width: auto;
        min-width: min(100%, 560px);
      }
      th,
      td {
        padding-inline: 10px;
      }
      th {
        vertical-align: bottom;
        white-space: nowrap;
      }
      th.number button {
        justify-content: end;
      }
      th.number lw-icon {
        order: -1;
      }
      th button {
        appearance: none;
        display: inline-flex;
        align-items: center;
        max-width: 220px;
        vertical-align: bottom;
        padding: 2px 0;
        background: none;
        border: 0;
        border-radius: 3px;
        font: inherit;
        color: inherit;
        cursor: pointer;
      }
      th button:hover,
      th[aria-sort] button {
        color: var(--vscode-foreground);
      }
      th button:focus-visible {
        outline: 1px solid var(--vscode-focusBorder);
      }
      th span {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      th lw-icon {
        visibility: hidden;
      }
      th[aria-sort] lw-icon {
        visibility: visible;
      }
      td {
        max-width: 220px;
        min-width: 4em;
      }
      .name {
        min-width: 9em;
      }
      .name div {
        display: flex;
        align-items: baseline;
        gap: 4px;
      }
      .name lw-icon {
        align-self: center;
      }
      .best {
        flex: none;
        align-self: center;
        height: 16px;
        color: var(--vscode-charts-blue, var(--vscode-foreground));
      }
      tr.is-best td {
        font-weight: 600;
      }
      .FINISHED {
        color: var(--vscode-testing-iconPassed, var(--vscode-foreground));
      }
      .FAILED {
        color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
      }
      .KILLED {
        color: var(--vscode-testing-iconSkipped, var(--vscode-foreground));
      }
      .RUNNING,
      .SCHEDULED {
        color: var(--vscode-charts-blue, var(--vscode-foreground));
      }
      .more {
        margin-top: 6px;
      }
    `,
  ];

  @property({ attribute: false }) host!: RunHost;
  @property({ type: Number }) total = 0;
  @property() stamp = '';
  @state() private order: ChildOrder = FIRST;
  private columns: readonly ChildColumn[] = [];

  private readonly list = new Paged<ChildRun>(this, async (pageToken) => {
    const page = await this.host.request('children', {
      orderBy: this.order,
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    this.columns = page.columns;
    return { items: page.children, next: page.nextPageToken };
  });

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('stamp')) this.list.want(this.stamp);
  }

  protected override render() {
    const { list } = this;
    if (!list.hasLoaded) return waiting(list, 'The child runs could not be listed.');
    return html`
      <lw-children-plot .host=${this.host} .total=${this.total} stamp=${this.stamp}></lw-children-plot>
      <div class="scroll" tabindex="0" role="region" aria-label="Child runs">
        <table>
          <thead>
            <tr>
              ${this.header('Name', { by: 'name', key: '' }, '')}
              ${this.columns.map(({ kind, key }) => this.header(key, { by: kind, key }, kind === 'metric' ? 'number' : ''))}
              ${this.header('Duration', { by: 'duration', key: '' }, 'number')}
            </tr>
          </thead>
          <tbody>
            ${repeat(list.items, ({ run }) => run.runId, this.renderChild)}
          </tbody>
        </table>
      </div>
      ${
        list.next === null && list.problem === null
          ? nothing
          : html`<div class="bar more">
              ${moreOf(list, 'Show More')}
              <span class="quiet" role="status">${countWords(list.items.length, this.total)} shown</span>
            </div>`
      }
    `;
  }

  private header(label: string, { by, key }: Pick<ChildOrder, 'by' | 'key'>, className: string) {
    const isSorted = this.order.by === by && this.order.key === key;
    const { descending } = this.order;
    return html`<th
      scope="col"
      class=${className}
      aria-sort=${isSorted ? (descending ? 'descending' : 'ascending') : nothing}
    >
      <button type="button" title="Sort by ${label}" @click=${() => this.sort(by, key)}>
        <span>${label}</span><lw-icon name=${isSorted && descending ? 'arrow-down' : 'arrow-up'}></lw-icon>
      </button>
    </th>`;
  }

  private readonly renderChild = ({ run, isBest, values }: ChildRun) => {
    const { status } = run.timing;
    const { icon, word } = STATES[status];
    return html`<tr class=${isBest ? 'is-best' : ''}>
      <td class="name">
        <div>
          <lw-icon class=${status} name=${icon} role="img" aria-label=${word} title=${word}></lw-icon>
          <button
            class="link"
            type="button"
            title="Open ${run.name}"
            @click=${() => this.host.command('openChild', { runId: run.runId })}
          >
            ${run.name}
          </button>
          ${
            isBest
              ? html`<span class="best" title="The best of them"
                  ><lw-icon name="star-full" role="img" aria-label="best"></lw-icon
                ></span>`
              : nothing
          }
        </div>
      </td>
      ${this.columns.map(({ kind }, index) => renderValue(kind, values[index] ?? null))}
      <td class="number quiet">${runDuration(run, Date.now())}</td>
    </tr>`;
  };

  /** Of a metric one looks for the largest first, of words for the first. */
  private sort(by: ChildOrder['by'], key: string): void {
    const isSorted = this.order.by === by && this.order.key === key;
    this.order = { by, key, descending: isSorted ? !this.order.descending : by === 'metric' };
    void this.list.restart();
  }
}

function renderValue(kind: ChildColumn['kind'], value: ChildRun['values'][number]) {
  if (kind === 'param') return html`<td>${value}</td>`;
  if (value === null) return html`<td class="number"></td>`;
  // A metric's value that is no number is the name of one.
  return html`<td class="number" title=${String(value)}>${formatNumber(Number(value))}</td>`;
}
