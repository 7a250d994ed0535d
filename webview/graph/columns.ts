/**
 * Where the points of ordered layers stand from left to right: close together, chains and long edges straight. After
 * Brandes and Köpf (2002): points are strung to their middle neighbours in four ways (from above or below, from left or
 * right), each is set as tightly as it goes, and a point stands between the middle two of its four places.
 */
import { type LayeredGraph } from './layers';
import { places } from './ordering';

type Layers = readonly (readonly number[])[];

export interface Gaps {
  /** Between two nodes. */
  readonly node: number;
  /** Beside a line that passes. */
  readonly line: number;
}

/** @returns the middle of each point */
export function columns(layers: Layers, graph: LayeredGraph, gaps: Gaps): number[] {
  const known = { crossed: crossedLines(layers, graph), straight: straightest(graph) };
  const ways = [false, true].flatMap((fromBelow) =>
    [false, true].map((fromRight) => oneWay(layers, graph, gaps, known, fromBelow, fromRight)),
  );
  const extents = ways.map((xs) => extentOf(xs, graph));
  const narrowest = extents.reduce((least, one) => (one.right - one.left < least.right - least.left ? one : least));
  const shifted = ways.map((xs, way) => {
    const extent = extents[way] ?? narrowest;
    const shift = way % 2 === 0 ? narrowest.left - extent.left : narrowest.right - extent.right;
    return xs.map((x) => x + shift);
  });
  return graph.points.map((_, point) => {
    const four = shifted.map((xs) => xs[point] ?? 0).sort((a, b) => a - b);
    return ((four[1] ?? 0) + (four[2] ?? 0)) / 2;
  });
}

interface Extent {
  readonly left: number;
  readonly right: number;
}

function extentOf(xs: readonly number[], { points }: LayeredGraph): Extent {
  let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [point, x] of xs.entries()) {
    const half = (points[point]?.width ?? 0) / 2;
    left = Math.min(left, x - half);
    right = Math.max(right, x + half);
  }
  return { left, right };
}

/** By lower point and upper point: edges that would bend a trunk that they cross. */
type Crossed = ReadonlySet<number>;

const pairKey = (upper: number, lower: number, count: number) => upper * count + lower;

function crossedLines(layers: Layers, { points, up }: LayeredGraph): Crossed {
  const at = places(layers, points.length);
  const crossed = new Set<number>();
  const isTrunk = (point: number) => points[point]?.isTrunk === true;
  /** Within a trunk: from a point of it to the next. */
  const innerAbove = (point: number) => (isTrunk(point) ? (up[point] ?? []).find(isTrunk) : undefined);
  for (const [index, layer] of layers.entries()) {
    let from = 0;
    let left = 0;
    for (const [place, point] of layer.entries()) {
      const inner = innerAbove(point);
      if (inner === undefined && place < layer.length - 1) continue;
      const right = inner === undefined ? (layers[index - 1]?.length ?? 0) : (at[inner] ?? 0);
      for (let one = from; one <= place; one++) {
        const lower = layer[one] ?? 0;
        for (const upper of up[lower] ?? []) {
          const x = at[upper] ?? 0;
          const isOutside = x < left || x > right;
          if (isOutside && !(isTrunk(upper) && isTrunk(lower))) crossed.add(pairKey(upper, lower, points.length));
        }
      }
      from = place + 1;
      left = right;
    }
  }
  return crossed;
}

interface Known {
  readonly crossed: Crossed;
  readonly straight: Straight;
}

function oneWay(
  layers: Layers,
  graph: LayeredGraph,
  gaps: Gaps,
  known: Known,
  fromBelow: boolean,
  fromRight: boolean,
): number[] {
  const rows = fromBelow ? layers.toReversed() : layers;
  const turned = fromRight ? rows.map((layer) => layer.toReversed()) : rows;
  const roots = strung(turned, graph, known, fromBelow);
  const xs = packed(turned, graph, gaps, roots);
  return fromRight ? xs.map((x) => -x) : xs;
}

