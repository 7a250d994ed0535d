/**
 * Filters and orders as MLflow's server takes them, for requests in its protocol: comparisons in a row, each with what
 * MLflow allows for it, refused in its words. Its parser takes a few oddities more (a list behind `=`, texts that are
 * joined by standing side by side, keys with blanks behind the dot); these are refused here. Pure.
 */
import { LoopwrightError } from '../errors';
import { attributeNamed } from './attributes';
import { type Dialect, parse, Refusal, subjectIn, type Written, type WrittenValue } from './grammar';
import {
  type Comparison,
  type Entity,
  ENTITY_WORDS,
  type Expression,
  type Sign,
  SIGNS,
  type Subject,
  type Test,
} from './syntax';

const DIALECT: Dialect = {
  quoting: 'raw',
  joining: 'and',
  comparisonOf,
  error: (text, position, why, of) => {
    const where = `at character ${String(position + 1)}`;
    const message =
      of === 'meaning'
        ? `${why} (${where} of the filter)`
        : `Invalid clause(s) in filter string: '${text.slice(position, position + 60)}' ${where}: ${why}`;
    return new LoopwrightError('bad_request', message);
  },
};

/**
 * @returns null for an empty filter
 * @throws LoopwrightError `bad_request`: INVALID_PARAMETER_VALUE in MLflow's protocol
 */
export function readMlflowFilter(text: string): Expression | null {
  if (text !== '' && text.trim() === '')
    throw new LoopwrightError('bad_request', `Invalid filter '${text}'. Could not be parsed.`);
  return parse(text, DIALECT);
}

export interface MlflowOrder {
  readonly subject: Subject;
  readonly descending: boolean;
}

/**
 * One item of `order_by`: `metrics.auc DESC`, `attributes.start_time`, `` params.`a key` asc ``.
 *
 * @throws LoopwrightError `bad_request`: INVALID_PARAMETER_VALUE in MLflow's protocol
 */
export function readMlflowOrder(text: string): MlflowOrder {
  const refused = (why: string) => new LoopwrightError('bad_request', why);
  const unparsed = `Invalid order_by clause '${text}'. Could not be parsed.`;
  const found = text === text.trim() ? subjectIn(text, 'raw') : null;
  if (!found || found.rest.length > 1) throw refused(unparsed);
  const direction = found.rest[0]?.text.toLowerCase() ?? 'asc';
  if (direction !== 'asc' && direction !== 'desc')
    throw refused(found.rest[0]?.kind === 'word' ? `Invalid ordering key in order_by clause '${text}'.` : unparsed);
  try {
    const subject = subjectOf(found.subject, ORDER_ATTRIBUTES);
    if (subject.entity === 'dataset') throw new Refusal("Invalid order_by entity type 'dataset'");
    return { subject, descending: direction === 'desc' };
  } catch (error) {
    throw error instanceof Refusal ? refused(error.of === 'form' ? unparsed : error.message) : error;
  }
}

const WORD_OF = {
  metric: 'metric',
  param: 'parameter',
  tag: 'tag',
  attribute: 'attribute',
  dataset: 'dataset',
} as const;

const ORDER_ATTRIBUTES = [
  ...['artifact_uri', 'end_time', 'run_id', 'run_name', 'start_time', 'status', 'user_id'],
  ...['created', 'Created'],
];
const FILTER_ATTRIBUTES = [...ORDER_ATTRIBUTES, 'run name', 'Run name', 'Run Name'];
const DATASET_KEYS = ['name', 'digest', 'context'];
const NUMERIC_ATTRIBUTES = ['start_time', 'end_time'];

const TEXT_OPERATORS = ['=', '!=', 'LIKE', 'ILIKE'];
const OPERATORS = {
  metric: SIGNS,
  number: SIGNS,
  pair: [...TEXT_OPERATORS, 'IS NULL', 'IS NOT NULL'],
  text: [...TEXT_OPERATORS, 'IN', 'NOT IN'],
} as const;

function subjectOf(
  { entity: word, key, isKeyQuoted }: Pick<Written, 'entity' | 'key' | 'isKeyQuoted'>,
  attributes: readonly string[],
): Subject {
  const entity = word === null ? 'attribute' : ENTITY_WORDS.get(word);
  if (entity === undefined)
    throw new Refusal(`Invalid entity type '${String(word)}'. Valid values are ${listed(Object.values(WORD_OF))}`);
  if (!isKeyQuoted && !/^[\p{L}\p{M}\p{N}_.]*$/u.test(key))
    throw new Refusal(
      `Expected 'Identifier' found '${key}': quote a key that has more than letters and digits`,
      'form',
    );
  if (entity === 'attribute') {
    const name = attributes.includes(key) ? attributeNamed(key) : null;
    if (name !== null) return { entity, key: name };
    throw new Refusal(`Invalid attribute key '${key}' specified. Valid keys are ${listed(attributes)}`);
  }
  if (entity === 'dataset' && !DATASET_KEYS.includes(key))
    throw new Refusal(`Invalid dataset key '${key}' specified. Valid keys are ${listed(DATASET_KEYS)}`);
  return { entity, key };
}

