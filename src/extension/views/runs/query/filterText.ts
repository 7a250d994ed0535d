/**
 * What people type to find runs: words, and comparisons among them (`forest auc > 0.9 status = failed`), which may be
 * joined by AND, OR and NOT. The engine takes both apart: words as `search`, comparisons in the notation of
 * `protocol/filter` as `filter`. Pure.
 */
import { attributeOf, isAttributeName, isNumber, partsOf, placeAt, quotedKey } from '../../../../protocol/filter';
import type { RunColumn } from '../../../../protocol/lists';

export interface Meant {
  readonly filter?: string;
  readonly search?: string;
  /** A comparison without a value, a parenthesis without its end: what is being typed right now. */
  readonly unfinished?: string;
}

const KEY = String.raw`"[^"]*"|${'`[^`]*`'}|[^\s"'${'`'}<>=!]+`;
const SIGN = String.raw`!=|>=|<=|=|>|<|(?:NOT\s+)?(?:I?LIKE|RLIKE|REGEXP|IN)(?=[\s'"(]|$)|IS\s+(?:NOT\s+)?NULL`;
const comparison = (bareValue: string, end: string) =>
  new RegExp(
    String.raw`^(?:(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?(${KEY})(\s*)(${SIGN})(?:\s*('[^']*'|"[^"]*"|\([^)]*\)|${bareValue}))?(?=${end})`,
    'i',
  );
const COMPARISON = comparison(String.raw`[^\s'"(]+`, String.raw`\s|$`);
/** Within parentheses one that closes them ends a value. */
const COMPARISON_WITHIN = comparison(String.raw`[^\s'"()]+`, String.raw`\s|\)|$`);
const NOT = /^NOT(?=[\s(])\s*/i;
const CONJUNCTION = /^\s+(AND|OR)(?=[\s(])\s*/i;
const WORD = /^(?:"[^"]*"|'[^']*'|\S+)/;
const DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/;
/** The engine takes no more either. */
const MAX_DEPTH = 50;

/** A comparison or several: how much of the text they are, and in the engine's notation; null while something is missing. */
interface Part {
  readonly whole: string;
  readonly sql: string | null;
  readonly hasOr?: boolean;
}

export function meaningOf(text: string): Meant {
  const parts: Part[] = [];
  const words: string[] = [];
  let unfinished: string | undefined;
  let rest = text.trim();
  while (rest !== '') {
    const found = chainAt(rest, 0);
    if (found) {
      if (found.sql === null) unfinished = found.whole;
      else parts.push(found);
      rest = rest.slice(found.whole.length).trimStart();
      continue;
    }
    const [word = rest] = WORD.exec(rest) ?? [];
    if (word !== 'AND') words.push(unquote(word));
    rest = rest.slice(word.length).trimStart();
  }
  const filter = allOf(parts);
  const search = words.filter((word) => word !== '').join(' ');
  return {
    ...(filter === null || filter === '' ? {} : { filter }),
    ...(search === '' ? {} : { search }),
    ...(unfinished === undefined ? {} : { unfinished }),
  };
}

/** Comparisons with AND and OR between them. What only stands side by side is no chain: all of that must hold. */
function chainAt(text: string, depth: number): Part | null {
  const first = unitAt(text, depth);
  if (!first) return null;
  let { whole, sql } = first;
  let hasOr = false;
  for (;;) {
    const conjunction = CONJUNCTION.exec(`${text.slice(whole.length)} `);
    if (!conjunction) break;
    const [between, word = ''] = conjunction;
    const next = unitAt(text.slice(whole.length + between.length), depth);
    // In small letters it is a word like others, unless it stands between comparisons.
    if (!next && word !== 'OR') break;
    whole = text.slice(0, whole.length + between.length + (next?.whole.length ?? 0)).trimEnd();
    if (word.toUpperCase() === 'OR') hasOr = true;
    sql = sql === null || typeof next?.sql !== 'string' ? null : `${sql} ${word.toUpperCase()} ${next.sql}`;
    if (!next) break;
  }
  return { whole, sql, hasOr };
}

function unitAt(text: string, depth: number): Part | null {
  if (depth > MAX_DEPTH) return null;
  const [not] = NOT.exec(text) ?? [];
  if (not !== undefined) {
    const unit = unitAt(text.slice(not.length), depth + 1);
    return unit && { whole: not + unit.whole, sql: unit.sql === null ? null : `NOT ${unit.sql}` };
  }
  return text.startsWith('(') ? groupAt(text, depth) : comparisonAt(text, depth > 0);
}

function groupAt(text: string, depth: number): Part | null {
  const parts: Part[] = [];
  let at = 1;
  for (;;) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const part = chainAt(text.slice(at), depth + 1);
    if (!part) break;
    parts.push(part);
    at += part.whole.length;
  }
  if (parts.length === 0) return null;
  const isClosed = text.charAt(at) === ')';
  const sql = parts.length === 1 ? (parts[0]?.sql ?? null) : allOf(parts);
  return {
    whole: text.slice(0, isClosed ? at + 1 : at).trimEnd(),
    sql: isClosed && sql !== null ? `(${sql})` : null,
  };
}

/** @returns null as long as something is missing in one of them */
function allOf(parts: readonly Part[]): string | null {
  const all = parts.map(({ sql, hasOr }) => (sql !== null && hasOr === true ? `(${sql})` : sql));
  return all.some((sql) => sql === null) ? null : all.join(' AND ');
}

/** @returns null where a word begins that is none; `sql` is null as long as its value is missing */
function comparisonAt(text: string, isWithin: boolean): Part | null {
  const match = (isWithin ? COMPARISON_WITHIN : COMPARISON).exec(text);
  if (!match) return null;
  const [whole, prefix, writtenKey = '', before = '', sign = '', value] = match;
  const key = unquote(writtenKey);
  const operator = sign.toUpperCase().replaceAll(/\s+/g, ' ');
  const entity = prefix === undefined ? entityOf(key, operator, value, before) : entityOfPrefix(prefix);
  if (entity === null) return null;
  const start = `${entity}.${quotedKey(key)} ${operator}`;
  // Nothing stands behind IS NULL: what follows is the next thing.
  if (operator.startsWith('IS ')) return { whole: whole.slice(0, whole.search(/NULL/i) + 4), sql: start };
  if (value === undefined) return { whole, sql: null };
  const compared = `${start} ${valueOf(entity, key, operator, value)}`;
  if (prefix !== undefined || entity !== 'metrics') return { whole, sql: compared };
  // A number without a prefix is a metric or a parameter: people don't think of which.
  return { whole, sql: `(${compared} OR params.${quotedKey(key)} ${operator} ${value})` };
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
  if (isAttributeName(key) || key === 'run_name') return 'attributes';
  if (/[<>]/.test(operator)) return value === undefined || isNumber(value) ? 'metrics' : null;
  if (operator === '=' && before === '') return null;
  // `loss IN x` would be words of a sentence.
  return /^[A-Z]/.test(operator) ? null : 'params';
}

function valueOf(entity: Entity, key: string, operator: string, value: string): string {
  if (value.startsWith('(')) {
    const values = value.match(/'[^']*'|"[^"]*"|[^\s,()'"]+/g) ?? [];
    return `(${values.map((one) => textOf(entity, key, one)).join(', ')})`;
  }
  if (/^['"]/.test(value) || entity === 'metrics') return value;
  // What is smaller is a number; equal is what is written the same.
  if (entity !== 'attributes') return /^[<>]/.test(operator) && isNumber(value) ? value : quote(value);
  const is = isAttributeName(key) ? attributeOf(key).is : 'text';
  if (is === 'text') return textOf(entity, key, value);
  if (is === 'time' && DATE.test(value)) return String(Date.parse(localTime(value)));
  return is === 'boolean' || isNumber(value) ? value : quote(value);
}

function textOf(entity: Entity, key: string, value: string): string {
  if (/^['"]/.test(value)) return value;
  return quote(entity === 'attributes' && key === 'status' ? value.toUpperCase() : value);
}

/** A day begins where the user is. */
const localTime = (text: string): string => (text.length === 10 ? `${text}T00:00` : text);

const unquote = (text: string): string => (/^(?:"[^"]*"|'[^']*'|`[^`]*`)$/.test(text) ? text.slice(1, -1) : text);
const quote = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`);

const PREFIXES = { metric: 'metrics', param: 'params', tag: 'tags' } as const;
const SIGNS = { metric: '>', param: '=', tag: '=' } as const;

/** What stands at the end of the text and is typed right now. */
export const fragmentOf = (text: string): string => placeAt(text, text.length).fragment;

/** What stands in front of it. */
export const headOf = (text: string): string => text.slice(0, placeAt(text, text.length).start);

/** The part of a key to look for: `metrics.au` is about `au`. */
export const keyFragmentOf = (text: string): string => partsOf(fragmentOf(text)).key;

/** The text with a comparison begun in place of what was typed of its key. */
export const completed = (text: string, { kind, key }: RunColumn): string =>
  `${headOf(text)}${PREFIXES[kind]}.${quotedKey(key)} ${SIGNS[kind]} `;
