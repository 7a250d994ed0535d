/**
 * The filter of the Runs view and of the command line. It understands what MLflow does, and more: OR, NOT, parentheses,
 * regular expressions, lists and numbers of parameters and tags, dates, our own attributes. Pure.
 */
import { LoopwrightError } from '../errors';
import { type Attribute, RUNS, type Vocabulary } from './attributes';
import { type Dialect, parse, Refusal, type Written, type WrittenValue } from './grammar';
import { momentOf, secondsOf } from './moments';
import { patternOf } from './pattern';
import { type Comparison, ENTITY_WORDS, type Expression, isNumber, type Sign, SIGNS, type Test } from './syntax';

export const dialectOf = (vocabulary: Vocabulary): Dialect => ({
  quoting: 'doubled',
  joining: 'logic',
  comparisonOf: (written) => comparisonOf(written, vocabulary),
  error: (text, position, why) =>
    new LoopwrightError(
      'bad_request',
      `The filter is not understood at character ${String(position + 1)} ("${text.slice(position, position + 30)}"): ${why}.`,
    ),
});

/**
 * @returns null for a text without any comparison: it chooses all runs
 * @throws LoopwrightError `bad_request` that points at the place that was not understood
 */
export const readFilter = (text: string): Expression | null => parse(text, dialectOf(RUNS));

/** What the word in front of a dot means, in upper or lower case; null for none. Data sets are MLflow's dialect only. */
export function entityOf(word: string): 'metric' | 'param' | 'tag' | 'attribute' | null {
  const entity = ENTITY_WORDS.get(word.toLowerCase()) ?? null;
  return entity === 'dataset' ? null : entity;
}

function comparisonOf(written: Written, vocabulary: Vocabulary): Comparison {
  const { entity: word, key } = written;
  const entity = word === null ? 'attribute' : entityOf(word);
  switch (entity) {
    case 'metric':
      return { is: 'comparison', subject: { entity, key }, test: metricTest(written) };
    case 'param':
    case 'tag':
      return { is: 'comparison', subject: { entity, key }, test: pairTest(written) };
    case 'attribute':
    case null: {
      const name = entity === null ? null : vocabulary.named(key);
      const attribute = name === null ? undefined : vocabulary.attributes[name];
      if (name === null || attribute === undefined) {
        const unknown = entity === null && word !== null ? `${word}.${key}` : key;
        throw new Refusal(
          `there is no attribute ${unknown}; there are ${Object.keys(vocabulary.attributes).join(', ')}`,
        );
      }
      const test = attributeTest(name, attribute, written);
      return { is: 'comparison', subject: { entity: 'attribute', key: name }, test };
    }
  }
}

function metricTest({ operator, values, isList }: Written): Test {
  const sign = signOf(operator);
  const [value] = values;
  if (operator.endsWith('NULL')) return nullTest(operator);
  if (sign === null || isList || !value || !isBareNumber(value)) throw new Refusal('metrics are compared with numbers');
  return { is: 'number', sign, value: Number(value.text) };
}

function pairTest(written: Written): Test {
  const { operator, values, isList } = written;
  const expected = 'parameters and tags are compared with text in quotes or with numbers';
  if (operator.endsWith('NULL')) return nullTest(operator);
  if (!values.every((value) => isText(value) || isBareNumber(value))) throw new Refusal(expected);
  if (operator.endsWith('IN')) return inTest(written);
  const [value] = values;
  if (!value || isList) throw new Refusal(expected);
  const sign = signOf(operator);
  if (sign === null) return likeTest(operator, value, 'parameters and tags');
  return isText(value) ? { is: 'text', sign, value: value.text } : { is: 'number', sign, value: Number(value.text) };
}

const EXPECTED = {
  text: 'text in quotes',
  time: "a date in quotes such as '2026-01-31' or '2026-01-31 14:00', or a number (Unix milliseconds)",
  seconds: "a number (seconds), or text such as '5m' or '1h 30m'",
  number: 'a number',
  boolean: 'true or false',
} as const;

