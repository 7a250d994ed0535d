/**
 * Searching what there are few of (experiments, registered models, their versions, logged models) by MLflow's filters and
 * orders, in memory. Runs, of which there are many, are searched by the database.
 */
import type { Comparison } from '../../protocol/filter';
import { type Dialect, parse, Refusal as FilterRefusal, type Written } from '../../protocol/filter/grammar';
import { LoopwrightError } from '../../protocol/errors';
import { invalid, type Pair } from '../clients';

type Value = string | number;

/** What can be asked of a kind of thing. */
export interface Searched<T> {
  readonly attributes: Readonly<Record<string, (item: T) => Value>>;
  readonly pairs: Readonly<Partial<Record<'tag' | 'param', (item: T) => readonly Pair[]>>>;
  readonly metrics?: (item: T) => readonly (readonly [string, number])[];
  /** Attributes that are numbers. */
  readonly numeric: readonly string[];
  readonly defaultOrder: readonly string[];
  /** What an order that is asked for is completed by, where that is not the default order. */
  readonly lastOrder?: readonly string[];
}

const SIGNS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

const PLURALS: Readonly<Record<string, Comparison['subject']['entity']>> = {
  attribute: 'attribute',
  attributes: 'attribute',
  attr: 'attribute',
  tag: 'tag',
  tags: 'tag',
  param: 'param',
  params: 'param',
  metric: 'metric',
  metrics: 'metric',
};

/** What attributes have to be equal to, by their names: whoever has few of those at hand need not give all. */
export type Equal = ReadonlyMap<string, string>;

/**
 * @param all those there are, or at least all that are so
 * @returns those that meet the filter, in order
 * @throws Refusal `INVALID_PARAMETER_VALUE` for a filter or an order that is not understood
 */
export function matching<T>(
  all: readonly T[] | ((equal: Equal) => readonly T[]),
  filter: string,
  orderBy: readonly string[],
  searched: Searched<T>,
): readonly T[] {
  const comparisons = comparisonsIn(filter, searched);
  const tests = comparisons.map((one) => testOf(one, searched));
  const { defaultOrder, lastOrder = defaultOrder } = searched;
  const wanted = orderBy.length > 0 ? [...orderBy, ...lastOrder] : defaultOrder;
  const orders = wanted.map((order) => orderOf(order, searched));
  return (typeof all === 'function' ? all(equalIn(comparisons)) : all)
    .filter((item) => tests.every((test) => test(item)))
    .toSorted((left, right) => {
      for (const { of, descending } of orders) {
        const order = compare(of(left), of(right), descending);
        if (order !== 0) return order;
      }
      return 0;
    });
}

/** All of them have to hold. */
function comparisonsIn<T>(filter: string, searched: Searched<T>): Comparison[] {
  const dialect: Dialect = {
    quoting: 'raw',
    joining: 'and',
    comparisonOf: (written) => comparisonOf(written, searched),
    error: (text, position, why) =>
      new LoopwrightError('bad_request', `Invalid filter '${text}' at character ${String(position + 1)}: ${why}`),
  };
  const expression = parse(filter, dialect);
  if (expression === null) return [];
  const comparisons = expression.is === 'comparison' ? [expression] : expression.is === 'not' ? [] : expression.parts;
  return comparisons.filter((one) => one.is === 'comparison');
}

const equalIn = (comparisons: readonly Comparison[]): Equal =>
  new Map(
    comparisons.flatMap(({ subject, test }) =>
      subject.entity === 'attribute' && test.is === 'text' && test.sign === '=' ? [[subject.key, test.value]] : [],
    ),
  );