/** For each point the first of its string. */
function strung(layers: Layers, { points }: LayeredGraph, { crossed, straight }: Known, fromBelow: boolean): number[] {
  const at = places(layers, points.length);
  const neighbours = fromBelow ? straight.down : straight.up;
  const root = points.map((_, point) => point);
  const isTaken = points.map(() => false);
  for (const layer of layers) {
    let last = -1;
    for (const point of layer) {
      const own = neighbours[point] ?? [];
      const around = own.length > 1 ? own.toSorted((a, b) => (at[a] ?? 0) - (at[b] ?? 0)) : own;
      const middle = (around.length - 1) / 2;
      for (const other of around.slice(Math.floor(middle), Math.ceil(middle) + 1)) {
        if (isTaken[other] === true || (at[other] ?? 0) <= last) continue;
        const key = fromBelow ? pairKey(point, other, points.length) : pairKey(other, point, points.length);
        if (crossed.has(key)) continue;
        isTaken[other] = true;
        root[point] = root[other] ?? other;
        last = at[other] ?? 0;
        break;
      }
    }
  }
  return root;
}

interface Straight {
  readonly up: readonly (readonly number[])[];
  readonly down: readonly (readonly number[])[];
}

/**
 * To which neighbours a point may be strung. A trunk goes on straight, and a chain of nodes is not bent for a line that
 * goes around it: where both have others of their own kind, they are none for each other.
 */
function straightest({ points, up, down }: LayeredGraph): Straight {
  const ownKind = (around: readonly number[], point: number): readonly number[] => {
    if (around.length < 2) return around;
    const isTrunk = points[point]?.isTrunk === true;
    const own = around.filter((other) => points[other]?.isTrunk === isTrunk);
    return own.length > 0 ? own : around;
  };
  const wanted = { up: up.map(ownKind), down: down.map(ownKind) };
  return {
    up: wanted.up.map((around, point) => around.filter((other) => wanted.down[other]?.includes(point))),
    down: wanted.down.map((around, point) => around.filter((other) => wanted.up[other]?.includes(point))),
  };
}

/** Strings beside each other as near as they may be. */
function packed(layers: Layers, { points }: LayeredGraph, gaps: Gaps, root: readonly number[]): number[] {
  const after: { to: number; room: number }[][] = points.map(() => []);
  const before = new Int32Array(points.length);
  for (const layer of layers)
    for (let place = 1; place < layer.length; place++) {
      const [own = 0, next = 0] = [layer[place - 1], layer[place]];
      const [left, right] = [points[own], points[next]];
      const gap = left?.isTrunk === true || right?.isTrunk === true ? gaps.line : gaps.node;
      const room = ((left?.width ?? 0) + (right?.width ?? 0)) / 2 + gap;
      const [from, to] = [root[own] ?? own, root[next] ?? next];
      // Of two strings beside each other for a while the widest room holds.
      const known = after[from]?.at(-1);
      if (known?.to === to) known.room = Math.max(known.room, room);
      else {
        after[from]?.push({ to, room });
        before[to] = (before[to] ?? 0) + 1;
      }
    }
  const xs = new Float64Array(points.length);
  const order: number[] = [];
  const free = points.flatMap((_, point) => (root[point] === point && before[point] === 0 ? [point] : []));
  for (let string = free.pop(); string !== undefined; string = free.pop()) {
    order.push(string);
    for (const { to, room } of after[string] ?? []) {
      xs[to] = Math.max(xs[to] ?? 0, (xs[string] ?? 0) + room);
      before[to] = (before[to] ?? 0) - 1;
      if (before[to] === 0) free.push(to);
    }
  }
  // Back to what is on the right of it, so that no room is left between.
  for (const string of order.toReversed()) {
    const least = (after[string] ?? []).reduce(
      (room, { to, room: own }) => Math.min(room, (xs[to] ?? 0) - own),
      Number.POSITIVE_INFINITY,
    );
    if (least !== Number.POSITIVE_INFINITY) xs[string] = Math.max(xs[string] ?? 0, least);
  }
  return points.map((_, point) => xs[root[point] ?? point] ?? 0);
}
