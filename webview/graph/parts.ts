/** Parts of a graph that no edge joins are placed each by itself, and then in rows, as words are in a paragraph. Pure. */

const GAP = 40;
/** A little wider than high, as what shows it is. */
const ASPECT = 1.6;

/** The nodes of each part, the largest first, and those of one size in the order of the graph. */
export function partsOf(count: number, edges: readonly { readonly from: number; readonly to: number }[]): number[][] {
  const root = Array.from({ length: count }, (_, node) => node);
  const find = (node: number): number => {
    let at = node;
    for (let next = root[at] ?? at; next !== at; next = root[at] ?? at) {
      root[at] = root[next] ?? next;
      at = next;
    }
    return at;
  };
  for (const { from, to } of edges) root[find(to)] = find(from);
  const parts = new Map<number, number[]>();
  for (const node of root.keys()) {
    const part = parts.get(find(node));
    if (part) part.push(node);
    else parts.set(find(node), [node]);
  }
  return [...parts.values()].sort((a, b) => b.length - a.length);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Packed extends Size {
  readonly offsets: readonly { readonly x: number; readonly y: number }[];
}

export function inRows(sizes: readonly Size[]): Packed {
  const area = sizes.reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  const room = Math.max(Math.sqrt(area * ASPECT), ...sizes.map(({ width }) => width));
  const offsets: { x: number; y: number }[] = [];
  let [x, y, rowHeight, widest] = [0, 0, 0, 0];
  for (const { width, height } of sizes) {
    if (x > 0 && x + width > room) [x, y, rowHeight] = [0, y + rowHeight + GAP, 0];
    offsets.push({ x, y });
    widest = Math.max(widest, x + width);
    rowHeight = Math.max(rowHeight, height);
    x += width + GAP;
  }
  return { width: widest, height: y + rowHeight, offsets };
}
