/** From a node to another by keys and by search. Pure. */
import type { GraphNode } from '../../src/protocol/inspection';
import { type PlacedNode, type Placement } from './placement';

export interface Walks {
  /** For each node those that follow on it, and those that it follows on, from left to right. */
  readonly after: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
  /** All of them, as one reads. */
  readonly order: readonly number[];
}

export function walksOf({ nodes, edges }: Placement): Walks {
  const after = nodes.map((): number[] => []);
  const before = nodes.map((): number[] => []);
  for (const { from, to } of edges) {
    after[from]?.push(to);
    before[to]?.push(from);
  }
  const key = (node: number): PlacedNode | undefined => nodes[node];
  const byX = (a: number, b: number) => (key(a)?.x ?? 0) - (key(b)?.x ?? 0);
  for (const list of [...after, ...before]) list.sort(byX);
  const order = nodes
    .map((_, node) => node)
    .sort(
      (a, b) => (key(a)?.part ?? 0) - (key(b)?.part ?? 0) || (key(a)?.layer ?? 0) - (key(b)?.layer ?? 0) || byX(a, b),
    );
  return { after, before, order };
}

/** @returns where a key leads from a node, null if it leads nowhere, undefined if it means nothing here */
export function step(key: string, from: number, walks: Walks, nodes: readonly PlacedNode[]): number | null | undefined {
  switch (key) {
    case 'ArrowDown':
      return nearest(from, walks.after[from] ?? [], nodes);
    case 'ArrowUp':
      return nearest(from, walks.before[from] ?? [], nodes);
    case 'ArrowRight':
      return beside(from, 1, walks, nodes);
    case 'ArrowLeft':
      return beside(from, -1, walks, nodes);
    case 'Home':
      return walks.order[0] ?? null;
    case 'End':
      return walks.order.at(-1) ?? null;
    default:
      return undefined;
  }
}

function nearest(from: number, to: readonly number[], nodes: readonly PlacedNode[]): number | null {
  const [x, layer] = [nodes[from]?.x ?? 0, nodes[from]?.layer ?? 0];
  // First the next layer: what is skipped by a longer edge could not be reached else.
  const distance = (node: number) =>
    Math.abs((nodes[node]?.layer ?? 0) - layer) * 1e6 + Math.abs((nodes[node]?.x ?? 0) - x);
  return to.reduce<number | null>(
    (best, node) => (best === null || distance(node) < distance(best) ? node : best),
    null,
  );
}

/** In the layer, and from the last of one part to the first of the next. */
function beside(from: number, way: 1 | -1, { order }: Walks, nodes: readonly PlacedNode[]): number | null {
  const next = order[order.indexOf(from) + way];
  if (next === undefined) return null;
  const [here, there] = [nodes[from], nodes[next]];
  return here?.part === there?.part && here?.layer !== there?.layer ? null : next;
}

/** Nodes in whose texts the words are, in the order in which one reads. */
export function found(nodes: readonly GraphNode[], order: readonly number[], text: string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  return order.filter((node) => {
    const { type, domain, name, summary, inputs, outputs } = nodes[node] ?? EMPTY;
    return [type, domain, name, summary, ...inputs.items, ...outputs.items].some((part) =>
      part.toLowerCase().includes(wanted),
    );
  });
}

const EMPTY = { type: '', domain: '', name: '', summary: '', inputs: { items: [] }, outputs: { items: [] } };
