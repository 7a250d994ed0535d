/** `<lw-graph-details>`: what is known of one node of the graph, and the way to its neighbours. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { GraphNode } from '../../src/protocol/inspection';
import '../ui/controls';
import '../ui/keyValues';
import { type KeyValue } from '../ui/keyValues';
import { linkButton } from '../ui/styles';
import { counted, kindWords, listWords } from './words';

export class GoEvent extends Event {
  static readonly type = 'lw-go';
  constructor(readonly node: number) {
    super(GoEvent.type);
  }
}

export interface Neighbour {
  readonly index: number;
  readonly node: GraphNode;
}

const MOST_NEIGHBOURS = 12;

@customElement('lw-graph-details')
export class GraphDetails extends LitElement {
  static override readonly styles = [
    linkButton,
    css`
      :host {
        display: block;
        padding: 6px 8px 8px;
        border: 1px solid var(--vscode-widget-border, transparent);
        border-radius: 4px;
      }
      header {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      h3 {
        flex: 1 1 auto;
        min-width: 0;
        margin: 0 0 2px 6px;
        font-size: inherit;
        font-weight: 600;
        overflow-wrap: anywhere;
        unicode-bidi: plaintext;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 12px;
        padding: 2px 6px;
      }
      .ways span {
        color: var(--vscode-descriptionForeground);
      }
    `,
  ];

  @property({ attribute: false }) node: GraphNode | null = null;
  @property({ attribute: false }) givers: readonly Neighbour[] = [];
  @property({ attribute: false }) users: readonly Neighbour[] = [];

  protected override render() {
    const { node } = this;
    if (!node) return nothing;
    return html`<section aria-label="Details of ${kindWords(node)} ${node.name}">
      <header>
        <h3>${node.kind === 'node' ? node.type || node.name : node.name || kindWords(node)}</h3>
        <lw-button
          kind="icon"
          icon="close"
          label="Close Details"
          @click=${() => this.dispatchEvent(new Event('lw-close'))}
        ></lw-button>
      </header>
      <lw-key-values .rows=${factsOf(node)}></lw-key-values>
      ${this.renderWays('Follows on', this.givers)} ${this.renderWays('Leads to', this.users)}
    </section>`;
  }

  private renderWays(words: string, neighbours: readonly Neighbour[]) {
    if (neighbours.length === 0) return nothing;
    const rest = neighbours.length - MOST_NEIGHBOURS;
    return html`<div class="ways">
      <span>${words}</span>
      ${neighbours
        .slice(0, MOST_NEIGHBOURS)
        .map(
          ({ index, node }) =>
            html`<button class="link" type="button" @click=${() => this.dispatchEvent(new GoEvent(index))}>
              ${linkWords(node)}
            </button>`,
        )}
      ${rest > 0 ? html`<span>and ${counted(rest, 'more', 'more')}</span>` : nothing}
    </div>`;
  }
}

const linkWords = (node: GraphNode): string => (node.name === '' ? kindWords(node) : node.name);

function factsOf(node: GraphNode): KeyValue[] {
  const { kind, type, domain, name, summary, inputs, outputs } = node;
  const isEnd = kind === 'input' || kind === 'output';
  const rows: KeyValue[] = [
    { key: isEnd ? 'Kind' : 'Operator', value: isEnd || kind === 'group' ? kindWords(node) : type },
    { key: 'Operators', value: kind === 'group' ? type : '' },
    { key: 'Domain', value: kind === 'node' ? domain || 'ai.onnx' : '' },
    { key: 'Name', value: name },
    { key: isEnd ? 'Type' : 'Attributes', value: summary },
    { key: 'Inputs', value: kind === 'input' ? '' : listWords(inputs) },
    { key: 'Outputs', value: kind === 'output' ? '' : listWords(outputs) },
  ];
  return rows.filter(({ value }) => value !== '');
}
