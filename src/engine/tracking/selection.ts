/** Which runs a request speaks of, as conditions. */
import type { RunGrouping } from '../../protocol/lists';
import type { CheckedParams } from '../../protocol/requests';
import { LoopwrightError } from '../../protocol/errors';
import { type Condition, hasText, IN_TREE, lacksKeyed, onColumn, sql } from './conditions';
import { dayOf } from './days';
import { parseFilter } from './filter';
import { BEING_REMOVED } from './removal';

/** The trigrams of the index `search` are of this many characters. */
const INDEXED_CHARS = 3;

export interface Selection {
  readonly conditions: readonly Condition[];
  /** Whether these are runs of the tree, which have indexes of their own. */
  readonly isOfTree: boolean;
}

/** Whether looking for its runs may take very long. */
export const hasPattern = ({ conditions }: Selection): boolean =>
  conditions.some((condition) => condition.hasPattern === true);

type Selecting = Pick<CheckedParams<'runs/list'>, 'filter' | 'search' | 'deleted'> &
  Partial<Pick<CheckedParams<'runs/list'>, 'experimentId' | 'experiment' | 'parentRunId' | 'allLevels' | 'group'>>;

/** @throws LoopwrightError `bad_request` for a filter that is not understood */
export function selectionOf(params: Selecting): Selection {
  const { filter, search, deleted, experimentId, experiment, parentRunId, allLevels = false, group } = params;
  const conditions: Condition[] = [];
  const removed = `deleted_ms > ${String(BEING_REMOVED)}`;
  if (deleted) conditions.push({ ...sql(`r.${removed}`), found: sql(`SELECT run_seq FROM runs WHERE ${removed}`) });
  else conditions.push(sql('r.deleted_ms IS NULL'));
  if (parentRunId !== undefined)
    conditions.push({
      ...sql('+r.parent_run_id = ?', parentRunId),
      found: sql('SELECT run_seq FROM runs WHERE parent_run_id = ?', parentRunId),
    });
  else if (!allLevels) conditions.push(sql('r.parent_run_id IS NULL'));
  if (experimentId !== undefined) conditions.push(onColumn('experiment_id', '= ?', experimentId));
  if (experiment !== undefined) conditions.push(groupCondition({ by: 'experiment', key: '' }, experiment));
  if (filter !== undefined) conditions.push(...parseFilter(filter));
  if (search !== undefined) conditions.push(...wordConditions(wordsOf(search)));
  if (group !== undefined) conditions.push(groupCondition(group.grouping, group.value));
  return { conditions, isOfTree: !deleted && parentRunId === undefined && !allLevels };
}

/** How the runs that meet a condition are found by an index; null if they can't. */
export function foundBy({ found, inTree }: Condition, isOfTree: boolean) {
  if (found) return found;
  return inTree && isOfTree
    ? sql(`SELECT run_seq FROM runs WHERE ${IN_TREE} AND ${inTree.sql}`, ...inTree.values)
    : null;
}

const wordsOf = (search: string): string[] => search.split(/[\s\0]+/).filter((word) => word !== '');

function wordConditions(words: readonly string[]): Condition[] {
  const lengthOf = (word: string) => Array.from(word).length;
  // All in one, so that the index itself finds those that have each of them.
  const match = words
    .filter((word) => lengthOf(word) >= INDEXED_CHARS)
    .map((word) => `"${word.replaceAll('"', '""')}"`);
  const pairs = words.filter((word) => lengthOf(word) === INDEXED_CHARS - 1);
  const single = words.filter((word) => lengthOf(word) < INDEXED_CHARS - 1);
  return [
    ...(match.length === 0 ? [] : [matchCondition('?', match.join(' AND '))]),
    ...pairs.map((word) => matchCondition(BEGINNING_WITH, ...rangeOf(word.toLowerCase()))),
    ...single.map(characterCondition),
  ];
}

/** What to match for the trigrams between two: any of them. An empty text, which nothing has, where there is none. */
const BEGINNING_WITH = `(SELECT coalesce(group_concat('"' || replace(term, '"', '""') || '"', ' OR '), '""')
  FROM search_terms WHERE term >= ? AND term < ?)`;
const rangeOf = (start: string): [string, string] => [start, `${start}\u{10ffff}`];

function matchCondition(match: string, ...values: string[]): Condition {
  const found = sql(`SELECT rowid AS run_seq FROM search WHERE search MATCH ${match}`, ...values);
  return { sql: `r.run_seq IN (${found.sql})`, values: found.values, found };
}

/** One character is in nearly every run: looking through them finds a page of those sooner than the index would. */
function characterCondition(word: string): Condition {
  const like = `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const inPairs = (table: string, counts: string) =>
    `EXISTS (SELECT 1 FROM ${table} WHERE run_seq = r.run_seq AND ${counts} AND key || '=' || value LIKE ? ESCAPE '\\')`;
  return sql(
    `(r.name LIKE ? ESCAPE '\\' OR ${inPairs('tags', 'edited <> 2')} OR ${inPairs('params', 'shadowed = 0')})`,
    like,
    like,
    like,
  );
}

function groupCondition({ by, key }: RunGrouping, value: string | null): Condition {
  if (value === null) {
    if (by === 'tag') return lacksKeyed('tag', key);
    if (by === 'branch') return onColumn('branch', 'IS NULL');
    throw new LoopwrightError('bad_request', `Every run has a ${by}: there is no group of those without.`);
  }
  switch (by) {
    case 'experiment':
      return onColumn('experiment_id', '= (SELECT x.experiment_id FROM experiments x WHERE x.name = ?)', value);
    case 'script':
      return onColumn('source', '= ?', value);
    case 'branch':
      return onColumn('branch', '= ?', value);
    case 'status':
      return onColumn('status', '= ?', value);
    case 'tag':
      return hasText('tag', key, value);
    case 'day': {
      const day = dayOf(value);
      if (!day) throw new LoopwrightError('bad_request', `A day is written 2026-01-31; "${value}" is none.`);
      return {
        ...sql('r.start_ms >= ? AND r.start_ms < ?', day.startMs, day.endMs),
        inTree: sql('start_ms >= ? AND start_ms < ?', day.startMs, day.endMs),
      };
    }
  }
}
