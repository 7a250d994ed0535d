/**
 * The filter of run lists: comparisons of attributes, metrics, parameters and tags joined by AND, in MLflow's
 * notation (`metrics.auc > 0.9 AND params.model = 'rf' AND status IN ('FAILED', 'KILLED')`).
 */
import { LoopwrightError } from '../../protocol/errors';
import { type Condition, hasKeyed, hasText, type Keyed, lacksKeyed, onColumn, sql, type Sql } from './conditions';

interface Attribute {
  readonly column: string;
  readonly is: 'text' | 'milliseconds' | 'seconds' | 'boolean';
  /** Whether an index of the tree begins with it. */
  readonly isIndexed?: boolean;
}

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  run_id: { column: 'run_id', is: 'text' },
  name: { column: 'name', is: 'text' },
  run_name: { column: 'name', is: 'text' },
  status: { column: 'status', is: 'text', isIndexed: true },
  user_id: { column: 'user', is: 'text' },
  start_time: { column: 'start_ms', is: 'milliseconds' },
  end_time: { column: 'end_ms', is: 'milliseconds' },
  duration: { column: 'duration', is: 'seconds' },
  kind: { column: 'kind', is: 'text' },
  experiment: { column: 'experiment', is: 'text' },
  script: { column: 'source', is: 'text', isIndexed: true },
  branch: { column: 'branch', is: 'text', isIndexed: true },
  starred: { column: 'starred', is: 'boolean', isIndexed: true },
  pinned: { column: 'pinned', is: 'boolean', isIndexed: true },
};

const EXPECTED = {
  text: 'text in quotes',
  milliseconds: 'a number (Unix milliseconds)',
  seconds: 'a number (seconds)',
  boolean: 'true or false',
} as const;

const SUBJECT =
  /^\s*(?:(metrics?|params?|parameters?|tags?|attributes?|attr|run)\.)?("[^"]*"|`[^`]*`|[\w./-]+)\s*(!=|>=|<=|=|>|<|(?:ILIKE|LIKE|IN|NOT\s+IN|IS\s+NULL|IS\s+NOT\s+NULL)\b)\s*/i;