function comparisonOf<T>({ entity: word, key, operator, values, isList }: Written, searched: Searched<T>): Comparison {
  const entity = word === null ? 'attribute' : PLURALS[word.toLowerCase()];
  const isKnown =
    entity === 'attribute'
      ? Object.hasOwn(searched.attributes, key)
      : entity === 'metric'
        ? searched.metrics !== undefined
        : entity !== undefined && entity !== 'dataset' && searched.pairs[entity] !== undefined;
  if (entity === undefined || !isKnown) {
    const keys = Object.keys(searched.attributes).join("', '");
    throw new FilterRefusal(`Invalid attribute key '${key}' specified. Valid keys are '${keys}'`);
  }
  const subject = { entity, key };
  const isNumeric = entity === 'metric' || (entity === 'attribute' && searched.numeric.includes(key));
  const [first] = values;
  if (isNumeric && (isList || !SIGNS.has(operator) || first?.quote !== null))
    throw new FilterRefusal(`'${key}' is compared with a number, by one of ${[...SIGNS].join(' ')}`);
  if (!isNumeric && SIGNS.has(operator) && operator !== '=' && operator !== '!=')
    throw new FilterRefusal(`Invalid comparator '${operator}' not one of =, !=, LIKE, ILIKE`);
  if (operator === 'IS NULL' || operator === 'IS NOT NULL')
    return { is: 'comparison', subject, test: { is: 'null', not: operator === 'IS NOT NULL' } };
  if (isList) {
    if (operator !== 'IN' && operator !== 'NOT IN') throw new FilterRefusal(`Invalid comparator '${operator}'`);
    const texts = values.map(({ text }) => text);
    return { is: 'comparison', subject, test: { is: 'in', not: operator === 'NOT IN', values: texts } };
  }
  const [value] = values;
  if (!value) throw new FilterRefusal(`a value is missing behind ${operator}`);
  if (operator === 'LIKE' || operator === 'ILIKE' || operator === 'RLIKE')
    return { is: 'comparison', subject, test: { is: 'like', by: operator, not: false, value: value.text } };
  if (
    operator !== '=' &&
    operator !== '!=' &&
    operator !== '<' &&
    operator !== '<=' &&
    operator !== '>' &&
    operator !== '>='
  )
    throw new FilterRefusal(`Invalid comparator '${operator}'`);
  if (value.quote === null) {
    const number = Number(value.text);
    if (Number.isNaN(number))
      throw new FilterRefusal(
        `Parameter value is either not quoted or unidentified quote types used for string value ${value.text}`,
      );
    return { is: 'comparison', subject, test: { is: 'number', sign: operator, value: number } };
  }
  return { is: 'comparison', subject, test: { is: 'text', sign: operator, value: value.text } };
}

function testOf<T>({ subject, test }: Comparison, searched: Searched<T>): (item: T) => boolean {
  const of = valueOf(subject, searched);
  switch (test.is) {
    case 'null':
      return (item) => (of(item) !== null) === test.not;
    case 'in': {
      const values = new Set(test.values.map(String));
      return (item) => {
        const value = of(item);
        return value !== null && values.has(String(value)) !== test.not;
      };
    }
    case 'like': {
      const pattern = test.by === 'RLIKE' ? null : likePattern(test.value, test.by === 'ILIKE');
      return (item) => pattern?.test(String(of(item) ?? '')) === true && of(item) !== null;
    }
    case 'boolean':
      return (item) => String(of(item)) === String(test.value);
    case 'number':
    case 'text':
      return (item) => {
        const value = of(item);
        if (value === null) return false;
        const isNumber = typeof value === 'number';
        const order = isNumber ? value - Number(test.value) : compareTexts(value, String(test.value));
        return {
          '=': order === 0,
          '!=': order !== 0,
          '<': order < 0,
          '<=': order <= 0,
          '>': order > 0,
          '>=': order >= 0,
        }[test.sign];
      };
  }
}

function valueOf<T>({ entity, key }: Comparison['subject'], searched: Searched<T>): (item: T) => Value | null {
  if (entity === 'attribute') return (item) => searched.attributes[key]?.(item) ?? null;
  if (entity === 'metric') return (item) => searched.metrics?.(item).find(([name]) => name === key)?.[1] ?? null;
  if (entity === 'dataset') return () => null;
  return (item) => searched.pairs[entity]?.(item).find(([name]) => name === key)?.[1] ?? null;
}

/** @throws Refusal `INVALID_PARAMETER_VALUE` */
function orderOf<T>(order: string, searched: Searched<T>) {
  const [, prefix, key = '', direction = 'ASC'] =
    /^\s*(?:(attributes?|attr|metrics?|params?|tags?)\.)?[`"]?([^`"\s]+)[`"]?(?:\s+(ASC|DESC))?\s*$/i.exec(order) ?? [];
  const entity = PLURALS[prefix?.toLowerCase() ?? 'attribute'] ?? 'attribute';
  if (key === '' || (entity === 'attribute' && !Object.hasOwn(searched.attributes, key)))
    throw invalid(
      `Invalid order_by entity: ${order}. Valid keys are '${Object.keys(searched.attributes).join("', '")}'.`,
    );
  return { of: valueOf({ entity, key }, searched), descending: direction.toUpperCase() === 'DESC' };
}

/** What has no value, or one that is no number, comes last. */
function compare(left: Value | null, right: Value | null, descending: boolean): number {
  const rank = (value: Value | null) => (value === null ? 2 : Number.isNaN(value) ? 1 : 0);
  if (rank(left) !== 0 || rank(right) !== 0) return rank(left) - rank(right);
  const order =
    typeof left === 'number' && typeof right === 'number' ? left - right : compareTexts(String(left), String(right));
  return descending ? -order : order;
}

const compareTexts = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);

function likePattern(like: string, ignoresCase: boolean): RegExp {
  const pattern = like
    .replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.');
  return new RegExp(`^${pattern}$`, ignoresCase ? 'isu' : 'su');
}
