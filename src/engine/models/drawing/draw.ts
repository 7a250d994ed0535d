/** From the nodes of a graph as they were read to those that are drawn: with edges, folded if need be, in layers. */
import {
  type GraphEdge,
  type GraphNode,
  MAX_DRAWN_NODES,
  type ModelGraph,
  type OnnxValue,
} from '../../../protocol/inspection';
import { cut, listed, Tally } from '../told';
import { fold, type Piece } from './fold';
import { inOrder, layersOf } from './order';

const MAX_EDGES = 3000;
/** More inputs, or outputs, than this are one node. */
const MAX_ENDS = 40;
const SHOWN_NAMES = 6;
const MAX_RANGES = 100;
/** A name in a drawing is no longer. */
export const DRAWN_NAME = 80;
const MAX_LABEL = 60;

/** A node as it was read. */
export interface PlainNode {
  readonly type: string;
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What graphs in its attributes take from around them. */
  readonly captured: readonly string[];
  readonly summary: string;
}

interface End {
  readonly name: string;
  readonly told: OnnxValue;
}

export interface PlainGraph {
  readonly nodes: readonly PlainNode[];
  readonly inputs: readonly End[];
  readonly outputs: readonly End[];
}

/** A node that is drawn, the values that it gives and those that it takes. */
interface Drawn {
  readonly node: Omit<GraphNode, 'layer' | 'places'>;
  readonly gives: readonly string[];
  readonly takes: readonly string[];
}

/** @param say told what is wrong with the graph */
export function drawGraph({ nodes, inputs, outputs }: PlainGraph, say: (problem: string) => void): ModelGraph {
  const followed = followedBy(nodes, say);
  const { order, cyclic } = inOrder(followed);
  if (cyclic > 0) say(`the graph is cyclic: ${String(cyclic)} nodes lie on a cycle or behind one`);
  const foldable = nodes.map((node) => ({ type: node.type, scope: scopeOf(node) }));
  const isFolded = nodes.length > MAX_DRAWN_NODES;
  const settled = isFolded ? constantsToUsers(nodes, followed, order, foldable) : order;
  const pieces: readonly Piece[] = isFolded
    ? fold({ nodes: foldable, order: settled, followed }, MAX_DRAWN_NODES)
    : order.map((_, place) => ({ start: place, end: place + 1, depth: 0, name: '' }));
  const inner = pieces.map((piece, at) => {
    const places = settled.slice(piece.start, piece.end);
    const { node, ...values } = drawnOf(
      places.flatMap((place) => nodes[place] ?? []),
      piece,
      at,
    );
    return { ...values, node: { ...node, places: rangesOf(places) } };
  });
  const drawn = [...ends('input', inputs), ...inner, ...ends('output', outputs)];
  const { edges, followed: drawnFollowed, given } = edgesOf(drawn);
  const layers = layersOf(
    drawn.map((_, place) => place),
    drawnFollowed,
  );
  return {
    nodes: drawn.map(({ node }, place) => ({
      places: [],
      ...node,
      // Of a group only what goes out of it.
      ...(node.kind === 'group' ? { outputs: names([...(given.get(place) ?? [])]) } : {}),
      layer: layers[place] ?? 0,
    })),
    edges: listed(edges, MAX_EDGES, (edge) => edge),
    foldedFrom: isFolded ? nodes.length : null,
  };
}

/** Nodes of a group mostly lie side by side in the file. */
function rangesOf(places: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const place of places.toSorted((left, right) => left - right)) {
    const last = ranges.at(-1);
    if (last && place === last[1] + 1) last[1] = place;
    else if (ranges.length < MAX_RANGES) ranges.push([place, place]);
    else break;
  }
  return ranges;
}

/** For each node those whose values it takes. */
function followedBy(nodes: readonly PlainNode[], say: (problem: string) => void): number[][] {
  const giver = new Map<string, number>();
  nodes.forEach(({ outputs }, node) => {
    for (const name of outputs) {
      if (name === '') continue;
      if (giver.has(name)) say(`several nodes give a value of the name "${cut(name)}"`);
      else giver.set(name, node);
    }
  });
  return nodes.map(({ inputs, captured }) => {
    const before = new Set<number>();
    for (const name of [...inputs, ...captured]) {
      const node = giver.get(name);
      if (node !== undefined) before.add(node);
    }
    return [...before];
  });
}

/** Exporters that give nodes no names of their own mostly name values by scope. */
function scopeOf({ name, outputs }: PlainNode): string[] {
  const path = name.includes('/') ? name : (outputs.find((output) => output.includes('/')) ?? '');
  return path.split('/').slice(0, -1).filter(Boolean);
}

