/**
 * Where the nodes and edges of a model's graph are drawn, from top to bottom. Pure. Libraries for it were tried with 400
 * nodes (dagre 3.1, ELK 0.12, d3-dag 1.2): each took more than ten times as long, as no edges of theirs share a way.
 */
import type { ModelGraph } from '../../src/protocol/inspection';
import { type Box, boxOf, type Measure } from './boxes';
import { columns } from './columns';
import { layered, type LayeredGraph, settledLayers } from './layers';
import { ordered } from './ordering';
import { inRows, partsOf } from './parts';
import { type Line, ports } from './paths';

export interface PlacedNode extends Box {
  /** The middle. */
  readonly x: number;
  readonly top: number;
  readonly layer: number;
  /** Which of those that hang together. */
  readonly part: number;
}

export interface PlacedEdge {
  /** Indices of the nodes. */
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** How many places of its node's trunk it goes along. */
  readonly along: number;
  /** Of its own, from where it leaves the trunk. */
  readonly line: Line;
}

export interface Placement {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  /** For each node what its edges have in common; empty where that is nothing. */
  readonly trunks: readonly Line[];
}

const GAPS = { node: 24, line: 14 } as const;
/** Between layers: more where lines go far to the side, as they could not be told apart otherwise. */
const LEAST_GAP = 34;
const MOST_GAP = 90;
const SLOPE = 12;
/** How long the head of an arrow is: the line ends above it. */
export const ARROW = 6;

export function place(graph: ModelGraph, measure: Measure): Placement {
  const indices = new Map(graph.nodes.map(({ id }, index) => [id, index]));
  const edges = graph.edges.items.flatMap(({ from, to, label }) => {
    const [start, end] = [indices.get(from), indices.get(to)];
    return start === undefined || end === undefined ? [] : [{ from: start, to: end, label }];
  });
  const isInput = (node: number) => graph.nodes[node]?.kind === 'input';
  const layerOf = settledLayers({ layerOf: graph.nodes.map(({ layer }) => layer), edges }, isInput);
  const whole: Part = { boxes: graph.nodes.map((node) => boxOf(node, measure)), edges, layerOf };
  return together(whole, partsOf(graph.nodes.length, edges));
}

interface Part {
  readonly boxes: readonly Box[];
  readonly edges: readonly Pick<PlacedEdge, 'from' | 'to' | 'label'>[];
  readonly layerOf: readonly number[];
}

/** @param members the nodes of each part */
function together({ boxes, edges, layerOf }: Part, members: readonly (readonly number[])[]): Placement {
  const partOf = new Map(members.flatMap((nodes, part) => nodes.map((node) => [node, part] as const)));
  const within = new Map(members.flatMap((nodes) => nodes.map((node, index) => [node, index] as const)));
  const edgesOf = members.map((): number[] => []);
  for (const [edge, { from }] of edges.entries()) edgesOf[partOf.get(from) ?? 0]?.push(edge);
  const placed = members.map((own, part) => {
    const first = own.reduce((least, node) => Math.min(least, layerOf[node] ?? 0), Number.POSITIVE_INFINITY);
    const local = (edge: number) => {
      const { from, to, label } = edges[edge] ?? { from: 0, to: 0, label: '' };
      return { from: within.get(from) ?? 0, to: within.get(to) ?? 0, label };
    };
    return placePart({
      boxes: own.flatMap((node) => boxes[node] ?? []),
      edges: (edgesOf[part] ?? []).map(local),
      layerOf: own.map((node) => (layerOf[node] ?? 0) - first),
    });
  });
  const { width, height, offsets } = inRows(placed);
  const nodes: PlacedNode[] = [];
  const lines: PlacedEdge[] = [];
  const trunks: Line[] = boxes.map(() => []);
  for (const [part, own] of members.entries()) {
    const { x, y } = offsets[part] ?? { x: 0, y: 0 };
    const moved = (line: Line): Line => line.map((at) => ({ x: at.x + x, y: at.y + y }));
    for (const [index, node] of (placed[part]?.nodes ?? []).entries()) {
      nodes[own[index] ?? 0] = { ...node, x: node.x + x, top: node.top + y, part };
      trunks[own[index] ?? 0] = moved(placed[part]?.trunks[index] ?? []);
    }
    for (const [index, edge] of (placed[part]?.edges ?? []).entries()) {
      const [from, to] = [own[edge.from] ?? 0, own[edge.to] ?? 0];
      lines[edgesOf[part]?.[index] ?? 0] = { ...edge, from, to, line: moved(edge.line) };
    }
  }
  return { width, height, nodes, edges: lines, trunks };
}