function comparisonOf(written: Written): Comparison {
  const { operator, isList } = written;
  if (operator.endsWith('IN') && !isList)
    throw new Refusal(`behind ${operator} stands a list of quoted strings in parentheses`, 'form');
  const subject = subjectOf(written, FILTER_ATTRIBUTES);
  return { is: 'comparison', subject, test: testOf(subject, written) };
}

function testOf({ entity, key }: Subject, written: Written): Test {
  const { operator, values, isList } = written;
  const kind = kindOf(entity, key);
  const allowed = OPERATORS[kind];
  const isPair = kind === 'pair';
  if (operator.endsWith('NULL')) {
    if (isPair) return { is: 'null', not: operator === 'IS NOT NULL' };
    throw new Refusal(
      `IS NULL / IS NOT NULL is only supported for tags and params, not for '${WORD_OF[entity]}' '${key}'`,
    );
  }
  const found = isList ? `(${values.map(({ written: one }) => one).join(', ')})` : (values[0]?.written ?? '');
  const value = isList ? undefined : values[0];
  const invalid = () => new Refusal(`Invalid comparator '${operator}' not one of ${listed(allowed)}`);
  if (kind === 'metric' || kind === 'number') {
    const what = kind === 'metric' ? 'metric' : `numeric attribute: ${key}`;
    if (!value || !isNumberToken(value)) throw new Refusal(`Expected numeric value type for ${what}. Found ${found}`);
    const sign = signOf(operator);
    if (sign === null) throw invalid();
    return { is: 'number', sign, value: Number(value.text) };
  }
  if (isList && !isPair) return listTest(entity, key, written);
  if (!value || (value.quote === null && NOT_A_NAME.test(value.text))) {
    const example = isPair ? ` for ${WORD_OF[entity]} (e.g. 'my-value')` : ` for ${WORD_OF[entity]}s`;
    throw new Refusal(`Expected a quoted string value${example}. Got value ${found}`);
  }
  if (value.quote !== "'" && value.quote !== '"')
    throw new Refusal(
      `Parameter value is either not quoted or unidentified quote types used for string value ${found}. Use either single or double quotes.`,
    );
  if (operator === 'LIKE' || operator === 'ILIKE') return { is: 'like', by: operator, not: false, value: value.text };
  const sign = signOf(operator);
  if (sign === null || !TEXT_OPERATORS.includes(sign)) throw invalid();
  return { is: 'text', sign, value: value.text };
}

function listTest(entity: Entity, key: string, { operator, values }: Written): Test {
  if (entity === 'attribute' && key !== 'run_id')
    throw new Refusal("Only ['run_id'] attributes support comparison with a list of quoted string values.");
  if (values.length === 0)
    throw new Refusal(
      'While parsing a list in the query, expected a non-empty list of string values, but got empty list',
    );
  if (!values.every(({ quote }) => quote === "'" || quote === '"'))
    throw new Refusal('While parsing a list in the query, expected string value, but got different type in list');
  if (operator !== 'IN' && operator !== 'NOT IN')
    throw new Refusal(`Invalid comparator '${operator}' not one of 'IN', 'NOT IN' for a list`);
  return { is: 'in', not: operator === 'NOT IN', values: values.map(({ text }) => text) };
}

function kindOf(entity: Entity, key: string): keyof typeof OPERATORS {
  if (entity === 'metric') return 'metric';
  if (entity === 'param' || entity === 'tag') return 'pair';
  return entity === 'attribute' && NUMERIC_ATTRIBUTES.includes(key) ? 'number' : 'text';
}

/** Numbers as MLflow's tokenizer knows them; `1e+5` is none. */
const isNumberToken = ({ quote, text }: WrittenValue): boolean =>
  quote === null && /^-?(?:\d+(?:\.\d*)?|\.\d+)(?:e-?\d+)?$/i.test(text);
const NOT_A_NAME = /^(?:[-.\d]|null$)/i;

const signOf = (operator: string): Sign | null => SIGNS.find((sign) => sign === operator) ?? null;
const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
