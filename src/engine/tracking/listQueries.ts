/** Lists of runs: pages in any order, groups, and the keys to choose from. */
import type { Database } from 'better-sqlite3';
import { COUNTED_RUNS } from '../../protocol/lists';
import { MLFLOW_TAGS } from '../../protocol/mlflowTags';
import type { CheckedParams, Result } from '../../protocol/requests';
import { KEYED, type Keyed } from './conditions';
import { withinTime } from './filter';
import { groupsOf } from './groups';
import { cutPage, decodeToken, encodeToken } from './pages';
import { orderOf } from './runOrder';
import { runsInOrder } from './runPages';
import { fitted, type RunRows } from './runRows';
import type { RunRecord } from './rows';
import { hasPattern, type Selection, selectionOf } from './selection';
import { IS_SYSTEM_METRIC } from './systemMetrics';

export function listQueries(db: Database, rows: RunRows, byId: (runId: string) => RunRecord | undefined) {
  /** All of one answer from one state of the database. */
  const reading = <T>(selection: Selection, work: () => T): T => {
    const read = () => db.transaction(work)();
    return hasPattern(selection) ? withinTime(db, read) : read();
  };
  return {
    'runs/list': (params: CheckedParams<'runs/list'>): Result<'runs/list'> => {
      const selection = selectionOf(params);
      return reading(selection, () => {
        const { orderBy, stacked, limit, pageToken, columns } = params;
        const after = pageToken === undefined ? null : decodeToken(pageToken);
        const found = runsInOrder(db, selection, { orderBy: orderOf(orderBy), stacked, limit: limit + 1, after });
        const places = new Map(found.map(({ seq, place }) => [seq, place]));
        const page = cutPage(
          rows.records(found.map(({ seq }) => seq)),
          limit,
          (record) => rows.toRow(record, columns),
          (last) => encodeToken(places.get(last.run_seq) ?? []),
        );
        return { runs: page.items, nextPageToken: page.nextPageToken };
      });
    },

    'runs/rows': ({ runIds, columns }: CheckedParams<'runs/rows'>): Result<'runs/rows'> => {
      const records = runIds.map(byId).filter((record) => record !== undefined);
      return { runs: fitted(records.map((record) => rows.toRow(record, columns))) };
    },

    'runs/groups': (params: CheckedParams<'runs/groups'>): Result<'runs/groups'> =>
      reading(selectionOf(params), () => groupsOf(db, params)),

    'runs/keys': ({ kinds, search, limit }: CheckedParams<'runs/keys'>): Result<'runs/keys'> => {
      const parts = (Object.keys(KEYED) as Keyed[]).filter((kind) => kinds.includes(kind));
      const like = `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`;
      const keys = db
        .prepare<(string | number)[], { kind: Keyed; key: string; runCount: number }>(
          `SELECT kind, key, runCount FROM (${parts.map(keysOf).join(' UNION ALL ')})
           ORDER BY kind = 'tag' AND key LIKE '${MLFLOW_TAGS}%', kind = 'metric' AND ${IS_SYSTEM_METRIC},
             runCount DESC, key, kind LIMIT ?`,
        )
        .all(...parts.flatMap(() => [like, like]), limit);
      return { keys };
    },
  };
}

/** From key to key along the index, as there are few of them in very many rows. */
function keysOf(kind: Keyed): string {
  const { table, counts } = KEYED[kind];
  const next = (more: string) => `SELECT min(key) FROM ${table} WHERE ${counts}${more}`;
  return `SELECT '${kind}' AS kind, key,
      (SELECT count(*) FROM (SELECT 1 FROM ${table} t WHERE ${counts} AND t.key = k.key LIMIT ${String(COUNTED_RUNS)})) AS runCount
    FROM (
      WITH RECURSIVE k (key) AS (
        ${next('')} UNION ALL SELECT (${next(' AND key > k.key')}) FROM k WHERE k.key IS NOT NULL
      ) SELECT key FROM k WHERE key IS NOT NULL AND (? = '%%' OR key LIKE ? ESCAPE '\\')
    ) k`;
}
