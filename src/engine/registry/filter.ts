/** What a filter of models says, as a condition on versions (`v`) with their models (`m`) and runs (`r`) beside them. */
import type { Comparison, Expression, Test } from '../../protocol/filter';
import { type ModelAttribute, readModelFilter } from '../../protocol/filter/models';
import { LoopwrightError } from '../../protocol/errors';
import { type Sql, sql, testOf } from '../tracking';

export interface ModelCondition extends Sql {
  /** It has a regular expression, which may take very long. */
  readonly hasPattern: boolean;
  /** Whether versions are chosen, or models as a whole. */
  readonly ofVersions: boolean;
}

/**
 * @returns null where everything is chosen
 * @throws LoopwrightError `bad_request` that points at the place that was not understood
 */
export function modelCondition(text: string): ModelCondition | null {
  const expression = readModelFilter(text);
  if (expression === null) return null;
  const compared = comparisonsIn(expression);
  return {
    ...conditionOf(expression),
    hasPattern: compared.some(({ test }) => test.is === 'like' && test.by === 'RLIKE'),
    ofVersions: compared.some(({ subject: { entity, key } }) => entity !== 'attribute' || key !== 'name'),
  };
}

function comparisonsIn(expression: Expression): Comparison[] {
  if (expression.is === 'comparison') return [expression];
  return expression.is === 'not' ? comparisonsIn(expression.part) : expression.parts.flatMap(comparisonsIn);
}

function conditionOf(expression: Expression): Sql {
  switch (expression.is) {
    case 'comparison':
      return comparisonOf(expression);
    case 'not': {
      const part = conditionOf(expression.part);
      // All others, also those that lack what is compared: SQL's own NOT would leave these out.
      return { sql: `(${part.sql}) IS NOT TRUE`, values: part.values };
    }
    case 'and':
    case 'or': {
      const parts = expression.parts.map(conditionOf);
      const word = expression.is === 'and' ? ' AND ' : ' OR ';
      return {
        sql: `(${parts.map((part) => `(${part.sql})`).join(word)})`,
        values: parts.flatMap(({ values }) => values),
      };
    }
  }
}

/** Where a version is not there, and where it has no such thing, this is NULL. */
const COLUMNS: Readonly<Record<Exclude<ModelAttribute, 'alias'>, string>> = {
  name: 'm.name',
  version: 'v.version',
  stage: 'v.stage',
  // As `versionStatus` has it.
  status: `iif(v.files IS NULL OR v.digest IS NOT NULL, iif(v.version IS NULL, NULL, 'READY'),
    iif(v.files_note IS NULL, 'PENDING_REGISTRATION', 'FAILED_REGISTRATION'))`,
  run_id: "nullif(v.run_id, '')",
  run_name: 'r.name',
  source_path: 'v.source',
  description: 'v.description',
  user_id: 'v.user_id',
  created: 'v.created_ms',
  last_updated: 'v.updated_ms',
};
const COLUMN_OF: ReadonlyMap<string, string> = new Map(Object.entries(COLUMNS));

function comparisonOf({ subject: { entity, key }, test }: Comparison): Sql {
  switch (entity) {
    case 'attribute': {
      if (key === 'alias') return aliasTest(test);
      const column = COLUMN_OF.get(key);
      if (column !== undefined) return testOf(`(${column})`, test);
      throw new LoopwrightError('internal', `There is no column for ${key}.`);
    }
    case 'tag': {
      // A version's own, else its model's.
      const { sql: text, values } = pairTest(test);
      return sql(
        `(SELECT ${text} FROM (SELECT coalesce(
            (SELECT value FROM model_version_tags t WHERE t.name = v.name AND t.version = v.version AND t.key = ?),
            (SELECT value FROM registered_model_tags t WHERE t.name = m.name AND t.key = ?)) AS value))`,
        ...values,
        key,
        key,
      );
    }
    case 'param': {
      const { sql: text, values } = pairTest(test);
      return sql(
        `(SELECT ${text} FROM (SELECT (SELECT value FROM params p
            WHERE p.run_seq = r.run_seq AND p.key = ? AND p.shadowed = 0) AS value))`,
        ...values,
        key,
      );
    }
    case 'metric': {
      const { sql: text, values } = testOf('last', test);
      const value = '(SELECT last FROM metrics k WHERE k.run_seq = r.run_seq AND k.key = ?)';
      return sql(`(SELECT ${text} FROM (SELECT ${value} AS last))`, ...values, key);
    }
    case 'dataset':
      return sql('FALSE');
  }
}

const NUMBER = "CASE WHEN value GLOB '[-0-9]*' AND json_valid(value) THEN CAST(value AS REAL) END";
const pairTest = (test: Test): Sql => testOf(test.is === 'number' ? `(${NUMBER})` : 'value', test);

/** A version may have several: it has none of those that it is not to have. */
function aliasTest(test: Test): Sql {
  const some = (one: Test): Sql => {
    const { sql: text, values } = testOf('a.alias', one);
    return sql(
      `EXISTS (SELECT 1 FROM registered_model_aliases a WHERE a.name = v.name AND a.version = v.version AND ${text})`,
      ...values,
    );
  };
  const none = (one: Test): Sql => {
    const { sql: text, values } = some(one);
    return sql(`NOT ${text}`, ...values);
  };
  if (test.is === 'null') return test.not ? some(test) : none({ is: 'null', not: true });
  if (test.is === 'text' && test.sign === '!=') return none({ ...test, sign: '=' });
  if ('not' in test && test.not) return none({ ...test, not: false });
  return some(test);
}