/** A bare word is a value too, so that what refuses it can say what it wants instead. */
const VALUE = /^('[^']*'|"[^"]*"|[^\s'"()]+)\s*/;
const LIST = /^\(\s*((?:'[^']*'|"[^"]*")(?:\s*,\s*(?:'[^']*'|"[^"]*"))*)\s*\)\s*/;
const CONJUNCTION = /^AND\s+/i;

interface Comparison {
  readonly entity: string;
  readonly key: string;
  readonly operator: string;
  /** As they were written; none behind IS NULL. */
  readonly values: readonly string[];
}

/** What is wrong with a comparison; where it stands is known to whoever catches it. */
class Refusal extends Error {}

/** @throws LoopwrightError `bad_request` that points at the place that was not understood */
export function parseFilter(filter: string): Condition[] {
  const conditions: Condition[] = [];
  if (filter.trim() === '') return conditions;
  let position = 0;
  for (;;) {
    const found = comparisonAt(filter.slice(position));
    if (!found) throw misunderstood(filter, position, "expected a comparison such as status = 'FINISHED'");
    try {
      conditions.push(conditionOf(found.comparison));
    } catch (error) {
      throw error instanceof Refusal ? misunderstood(filter, position, error.message) : error;
    }
    position += found.length;
    if (position === filter.length) break;
    const conjunction = CONJUNCTION.exec(filter.slice(position));
    if (!conjunction) throw misunderstood(filter, position, 'comparisons are joined by AND');
    position += conjunction[0].length;
  }
  return conditions;
}

function comparisonAt(text: string): { comparison: Comparison; length: number } | null {
  const subject = SUBJECT.exec(text);
  if (!subject) return null;
  const [whole, entity = 'attributes', quotedKey = '', written = ''] = subject;
  const operator = written.toUpperCase().replaceAll(/\s+/g, ' ');
  const start = { entity: entity.toLowerCase(), key: unquote(quotedKey), operator };
  if (operator.startsWith('IS ')) return { comparison: { ...start, values: [] }, length: whole.length };
  const behind = (operator.endsWith('IN') ? LIST : VALUE).exec(text.slice(whole.length));
  if (!behind) return null;
  const values = operator.endsWith('IN') ? ((behind[1] ?? '').match(/'[^']*'|"[^"]*"/g) ?? []) : [behind[1] ?? ''];
  return { comparison: { ...start, values }, length: whole.length + behind[0].length };
}

function conditionOf(comparison: Comparison): Condition {
  const { entity } = comparison;
  if (entity.startsWith('metric')) return ofMetric(comparison);
  if (entity.startsWith('param')) return ofText('param', comparison);
  if (entity.startsWith('tag')) return ofText('tag', comparison);
  return ofAttribute(comparison);
}

function ofMetric({ key, operator, values: [value = ''] }: Comparison): Condition {
  if (!/^[<>=!]/.test(operator) || !isNumber(value)) throw new Refusal('metrics are compared with numbers');
  return hasKeyed('metric', key, sql(`last ${operator} ?`, Number(value)));
}

function ofText(kind: Keyed & ('param' | 'tag'), { key, operator, values: [value = ''] }: Comparison): Condition {
  if (operator === 'IS NULL') return lacksKeyed(kind, key);
  if (operator === 'IS NOT NULL') return hasKeyed(kind, key, sql('TRUE'));
  if (operator.endsWith('IN')) throw new Refusal('parameters and tags have no IN; attributes that are text have it');
  if (!isText(value)) throw new Refusal('parameters and tags are compared with text in quotes');
  return operator === '='
    ? hasText(kind, key, unquote(value))
    : hasKeyed(kind, key, compareText('value', operator, value));
}

function ofAttribute({ key, operator, values }: Comparison): Condition {
  const attribute = Object.hasOwn(ATTRIBUTES, key) ? ATTRIBUTES[key] : undefined;
  if (!attribute) throw new Refusal(`there is no attribute ${key}; there are ${Object.keys(ATTRIBUTES).join(', ')}`);
  if (operator.startsWith('IS ')) throw new Refusal('IS NULL is for parameters and tags');
  const { column, is } = attribute;
  const [value = ''] = values;
  const isRight = { text: isText, boolean: isBoolean, milliseconds: isNumber, seconds: isNumber }[is];
  if (!values.every(isRight)) throw new Refusal(`${key} is compared with ${EXPECTED[is]}`);
  if (is === 'boolean') {
    if (operator !== '=' && operator !== '!=') throw new Refusal(`${key} is compared by = and !=`);
    const isSet = (unquote(value).toLowerCase() === 'true') === (operator === '=');
    return onColumn(column, isSet ? '= 1' : '= 0');
  }
  if (is !== 'text') {
    if (!/^[<>=!]/.test(operator)) throw new Refusal(`${key} is compared with ${EXPECTED[is]}`);
    if (is === 'seconds') return sql(`(r.end_ms - r.start_ms) ${operator} ?`, Number(value) * 1000);
    return sql(`r.${column} ${operator} ?`, Number(value));
  }
  if (column === 'experiment') {
    const { sql: names, values: texts } = compareTexts('x.name', operator, values);
    return onColumn('experiment_id', `IN (SELECT x.experiment_id FROM experiments x WHERE ${names})`, ...texts);
  }
  if (attribute.isIndexed === true && operator === '=') return onColumn(column, '= ?', unquote(value));
  const compared = compareTexts(`+r.${column}`, operator, values);
  if (column !== 'run_id' || operator === '!=' || operator === 'NOT IN') return compared;
  const plain = compareTexts(column, operator, values);
  return { ...compared, found: sql(`SELECT run_seq FROM runs WHERE ${plain.sql}`, ...plain.values) };
}

function compareTexts(column: string, operator: string, values: readonly string[]): Sql {
  if (!operator.endsWith('IN')) return compareText(column, operator, values[0] ?? '');
  return sql(`${column} ${operator} (${values.map(() => '?').join(', ')})`, ...values.map(unquote));
}

/** SQLite's LIKE ignores case in ASCII; GLOB does not, but has other wildcards. */
function compareText(column: string, operator: string, value: string): Sql {
  const text = unquote(value);
  if (operator === 'LIKE') return sql(`${column} LIKE ? AND ${column} GLOB ?`, text, globOf(text));
  return sql(`${column} ${operator === 'ILIKE' ? 'LIKE' : operator} ?`, text);
}

const isText = (value: string): boolean => /^['"]/.test(value);
const isNumber = (value: string): boolean => /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value);
const isBoolean = (value: string): boolean => /^(['"]?)(true|false)\1$/i.test(value);

const unquote = (text: string): string => (/^['"`]/.test(text) ? text.slice(1, -1) : text);

const globOf = (like: string): string => like.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');

const misunderstood = (filter: string, position: number, why: string) =>
  new LoopwrightError(
    'bad_request',
    `The filter is not understood at character ${String(position + 1)} ("${filter.slice(position, position + 30)}"): ${why}.`,
  );
