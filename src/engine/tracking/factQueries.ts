/** The lists that belong to one run: parameters, metrics, tags, notes. */
import type { Database } from 'better-sqlite3';
import { type MetricSummary, Note, PARAM_SOURCES, Param, Tag, toWireNumber } from '../../protocol/entities';
import type { CheckedParams, Result } from '../../protocol/requests';
import { type PageRequest, pageOfRun } from './pages';
import { IS_SYSTEM_METRIC } from './systemMetrics';

interface MetricRow {
  readonly key: string;
  readonly count: number;
  readonly last: number | null;
  readonly last_step: number;
  readonly last_ms: number;
  readonly min: number | null;
  readonly max: number | null;
}

/** How strong a parameter's source is, as SQL: of several values of one key the strongest is shown. */
export const SOURCE_RANK = `CASE source ${PARAM_SOURCES.map((source, rank) => `WHEN '${source}' THEN ${String(rank)}`).join(' ')} END`;

const METRIC_TABLES = {
  all: 'metrics',
  own: `(SELECT * FROM metrics WHERE NOT ${IS_SYSTEM_METRIC})`,
  system: `(SELECT * FROM metrics WHERE ${IS_SYSTEM_METRIC})`,
} as const;

export function factQueries(db: Database, seqOf: (runId: string) => number) {
  const captured = db.prepare<[number], Param>(
    `SELECT key, value, source FROM params WHERE run_seq = ? AND shadowed = 1 ORDER BY ${SOURCE_RANK}`,
  );
  const page = (
    columns: string,
    table: string,
    order: string,
    { runId, ...request }: PageRequest & { runId: string },
  ) => pageOfRun(db, { columns, table, order }, seqOf(runId), request);

  return {
    'runs/params': (params: CheckedParams<'runs/params'>): Result<'runs/params'> => {
      const strongest = `(SELECT run_seq, key, value, source, max(${SOURCE_RANK}) FROM params
        WHERE run_seq = ${String(seqOf(params.runId))} GROUP BY key)`;
      const { items, nextPageToken } = page('key, value, source', strongest, 'key', params);
      const byKey = new Map(captured.all(seqOf(params.runId)).map((param) => [param.key, param]));
      return { params: items.map((item) => withCaptured(Param.parse(item), byKey)), nextPageToken };
    },

    'runs/metrics': (params: CheckedParams<'runs/metrics'>): Result<'runs/metrics'> => {
      const table = METRIC_TABLES[params.which];
      const { items, nextPageToken } = page('key, count, last, last_step, last_ms, min, max', table, 'key', params);
      // The columns just named.
      return { metrics: items.map((item) => toSummary(item as unknown as MetricRow)), nextPageToken };
    },

    'runs/tags': (params: CheckedParams<'runs/tags'>): Result<'runs/tags'> => {
      const { items, nextPageToken } = page('key, value', '(SELECT * FROM tags WHERE edited <> 2)', 'key', params);
      return { tags: items.map((item) => Tag.parse(item)), nextPageToken };
    },

    'runs/notes': (params: CheckedParams<'runs/notes'>): Result<'runs/notes'> => {
      const { items, nextPageToken } = page('level, text, logged_ms AS timestampMs', 'notes', 'ordinal', params);
      return { notes: items.map((item) => Note.parse(item)), nextPageToken };
    },
  };
}

function toSummary(row: MetricRow): MetricSummary {
  return {
    key: row.key,
    count: row.count,
    last: toWireNumber(row.last ?? Number.NaN),
    min: row.min,
    max: row.max,
    step: row.last_step,
    timestampMs: row.last_ms,
  };
}

/** What a client logs stands in front of what was captured, in whichever spelling; that stays to be seen beside it. */
function withCaptured(param: Param, captured: ReadonlyMap<string, Param>): Param {
  const other = captured.get(param.key);
  if (param.source !== 'client' || !other || other.value === param.value) return param;
  return { ...param, other: { value: other.value, source: other.source } };
}
