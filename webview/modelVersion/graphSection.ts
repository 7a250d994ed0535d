/** `<lw-graph-section>`: the graph of an ONNX model, as a table of its nodes in the order of their layers. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type GraphNode, type ModelGraph } from '../../src/protocol/inspection';
import { countWords } from '../run/words';
import '../ui/controls';
import { type FilterEvent } from '../ui/controls';
import { groups, scrollable, wordTable } from '../ui/styles';
import { counted } from './words';

const SHOWN_AT_FIRST = 50;
/** Names of values in a cell: the rest are counted. */
const VALUES_SHOWN = 4;

@customElement('lw-graph-section')
export class GraphSection extends LitElement {
  static override readonly styles = [
    groups,
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
        min-width: 480px;
      }
    `,
  ];

  @property({ attribute: false }) graph!: ModelGraph;
  @state() private search = '';
  @state() private limit = SHOWN_AT_FIRST;

  protected override render() {
    const { graph, search, limit } = this;
    const wanted = search.toLowerCase();
    const found = graph.nodes
      .filter((node) => textOf(node).includes(wanted))
      .toSorted((left, right) => left.layer - right.layer);
    const shown = found.slice(0, limit);
    return html`<div class="bar">
        <lw-filter label="Filter nodes" .value=${search} @lw-filter=${this.onSearch}></lw-filter>
        <span class="quiet" role="status"
          >${countWords(shown.length, found.length)}
          ${found.length === 1 ? 'node' : 'nodes'}${
            graph.foldedFrom === null ? '' : `, which stand for ${counted(graph.foldedFrom, 'node')} of the model`
          }</span
        >
      </div>
      ${found.length === 0 ? html`<p class="quiet">No node has such a name.</p>` : this.renderTable(shown)}
      ${
        shown.length < found.length
          ? html`<lw-button @click=${() => (this.limit += 200)}>Show More</lw-button>`
          : nothing
      }`;
  }

  private renderTable(nodes: readonly GraphNode[]) {
    return html`<div class="scroll" tabindex="0" role="region" aria-label="Nodes of the graph">
      <table>
        <thead>
          <tr>
            <th scope="col" class="number">Layer</th>
            <th scope="col">Operator</th>
            <th scope="col">Name</th>
            <th scope="col">Takes</th>
            <th scope="col">Gives</th>
          </tr>
        </thead>
        <tbody>
          ${nodes.map(
            (node) =>
              html`<tr>
                <td class="number">${node.layer}</td>
                <td>
                  ${operatorOf(node)}${node.summary === '' ? nothing : html` <span class="quiet">${node.summary}</span>`}
                </td>
                <td>${node.name}</td>
                <td>${valuesOf(node.inputs)}</td>
                <td>${valuesOf(node.outputs)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }

  private readonly onSearch = (event: FilterEvent) => {
    event.stopPropagation();
    this.search = event.value;
  };
}

const KINDS: Readonly<Partial<Record<GraphNode['kind'], string>>> = { input: 'Input', output: 'Output' };

function operatorOf({ kind, type, domain, nodes }: GraphNode): string {
  if (kind === 'group') return `${counted(nodes, 'node')}: ${type}`;
  return KINDS[kind] ?? (domain === '' ? type : `${domain}.${type}`);
}

function valuesOf({ items, total }: GraphNode['inputs']): string {
  const shown = items.slice(0, VALUES_SHOWN);
  const more = total - shown.length;
  return [...shown, ...(more > 0 ? [`${String(more)} more`] : [])].join(', ');
}

const textOf = ({ name, type }: GraphNode): string => `${type} ${name}`.toLowerCase();
