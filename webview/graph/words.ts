/** What is said of a node, of a graph and of trees, and the table of all nodes as text. Pure. */
import type { GraphNode, ModelGraph, TreeEnsemble } from '../../src/protocol/inspection';
import { formatNumber } from '../../src/protocol/format';

export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${formatNumber(count)} ${count === 1 ? one : several}`;

/** What kind of a node it is, in a word or two. */
export function kindWords({ kind, type, nodes }: GraphNode): string {
  switch (kind) {
    case 'input':
      return 'Input';
    case 'output':
      return 'Output';
    case 'group':
      return `Group of ${counted(nodes, 'node')}`;
    case 'node':
      return type || 'Node';
  }
}

/** For a screen reader. */
export function spokenName(node: GraphNode): string {
  const { kind, name, summary, type } = node;
  const parts = [kindWords(node), name, kind === 'group' ? type : '', summary];
  return parts.filter((part) => part !== '').join(', ');
}

/** Names of values, with how many are left out. */
export function listWords({ items, total }: GraphNode['inputs']): string {
  const rest = total - items.length;
  if (items.length === 0) return rest > 0 ? String(total) : 'none';
  return rest > 0 ? `${items.join(', ')} and ${formatNumber(rest)} more` : items.join(', ');
}

export interface Column {
  readonly title: string;
  readonly text: (node: GraphNode) => string;
}

export const COLUMNS: readonly Column[] = [
  { title: 'Operator', text: kindWords },
  { title: 'Name', text: ({ name }) => name },
  { title: 'Attributes', text: ({ kind, type, summary }) => (kind === 'group' ? type : summary) },
  { title: 'Inputs', text: ({ inputs }) => (inputs.total === 0 ? '' : listWords(inputs)) },
  { title: 'Outputs', text: ({ outputs }) => (outputs.total === 0 ? '' : listWords(outputs)) },
];

export const tableRows = (nodes: readonly GraphNode[]): string[][] => [
  COLUMNS.map(({ title }) => title),
  ...nodes.map((node) => COLUMNS.map(({ text }) => text(node))),
];

/** What is drawn, and what is not. */
export function captionOf({ nodes, edges, foldedFrom }: ModelGraph): string {
  const drawn = nodes.filter(({ kind }) => kind === 'node' || kind === 'group').length;
  const parts = [
    foldedFrom === null ? counted(drawn, 'node') : `${counted(foldedFrom, 'node')}, folded into ${formatNumber(drawn)}`,
    edges.total > edges.items.length
      ? `${formatNumber(edges.items.length)} of ${counted(edges.total, 'edge')} drawn`
      : counted(edges.total, 'edge'),
  ];
  return parts.join(' · ');
}

const KINDS: Readonly<Record<TreeEnsemble['kind'], string>> = {
  classifier: 'a classifier',
  regressor: 'a regressor',
  ensemble: 'an ensemble',
};

/** `a classifier of 12 trees, at most 9 splits deep, 310 leaves in all, asks for 6 features` */
export function ensembleWords({ kind, trees, leaves, depth, features }: TreeEnsemble): string {
  const parts = [
    `${KINDS[kind]} of ${counted(trees, 'tree')}`,
    depth === null ? 'of unknown depth' : depthWords(depth),
    `${counted(leaves, 'leaf', 'leaves')} in all`,
    features === null ? '' : `asks for ${counted(features, 'feature')}`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

const depthWords = (depth: number): string =>
  depth === 0 ? 'without a split' : `at most ${formatNumber(depth)} ${depth === 1 ? 'split' : 'splits'} deep`;
