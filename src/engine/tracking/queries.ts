/** Everything that is read of experiments and runs, by the name of the request that asks for it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { type Experiment, type RunKind, type RunRow, toWireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { CheckedParams, Result } from '../../protocol/requests';
import { readOutput, readSpecOf } from './files';
import { searchOutput } from './outputSearch';
import { parseFilter } from './filter';
import { headlineKey } from './headline';
import { artifactQueries, countFigures } from './artifactQueries';
import { captureQueries, captureState } from './captureQueries';
import { childQueries } from './childQueries';
import { executionQueries } from './executionQueries';
import { factQueries } from './factQueries';
import { metricQueries } from './metricQueries';
import { cutPage, decodeToken, encodeToken } from './pages';
import { BEING_REMOVED } from './removal';
import { RUN_COLUMNS, runRow, type RunRecord } from './rows';
import { IS_SYSTEM_METRIC } from './systemMetrics';

/** A row's headline is looked for among this many metrics. */
const HEADLINE_CANDIDATES = 200;

const notBuilt = (): never => {
  throw new LoopwrightError('internal', 'Not built yet.');
};

export function trackingQueries(db: Database, paths: StorePaths) {
  const byId = db.prepare<[string], RunRecord>(
    `SELECT ${RUN_COLUMNS} FROM runs r JOIN experiments e USING (experiment_id) WHERE r.run_id = ? AND r.deleted_ms IS NOT ${String(BEING_REMOVED)}`,
  );
  const headlineKeys = db.prepare<[number, number], { key: string }>(
    'SELECT key FROM metrics WHERE run_seq = ? ORDER BY metric_id LIMIT ?',
  );
  const lastOf = db.prepare<[number, string], { last: number | null }>(
    'SELECT last FROM metrics WHERE run_seq = ? AND key = ?',
  );

  const find = (runId: string): RunRecord => {
    const record = byId.get(runId);
    if (record) return record;
    throw new LoopwrightError(
      'not_found',
      `There is no run ${runId} in this store. "loopwright runs list" shows those there are.`,
    );
  };

  const toRow = (record: RunRecord): RunRow => {
    const key = headlineKey(headlineKeys.all(record.run_seq, HEADLINE_CANDIDATES).map((row) => row.key));
    const last = key === null ? undefined : lastOf.get(record.run_seq, key);
    return runRow(record, key !== null && last ? { key, value: toWireNumber(last.last ?? Number.NaN) } : null, []);
  };

  const seqOf = (runId: string): number => find(runId).run_seq;

  return {
    'experiments/list': ({ limit, pageToken }: CheckedParams<'experiments/list'>): Result<'experiments/list'> => {
      const after = pageToken === undefined ? '' : String(decodeToken(pageToken)[0]);
      const rows = db
        .prepare<
          [string, number],
          { experiment_id: number; name: string; runs: number; running: number; last_ms: number | null }
        >(
          `SELECT experiment_id, name,
             (SELECT count(*) FROM runs r WHERE r.experiment_id = e.experiment_id AND r.deleted_ms IS NULL AND r.parent_run_id IS NULL) AS runs,
             (SELECT count(*) FROM runs r WHERE r.experiment_id = e.experiment_id AND r.end_ms IS NULL AND r.deleted_ms IS NULL) AS running,
             (SELECT max(start_ms) FROM runs r WHERE r.experiment_id = e.experiment_id) AS last_ms
           FROM experiments e WHERE name > ? ORDER BY name LIMIT ?`,
        )
        .all(after, limit + 1);
      const page = cutPage(
        rows,
        limit,
        (row): Experiment => ({
          experimentId: row.experiment_id,
          name: row.name,
          runCount: row.runs,
          runningCount: row.running,
          lastStartMs: row.last_ms,
        }),
        (row) => encodeToken([row.name]),
      );
      return { experiments: page.items, nextPageToken: page.nextPageToken };
    },

    'runs/list': (params: CheckedParams<'runs/list'>): Result<'runs/list'> => {
      const column = params.orderBy.by === 'name' ? 'r.name' : 'r.start_ms';
      const direction = params.orderBy.descending ? 'DESC' : 'ASC';
      const where = [params.deleted ? `r.deleted_ms > ${String(BEING_REMOVED)}` : 'r.deleted_ms IS NULL'];
      const values: (string | number)[] = [];
      const also = (sql: string, ...more: (string | number)[]) => {
        where.push(sql);
        values.push(...more);
      };
      if (params.experimentId !== undefined) also('r.experiment_id = ?', params.experimentId);
      if (params.experiment !== undefined) also('e.name = ?', params.experiment);
      if (params.parentRunId !== undefined) also('r.parent_run_id = ?', params.parentRunId);
      else if (!params.allLevels) also('r.parent_run_id IS NULL');
      if (params.filter !== undefined)
        for (const condition of parseFilter(params.filter)) also(condition.sql, ...condition.values);
      if (params.pageToken !== undefined) {
        const [value = 0, seq = 0] = decodeToken(params.pageToken);
        also(`(${column}, r.run_seq) ${direction === 'DESC' ? '<' : '>'} (?, ?)`, value, seq);
      }
      const records = db
        .prepare<(string | number)[], RunRecord>(
          `SELECT ${RUN_COLUMNS} FROM runs r JOIN experiments e USING (experiment_id) WHERE ${where.join(' AND ')}
           ORDER BY ${column} ${direction}, r.run_seq ${direction} LIMIT ?`,
        )
        .all(...values, params.limit + 1);
      const page = cutPage(records, params.limit, toRow, (last) =>
        encodeToken([column === 'r.name' ? last.name : last.start_ms, last.run_seq]),
      );
      return { runs: page.items, nextPageToken: page.nextPageToken };
    },

    'runs/groups': (_: CheckedParams<'runs/groups'>): Result<'runs/groups'> => notBuilt(),
    'runs/keys': (_: CheckedParams<'runs/keys'>): Result<'runs/keys'> => notBuilt(),
    'runs/compare': (_: CheckedParams<'runs/compare'>): Result<'runs/compare'> => notBuilt(),

    'runs/rows': ({ runIds }: CheckedParams<'runs/rows'>): Result<'runs/rows'> => ({
      runs: runIds
        .map((id) => byId.get(id))
        .filter((record) => record !== undefined)
        .map(toRow),
    }),

    'runs/get': ({ runId }: CheckedParams<'runs/get'>): Result<'runs/get'> => {
      const record = find(runId);
      const how = db
        .prepare<
          [number],
          {
            kind: RunKind;
            source: string;
            argv: string;
            cwd: string;
            interpreter: string | null;
            python_version: string | null;
            user: string;
            host: string;
          }
        >('SELECT kind, source, argv, cwd, interpreter, python_version, user, host FROM runs WHERE run_seq = ?')
        .get(record.run_seq);
      if (!how) throw new LoopwrightError('not_found', `The run ${runId} is gone.`);
      const count = (table: string, where = 'TRUE') =>
        Number(db.prepare(`SELECT count(*) FROM ${table} WHERE run_seq = ? AND ${where}`).pluck().get(record.run_seq));
      const params = Number(
        db.prepare('SELECT count(DISTINCT key) FROM params WHERE run_seq = ?').pluck().get(record.run_seq),
      );
      const { python_version: pythonVersion, argv, ...provenance } = how;
      const { inputs, outputs, work } = captureState(db, record.run_seq);
      return {
        run: toRow(record),
        note: '',
        provenance: { ...provenance, pythonVersion, argv: JSON.parse(argv) as string[] },
        counts: {
          params,
          metrics: count('metrics'),
          systemMetrics: count('metrics', IS_SYSTEM_METRIC),
          tags: count('tags'),
          artifacts: count('artifacts'),
          figures: countFigures(db, record.run_seq),
          notes: count('notes'),
          inputs,
          outputs,
          executions: count('executions'),
        },
        work,
        isComplete: record.end_ms !== null && !existsSync(join(paths.active, runId)),
      };
    },

    ...artifactQueries(db, seqOf),
    ...captureQueries(db, seqOf),
    ...childQueries(db, find, toRow),
    ...executionQueries(db, seqOf, toRow),
    ...factQueries(db, seqOf),
    ...metricQueries(db, seqOf),

    'runs/output': ({ runId, offset, limit }: CheckedParams<'runs/output'>): Result<'runs/output'> =>
      readOutput(paths.runFolder(find(runId).run_id), offset, limit),

    'runs/searchOutput': ({ runId, ...search }: CheckedParams<'runs/searchOutput'>): Result<'runs/searchOutput'> =>
      searchOutput(paths.runFolder(find(runId).run_id), search),

    'runs/spec': ({ runId }: CheckedParams<'runs/spec'>): Result<'runs/spec'> => ({
      spec: readSpecOf(paths.runFolder(find(runId).run_id)),
    }),
  };
}
