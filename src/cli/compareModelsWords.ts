/** Two versions beside each other, as a document and as tables. Pure. */
import type { ComparedRow } from '../protocol/compared';
import type { ComparedFile, VersionKind } from '../protocol/comparedVersions';
import type { WireNumber } from '../protocol/entities';
import type { GraphDiff } from '../protocol/graphDiff';
import { differenceWords, graphsWords, nodeWords, operatorOf } from '../protocol/graphDiffWords';
import type { ComparedPredictions } from '../protocol/predictions';
import type { PairList, PairRow } from '../protocol/modelDiff';
import { verdict } from '../protocol/modelWords';
import { formatNumber, formatSize, printable, table } from './format';
import { predictionsDocument, predictionsLines } from './predictionsRendering';
import type { View } from './rendering';

interface Named {
  readonly name: string;
  readonly version: number;
}

export interface ComparedModels {
  readonly versions: readonly [Named, Named];
  readonly rows: readonly (readonly [VersionKind, readonly ComparedRow[]])[];
  readonly signature: readonly PairList[];
  readonly model: readonly PairList[];
  /** Node by node, where both are ONNX models. */
  readonly graphs: GraphDiff | null;
  readonly files: readonly ComparedFile[];
  /** Also what is the same. */
  readonly all: boolean;
  /** On a table, where one was given. */
  readonly predictions: ComparedPredictions | null;
}

const HEADINGS: Readonly<Record<VersionKind, string>> = {
  metric: 'Metrics',
  param: 'Parameters',
  input: 'Data',
  environment: 'Environment',
  package: 'Packages',
};

const NAMES: Readonly<Record<VersionKind, string>> = {
  metric: 'metrics',
  param: 'params',
  input: 'inputs',
  environment: 'environment',
  package: 'packages',
};

const better = ({ key, values: [own = null, other = null] }: ComparedRow) =>
  verdict(key, own as WireNumber | null, other as WireNumber | null);

/** `values` are in the order of `versions`; null where one has no such thing. `verdict` is about the first. */
export function compareModelsDocument(compared: ComparedModels) {
  const { versions, rows, signature, model, graphs, files, all, predictions } = compared;
  return {
    versions: versions.map(({ name, version }) => ({ name, version })),
    ...(predictions ? { predictions: predictionsDocument(predictions) } : {}),
    ...Object.fromEntries(
      rows.map(([what, list]) => [
        NAMES[what],
        what === 'metric' ? list.map((row) => ({ ...row, verdict: better(row)?.text ?? null })) : list,
      ]),
    ),
    signature: lists(signature, all),
    model: lists(model, all),
    ...(graphs ? { graph: graphs } : {}),
    files: files.map(({ path, values, state }) => ({
      path,
      state,
      values: values.map((file) => file && { size: file.sizeBytes, sha256: file.sha256 }),
    })),
  };
}

const lists = (all: readonly PairList[], same: boolean) =>
  Object.fromEntries(
    shown(all, same).map(({ heading, rows, isCut }) => [heading.toLowerCase(), { rows, truncated: isCut }]),
  );

const shown = (all: readonly PairList[], same: boolean): PairList[] =>
  all
    .map((list) => ({ ...list, rows: list.rows.filter(({ differs }) => same || differs) }))
    .filter(({ rows, isCut }) => rows.length > 0 || isCut);

interface Part {
  readonly heading: string;
  readonly rows: readonly (readonly string[])[];
  /** A column behind the two. */
  readonly last?: string;
  /** Above the table, or instead of one. */
  readonly words?: string;
}

export function compareModelsLines(
  compared: ComparedModels,
  { paint, width }: Pick<View, 'paint' | 'width'>,
): string[] {
  const labels = compared.versions.map(({ name, version }) => printable(`${name}/${String(version)}`));
  const [first = '', second = ''] = labels;
  const predictions = compared.predictions
    ? predictionsLines(compared.predictions, [first, second], { paint, width })
    : [];
  const parts = partsOf(compared, [first, second]).flatMap(({ heading, rows, last, words }, index) => [
    ...(index === 0 && predictions.length === 0 ? [] : ['']),
    paint('bold', heading),
    ...(words === undefined ? [] : [words]),
    ...(rows.length === 0
      ? []
      : table(
          ['', ...labels, ...(last === undefined ? [] : [last])].map((title) => ({ title, shrinks: true })),
          rows.map((row) => [...row]),
          width,
          (title) => paint('dim', title),
        )),
  ]);
  return [...predictions, ...parts];
}

function partsOf(
  { rows, signature, model, graphs, files, all }: ComparedModels,
  [first, second]: readonly [string, string],
): Part[] {
  const ofKind = (kinds: readonly VersionKind[]) =>
    rows.filter(([what]) => kinds.includes(what)).map(([what, list]) => partOf(what, list, first));
  return [
    ...ofKind(['metric', 'param']),
    ...shown(signature, all).map((list) => listPart(`Signature: ${list.heading.toLowerCase()}`, list.rows)),
    { heading: 'Files', rows: files.map(fileRow) },
    ...shown(model, all).map((list) =>
      listPart(list.heading === 'Model' ? 'Model' : `Model: ${list.heading.toLowerCase()}`, list.rows),
    ),
    ...(graphs ? graphParts(graphs, [first, second], all) : []),
    ...ofKind(['input', 'environment', 'package']),
  ].filter((part) => part.rows.length > 0 || part.words !== undefined);
}

function partOf(what: VersionKind, list: readonly ComparedRow[], first: string): Part {
  const heading = HEADINGS[what];
  if (what !== 'metric')
    return { heading, rows: list.map(({ key, values }) => [key, ...values.map((value) => String(value ?? '-'))]) };
  return {
    heading,
    last: `${first} is`,
    rows: list.map((row) => [
      row.key,
      ...row.values.map((value) => (value === null ? '-' : formatNumber(Number(value)))),
      better(row)?.text ?? '',
    ]),
  };
}

const listPart = (heading: string, rows: readonly PairRow[]): Part => ({
  heading,
  rows: rows.map(({ key, values }) => [key, ...values.map((value) => value ?? '-')]),
});

/** Nothing where the graphs are the same, unless that was asked for. */
function graphParts(graphs: GraphDiff, labels: readonly [string, string], all: boolean): Part[] {
  const { differences, outputsDiffer, isTooDifferent, problems } = graphs;
  if (differences.total === 0 && !outputsDiffer && !isTooDifferent && problems.length === 0 && !all) return [];
  const left = differences.total - differences.items.length;
  return [
    {
      heading: 'Graph',
      words: printable(
        [
          graphsWords(graphs, labels),
          ...problems.map((problem) => `Not compared: ${problem}.`),
          ...(left > 0 ? [`The first ${formatNumber(differences.items.length)} nodes that differ:`] : []),
        ].join(' '),
      ),
      last: 'what differs',
      rows: differences.items.map((one) => [
        operatorOf(one),
        ...[one.left, one.right].map((node) => (node ? nodeWords(node) : '-')),
        differenceWords(one),
      ]),
    },
  ];
}

const fileRow = ({ path, values }: ComparedFile): string[] => [
  path,
  ...values.map((file) =>
    file === null ? '-' : [formatSize(file.sizeBytes), file.sha256?.slice(0, 8) ?? ''].join(' '),
  ),
];