function attributeTest(name: string, attribute: Attribute, written: Written): Test {
  if (written.operator.endsWith('NULL')) {
    if (attribute.is === 'boolean') throw new Refusal(`${name} is always true or false`);
    return nullTest(written.operator);
  }
  switch (attribute.is) {
    case 'text':
      return textTest(name, attribute, written);
    case 'boolean':
      return booleanTest(name, attribute, written);
    case 'time':
      return numberTest(name, attribute, written, (text) => momentOf(text));
    case 'seconds':
      return numberTest(name, attribute, written, (text) => secondsOf(text));
    case 'number':
      return numberTest(name, attribute, written, (text) => (isNumber(text) ? Number(text) : null));
  }
}

const wrongValue = (name: string, { is }: Attribute): Refusal =>
  new Refusal(`${name} is compared with ${EXPECTED[is]}`);

function textTest(name: string, attribute: Attribute, written: Written): Test {
  const { operator, values, isList } = written;
  const [value] = values;
  if (!value || !values.every(isText)) throw wrongValue(name, attribute);
  if (operator.endsWith('IN')) return inTest(written);
  if (isList) throw wrongValue(name, attribute);
  const sign = signOf(operator);
  return sign === null ? likeTest(operator, value, name) : { is: 'text', sign, value: value.text };
}

function booleanTest(name: string, attribute: Attribute, { operator, values, isList }: Written): Test {
  const [value] = values;
  const word = value?.quote === '`' ? undefined : value?.text.toLowerCase();
  if (isList || (word !== 'true' && word !== 'false')) throw wrongValue(name, attribute);
  const sign = signOf(operator);
  if (sign !== '=' && sign !== '!=') throw new Refusal(`${name} is compared by = and !=`);
  return { is: 'boolean', value: (word === 'true') === (sign === '=') };
}

function numberTest(
  name: string,
  attribute: Attribute,
  { operator, values, isList }: Written,
  meant: (text: string) => number | null,
): Test {
  const sign = signOf(operator);
  const [value] = values;
  if (operator.endsWith('IN')) throw new Refusal(`IN is for text: ${name} is compared by = != < <= > >=`);
  if (sign === null || isList || !value) throw wrongValue(name, attribute);
  if (isBareNumber(value)) return { is: 'number', sign, value: Number(value.text) };
  const number = isText(value) ? meant(value.text) : null;
  if (number === null) throw wrongValue(name, attribute);
  // It would be true of hardly any run: a day is not one moment.
  if (attribute.is === 'time' && (sign === '=' || sign === '!='))
    throw new Refusal(`a date stands for one moment, its beginning: compare ${name} with it by >= and <`);
  return { is: 'number', sign, value: number };
}

function inTest({ operator, values, isList }: Written): Test {
  if (!isList || values.length === 0) throw new Refusal("behind IN stands a list in parentheses: ('a', 'b')");
  return {
    is: 'in',
    not: operator === 'NOT IN',
    values: values.map((value) => (isText(value) ? value.text : Number(value.text))),
  };
}

function likeTest(operator: string, value: WrittenValue, subject: string): Test {
  const not = operator.startsWith('NOT ');
  const word = not ? operator.slice('NOT '.length) : operator;
  const by = word === 'REGEXP' ? 'RLIKE' : word;
  if (by !== 'LIKE' && by !== 'ILIKE' && by !== 'RLIKE')
    throw new Refusal(`${operator} is no comparison; there are ${SIGNS.join(' ')} LIKE ILIKE RLIKE IN and IS NULL`);
  if (!isText(value)) throw new Refusal(`${operator} compares ${subject} with a pattern: text in quotes`);
  if (by === 'RLIKE') checkPattern(value.text);
  return { is: 'like', by, not, value: value.text };
}

function checkPattern(text: string): void {
  try {
    patternOf(text);
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : '';
    throw new Refusal(`this is no regular expression: ${why}`);
  }
}

const nullTest = (operator: string): Test => ({ is: 'null', not: operator === 'IS NOT NULL' });

/** What other languages write for the same. */
const SAME: ReadonlyMap<string, Sign> = new Map([
  ['==', '='],
  ['<>', '!='],
]);
const signOf = (operator: string): Sign | null => SIGNS.find((sign) => sign === operator) ?? SAME.get(operator) ?? null;

const isText = ({ quote }: WrittenValue): boolean => quote === "'" || quote === '"';
const isBareNumber = ({ quote, text }: WrittenValue): boolean => quote === null && isNumber(text);
