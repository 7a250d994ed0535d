/**
 * A graph as points in layers: its nodes, and for edges that pass layers a point in each of them, so that room is kept.
 * All edges of one node share these points, as one trunk that others branch off: in a model they mostly carry one value,
 * and a mask that hundreds of layers take would be hundreds of lines beside each other.
 */

export interface Point {
  /** The node, or that whose trunk passes here. */
  readonly node: number;
  readonly isTrunk: boolean;
  readonly width: number;
  readonly layer: number;
}

export interface LayeredGraph {
  readonly points: readonly Point[];
  /** Points of each layer in a first order. */
  readonly layers: readonly (readonly number[])[];
  /** For each point its neighbours one layer above and below. */
  readonly up: readonly (readonly number[])[];
  readonly down: readonly (readonly number[])[];
  /** For each node the points of its trunk, from the layer below it on. */
  readonly trunks: readonly (readonly number[])[];
}

export interface PlainGraph {
  /** In pixels. */
  readonly widths: readonly number[];
  /** From a lower layer to a higher one. */
  readonly layerOf: readonly number[];
  /** Indices of nodes. */
  readonly edges: readonly { readonly from: number; readonly to: number }[];
}

const TRUNK_WIDTH = 2;

export function layered({ widths, layerOf, edges }: PlainGraph): LayeredGraph {
  const layers: number[][] = Array.from({ length: Math.max(...layerOf, 0) + 1 }, () => []);
  const points: Point[] = [];
  const up: number[][] = [];
  const down: number[][] = [];
  const add = (point: Point): number => {
    const index = points.push(point) - 1;
    layers[point.layer]?.push(index);
    up.push([]);
    down.push([]);
    return index;
  };
  const join = (from: number, to: number) => {
    down[from]?.push(to);
    up[to]?.push(from);
  };
  for (const [node, width] of widths.entries()) add({ node, isTrunk: false, width, layer: layerOf[node] ?? 0 });
  const farthest = [...layerOf];
  for (const { from, to } of edges) farthest[from] = Math.max(farthest[from] ?? 0, layerOf[to] ?? 0);
  const trunks = widths.map((_, node) => {
    const start = (layerOf[node] ?? 0) + 1;
    const trunk: number[] = [];
    for (let layer = start; layer < (farthest[node] ?? 0); layer++) {
      const point = add({ node, isTrunk: true, width: TRUNK_WIDTH, layer });
      join(trunk.at(-1) ?? node, point);
      trunk.push(point);
    }
    return trunk;
  });
  for (const { from, to } of edges) join(leaves(trunks, layerOf, from, to), to);
  return { points, layers, up, down, trunks };
}

/** The point above `to` from which the edge goes to it. */
function leaves(trunks: LayeredGraph['trunks'], layerOf: readonly number[], from: number, to: number): number {
  return trunks[from]?.[(layerOf[to] ?? 0) - (layerOf[from] ?? 0) - 2] ?? from;
}

/**
 * Layers in which what follows on no input (constants, and what is made of them alone) stands right above who uses it: by
 * the longest way to it, it would stand beside the inputs, with a line through the whole graph.
 *
 * @param isInput of a node: stays where it is
 */
export function settledLayers(
  { layerOf, edges }: Omit<PlainGraph, 'widths'>,
  isInput: (node: number) => boolean,
): number[] {
  const settled = [...layerOf];
  const order = layerOf.map((_, node) => node).toSorted((a, b) => (layerOf[a] ?? 0) - (layerOf[b] ?? 0));
  const [before, after] = [layerOf.map((): number[] => []), layerOf.map((): number[] => [])];
  for (const { from, to } of edges) {
    before[to]?.push(from);
    after[from]?.push(to);
  }
  const isFixed = layerOf.map(() => false);
  for (const node of order) isFixed[node] = isInput(node) || (before[node] ?? []).some((one) => isFixed[one] === true);
  for (const node of order.toReversed()) {
    const users = after[node] ?? [];
    if (isFixed[node] === true || users.length === 0) continue;
    settled[node] = Math.min(...users.map((user) => settled[user] ?? 0)) - 1;
  }
  return settled;
}
