/** What two graphs have unlike, in words. Pure. */
import { formatNumber } from './format';
import type { ComparedNode, ComparedWeights, GraphDiff, NodeDifference } from './graphDiff';

const nodes = (count: number): string => `${formatNumber(count)} ${count === 1 ? 'node' : 'nodes'}`;

/**
 * `8 of 12 nodes are the same, 3 have other weights, 1 is changed; 2 only in v1, 1 only in v2`
 * @param labels what the two are called
 */
export function graphsWords(
  { nodes: all, counts, ...diff }: GraphDiff,
  [left, right]: readonly [string, string],
): string {
  if (diff.isTooDifferent)
    return `The graphs have too little in common to compare their nodes: ${left} has ${nodes(all.left)}, ${right} has ${nodes(all.right)}.`;
  const rest = diff.outputsDiffer ? ' The outputs of the model come from other nodes.' : '';
  if (diff.differences.total === 0) return `The same graph: ${nodes(counts.same)}, with the same weights.${rest}`;
  if (counts.changed + counts.left + counts.right === 0)
    return `The same ${nodes(all.left)}; ${formatNumber(counts.weights)} of them ${counts.weights === 1 ? 'has' : 'have'} other weights.${rest}`;
  const have = (count: number, one: string, several: string) =>
    count === 0 ? [] : [`${formatNumber(count)} ${count === 1 ? one : several}`];
  const matched = [
    ...have(counts.same, 'node is the same', 'nodes are the same'),
    ...have(counts.weights, 'has other weights', 'have other weights'),
    ...have(counts.changed, 'is changed', 'are changed'),
    ...have(counts.left, `is only in ${left}`, `are only in ${left}`),
    ...have(counts.right, `is only in ${right}`, `are only in ${right}`),
  ];
  return `${matched.join(', ')}.${rest}`;
}

/** What a node is called; a value that it gives tells it from others where it has no name. */
export const nodeWords = ({ name, output }: ComparedNode): string => (name === '' ? output : name);

/** Nodes that correspond have the same. */
export const operatorOf = ({ left, right }: NodeDifference): string => right?.operator ?? left?.operator ?? '';

/** What differs between two nodes that correspond, or why there is but one. */
export function differenceWords({
  left,
  right,
  attributes,
  weights,
  takesOthers,
  givesOthers,
}: NodeDifference): string {
  if (!left || !right) return '';
  return [
    ...(attributes.total === 0
      ? []
      : [`${attributes.total === 1 ? 'attribute' : 'attributes'} ${listWords(attributes)}`]),
    ...(weights.total === 0
      ? []
      : [`weights ${listWords({ items: weights.items.map(weightWords), total: weights.total })}`]),
    ...(takesOthers ? ['takes other values'] : []),
    ...(givesOthers ? ['gives other values'] : []),
  ].join('; ');
}

function weightWords({ name, left, right }: ComparedWeights): string {
  const shapes = left === right ? (left ?? '') : [left ?? 'none', right ?? 'none'].join(' → ');
  return name === '' ? shapes : `${name} (${shapes})`;
}

const listWords = ({ items, total }: { readonly items: readonly string[]; readonly total: number }): string =>
  total > items.length ? `${items.join(', ')} and ${formatNumber(total - items.length)} more` : items.join(', ');
