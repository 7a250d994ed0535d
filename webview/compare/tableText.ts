/** Compared values in words and as text for spreadsheets. Pure. */
import { type ComparedKind, type ComparedRow } from '../../src/protocol/compared';
import { formatDuration, formatNumber } from '../../src/protocol/format';
import { tableText } from '../plots/words';
import { absoluteTime } from '../run/words';

export function valueText(what: ComparedKind, key: string, value: string | number): string {
  if (what === 'run' && key === 'duration') return formatDuration(Number(value));
  if (what === 'run' && key === 'start') return absoluteTime(Number(value));
  return what === 'metric' || what === 'system' ? formatNumber(Number(value)) : String(value);
}

export function comparedTable(names: readonly string[], rows: readonly ComparedRow[], separator: '\t' | ','): string {
  const lines = rows.map(({ key, values }) => [key, ...values.map((value) => String(value ?? ''))]);
  return tableText([['', ...names], ...lines], separator);
}
