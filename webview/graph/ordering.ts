/**
 * The order of points within their layers, with few crossings: each layer is sorted by where its neighbours stand, down
 * and up in turns (Sugiyama, Tagawa and Toda 1981), and the best order met is kept. Crossings are counted as by Barth,
 * Mutzel and Jünger (2004).
 */
import { type LayeredGraph } from './layers';

const MOST_SWEEPS = 24;
/** Fewer where there are many points: thousands of lines through hundreds of layers are a thicket in any order. */
const MOST_MOVES = 300_000;
const LEAST_SWEEPS = 4;
/** So many in a row that made nothing better end it. */
const PATIENCE = 4;

type Layers = readonly (readonly number[])[];

export function ordered(graph: LayeredGraph): number[][] {
  const most = Math.min(MOST_SWEEPS, Math.max(LEAST_SWEEPS, Math.floor(MOST_MOVES / graph.points.length)));
  let best = firstOrder(graph);
  let least = crossings(best, graph);
  let current = best;
  for (let sweep = 0, idle = 0; sweep < most && idle < PATIENCE && least > 0; sweep++) {
    current = swept(current, graph, sweep % 2 === 0, sweep % 4 >= 2);
    const count = crossings(current, graph);
    if (count < least) [best, least, idle] = [current, count, 0];
    else idle++;
  }
  return best;
}

/** As they are met when one follows the edges: what belongs together stands together. */
function firstOrder({ layers, points, down }: LayeredGraph): number[][] {
  const order: number[][] = layers.map(() => []);
  const isMet = points.map(() => false);
  for (const start of layers.flat()) {
    const waiting = [start];
    for (let point = waiting.pop(); point !== undefined; point = waiting.pop()) {
      if (isMet[point] === true) continue;
      isMet[point] = true;
      order[points[point]?.layer ?? 0]?.push(point);
      waiting.push(...(down[point] ?? []).toReversed());
    }
  }
  return order;
}

/** @param fromRight what is at one place comes in the other order: not always the same one is to win */
function swept(layers: Layers, { up, down, points }: LayeredGraph, isDown: boolean, fromRight: boolean): number[][] {
  const at = places(layers, points.length);
  const next = layers.map((layer) => [...layer]);
  const neighbours = isDown ? up : down;
  for (let step = 1; step < next.length; step++) {
    const layer = next[isDown ? step : next.length - 1 - step] ?? [];
    const moved: { point: number; place: number; centre: number }[] = [];
    for (const [place, point] of layer.entries()) {
      const around = neighbours[point] ?? [];
      let sum = 0;
      for (const one of around) sum += at[one] ?? 0;
      if (around.length > 0) moved.push({ point, place, centre: sum / around.length });
    }
    moved.sort((a, b) => a.centre - b.centre || (fromRight ? b.place - a.place : a.place - b.place));
    // What has no neighbours on that side keeps its place.
    let taken = 0;
    for (const [place, own] of layer.entries()) {
      const point = (neighbours[own] ?? []).length === 0 ? own : (moved[taken++]?.point ?? own);
      layer[place] = point;
      at[point] = place;
    }
  }
  return next;
}

/** The place of each point in its layer. */
export function places(layers: Layers, count: number): Int32Array {
  const at = new Int32Array(count);
  for (const layer of layers) for (const [place, point] of layer.entries()) at[point] = place;
  return at;
}

/** Pairs of edges that cross, in all layers. */
export function crossings(layers: Layers, { down, points }: Pick<LayeredGraph, 'down' | 'points'>): number {
  const at = places(layers, points.length);
  const sums = new Int32Array(layers.reduce((most, { length }) => Math.max(most, length), 0) + 1);
  let count = 0;
  for (const layer of layers) {
    sums.fill(0);
    let before = 0;
    for (const point of layer) {
      const ends = down[point] ?? [];
      for (const end of ends) count += before - sumUpTo(sums, at[end] ?? 0);
      for (const end of ends) addAt(sums, at[end] ?? 0);
      before += ends.length;
    }
  }
  return count;
}

/** Fenwick's tree: how many of 0 to `place` were added. */
function sumUpTo(sums: Int32Array, place: number): number {
  let sum = 0;
  for (let at = place + 1; at > 0; at -= at & -at) sum += sums[at] ?? 0;
  return sum;
}

function addAt(sums: Int32Array, place: number): void {
  for (let at = place + 1; at < sums.length; at += at & -at) sums[at] = (sums[at] ?? 0) + 1;
}
