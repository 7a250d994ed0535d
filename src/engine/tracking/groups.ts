/** The groups that runs fall into, page by page, the one with the newest run first. */
import type { Database } from 'better-sqlite3';
import type { RunGroup, RunGrouping } from '../../protocol/lists';
import type { CheckedParams, Result } from '../../protocol/requests';
import { type Sql, sql } from './conditions';
import { type Day, dayAt } from './days';
import { cutPage, decodeToken, encodeToken } from './pages';
import { type Selection, selectionOf } from './selection';

type Row = Pick<RunGroup, 'value' | 'runCount' | 'lastStartMs'> & { readonly lastStartMs: number };

/** What the runs of a group have in common, over the alias `r`. */
function valueOf({ by, key }: RunGrouping): Sql {
  switch (by) {
    case 'experiment':
      return sql('r.experiment_id');
    case 'script':
      return sql('r.source');
    case 'branch':
      return sql('r.branch');
    case 'status':
      return sql('r.status');
    case 'tag':
      return sql('(SELECT t.value FROM tags t WHERE t.run_seq = r.run_seq AND t.key = ? AND t.edited <> 2)', key);
    case 'day':
      return sql('r.start_ms');
  }
}

export function groupsOf(db: Database, params: CheckedParams<'runs/groups'>): Result<'runs/groups'> {
  const { grouping, limit, pageToken } = params;
  const selection = selectionOf(params);
  const after = pageToken === undefined ? null : decodeToken(pageToken);
  const rows =
    grouping.by === 'day' ? days(db, selection, limit, after) : groups(db, selection, grouping, limit, after);
  const running = runningCounts(db, selectionOf({ ...params, allLevels: true }), grouping);
  const page = cutPage(
    rows,
    limit,
    (row): RunGroup => ({ ...row, runningCount: running.get(row.value) ?? 0 }),
    ({ lastStartMs, value }) => encodeToken([lastStartMs, value === null ? 1 : 0, value ?? '']),
  );
  return { groups: page.items, nextPageToken: page.nextPageToken };
}

function groups(
  db: Database,
  { conditions }: Selection,
  grouping: RunGrouping,
  limit: number,
  after: readonly (string | number)[] | null,
): Row[] {
  const value = valueOf(grouping);
  const name =
    grouping.by === 'experiment' ? '(SELECT x.name FROM experiments x WHERE x.experiment_id = value)' : 'value';
  // With a condition each run is looked at anyway: in the order in which they lie, not in that of an index.
  const rowByRow = conditions.length > 2 || grouping.by === 'tag' ? 'NOT INDEXED' : '';
  const place = "(-lastStartMs, value IS NULL, ifnull(value, ''))";
  const [lastMs = 0, isNull = 0, text = ''] = after ?? [];
  return db
    .prepare<(string | number)[], Row>(
      `SELECT * FROM (
         SELECT ${name} AS value, runCount, lastStartMs FROM (
           SELECT value, count(*) AS runCount, max(start_ms) AS lastStartMs
           FROM (SELECT ${value.sql} AS value, r.start_ms FROM runs r ${rowByRow} WHERE ${whereOf(conditions)}) GROUP BY value))
       ${after === null ? '' : `WHERE ${place} > (?, ?, ?)`}
       ORDER BY lastStartMs DESC, value IS NULL, value LIMIT ?`,
    )
    .all(
      ...value.values,
      ...conditions.flatMap((one) => one.values),
      ...(after === null ? [] : [-Number(lastMs), isNull, text]),
      limit + 1,
    );
}

/** Days are told from each other here, in the order of time: SQLite would work out the date of every single run. */
function days(
  db: Database,
  { conditions }: Selection,
  limit: number,
  after: readonly (string | number)[] | null,
): Row[] {
  const before = after === null ? Number.MAX_SAFE_INTEGER : dayAt(Number(after[0])).startMs;
  const starts = db
    .prepare<(string | number)[], number>(
      `SELECT r.start_ms FROM runs r WHERE ${whereOf(conditions)} AND r.start_ms < ? ORDER BY r.start_ms DESC`,
    )
    .pluck()
    .iterate(...conditions.flatMap((one) => one.values), before);
  const rows: { value: string; runCount: number; lastStartMs: number }[] = [];
  let day: Day | null = null;
  for (const startMs of starts) {
    const row = rows.at(-1);
    if (day && row && startMs >= day.startMs) {
      row.runCount++;
      continue;
    }
    if (rows.length > limit) break;
    day = dayAt(startMs);
    rows.push({ value: day.name, runCount: 1, lastStartMs: startMs });
  }
  return rows;
}

/** Few go on at the same time: of these the values are looked at one by one. */
function runningCounts(db: Database, { conditions }: Selection, grouping: RunGrouping): Map<string | null, number> {
  const value = grouping.by === 'experiment' ? sql('e.name') : valueOf(grouping);
  const values = db
    .prepare<(string | number)[], string | number | null>(
      `SELECT ${value.sql} FROM runs r JOIN experiments e USING (experiment_id)
       WHERE r.end_ms IS NULL AND ${whereOf(conditions)}`,
    )
    .pluck()
    .all(...value.values, ...conditions.flatMap((one) => one.values));
  const counts = new Map<string | null, number>();
  for (const one of values) {
    const name = typeof one === 'number' ? dayAt(one).name : one;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const whereOf = (conditions: readonly Sql[]): string => conditions.map((one) => one.sql).join(' AND ');