/** Nodes that take nothing are moved before the first that uses them, into its scope: elsewhere they would cut scopes apart. */
function constantsToUsers(
  nodes: readonly PlainNode[],
  followed: readonly (readonly number[])[],
  order: readonly number[],
  foldable: { type: string; scope: readonly string[] }[],
): number[] {
  const isFree = (node: number) => followed[node]?.length === 0 && nodes[node]?.inputs.length === 0;
  const isPlaced = new Set<number>();
  const settled: number[] = [];
  for (const user of order) {
    if (isFree(user)) continue;
    for (const node of followed[user] ?? []) {
      if (!isFree(node) || isPlaced.has(node)) continue;
      isPlaced.add(node);
      settled.push(node);
      const own = foldable[node];
      if (own) foldable[node] = { ...own, scope: foldable[user]?.scope ?? [] };
    }
    settled.push(user);
  }
  return [...settled, ...order.filter((node) => isFree(node) && !isPlaced.has(node))];
}

function drawnOf(members: readonly PlainNode[], piece: Piece, place: number): Drawn {
  const [first] = members;
  const id = `n${String(place)}`;
  if (members.length === 1 && first !== undefined) {
    const { type, domain, name, inputs, outputs, captured, summary } = first;
    const node = {
      ...{
        id,
        kind: 'node' as const,
        type: cut(type, DRAWN_NAME),
        domain: cut(domain, DRAWN_NAME),
        name: cut(name, DRAWN_NAME),
      },
      ...{ inputs: names(inputs), outputs: names(outputs), summary, nodes: 1 },
    };
    return { node, gives: outputs, takes: [...inputs, ...captured] };
  }
  const gives = members.flatMap(({ outputs }) => outputs);
  const own = new Set(gives);
  const takes = members.flatMap(({ inputs, captured }) => [...inputs, ...captured]).filter((name) => !own.has(name));
  const types = new Tally();
  for (const { type } of members) types.add(type);
  const kinds = types.entries;
  const node = {
    ...{ id, kind: 'group' as const, type: cut(kindsText(kinds), DRAWN_NAME), domain: '' },
    name: cut(piece.name === '' ? `nodes ${String(piece.start + 1)} to ${String(piece.end)}` : piece.name, DRAWN_NAME),
    ...{ inputs: names([...new Set(takes)]), outputs: names(gives), summary: '', nodes: members.length },
  };
  return { node, gives, takes };
}

function kindsText(kinds: readonly (readonly [string, number])[]): string {
  const text = kinds
    .slice(0, 3)
    .map(([type, count]) => (count === 1 ? cut(type, 30) : `${String(count)} ${cut(type, 30)}`))
    .join(', ');
  return kinds.length > 3 ? `${text}, …` : text;
}

const names = (all: readonly string[]) =>
  listed(
    all.filter((name) => name !== ''),
    SHOWN_NAMES,
    (name) => cut(name, DRAWN_NAME),
  );

/** The graph's own inputs, or outputs, as nodes. */
function ends(kind: 'input' | 'output', values: readonly End[]): Drawn[] {
  const drawn = (id: string, of: readonly End[], type: string, name: string, summary: string): Drawn => {
    const all = of.map((value) => value.name);
    const none = { items: [], total: 0 };
    const [inputs, outputs] = kind === 'input' ? [none, names(all)] : [names(all), none];
    const node = { id, kind, type, domain: '', name: cut(name, DRAWN_NAME), inputs, outputs, summary, nodes: 0 };
    return { node, gives: kind === 'input' ? all : [], takes: kind === 'output' ? all : [] };
  };
  if (values.length > MAX_ENDS) {
    const name = `${String(values.length)} ${kind}s`;
    return [drawn(kind, values, kind, name, '')];
  }
  return values.map((value, at) => drawn(`${kind}${String(at)}`, [value], kind, value.name, shapeText(value.told)));
}

function shapeText({ type, shape }: OnnxValue): string {
  return cut(shape === null ? type : `${type} [${shape.map((size) => String(size ?? '?')).join(', ')}]`);
}

interface Edges {
  readonly edges: GraphEdge[];
  readonly followed: number[][];
  /** What each gives to others. */
  readonly given: ReadonlyMap<number, ReadonlySet<string>>;
}

/** One edge between two nodes, whatever goes along it. What leads backwards closes a cycle, and is left out. */
function edgesOf(drawn: readonly Drawn[]): Edges {
  const giver = new Map<string, number>();
  drawn.forEach(({ gives }, place) => {
    for (const name of gives) if (name !== '' && !giver.has(name)) giver.set(name, place);
  });
  const edges: GraphEdge[] = [];
  const given = new Map<number, Set<string>>();
  const followed = drawn.map(({ node, takes }, place) => {
    const along = new Map<number, Set<string>>();
    for (const name of takes) {
      const from = giver.get(name);
      if (from === undefined || from >= place) continue;
      along.set(from, (along.get(from) ?? new Set()).add(name));
      given.set(from, (given.get(from) ?? new Set()).add(name));
    }
    for (const [from, values] of along) {
      const [first = ''] = values;
      const others = values.size > 1 ? ` +${String(values.size - 1)}` : '';
      edges.push({ from: drawn[from]?.node.id ?? '', to: node.id, label: `${cut(first, MAX_LABEL)}${others}` });
    }
    return [...along.keys()];
  });
  return { edges, followed, given };
}
