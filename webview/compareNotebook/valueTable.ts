/** `<lw-value-table>`: values of two runs beside each other; those that are the same are behind a button. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { formatNumber } from '../../src/protocol/format';
import { linkButton, wordTable } from '../ui/styles';
import { type ValueRow } from './values';

@customElement('lw-value-table')
export class ValueTable extends LitElement {
  static override readonly styles = [
    linkButton,
    wordTable,
    css`
      :host {
        display: block;
      }
      table {
        width: auto;
        min-width: min(100%, 480px);
      }
      th,
      td {
        padding-inline: 6px 18px;
      }
      td {
        max-width: 32ch;
        white-space: pre-wrap;
      }
      tr.same td {
        color: var(--vscode-descriptionForeground);
      }
      .none {
        color: var(--vscode-descriptionForeground);
        font-style: italic;
      }
      p {
        margin: 4px 6px;
      }
    `,
  ];

  @property({ attribute: false }) rows: readonly ValueRow[] = [];
  /** Values are numbers, and how far apart they are is shown. */
  @property({ type: Boolean }) differences = false;
  @state() private isWhole = false;

  protected override render() {
    const shown = this.isWhole ? this.rows : this.rows.filter(({ isSame }) => !isSame);
    const same = this.rows.filter(({ isSame }) => isSame).length;
    const number = this.differences ? 'number' : '';
    return html`${
      shown.length === 0
        ? nothing
        : html`<table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col" class=${number}>Before</th>
                <th scope="col" class=${number}>After</th>
                ${this.differences ? html`<th scope="col" class="number">Difference</th>` : nothing}
              </tr>
            </thead>
            <tbody>
              ${shown.map(
                ({ key, before, after, difference, isSame }) =>
                  html`<tr class=${isSame ? 'same' : ''}>
                    <td>${key}</td>
                    <td class=${number}>${valueOf(before)}</td>
                    <td class=${number}>${valueOf(after)}</td>
                    ${this.differences ? html`<td class="number">${difference}</td>` : nothing}
                  </tr>`,
              )}
            </tbody>
          </table>`
    }
    ${
      same === 0
        ? nothing
        : html`<p>
            <button class="link" type="button" aria-expanded=${String(this.isWhole)} @click=${this.toggle}>
              ${this.isWhole ? 'Show only differences' : `Show ${formatNumber(same)} that ${same === 1 ? 'is' : 'are'} the same`}
            </button>
          </p>`
    }`;
  }

  private readonly toggle = () => {
    this.isWhole = !this.isWhole;
  };
}

const valueOf = (value: string | null) => value ?? html`<span class="none">none</span>`;
