/** Runs beside each other, as a document and as tables. Pure. */
import type { ComparedKind, ComparedRow } from '../protocol/compared';
import type { RunRow } from '../protocol/entities';
import { rowDocument } from './documents';
import { formatDuration, formatNumber, printable, table } from './format';
import type { View } from './rendering';

export type ComparedLists = readonly (readonly [what: ComparedKind, rows: readonly ComparedRow[]])[];

const HEADINGS: Readonly<Record<ComparedKind, string>> = {
  run: 'Run',
  param: 'Parameters',
  metric: 'Metrics',
  system: 'Use of the machine',
  tag: 'Tags',
  environment: 'Environment',
  package: 'Packages',
  input: 'Data in',
  output: 'Data out',
};

const NAMES: Readonly<Record<ComparedKind, string>> = {
  run: 'run',
  param: 'params',
  metric: 'metrics',
  system: 'system',
  tag: 'tags',
  environment: 'environment',
  package: 'packages',
  input: 'inputs',
  output: 'outputs',
};

/** `values` are in the order of `runs`; null where a run has none. */
export function compareDocument(runs: readonly RunRow[], lists: ComparedLists) {
  return {
    runs: runs.map(rowDocument),
    ...Object.fromEntries(lists.map(([what, rows]) => [NAMES[what], rows])),
  };
}

export function compareLines(
  runs: readonly RunRow[],
  lists: ComparedLists,
  { paint, width }: Pick<View, 'paint' | 'width'>,
): string[] {
  const columns = [
    { title: '', shrinks: true },
    ...runs.map(({ name }) => ({ title: printable(name), shrinks: true })),
  ];
  return lists
    .filter(([, rows]) => rows.length > 0)
    .flatMap(([what, rows], index) => [
      ...(index === 0 ? [] : ['']),
      paint('bold', HEADINGS[what]),
      ...table(
        columns,
        rows.map(({ key, values }) => [key, ...values.map((value) => valueWords(what, key, value))]),
        width,
        (title) => paint('dim', title),
      ),
    ]);
}

function valueWords(what: ComparedKind, key: string, value: ComparedRow['values'][number]): string {
  if (value === null) return '-';
  if (what === 'run' && key === 'duration') return formatDuration(Number(value));
  if (what === 'run' && key === 'start') return new Date(Number(value)).toISOString();
  return what === 'metric' || what === 'system' ? formatNumber(Number(value)) : String(value);
}
