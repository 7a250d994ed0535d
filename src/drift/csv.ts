/** A comparison as a table: a line for each test of each feature. Pure. */
import type { DriftReport } from '../protocol/drift';

const HEAD = [
  'feature',
  'type',
  'role',
  'feature_drift',
  'test',
  'statistic',
  'p_value',
  'adjusted_p_value',
  'threshold',
  'drift',
  'words',
];

export function driftCsv({ features }: DriftReport): string {
  const lines = features.flatMap(({ name, type, role, drift, tests, words }) =>
    (tests.length > 0 ? tests : [null]).map((test) => [
      ...[name, type, role, drift, test?.name, test?.statistic, test?.p_value, test?.adjusted_p_value],
      ...[test?.threshold, test?.drift, drift ? words : ''],
    ]),
  );
  return [HEAD, ...lines].map((cells) => `${cells.map(cellOf).join(',')}\n`).join('');
}

function cellOf(value: string | number | boolean | null | undefined): string {
  const text = value === null || value === undefined ? '' : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
