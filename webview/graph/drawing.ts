/** The graph as SVG: what is the same whatever is chosen, and what is marked. */
import { nothing, svg, type SVGTemplateResult } from 'lit';
import { LINE_HEIGHT, PADDING_Y } from './boxes';
import { familyOf } from './families';
import { arrowHead, type Line, pathOf } from './paths';
import { ARROW, type PlacedEdge, type PlacedNode, type Placement, wholeLine } from './placement';
import { spokenName } from './words';

/** All edges of a node are one line and one shape: thousands of elements would be slow to move. */
export function edgesOf(placement: Placement): SVGTemplateResult {
  const own = placement.nodes.map((): PlacedEdge[] => []);
  for (const edge of placement.edges) own[edge.from]?.push(edge);
  return svg`${own.map((edges, node) => {
    if (edges.length === 0) return nothing;
    const lines = [placement.trunks[node] ?? [], ...edges.map(({ line }) => line)];
    return svg`<path class="edge" d=${lines.map(pathOf).join('')}></path><path class="tip" d=${heads(edges)}></path>`;
  })}${placement.edges.map(
    ({ line, label }) => svg`<path class="hit" d=${pathOf(line)}><title>${label}</title></path>`,
  )}`;
}

const heads = (edges: readonly PlacedEdge[]): string => edges.map(({ line }) => headAt(line)).join('');

function headAt(line: Line): string {
  const end = line.at(-1);
  return end ? arrowHead(end, ARROW) : '';
}

/** The edges of one node, from end to end. */
export function markedEdges(placement: Placement, node: number): SVGTemplateResult {
  const own = placement.edges.filter(({ from, to }) => from === node || to === node);
  return svg`<path class="edge marked" d=${own.map((edge) => pathOf(wholeLine(placement, edge))).join('')}></path
    ><path class="tip marked" d=${heads(own)}></path>`;
}

export interface NodeState {
  readonly isTabStop: boolean;
  readonly isFound: boolean;
  readonly isCurrent: boolean;
  readonly isChosen: boolean;
  /** What is said of it besides; empty for nothing. */
  readonly mark: string;
}

export function nodeOf(placed: PlacedNode, index: number, state: NodeState): SVGTemplateResult {
  const { node, x, top, width, height, lines } = placed;
  const classes = [
    'node',
    node.kind,
    state.isFound ? 'found' : '',
    state.isCurrent ? 'current' : '',
    state.isChosen ? 'chosen' : '',
    state.mark === '' ? '' : 'unlike',
  ];
  const left = x - width / 2;
  const first = top + (height - lines.length * LINE_HEIGHT) / 2;
  // The texts are not part of what has a name: they are cut, and the name says all of them.
  return svg`<g class=${classes.filter(Boolean).join(' ')} data-node=${index}>
    <title>${[titleOf(placed), state.mark].filter(Boolean).join('\n')}</title>
    ${state.isFound ? svg`<rect class="find" x=${left - 5} y=${top - 5} width=${width + 10} height=${height + 10} rx="8"></rect>` : nothing}
    <g class="key" role="button" tabindex=${state.isTabStop ? 0 : -1} aria-label=${[spokenName(node), state.mark].filter(Boolean).join(', ')}>${shapeOf(placed, left)}</g>
    ${lines.map(
      ({ text, style }, line) =>
        svg`<text class=${style} x=${x} y=${first + line * LINE_HEIGHT + LINE_HEIGHT - 4} text-anchor="middle" aria-hidden="true">${text}</text>`,
    )}
  </g>`;
}

/** A group has others behind it; an input is round, and an output has two lines around it. */
function shapeOf({ node, top, width, height }: PlacedNode, left: number) {
  const box = (className: string, shift: number, radius: number) =>
    svg`<rect class=${className} x=${left + shift} y=${top + shift} width=${width} height=${height} rx=${radius}></rect>`;
  switch (node.kind) {
    case 'input':
      return box('box', 0, height / 2);
    case 'output':
      return svg`${box('box', 0, height / 2)}<rect class="inner" x=${left + 3} y=${top + 3} width=${width - 6} height=${height - 6} rx=${height / 2 - 3}></rect>`;
    case 'group':
      return svg`${box('box behind', 4, 4)}${box('box', 0, 4)}`;
    case 'node':
      return svg`${box('box', 0, 4)}<rect class="family ${familyOf(node.type)}" x=${left + 4} y=${top + PADDING_Y - 1} width="3" height=${height - 2 * PADDING_Y + 2} rx="1.5"></rect>`;
  }
}

function titleOf({ node }: PlacedNode): string {
  const { kind, type, name, summary, domain } = node;
  const head = domain === '' || kind !== 'node' ? type : `${domain}.${type}`;
  return [kind === 'input' || kind === 'output' ? '' : head, name, summary].filter((text) => text !== '').join('\n');
}
