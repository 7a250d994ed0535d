/** Everything that is read of experiments and runs, by the name of the request that asks for it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Experiment, RunKind, RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { StorePaths } from '../../protocol/node/storeFolder';
import type { CheckedParams, Result } from '../../protocol/requests';
import { readOutput, readSpecOf } from './files';
import { searchOutput } from './outputSearch';
import { artifactQueries, countFigures } from './artifactQueries';
import { captureQueries, captureState, originOf } from './captureQueries';
import { childQueries } from './childQueries';
import { compareQueries } from './compareQueries';
import { executionQueries } from './executionQueries';
import { factQueries } from './factQueries';
import { defineRegexp } from './filter';
import { listQueries } from './listQueries';
import { metricQueries } from './metricQueries';
import { cutPage, decodeToken, encodeToken } from './pages';
import { BEING_REMOVED } from './removal';
import { RUN_COLUMNS, type RunRecord } from './rows';
import { RunRows } from './runRows';
import { IS_SYSTEM_METRIC } from './systemMetrics';

export function trackingQueries(db: Database, paths: StorePaths) {
  defineRegexp(db);
  const byId = db.prepare<[string], RunRecord>(
    `SELECT ${RUN_COLUMNS} FROM runs r JOIN experiments e USING (experiment_id) WHERE r.run_id = ? AND r.deleted_ms IS NOT ${String(BEING_REMOVED)}`,
  );
  const rows = new RunRows(db);
  const find = (runId: string): RunRecord => {
    const record = byId.get(runId);
    if (record) return record;
    throw new LoopwrightError(
      'not_found',
      `There is no run ${runId} in this store. "loopwright runs list" shows those there are.`,
    );
  };

  const toRow = (record: RunRecord): RunRow => rows.toRow(record);
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
            note: string;
          }
        >('SELECT kind, source, argv, cwd, interpreter, python_version, user, host, note FROM runs WHERE run_seq = ?')
        .get(record.run_seq);
      if (!how) throw new LoopwrightError('not_found', `The run ${runId} is gone.`);
      const count = (table: string, where = 'TRUE') =>
        Number(db.prepare(`SELECT count(*) FROM ${table} WHERE run_seq = ? AND ${where}`).pluck().get(record.run_seq));
      const params = Number(
        db.prepare('SELECT count(DISTINCT key) FROM params WHERE run_seq = ?').pluck().get(record.run_seq),
      );
      const { python_version: pythonVersion, argv, note, ...provenance } = how;
      const { inputs, outputs, work } = captureState(db, record.run_seq);
      return {
        run: toRow(record),
        note,
        provenance: {
          ...provenance,
          pythonVersion,
          argv: JSON.parse(argv) as string[],
          origin: originOf(db, record.run_seq),
        },
        counts: {
          params,
          metrics: count('metrics'),
          systemMetrics: count('metrics', IS_SYSTEM_METRIC),
          tags: count('tags', 'edited <> 2'),
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

    ...listQueries(db, rows, (runId) => byId.get(runId)),
    ...artifactQueries(db, seqOf),
    ...captureQueries(db, seqOf),
    ...childQueries(db, find, toRow),
    ...compareQueries(db, find),
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
