/** From facts of any form to rows of a name and a value. Pure. */
import { type EnvironmentFacts } from '../../../src/protocol/capture';
import { formatNumber } from '../../../src/protocol/format';
import { formatSize } from '../words';

/** As `lw-key-values` shows them. */
export interface FactRow {
  readonly key: string;
  readonly value: string;
}

const MAX_ROWS = 200;

/** Every value below, named by the way to it. Lists of plain values are one row. */
export function rowsOf(facts: Readonly<Record<string, unknown>>): FactRow[] {
  const rows: FactRow[] = [];
  const add = (key: string, value: unknown): void => {
    if (rows.length >= MAX_ROWS || value === null || value === undefined || value === '') return;
    if (Array.isArray(value)) {
      if (value.length === 0) return;
      if (value.every((item) => typeof item !== 'object' || item === null))
        rows.push({ key, value: value.map(text).join(', ') });
      else
        value.forEach((item, index) =>
          add(value.length === 1 ? single(key) : `${single(key)} ${String(index + 1)}`, item),
        );
      return;
    }
    if (typeof value === 'object') {
      for (const [name, inner] of Object.entries(value))
        add(key === '' ? spoken(name) : `${key} ${spoken(name)}`, inner);
      return;
    }
    rows.push(measured(key, value));
  };
  add('', facts);
  return rows.map(({ key, value }) => ({ key: titled(key), value }));
}

/** `random.seed` with its value as it was given. */
export function seedRows(facts: Readonly<Record<string, unknown>>): FactRow[] {
  return Object.entries(facts).map(([key, value]) => ({ key, value: text(value) }));
}

/** What the section says of the interpreter and what it ran on, beside what it has rows of its own for. */
export function restOf(facts: EnvironmentFacts): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([key]) => !SHOWN.has(key)));
}

const SHOWN = new Set([
  'python',
  'implementation',
  'executable',
  'prefix',
  'os',
  'variables',
  'lockFiles',
  'blas',
  // Every module by name: what of it came from a package is marked there.
  'imported',
]);

/** `CPU model`, `Memory`. */
function titled(key: string): string {
  const spelt = key.replaceAll(/\b(cpu|gpu|os|wsl|ram)\b/g, (word) => word.toUpperCase());
  return spelt.charAt(0).toUpperCase() + spelt.slice(1);
}

const single = (key: string): string => key.replace(/s$/, '');

/** A unit that is in the name goes behind the value. */
function measured(key: string, value: unknown): FactRow {
  const unit = / (mb|gb|bytes|mhz)$/.exec(key);
  if (typeof value !== 'number' || !unit) return { key, value: text(value) };
  const name = key.slice(0, unit.index);
  if (unit[1] === 'bytes') return { key: name, value: formatSize(value) };
  return { key: name, value: `${formatNumber(value)} ${UNITS[unit[1] ?? ''] ?? ''}` };
}

const UNITS: Readonly<Record<string, string>> = { mb: 'MB', gb: 'GB', mhz: 'MHz' };

const spoken = (name: string): string =>
  name
    .replaceAll('_', ' ')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return JSON.stringify(value);
}
