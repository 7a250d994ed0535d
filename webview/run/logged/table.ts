/** `<lw-logged-table>`: a table that was logged, sorted by any column, a page at a time. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type LoggedTable } from '../../../src/protocol/logged';
import '../../ui/controls';
import '../../ui/icon';
import { dataTable, scrollable } from '../../ui/styles';
import { type StateKeeper } from '../pageState';
import { countWords } from '../words';
import { cellWords, isNumberCell, sortedRows } from './shape';
import { sortStyles } from './sortStyles';

const ROWS_PER_PAGE = 50;

@customElement('lw-logged-table')
export class LoggedTableView extends LitElement {
  static override readonly styles = [
    scrollable,
    dataTable,
    sortStyles,
    css`
      :host {
        display: block;
      }
      .scroll {
        max-height: min(60vh, 420px);
      }
      td {
        max-width: 28em;
        overflow: hidden;
        text-overflow: ellipsis;
        unicode-bidi: plaintext;
      }
      td.text {
        text-align: start;
      }
      .none {
        color: var(--vscode-descriptionForeground);
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 4px 8px;
        margin-top: 4px;
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property() name = '';
  @property({ attribute: false }) table!: LoggedTable;
  @property({ attribute: false }) kept!: StateKeeper;
  private order: { readonly key: string; readonly table: LoggedTable; readonly rows: readonly number[] } | null = null;

  protected override willUpdate(): void {
    const { sortBy, descending } = this.kept.loggedView(this.name);
    const key = `${String(sortBy)} ${String(descending)}`;
    if (this.order?.key !== key || this.order.table !== this.table)
      this.order = { key, table: this.table, rows: sortedRows(this.table, sortBy, descending) };
  }

  protected override render() {
    const { columns, rows } = this.table;
    const { page, sortBy, descending } = this.kept.loggedView(this.name);
    const order = this.order?.rows ?? [];
    const pages = Math.max(1, Math.ceil(order.length / ROWS_PER_PAGE));
    const at = Math.min(page, pages - 1);
    const from = at * ROWS_PER_PAGE;
    const shown = order.slice(from, from + ROWS_PER_PAGE);
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label="Table ${this.name}">
        <table>
          <thead>
            <tr>
              ${columns.map(
                (column, index) =>
                  html`<th
                    class=${shown.some((row) => isNumberCell(rows[row]?.[index])) ? 'number' : ''}
                    scope="col"
                    aria-sort=${index === sortBy ? (descending ? 'descending' : 'ascending') : 'none'}
                  >
                    <button class="sort" type="button" title="Sort by ${column}" @click=${() => this.sort(index)}>
                      <span>${column}</span
                      >${index === sortBy ? html`<lw-icon name=${descending ? 'arrow-down' : 'arrow-up'}></lw-icon>` : nothing}
                    </button>
                  </th>`,
              )}
            </tr>
          </thead>
          <tbody>
            ${shown.map(
              (row) =>
                html`<tr>
                  ${columns.map((_, index) => {
                    const cell = rows[row]?.[index];
                    const words = cellWords(cell);
                    if (words === '') return html`<td class="none">–</td>`;
                    return html`<td class=${isNumberCell(cell) ? '' : 'text'} title=${String(cell)}>${words}</td>`;
                  })}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <div class="bar">
        ${
          pages > 1
            ? html`<lw-button ?disabled=${at === 0} @click=${() => this.go(at - 1)}>Previous</lw-button
                ><lw-button ?disabled=${at >= pages - 1} @click=${() => this.go(at + 1)}>Next</lw-button>`
            : nothing
        }
        <span role="status">${this.rowWords(from, shown.length)}</span>
      </div>
    `;
  }

  private rowWords(from: number, shown: number): string {
    const { rows, rowCount } = this.table;
    if (rows.length === 0) return 'No rows';
    const words = (count: number) => countWords(count, count);
    const range =
      shown === rows.length
        ? `${words(shown)} rows`
        : `Rows ${words(from + 1)} to ${words(from + shown)} of ${words(rows.length)}`;
    return rowCount > rows.length ? `${range}, the first of ${words(rowCount)} that were logged` : range;
  }

  private sort(column: number): void {
    const { sortBy, descending } = this.kept.loggedView(this.name);
    const isSame = sortBy === column;
    // Up, down, as logged.
    this.change(
      isSame && descending
        ? { sortBy: null, descending: false, page: 0 }
        : { sortBy: column, descending: isSame, page: 0 },
    );
  }

  private go(page: number): void {
    this.change({ page });
  }

  private change(change: Parameters<StateKeeper['setLoggedView']>[1]): void {
    this.kept.setLoggedView(this.name, change);
    this.requestUpdate();
  }
}
