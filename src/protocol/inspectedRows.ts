/** From what was told of a model's file to rows of a name and a value. Pure. */
import { formatNumber, formatSize } from './format';
import { type OnnxInspection, type PickleInspection, type TreeEnsemble } from './inspection';
import { type ModelCard } from './modelCard';
import { counted, grouped } from './modelWords';

export interface InspectedRow {
  readonly key: string;
  readonly value: string;
  /** What stands back behind the value. */
  readonly hint?: string;
}

export function onnxRows(told: OnnxInspection): InspectedRow[] {
  const { producer, treeEnsembles, externalFiles } = told;
  const external = externalFiles.items.map(({ bytes }) => bytes ?? 0).reduce((sum, bytes) => sum + bytes, 0);
  return rows([
    ['Format', 'ONNX', `IR version ${String(told.irVersion)}`],
    ['Operator sets', opsetWords(told)],
    ['Made by', [producer.name, producer.version].filter(Boolean).join(' ')],
    ['Graph', told.graphName],
    ['Size', formatSize(told.fileBytes), external > 0 ? `and ${formatSize(external)} in other files` : ''],
    ['Parameters', grouped(told.parameterCount), parameterWords(told)],
    ['Values in attributes', told.constantCount === 0 ? '' : grouped(told.constantCount)],
    ['Nodes', grouped(told.nodeCount), nested(told)],
    ...treeEnsembles.items.map((trees): Row => ['Trees', treeWords(trees), trees.node]),
    ['Description', told.docString],
  ]);
}

export function pickleRows(told: PickleInspection): InspectedRow[] {
  const { container, protocol, arrays } = told;
  const form = container === 'torch-zip' ? 'Torch' : 'Pickle';
  return rows([
    [
      'Format',
      form,
      [protocol === null ? '' : `protocol ${String(protocol)}`, packed(container)].filter(Boolean).join(', '),
    ],
    ['Model', told.modelClass ?? '', told.root !== null && told.root !== told.modelClass ? `in a ${told.root}` : ''],
    ['Holds', told.modelClass === null ? (told.root ?? '') : ''],
    ['scikit-learn', told.sklearnVersion ?? '', 'that made it'],
    ['Size', formatSize(told.fileBytes), bigger(told)],
    [
      'Arrays',
      arrays.count === 0 ? '' : counted(arrays.count, 'array'),
      arrays.bytes > 0 ? formatSize(arrays.bytes) : '',
    ],
  ]);
}

/** How it can be loaded, and what else its `MLmodel` says. */
export function cardRows({ flavors, facts }: ModelCard): InspectedRow[] {
  return [
    ...flavors.map(({ name, settings }) => ({
      key: name,
      value: settings.items.map(({ key, value }) => `${key} ${value}`).join('\n') || 'no settings',
    })),
    ...facts.items.map(({ key, value }) => ({ key, value })),
  ];
}

type Row = readonly [key: string, value: string, hint?: string];

/** What is empty says nothing. */
const rows = (all: readonly Row[]): InspectedRow[] =>
  all.filter(([, value]) => value !== '').map(([key, value, hint = '']) => ({ key, value, hint }));

/** Each once: its own operators may be named both ways. */
function opsetWords({ opsets }: OnnxInspection): string {
  return [...new Set(opsets.items.map(({ domain, version }) => `${domain || 'ai.onnx'} ${String(version)}`))].join(
    ', ',
  );
}

function parameterWords({ parameterCount, parameterBytes, parameterTypes }: OnnxInspection): string {
  if (parameterCount === 0) return '';
  const types = parameterTypes.map(({ type, count }) => `${grouped(count)} ${type}`);
  return [formatSize(parameterBytes), ...types].join(' · ');
}

function nested({ nestedNodeCount, functionCount, functionNodeCount }: OnnxInspection): string {
  return [
    nestedNodeCount > 0 ? `and ${grouped(nestedNodeCount)} in graphs within` : '',
    functionCount > 0 ? `${counted(functionCount, 'function')} of ${counted(functionNodeCount, 'node')}` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

function treeWords({ kind, trees, leaves, depth, features }: TreeEnsemble): string {
  return [
    `${counted(trees, 'tree')}, a ${kind === 'ensemble' ? 'tree ensemble' : kind}`,
    counted(leaves, 'leaf', 'leaves'),
    depth === null ? '' : `depth ${formatNumber(depth)}`,
    features === null ? '' : `asks for ${counted(features, 'feature')}`,
  ]
    .filter(Boolean)
    .join(' · ');
}

function packed(container: PickleInspection['container']): string {
  if (container === 'none') return '';
  return container === 'torch-zip' ? 'an archive' : `compressed by ${container}`;
}

const bigger = ({ pickleBytes, fileBytes }: PickleInspection): string =>
  pickleBytes === null || pickleBytes === fileBytes ? '' : `${formatSize(pickleBytes)} without compression`;
