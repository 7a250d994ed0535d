/** `<lw-pair-lists>`: lists that are there as a whole, such as inputs and outputs, with what differs or everything. */
import { html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { type PairList } from '../../src/protocol/modelDiff';
import { pairStyles, pairTable, stateOf } from './pairTable';

@customElement('lw-pair-lists')
export class PairLists extends LitElement {
  static override readonly styles = pairStyles;

  @property({ attribute: false }) lists: readonly PairList[] = [];
  @property({ attribute: false }) labels: readonly [string, string] = ['', ''];
  @property({ type: Boolean }) differences = true;
  /** What is said where nothing differs. */
  @property() same = '';

  protected override render() {
    const shown = this.lists
      .map((list) => ({ ...list, rows: list.rows.filter(({ differs }) => differs || !this.differences) }))
      .filter(({ rows, isCut }) => rows.length > 0 || isCut);
    if (shown.length === 0) return html`<p class="quiet">${this.same}</p>`;
    return shown.map(
      ({ heading, rows, isCut }) =>
        html`<div class="group">
          <h3>${heading}</h3>
          ${pairTable(
            { label: heading, labels: this.labels },
            rows.map((row) => ({ key: row.key, name: row.key, state: stateOf(row), cells: row.values })),
          )}
          ${isCut ? html`<p class="quiet">There are more than could be compared.</p>` : nothing}
        </div>`,
    );
  }
}
