/** The runs below a run as a table: what they have in common is left out, in what they differ is shown. */
import type { Database } from 'better-sqlite3';
import { type RunRow, toWireNumber } from '../../protocol/entities';
import type { CheckedParams, ChildColumn, ChildOrder, ChildRun, Result } from '../../protocol/requests';
import { SOURCE_RANK } from './factQueries';
import { headlineKey } from './headline';
import { cutPage, decodeToken, encodeToken } from './pages';
import { RUN_COLUMNS, type RunRecord } from './rows';
import { IS_SYSTEM_METRIC } from './systemMetrics';

/** A handful: more would not fit beside each other. */
const MAX_PARAMS = 6;
const MAX_METRICS = 4;
const MAX_CANDIDATES = 200;

const CHILDREN = 'SELECT run_seq FROM runs WHERE parent_run_id = ? AND deleted_ms IS NULL';
/** A library says it of its child itself, a sweep names the best of its runs. */
const IS_BEST = `(EXISTS (SELECT 1 FROM tags t WHERE t.run_seq = r.run_seq AND t.key = 'loopwright.best' AND t.edited <> 2
  AND lower(t.value) NOT IN ('', '0', 'false'))
  OR r.run_id = (SELECT f.value ->> '$' FROM facts f JOIN runs p ON p.run_seq = f.run_seq
  WHERE p.run_id = r.parent_run_id AND f.section = 'sweep' AND f.key = 'best'))`;

const PARAM_OF = `(SELECT value FROM params p WHERE p.run_seq = r.run_seq AND p.key = ?
  ORDER BY ${SOURCE_RANK} DESC LIMIT 1)`;
const METRIC_OF = '(SELECT last FROM metrics m WHERE m.run_seq = r.run_seq AND m.key = ?)';

type Record = RunRecord & { readonly is_best: number };

export function childQueries(db: Database, find: (runId: string) => RunRecord, toRow: (record: RunRecord) => RunRow) {
  const paramOf = db
    .prepare<[number, string], string>(
      `SELECT value FROM params WHERE run_seq = ? AND key = ? ORDER BY ${SOURCE_RANK} DESC LIMIT 1`,
    )
    .pluck();
  const metricOf = db.prepare<[number, string], { last: number | null }>(
    'SELECT last FROM metrics WHERE run_seq = ? AND key = ?',
  );

  /** Keys that not all children have with the same value, those of the most children first. */
  const varying = (from: string, value: string, order: string, runId: string): string[] =>
    db
      .prepare<[string, string, number], string>(
        `SELECT key FROM ${from} AND run_seq IN (${CHILDREN}) GROUP BY key
         HAVING min(${value}) <> max(${value}) OR count(DISTINCT run_seq) < (SELECT count(*) FROM (${CHILDREN}))
         ORDER BY count(DISTINCT run_seq) DESC, ${order} LIMIT ?`,
      )
      .pluck()
      .all(runId, runId, MAX_CANDIDATES);

  const columnsOf = (runId: string): ChildColumn[] => {
    const metrics = varying(`metrics WHERE NOT ${IS_SYSTEM_METRIC}`, 'last', 'min(metric_id)', runId);
    const headline = headlineKey(metrics);
    const first = headline === null ? metrics : [headline, ...metrics.filter((key) => key !== headline)];
    return [
      ...first.slice(0, MAX_METRICS).map((key) => ({ kind: 'metric' as const, key })),
      ...varying('params WHERE TRUE', 'value', 'key', runId)
        .slice(0, MAX_PARAMS)
        .map((key) => ({ kind: 'param' as const, key })),
    ];
  };

  const valueOf = (seq: number, { kind, key }: ChildColumn): ChildRun['values'][number] => {
    if (kind === 'param') return paramOf.get(seq, key) ?? null;
    const found = metricOf.get(seq, key);
    return found ? toWireNumber(found.last ?? Number.NaN) : null;
  };

  return {
    'runs/children': (params: CheckedParams<'runs/children'>): Result<'runs/children'> => {
      const { run_id: runId } = find(params.runId);
      const columns = columnsOf(runId);
      const { sql, values } = orderOf(params.orderBy);
      // Counted from the front: every order has a token of the same form, and a page of the last is as quick as the sort.
      const from = params.pageToken === undefined ? 0 : Number(decodeToken(params.pageToken)[0]);
      const records = db
        .prepare<(string | number)[], Record>(
          // Sorted by what that needs alone; a row is read whole only for the page.
          `WITH page AS MATERIALIZED (
             SELECT r.run_seq AS seq, ${IS_BEST} AS is_best FROM runs r
             WHERE r.parent_run_id = ? AND r.deleted_ms IS NULL
             ORDER BY ${sql}, r.start_ms, r.run_seq LIMIT ? OFFSET ?)
           SELECT ${RUN_COLUMNS}, page.is_best FROM page CROSS JOIN runs r ON r.run_seq = page.seq
             JOIN experiments e USING (experiment_id)`,
        )
        .all(runId, ...values, params.limit + 1, Math.max(0, Math.trunc(from) || 0));
      const positions = new Map(records.map((record, index) => [record, from + index + 1]));
      const page = cutPage(
        records,
        params.limit,
        (record): ChildRun => ({
          run: toRow(record),
          isBest: record.is_best === 1,
          values: columns.map((column) => valueOf(record.run_seq, column)),
        }),
        (last) => encodeToken([positions.get(last) ?? 0]),
      );
      return { columns, children: page.items, nextPageToken: page.nextPageToken };
    },
  };
}

/** What is not there comes last, whichever way it is sorted. */
function orderOf({ by, key, descending }: ChildOrder): { sql: string; values: string[] } {
  const way = descending ? 'DESC' : 'ASC';
  switch (by) {
    case 'best':
      return { sql: `is_best ${descending ? 'ASC' : 'DESC'}`, values: [] };
    case 'start':
      return { sql: `r.start_ms ${way}`, values: [] };
    case 'name':
      return { sql: `r.name ${way}`, values: [] };
    case 'duration':
      return { sql: `r.end_ms - r.start_ms ${way} NULLS LAST`, values: [] };
    case 'metric':
      return { sql: `${METRIC_OF} ${way} NULLS LAST`, values: [key] };
    case 'param':
      // Numbers by their size, before words.
      return {
        sql: `CASE WHEN ${PARAM_OF} GLOB '[-0-9.]*' THEN CAST(${PARAM_OF} AS REAL) END ${way} NULLS LAST,
          ${PARAM_OF} ${way} NULLS LAST`,
        values: [key, key, key],
      };
  }
}
