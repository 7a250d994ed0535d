/** What a user may type for a parameter of a notebook: one value, or several to be tried out. Pure. */
import type { Localizer } from '../l10n';

/** Values as text, as they are handed to the notebook. Several make a sweep: a run for each. */
export type Typed = { readonly values: readonly [string, ...string[]] } | { readonly problem: string };

const INTEGER = /^[+-]?\d[\d_]*$/;
const DECIMAL = /^[+-]?((\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(e[+-]?\d+)?|inf(inity)?|nan)$/i;
const BOOLEAN = /^(true|false)$/i;
/** Annotations of what is written in brackets itself, so that brackets are not several values. */
const CONTAINER =
  /^(typing\.)?(list|dict|tuple|set|frozenset|sequence|iterable|collection|mapping|array|np\.ndarray)\b/i;
/** Where a comma can't be a part of one value. */
const WITHOUT_COMMAS: ReadonlySet<string> = new Set(['int', 'float', 'bool']);

export function parseTyped(type: string, text: string, l10n: Localizer): Typed {
  const trimmed = text.trim();
  if (CONTAINER.test(type)) return checked(type, [trimmed], l10n);
  const inner = bracketed(trimmed);
  if (inner === null && !(WITHOUT_COMMAS.has(type) && trimmed.includes(',')))
    return checked(type, [plainText(type, type === 'str' ? text : trimmed)], l10n);
  const parts = splitList(inner ?? trimmed);
  if (parts === null) return { problem: l10n.t('A quote or a bracket is not closed.') };
  if (parts.length === 0) return { problem: l10n.t('There is no value between the brackets.') };
  const values = parts.map((part) => plainText(type, part));
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) return { problem: l10n.t('{0} stands here twice.', twice) };
  return checked(type, values, l10n);
}

/** The default as one would type it: text without its quotes. */
export function typedDefault(type: string, source: string): string {
  return plainText(type, source);
}

function checked(type: string, values: readonly string[], l10n: Localizer): Typed {
  const [first, ...others] = values;
  if (first === undefined) return { problem: l10n.t('There is no value.') };
  const wrong = values.find((value) => !fits(type, value));
  if (wrong === undefined) return { values: [first, ...others] };
  if (wrong === '') return { problem: l10n.t('A value is empty.') };
  switch (type) {
    case 'int':
      return { problem: l10n.t('{0} is not a whole number.', wrong) };
    case 'float':
      return { problem: l10n.t('{0} is not a number.', wrong) };
    case 'bool':
      return { problem: l10n.t('{0} is neither True nor False.', wrong) };
    default:
      return { problem: l10n.t('{0} is not a {1} as Python writes it.', wrong, type) };
  }
}

function fits(type: string, value: string): boolean {
  if (value === 'None') return true;
  switch (type) {
    case 'int':
      return INTEGER.test(value);
    case 'float':
      return DECIMAL.test(value);
    case 'bool':
      return BOOLEAN.test(value);
    case 'str':
      return true;
    case 'list':
      return /^\[[\s\S]*\]$/.test(value) && splitList(value.slice(1, -1)) !== null;
    case 'dict':
      return /^\{[\s\S]*\}$/.test(value) && splitList(value.slice(1, -1)) !== null;
    default:
      return value !== '';
  }
}

/** Text may be typed with quotes or without; one with anything special in it stands as it is. */
function plainText(type: string, text: string): string {
  if (type !== 'str') return text.trim();
  const quoted = /^\s*(["'])((?:(?!\1)[^\\])*)\1\s*$/s.exec(text);
  return quoted?.[2] ?? text;
}

/** What stands between the brackets that hold all of it; null where no such brackets are. */
function bracketed(text: string): string | null {
  return text.length >= 2 && text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : null;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };

/** At the commas outside quotes and brackets; null where one of those is not closed. */
function splitList(text: string): string[] | null {
  const parts: string[] = [];
  const open: string[] = [];
  let quote: string | null = null;
  let part = '';
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (quote !== null) {
      if (char === '\\') part += char + text.charAt(++at);
      else part += char;
      if (char === quote) quote = null;
      continue;
    }
    if (char === ',' && open.length === 0) {
      parts.push(part.trim());
      part = '';
      continue;
    }
    if (char === '"' || char === "'") quote = char;
    const closing = CLOSING[char];
    if (closing !== undefined) open.push(closing);
    else if (Object.values(CLOSING).includes(char) && open.pop() !== char) return null;
    part += char;
  }
  if (quote !== null || open.length > 0) return null;
  // As in Python a comma may stand behind the last one.
  return part.trim() === '' ? parts : [...parts, part.trim()];
}
