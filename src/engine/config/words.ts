/** What does not fit the form of `loopwright.yaml`, as people read it: what it is, what stands there, what was meant. */
import type * as z from 'zod';
import { type JsonSchema, keysAt, type Path } from '../../protocol/config/jsonSchema';

type Issue = z.core.$ZodIssue;

export interface Misfit {
  readonly path: Path;
  readonly at: 'key' | 'value';
  readonly message: string;
}

export function misfits(issues: readonly Issue[], form: JsonSchema, above: Path = []): Misfit[] {
  const meant = new Set(
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => mostLike(key, [...keysAt(form, [...above, ...namesIn(issue)]).keys()]))
        : [],
    ),
  );
  return issues.flatMap((issue): Misfit[] => {
    const path = [...above, ...namesIn(issue)];
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: [...path, key],
        at: 'key',
        message: unknownKey(key, [...keysAt(form, path).keys()]),
      }));
    if (issue.code === 'invalid_key')
      return [{ path, at: 'key', message: 'An empty name stands for nothing. Give it one.' }];
    if (issue.code === 'invalid_union') {
      const [only, other] = issue.errors.filter((errors) => !errors.some(isOfOtherType));
      // A map that is no comparison is a comparison with a mistake, not a list.
      if (only && !other) return misfits(only, form, path);
    }
    const isMissing = issue.code !== 'custom' && issue.input === undefined;
    if (!isMissing) return [{ path, at: 'value', message: sentence(path, issue) }];
    // It is there, with a slip.
    if (meant.has(String(path.at(-1)))) return [];
    return [{ path: path.slice(0, -1), at: 'key', message: `${nameOf(path)} is missing. It ${issue.message}.` }];
  });
}

const namesIn = ({ path }: Issue): Path => path.map((step) => (typeof step === 'number' ? step : String(step)));

const isOfOtherType = ({ code, path }: Issue): boolean => code === 'invalid_type' && path.length === 0;

function sentence(path: Path, { code, message, input }: Issue): string {
  const shown = code === 'custom' || message.startsWith('is empty') ? '' : `, not ${inWords(input)}`;
  return `${nameOf(path)} ${message}${shown}.`;
}

function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'The file';
  if (typeof last === 'string') return last === '' ? 'An empty name' : last;
  return `Entry ${String(last + 1)} of ${String(path.at(-2))}`;
}

function inWords(input: unknown): string {
  if (input === null || input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'string') return `"${input.length > 40 ? `${input.slice(0, 39)}…` : input}"`;
  return typeof input === 'number' || typeof input === 'boolean' ? String(input) : 'a map';
}

function unknownKey(key: string, known: readonly string[]): string {
  const similar = mostLike(key, known);
  if (similar) return `There is no key ${key}. Did you mean ${similar}?`;
  return `There is no key ${key}. There are: ${known.join(', ')}.`;
}

/** The one that differs by a slip or two. Null where none does. */
export function mostLike(word: string, known: readonly string[]): string | null {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const slips = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  const near = known
    .map((name) => ({ name, distance: distance(plain(word).slice(0, 40), plain(name)) }))
    .filter((one) => one.distance <= slips)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name ?? null;
}

/** Letters that are added, left out, changed or swapped (Damerau 1964, in its restricted form). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const cost = (i: number, j: number) => rows[i]?.[j] ?? Infinity;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          cost(i - 1, j) + 1,
          cost(i, j - 1) + 1,
          cost(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1),
          isSwap ? cost(i - 2, j - 2) + 1 : Infinity,
        ),
      );
    }
  }
  return cost(a.length, b.length);
}
