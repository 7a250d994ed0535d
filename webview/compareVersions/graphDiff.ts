/** `<lw-pair-graph-diff>`: which nodes of two ONNX graphs differ, and in what. */
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type GraphDiff, type NodeDifference } from '../../src/protocol/graphDiff';
import { differenceWords, graphsWords, nodeWords, operatorOf } from '../../src/protocol/graphDiffWords';
import { formatNumber } from '../../src/protocol/format';
import type { GraphMarks } from '../graph/marks';
import '../ui/controls';
import { pairStyles, pairTable, type PairState, type ShownRow } from './pairTable';

const ROWS_AT_A_TIME = 50;

@customElement('lw-pair-graph-diff')
export class PairGraphDiff extends LitElement {
  static override readonly styles = [
    ...pairStyles,
    css`
      p.words {
        margin-top: 0;
      }
    `,
  ];

  @property({ attribute: false }) diff!: GraphDiff;
  @property({ attribute: false }) labels: readonly [string, string] = ['', ''];
  @state() private limit = ROWS_AT_A_TIME;

  protected override render() {
    const { diff, labels, limit } = this;
    const { items, total } = diff.differences;
    return html`<p class="words" role="status">${graphsWords(diff, labels)}</p>
      ${diff.problems.map((problem) => html`<p class="quiet">Not compared: ${problem}.</p>`)}
      ${
        items.length === 0
          ? nothing
          : pairTable(
              { label: 'Nodes that differ', labels, last: 'What differs' },
              items.slice(0, limit).map((item, at) => rowOf(item, at)),
            )
      }
      ${
        items.length > limit
          ? html`<div class="bar">
              <lw-button @click=${() => (this.limit += ROWS_AT_A_TIME)}>Show More</lw-button>
            </div>`
          : nothing
      }
      ${
        total > items.length
          ? html`<p class="quiet">
              These are the first ${formatNumber(items.length)} of ${formatNumber(total)} nodes that differ.
            </p>`
          : nothing
      }`;
  }
}

function rowOf(difference: NodeDifference, at: number): ShownRow {
  const { left, right } = difference;
  return {
    key: String(at),
    name: operatorOf(difference),
    state: stateOf(difference),
    cells: [left && nodeWords(left), right && nodeWords(right), differenceWords(difference)],
  };
}

const stateOf = ({ left, right }: NodeDifference): PairState => (left ? (right ? 'changed' : 'left') : 'right');

/** For the drawing of one of them: in what its nodes are unlike. Pure. */
export function marksOf({ differences }: GraphDiff, side: 'left' | 'right', other: string): GraphMarks {
  const nodes = new Map<number, string>();
  for (const difference of differences.items) {
    const node = difference[side];
    const isAlone = difference[side === 'left' ? 'right' : 'left'] === null;
    if (node)
      nodes.set(node.place, isAlone ? `not in ${other}` : `differs from ${other}: ${differenceWords(difference)}`);
  }
  return { nodes, other, areAll: differences.items.length === differences.total };
}
