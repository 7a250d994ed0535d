/**
 * What a filter says, as conditions of SQL. Comparisons that must all hold become a condition each, with the index that
 * finds their runs; what stands below OR and NOT is one condition of plain SQL, found by the indexes of all its parts.
 */
import type { Comparison, Expression, Test } from '../../../protocol/filter';
import { type Condition, hasKeyed, hasText, type Keyed, lacksKeyed, onColumn, sql, type Sql } from '../conditions';
import { ATTRIBUTE_COLUMNS } from './columns';

export function conditionsOf(expression: Expression | null): Condition[] {
  if (expression === null) return [];
  return expression.is === 'and' ? expression.parts.flatMap(conditionsOf) : [conditionOf(expression)];
}

function conditionOf(expression: Expression): Condition {
  switch (expression.is) {
    case 'comparison':
      return comparisonOf(expression);
    case 'not': {
      const { sql: text, values, hasPattern } = conditionOf(expression.part);
      // All other runs, also those that lack what is compared: SQL's own NOT would leave these out.
      return { sql: `(${text}) IS NOT TRUE`, values, ...patternOf(hasPattern) };
    }
    case 'and': {
      const parts = expression.parts.map(conditionOf);
      const found = parts.find((part) => part.found)?.found;
      return { ...together('AND', parts), ...(found ? { found } : {}) };
    }
    case 'or': {
      const parts = expression.parts.map(conditionOf);
      const found = parts.map((part) => part.found).filter((one) => one !== undefined);
      return {
        ...together('OR', parts),
        // A run may be found by several parts: whoever asks counts it once.
        ...(found.length === parts.length ? { found: unionOf(found) } : {}),
      };
    }
  }
}

const patternOf = (hasPattern: boolean | undefined) => (hasPattern === true ? { hasPattern } : {});

function together(word: 'AND' | 'OR', parts: readonly Condition[]): Condition {
  return {
    sql: `(${parts.map((part) => `(${part.sql})`).join(` ${word} `)})`,
    values: parts.flatMap((part) => part.values),
    ...patternOf(parts.some(({ hasPattern }) => hasPattern === true)),
  };
}

const unionOf = (parts: readonly Sql[]): Sql =>
  sql(parts.map((part) => part.sql).join(' UNION ALL '), ...parts.flatMap((part) => part.values));

function comparisonOf({ subject: { entity, key }, test }: Comparison): Condition {
  const condition = ((): Condition => {
    switch (entity) {
      case 'metric':
      case 'param':
      case 'tag':
        return keyedCondition(entity, key, test);
      case 'dataset':
        return datasetCondition(key, test);
      case 'attribute':
        return attributeCondition(key, test);
    }
  })();
  return { ...condition, ...patternOf(test.is === 'like' && test.by === 'RLIKE') };
}

function keyedCondition(kind: Keyed, key: string, test: Test): Condition {
  if (test.is === 'null') return test.not ? hasKeyed(kind, key, sql('TRUE')) : lacksKeyed(kind, key);
  if (kind === 'metric') return hasKeyed(kind, key, testOf('last', test), testOf('+last', test));
  if (test.is === 'text' && test.sign === '=') return hasText(kind, key, test.value);
  if (test.is === 'in') return hasKeyed(kind, key, inPair(test));
  if (test.is !== 'number') return hasKeyed(kind, key, testOf('value', test));
  return hasKeyed(kind, key, testOf('number', test), testOf('+number', test));
}

/** What is a number in the list stands for all ways to write it. */
function inPair({ values, not }: Test & { is: 'in' }): Sql {
  const texts = values.filter((value) => typeof value === 'string');
  const numbers = values.filter((value) => typeof value === 'number');
  const among = `(value IN (SELECT value FROM json_each(?)) OR ifnull(number IN (SELECT value FROM json_each(?)), FALSE))`;
  return sql(`${not ? 'NOT ' : ''}${among}`, JSON.stringify(texts), JSON.stringify(numbers));
}

function datasetCondition(key: string, test: Test): Condition {
  const { sql: text, values } = testOf(`d.${key}`, test);
  return { sql: `EXISTS (SELECT 1 FROM dataset_inputs d WHERE d.run_seq = r.run_seq AND ${text})`, values };
}

