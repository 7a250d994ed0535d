/** Conditions on runs as SQL, and how the runs that meet one can be found without looking at all of them. */

export interface Sql {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

export interface Condition extends Sql {
  /** `SELECT run_seq …` of no fewer runs than those that meet it, by an index. */
  readonly found?: Sql;
  /** The same condition over the columns of `runs`, where an index of the runs of the tree has it. */
  readonly inTree?: Sql;
  /** It has a regular expression, which may take very long (filter/regexp.ts). */
  readonly hasPattern?: boolean;
}

export const sql = (text: string, ...values: (string | number)[]): Sql => ({ sql: text, values });

/** The runs of the tree: the indexes `top_by_…` are of these. */
export const IN_TREE = 'parent_run_id IS NULL AND deleted_ms IS NULL';

const NUMBER_OF = `CASE WHEN v GLOB '[-0-9]*' AND json_valid(v) THEN CAST(v AS REAL) END`;

/** The tables of what runs have by key: which of their rows count, and the name of what is compared. */
export const KEYED = {
  metric: { table: 'metrics', counts: 'TRUE', value: 'last' },
  param: { table: 'params', counts: 'shadowed = 0', value: 'value' },
  tag: { table: 'tags', counts: 'edited <> 2', value: 'value' },
} as const;
export type Keyed = keyof typeof KEYED;

/**
 * Runs that have such a value by this key. `ofRun`: the same for a single run, where no index is to be chosen for the value.
 */
export function hasKeyed(kind: Keyed, key: string, compare: Sql, ofRun = compare): Condition {
  const { table, counts } = KEYED[kind];
  return {
    sql: `EXISTS (SELECT 1 FROM ${table} WHERE run_seq = r.run_seq AND key = ? AND ${counts} AND ${ofRun.sql})`,
    values: [key, ...ofRun.values],
    found: sql(`SELECT run_seq FROM ${table} WHERE key = ? AND ${counts} AND ${compare.sql}`, key, ...compare.values),
  };
}

/** Runs that have no value by this key. */
export function lacksKeyed(kind: Keyed, key: string): Condition {
  const { table, counts } = KEYED[kind];
  return sql(`NOT EXISTS (SELECT 1 FROM ${table} WHERE run_seq = r.run_seq AND key = ? AND ${counts})`, key);
}

/** Exactly this text, with what the index has in front of it. */
export function hasText(kind: 'param' | 'tag', key: string, value: string): Condition {
  const whole = hasKeyed(kind, key, sql('value = ?', value));
  const { table, counts } = KEYED[kind];
  return {
    ...whole,
    found: sql(
      `SELECT run_seq FROM ${table} WHERE key = ? AND ${counts} AND value = ?
         AND number IS (SELECT ${NUMBER_OF} FROM (SELECT ? AS v))`,
      key,
      value,
      value,
    ),
  };
}

/** A condition on a column of `runs` that an index of the tree begins with. Elsewhere no index is to be chosen for it. */
export const onColumn = (column: string, comparison: string, ...values: (string | number)[]): Condition => ({
  sql: `+r.${column} ${comparison}`,
  values,
  inTree: sql(`${column} ${comparison}`, ...values),
});
