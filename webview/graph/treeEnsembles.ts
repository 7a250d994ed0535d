/** `<lw-tree-ensembles .ensembles=…>`: nodes that are many decision trees, in words. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { OnnxInspection, TreeEnsemble } from '../../src/protocol/inspection';
import { formatNumber } from '../../src/protocol/format';
import { counted } from './words';

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

const KINDS: Readonly<Record<TreeEnsemble['kind'], string>> = {
  classifier: 'a classifier',
  regressor: 'a regressor',
  ensemble: 'an ensemble',
};

/** `a classifier of 12 trees, at most 9 splits deep, 310 leaves in all, asks for 6 features` */
export function ensembleWords({ kind, trees, leaves, depth, features }: TreeEnsemble): string {
  const parts = [
    `${KINDS[kind]} of ${counted(trees, 'tree')}`,
    depth === null ? 'of unknown depth' : depthWords(depth),
    `${counted(leaves, 'leaf', 'leaves')} in all`,
    features === null ? '' : `asks for ${counted(features, 'feature')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const depthWords = (depth: number): string =>
  depth === 0 ? 'without a split' : `at most ${formatNumber(depth)} ${depth === 1 ? 'split' : 'splits'} deep`;
