/** Lines between places, and where they end at a node. Pure. */

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Drawn from place to place with curves that leave and arrive straight down, so that no corner is seen. */
export type Line = readonly Place[];

const rounded = (value: number): string => String(Math.round(value * 10) / 10);

export function pathOf(line: Line): string {
  const [first, ...others] = line;
  if (!first) return '';
  let path = `M${rounded(first.x)} ${rounded(first.y)}`;
  let from = first;
  for (const [index, to] of others.entries()) {
    const next = others[index + 1];
    const isStraight = isBelow(from, to);
    if (isStraight && next && isBelow(to, next)) continue;
    const bend = (to.y - from.y) / 2;
    path += isStraight
      ? `V${rounded(to.y)}`
      : `C${[from.x, from.y + bend, to.x, to.y - bend, to.x, to.y].map(rounded).join(' ')}`;
    from = to;
  }
  return path;
}

const isBelow = (upper: Place, lower: Place): boolean => Math.abs(upper.x - lower.x) < 0.05;

/** The head of an arrow below the end of a line. */
export const arrowHead = ({ x, y }: Place, length: number): string =>
  `M${rounded(x - length * 0.6)} ${rounded(y)}h${rounded(length * 1.2)}L${rounded(x)} ${rounded(y + length)}z`;

const MOST_APART = 14;
const MARGIN = 12;

/**
 * Where edges arrive on top of a node: below where they come from as far as the node reaches, and apart from each other.
 * @returns for each edge its x
 */
export function ports(
  nodes: readonly { readonly x: number; readonly width: number }[],
  edges: readonly { readonly to: number; readonly x: number }[],
): number[] {
  const xs = edges.map(() => 0);
  const arriving = nodes.map((): number[] => []);
  for (const [edge, { to }] of edges.entries()) arriving[to]?.push(edge);
  for (const [node, { x, width }] of nodes.entries()) {
    const own = (arriving[node] ?? []).toSorted((a, b) => (edges[a]?.x ?? 0) - (edges[b]?.x ?? 0));
    const reach = width / 2 - MARGIN;
    const apart = Math.min(MOST_APART, own.length > 1 ? (2 * reach) / (own.length - 1) : MOST_APART);
    const wanted = own.map((edge) => Math.min(Math.max(edges[edge]?.x ?? 0, x - reach), x + reach));
    for (const [place, at] of spread(wanted, apart, x - reach, x + reach).entries()) {
      const edge = own[place];
      if (edge !== undefined) xs[edge] = at;
    }
  }
  return xs;
}

/** Sorted places moved as little as it takes to stand `apart`: what stands alone stays. */
export function spread(wanted: readonly number[], apart: number, least: number, most: number): number[] {
  const groups: { sum: number; count: number; start: number }[] = [];
  for (const [index, at] of wanted.entries()) {
    let group = { sum: at - index * apart, count: 1, start: index };
    for (let last = groups.at(-1); last && last.sum / last.count > group.sum / group.count; last = groups.at(-1)) {
      group = { sum: last.sum + group.sum, count: last.count + group.count, start: last.start };
      groups.pop();
    }
    groups.push(group);
  }
  const room = most - (wanted.length - 1) * apart;
  return groups.flatMap(({ sum, count, start }) => {
    const first = Math.min(Math.max(sum / count, least), Math.max(room, least));
    return Array.from({ length: count }, (_, index) => first + (start + index) * apart);
  });
}
