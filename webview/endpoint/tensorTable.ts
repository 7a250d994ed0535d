/** `<lw-tensor-table>`: an input or output as a table, or several that have a value for each row as the columns of one. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { type ShownTensor } from '../../src/protocol/pages/endpoint';
import { dataTable, groups, scrollable } from '../ui/styles';

/** Those beside each other that have one column and the same rows are one table. Pure. */
export function asTables(tensors: readonly ShownTensor[]): ShownTensor[] {
  const tables: ShownTensor[] = [];
  for (const tensor of tensors) {
    const last = tables.at(-1);
    if (last && isColumn(tensor) && (last.name === '' || isColumn(last)) && haveSameRows(last, tensor))
      tables[tables.length - 1] = beside(last, tensor);
    else tables.push(tensor);
  }
  return tables;
}

const isColumn = ({ columnCount, name }: ShownTensor): boolean => columnCount === 1 && name !== '';
const haveSameRows = (left: ShownTensor, right: ShownTensor): boolean =>
  left.rowCount === right.rowCount && left.rows.length === right.rows.length;

const beside = (left: ShownTensor, right: ShownTensor): ShownTensor => ({
  ...{ name: '', datatype: '', rowCount: left.rowCount, columnCount: left.columnCount + 1 },
  shape: [left.rowCount, left.columnCount + 1],
  columns: [...left.columns, ...right.columns],
  rows: left.rows.map((row, at) => [...row, ...(right.rows[at] ?? [])]),
  kept: left.kept === null || right.kept === null ? (left.kept ?? right.kept) : Math.min(left.kept, right.kept),
});

@customElement('lw-tensor-table')
export class TensorTable extends LitElement {
  static override readonly styles = [
    scrollable,
    dataTable,
    groups,
    css`
      :host {
        display: block;
      }
      .scroll {
        max-height: 320px;
      }
      table {
        width: auto;
        min-width: 160px;
      }
      td,
      th {
        padding-inline: 8px;
      }
      th {
        font-weight: 400;
        color: var(--vscode-descriptionForeground);
      }
      h3 .quiet {
        font-weight: 400;
      }
      td:first-child,
      th:first-child {
        text-align: start;
      }
      td:not(.place) {
        max-width: 320px;
        overflow: hidden;
        text-overflow: ellipsis;
        unicode-bidi: plaintext;
      }
      .place,
      .masked {
        color: var(--vscode-descriptionForeground);
      }
      .masked {
        font-style: italic;
      }
    `,
  ];

  @property({ attribute: false }) tensor!: ShownTensor;
  /** What it is: Input or Output. */
  @property() kind = '';
  /** Whether the heading says that, too. */
  @property({ type: Boolean }) told = false;

  protected override render() {
    const { name, datatype, shape, columns, rows } = this.tensor;
    const cut = this.cutWords();
    return html`<div class="group">
      <h3>
        ${
          name === ''
            ? `${this.kind}s`
            : html`${this.told ? `${this.kind} ` : nothing}<bdi>${name}</bdi>
                <span class="quiet">${datatype} [${shape.join(', ')}]</span>`
        }
      </h3>
      <div
        class="scroll"
        tabindex="0"
        role="region"
        aria-label=${name === '' ? `${this.kind}s` : `${this.kind} ${name}`}
      >
        <table>
          <thead>
            <tr>
              <th scope="col">Row</th>
              ${columns.map((column) => html`<th scope="col"><bdi>${column}</bdi></th>`)}
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (row, at) =>
                html`<tr>
                  <td class="place">${at + 1}</td>
                  ${row.map((cell) =>
                    cell === null
                      ? html`<td class="masked">masked</td>`
                      : html`<td title=${cell.length > LONG ? cell : nothing}>${cell}</td>`,
                  )}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${cut === '' ? nothing : html`<p class="quiet">${cut}</p>`}
    </div>`;
  }

  private cutWords(): string {
    const { columns, rows, rowCount, columnCount, kept, name } = this.tensor;
    const cut = [
      ...(rows.length < rowCount ? [`the first ${formatNumber(rows.length)} of ${formatNumber(rowCount)} rows`] : []),
      ...(columns.length < columnCount
        ? [`the first ${formatNumber(columns.length)} of ${formatNumber(columnCount)} columns`]
        : []),
    ];
    const all = name === '' ? rowCount : rowCount * columnCount;
    return [
      ...(cut.length === 0 ? [] : [`Shown: ${cut.join(', ')}.`]),
      ...(kept === null ? [] : [`The log keeps the first ${formatNumber(kept)} of ${formatNumber(all)} values.`]),
    ].join(' ');
  }
}

const LONG = 40;
