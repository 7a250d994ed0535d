/** Nodes of a drawing that are unlike those of another graph. */
import { formatNumber } from '../../src/protocol/format';
import type { GraphNode } from '../../src/protocol/inspection';

export interface GraphMarks {
  /** By their places in the file, in words. */
  readonly nodes: ReadonlyMap<number, string>;
  /** What the other graph is called. */
  readonly other: string;
  /** Whether no others are unlike. */
  readonly areAll: boolean;
}

export const NO_MARKS: GraphMarks = { nodes: new Map(), other: '', areAll: true };

/** Empty for one that is the same. Pure. */
export function markOf({ kind, places, nodes: count }: GraphNode, { nodes, other, areAll }: GraphMarks): string {
  if (nodes.size === 0) return '';
  if (kind === 'node') return nodes.get(places[0]?.[0] ?? -1) ?? '';
  if (kind !== 'group') return '';
  let unlike = 0;
  for (const place of nodes.keys()) if (places.some(([from, to]) => place >= from && place <= to)) unlike++;
  if (unlike === 0) return '';
  const least = areAll ? '' : 'at least ';
  return `${least}${formatNumber(unlike)} of its ${formatNumber(count)} nodes ${unlike === 1 ? 'is' : 'are'} unlike ${other}`;
}