/** What hangs together. */
function placePart({ boxes, edges, layerOf }: Part): Placement {
  const graph = layered({ widths: boxes.map(({ width }) => width), layerOf, edges });
  const layers = ordered(graph);
  const middles = columns(layers, graph, GAPS);
  const { left, right } = sides(graph, middles);
  const xs = middles.map((x) => x - left);
  const rows = rowsOf(layers, graph, xs, boxes);
  const nodes = boxes.map((box, node): PlacedNode => {
    const layer = layerOf[node] ?? 0;
    const row = rows[layer] ?? { top: 0, height: box.height };
    return { ...box, x: xs[node] ?? 0, top: row.top + (row.height - box.height) / 2, layer, part: 0 };
  });
  const last = rows.at(-1);
  const height = last ? last.top + last.height : 0;
  return { width: right - left, height, nodes, ...linesOf({ boxes, edges, layerOf }, graph, nodes, xs, rows) };
}

function sides({ points }: LayeredGraph, middles: readonly number[]): { left: number; right: number } {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [point, x] of middles.entries()) {
    const half = (points[point]?.width ?? 0) / 2;
    [left, right] = [Math.min(left, x - half), Math.max(right, x + half)];
  }
  return { left, right };
}

interface Row {
  readonly top: number;
  readonly height: number;
}

function rowsOf(
  layers: readonly (readonly number[])[],
  { points, up }: LayeredGraph,
  xs: readonly number[],
  boxes: readonly Box[],
): Row[] {
  const rows: Row[] = [];
  let top = 0;
  for (const layer of layers) {
    let height = 0;
    let farthest = 0;
    for (const point of layer) {
      const { node, isTrunk } = points[point] ?? { node: -1, isTrunk: true };
      if (!isTrunk) height = Math.max(height, boxes[node]?.height ?? 0);
      for (const above of up[point] ?? []) farthest = Math.max(farthest, Math.abs((xs[above] ?? 0) - (xs[point] ?? 0)));
    }
    if (rows.length > 0) top += Math.min(Math.max(farthest / SLOPE, LEAST_GAP), MOST_GAP);
    rows.push({ top, height });
    top += height;
  }
  return rows;
}

function linesOf(
  { edges, layerOf }: Part,
  { trunks, points }: LayeredGraph,
  nodes: readonly PlacedNode[],
  xs: readonly number[],
  rows: readonly Row[],
): Pick<Placement, 'edges' | 'trunks'> {
  const rowOf = (node: number): Row => rows[layerOf[node] ?? 0] ?? { top: 0, height: 0 };
  /** Below all of its layer: before that, a line to the side could run over a node that is higher. */
  const beginnings = nodes.map(({ x, top, height }, node): Line => {
    const row = rowOf(node);
    return [
      { x, y: top + height },
      { x, y: row.top + row.height },
    ];
  });
  const lines = trunks.map((trunk, node): Line => {
    const passed = trunk.flatMap((point) => {
      const { top, height } = rows[points[point]?.layer ?? 0] ?? { top: 0, height: 0 };
      const x = xs[point] ?? 0;
      return [{ x, y: top }, { x, y: top + height }]; // prettier-ignore
    });
    return passed.length === 0 ? [] : [...(beginnings[node] ?? []), ...passed];
  });
  /** Each layer that a trunk passes has two places of its line, as has that of its node. */
  const alongs = edges.map(({ from, to }) => {
    const passed = (layerOf[to] ?? 0) - (layerOf[from] ?? 0) - 1;
    return passed <= 0 ? 0 : 2 * passed + 2;
  });
  const starts = edges.map(({ from }, edge): Line => {
    const place = lines[from]?.[(alongs[edge] ?? 0) - 1];
    return place ? [place] : (beginnings[from] ?? []);
  });
  const ends = ports(
    nodes,
    edges.map(({ to }, edge) => ({ to, x: starts[edge]?.at(-1)?.x ?? 0 })),
  );
  return {
    trunks: lines,
    edges: edges.map((edge, index) => {
      const x = ends[index] ?? 0;
      const tip = { x, y: (nodes[edge.to]?.top ?? 0) - ARROW };
      const above = { x, y: rowOf(edge.to).top - ARROW };
      return { ...edge, along: alongs[index] ?? 0, line: [...(starts[index] ?? []), above, tip] };
    }),
  };
}

/** The whole of an edge, from its node on. */
export const wholeLine = ({ trunks }: Placement, { from, along, line }: PlacedEdge): Line => [
  ...(trunks[from] ?? []).slice(0, along),
  ...line.slice(along === 0 ? 0 : 1),
];
