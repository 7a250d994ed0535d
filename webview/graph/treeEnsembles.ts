/** `<lw-tree-ensembles .ensembles=…>`: nodes that are many decision trees, in words. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OnnxInspection } from '../../src/protocol/inspection';
import { counted, ensembleWords } from './words';

@customElement('lw-tree-ensembles')
export class TreeEnsembles extends LitElement {
  static override readonly styles = css`
    :host {
      display: block;
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li {
      padding: 2px 0;
      overflow-wrap: anywhere;
      unicode-bidi: plaintext;
    }
    b {
      font-weight: 600;
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
  `;

  @property({ attribute: false }) ensembles: OnnxInspection['treeEnsembles'] = { items: [], total: 0 };

  protected override render() {
    const { items, total } = this.ensembles;
    if (total === 0) return nothing;
    return html`<ul>
        ${items.map((one) => html`<li><b>${one.node}</b>: ${ensembleWords(one)}</li>`)}
      </ul>
      ${
        total > items.length
          ? html`<div class="quiet">and ${counted(total - items.length, 'more ensemble', 'more ensembles')}</div>`
          : nothing
      }`;
  }
}
