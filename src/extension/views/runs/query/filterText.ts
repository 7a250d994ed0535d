/**
 * What people type to find runs: words, and comparisons among them (`forest auc > 0.9 status = failed`). The engine takes
 * both apart: words as `search`, comparisons in MLflow's notation as `filter`. Pure.
 */
import type { RunColumn } from '../../../../protocol/lists';

export interface Meant {
  readonly filter?: string;
  readonly search?: string;
  /** A comparison without a value: what is being typed right now. */
  readonly unfinished?: string;
}

const KEY = String.raw`"[^"]*"|${'`[^`]*`'}|[^\s"'${'`'}<>=!]+`;
const SIGN = String.raw`!=|>=|<=|=|>|<|(?:I?LIKE|(?:NOT\s+)?IN)(?=[\s'"(]|$)|IS\s+(?:NOT\s+)?NULL`;
const VALUE = String.raw`'[^']*'|"[^"]*"|\([^)]*\)|[^\s'"(]+`;
const COMPARISON = new RegExp(
  String.raw`^(?:(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(${KEY})(\s*)(${SIGN})(?:\s*(${VALUE}))?(?=\s|$)`,
  'i',
);
const WORD = /^(?:"[^"]*"|'[^']*'|\S+)/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/;

/** What is compared with a number, true or false: everything else is text. */
const BARE_ATTRIBUTES = ['duration', 'starred', 'pinned'];
const TIME_ATTRIBUTES = ['start_time', 'end_time'];
const ATTRIBUTES = [
  ...BARE_ATTRIBUTES,
  ...TIME_ATTRIBUTES,
  ...['run_id', 'name', 'run_name', 'status', 'user_id', 'kind', 'experiment', 'script', 'branch'],
];

export function meaningOf(text: string): Meant {
  const filter: string[] = [];
  const words: string[] = [];
  let unfinished: string | undefined;
  let rest = text.trim();
  while (rest !== '') {
    const found = comparisonAt(rest);
    if (found) {
      if (found.sql === null) unfinished = found.whole;
      else filter.push(found.sql);
      rest = rest.slice(found.whole.length).trimStart();
      continue;
    }
    const [word = rest] = WORD.exec(rest) ?? [];
    if (word !== 'AND') words.push(unquote(word));
    rest = rest.slice(word.length).trimStart();
  }
  const search = words.filter((word) => word !== '').join(' ');
  return {
    ...(filter.length === 0 ? {} : { filter: filter.join(' AND ') }),
    ...(search === '' ? {} : { search }),
    ...(unfinished === undefined ? {} : { unfinished }),
  };
}

/** @returns null where a word begins that is none; `sql` is null as long as its value is missing */
function comparisonAt(text: string): { whole: string; sql: string | null } | null {
  const match = COMPARISON.exec(text);
  if (!match) return null;
  const [whole, prefix, quotedKey = '', before = '', sign = '', value] = match;
  const key = unquote(quotedKey);
  const operator = sign.toUpperCase().replaceAll(/\s+/g, ' ');
  const entity = prefix === undefined ? entityOf(key, operator, value, before) : entityOfPrefix(prefix);
  if (entity === null) return null;
  const start = `${entity}.${quoteKey(key)} ${operator}`;
  // Nothing stands behind IS NULL: what follows is the next thing.
  if (operator.startsWith('IS ')) return { whole: whole.slice(0, whole.search(/NULL/i) + 4), sql: start };
  return { whole, sql: value === undefined ? null : `${start} ${valueOf(entity, key, value)}` };
}

type Entity = 'metrics' | 'params' | 'tags' | 'attributes';

function entityOfPrefix(prefix: string): Entity {
  const word = prefix.toLowerCase();
  if (word.startsWith('metric')) return 'metrics';
  if (word.startsWith('param')) return 'params';
  return word.startsWith('tag') ? 'tags' : 'attributes';
}

/** `depth=8` without blanks is a word that the search knows: it stands in a parameter. */
function entityOf(key: string, operator: string, value: string | undefined, before: string): Entity | null {
  if (ATTRIBUTES.includes(key)) return 'attributes';
  if (/[<>]/.test(operator)) return value === undefined || NUMBER.test(value) ? 'metrics' : null;
  if (operator === '=' && before === '') return null;
  // `loss IN x` would be words of a sentence.
  return /^[A-Z]/.test(operator) ? null : 'params';
}

function valueOf(entity: Entity, key: string, value: string): string {
  if (/^['"(]/.test(value) || entity === 'metrics') return value;
  if (entity !== 'attributes') return quote(value);
  if (TIME_ATTRIBUTES.includes(key)) return DATE.test(value) ? String(Date.parse(localTime(value))) : value;
  if (BARE_ATTRIBUTES.includes(key)) return value;
  return quote(key === 'status' ? value.toUpperCase() : value);
}

/** A day begins where the user is. */
const localTime = (text: string): string => (text.length === 10 ? `${text}T00:00` : text);

const unquote = (text: string): string => (/^(?:"[^"]*"|'[^']*'|`[^`]*`)$/.test(text) ? text.slice(1, -1) : text);
const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);

export function quoteKey(key: string): string {
  if (/^[\w./-]+$/.test(key)) return key;
  return key.includes('"') ? `\`${key}\`` : `"${key}"`;
}

const PREFIXES = { metric: 'metrics', param: 'params', tag: 'tags' } as const;
const SIGNS = { metric: '>', param: '=', tag: '=' } as const;

/** What stands at the end of the text and may be the beginning of a key. */
export const fragmentOf = (text: string): string => /\S*$/.exec(text)?.[0] ?? '';

/** The part of a key to look for: `metrics.au` is about `au`. */
export const keyFragmentOf = (text: string): string =>
  fragmentOf(text).replace(/^(?:metrics?|params?|parameters?|tags?)\./i, '');

/** The text with a comparison begun in place of what was typed of its key. */
export function completed(text: string, { kind, key }: RunColumn): string {
  const head = text.slice(0, text.length - fragmentOf(text).length);
  return `${head}${PREFIXES[kind]}.${quoteKey(key)} ${SIGNS[kind]} `;
}