const NOTHING: Condition = { ...sql('FALSE'), found: sql('SELECT run_seq FROM runs WHERE FALSE') };

function attributeCondition(name: string, test: Test): Condition {
  const column = ATTRIBUTE_COLUMNS.get(name);
  if (!column) return NOTHING;
  if (test.is === 'null') return nullCondition(column, test.not);
  switch (column.is) {
    case 'flag':
      return onColumn(column.name, test.is === 'boolean' && test.value ? '= 1' : '= 0');
    case 'duration':
      // Written in seconds.
      return testOf(`(${DURATION})`, test.is === 'number' ? { ...test, value: test.value * 1000 } : test);
    case 'expression':
      return testOf(`(${column.sql})`, test);
    case 'experiment': {
      const names = testOf('x.name', test);
      return onColumn(
        'experiment_id',
        `IN (SELECT x.experiment_id FROM experiments x WHERE ${names.sql})`,
        ...names.values,
      );
    }
    case 'indexed':
      if (test.is === 'text' && test.sign === '=') return onColumn(column.name, '= ?', test.value);
      return testOf(`+r.${column.name}`, test);
    case 'unique': {
      const condition = testOf(`+r.${column.name}`, test);
      if ((test.is === 'text' && test.sign === '!=') || ('not' in test && test.not)) return condition;
      const plain = testOf(column.name, test);
      return { ...condition, found: sql(`SELECT run_seq FROM runs WHERE ${plain.sql}`, ...plain.values) };
    }
    case 'plain':
      return testOf(`+r.${column.name}`, test);
    case 'time':
      return testOf(`r.${column.name}`, test);
  }
}

const DURATION = 'r.end_ms - r.start_ms';

function nullCondition(column: NonNullable<ReturnType<typeof ATTRIBUTE_COLUMNS.get>>, not: boolean): Condition {
  const nullable =
    column.is === 'duration' ? 'end_ms' : 'name' in column && column.isOptional === true ? column.name : null;
  if (nullable === null) return not ? sql('TRUE') : NOTHING;
  if (nullable !== 'end_ms') return onColumn(nullable, not ? 'IS NOT NULL' : 'IS NULL');
  // Few go on at the same time.
  if (!not) return { ...sql('+r.end_ms IS NULL'), found: sql('SELECT run_seq FROM runs WHERE end_ms IS NULL') };
  return sql('+r.end_ms IS NOT NULL');
}

/** A comparison of an expression of SQL. */
export function testOf(column: string, test: Test): Sql {
  switch (test.is) {
    case 'number':
      // NULL stands for what is not a number; it is unlike any.
      return sql(`${column} ${test.sign === '!=' && isNumberOfKey(column) ? 'IS NOT' : test.sign} ?`, test.value);
    case 'text':
      return sql(`${column} ${test.sign} ?`, test.value);
    case 'like':
      return likeTest(column, test);
    case 'in':
      return sql(`${column} ${test.not ? 'NOT ' : ''}IN (SELECT value FROM json_each(?))`, JSON.stringify(test.values));
    case 'boolean':
      return sql(`${column} = ?`, test.value ? 1 : 0);
    case 'null':
      return sql(`${column} IS ${test.not ? 'NOT ' : ''}NULL`);
  }
}

const isNumberOfKey = (column: string): boolean => column.endsWith('last') || column.endsWith('number');

/** SQLite's LIKE ignores case in ASCII; GLOB does not, but has other wildcards. */
function likeTest(column: string, { by, not, value }: Test & { is: 'like' }): Sql {
  const word = not ? 'NOT ' : '';
  if (by === 'ILIKE') return sql(`${column} ${word}LIKE ?`, value);
  if (by === 'RLIKE') return sql(`${column} ${word}REGEXP ?`, value);
  const both = `(${column} LIKE ? AND ${column} GLOB ?)`;
  return sql(not ? `NOT ${both}` : both, value, globOf(value));
}

const globOf = (like: string): string => like.replaceAll(/[*?[]/g, '[$&]').replaceAll('%', '*').replaceAll('_', '?');
