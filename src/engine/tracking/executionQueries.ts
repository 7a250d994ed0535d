/** What was executed of notebooks, in one run and over the runs of one notebook. */
import type { Database } from 'better-sqlite3';
import type { RunRow } from '../../protocol/entities';
import { type CellDuration, CellOutput, Execution } from '../../protocol/notebooks';
import { type CheckedParams, MAX_PAGE, type Result } from '../../protocol/requests';
import { cutPage, decodeToken, encodeToken, pageOfRun } from './pages';
import { RUN_COLUMNS, type RunRecord } from './rows';

const EXECUTION_COLUMNS = `ordinal, cell_id AS cellId, cell_index AS cellIndex, state, start_ms AS startMs, end_ms AS endMs,
  count, source, is_source_cut AS isSourceCut, tags, error`;
const OUTPUT_COLUMNS = `ordinal, kind, name, mime, data, path, alternative, size_bytes AS sizeBytes, is_cut AS isCut`;

/** Durations are looked up in so many runs at most. */
const RECENT_RUNS = 10;

export function executionQueries(db: Database, seqOf: (runId: string) => number, toRow: (record: RunRecord) => RunRow) {
  const outputsOf = db.prepare<[number, number], Record<string, unknown>>(
    `SELECT ${OUTPUT_COLUMNS} FROM outputs WHERE run_seq = ? AND execution = ? ORDER BY ordinal`,
  );
  const recent = db
    .prepare<[string], number>(
      `SELECT r.run_seq FROM facts f JOIN runs r USING (run_seq)
       WHERE f.section = 'notebook' AND f.key = 'path' AND f.value = ? AND r.kind = 'notebook' AND r.status = 'FINISHED'
       ORDER BY r.run_seq DESC LIMIT ${String(RECENT_RUNS)}`,
    )
    .pluck();

  return {
    'notebooks/executions': ({
      runId,
      from,
      withOutputs,
      ...page
    }: CheckedParams<'notebooks/executions'>): Result<'notebooks/executions'> => {
      const seq = seqOf(runId);
      const start = from > 0 && page.pageToken === undefined ? { pageToken: encodeToken([from - 1]) } : {};
      const { items, nextPageToken } = pageOfRun(
        db,
        { columns: EXECUTION_COLUMNS, table: 'executions', order: 'ordinal' },
        seq,
        { ...page, ...start },
        (row) => toExecution(row, withOutputs ? outputsOf.all(seq, Number(row.ordinal)) : []),
      );
      return { executions: items, nextPageToken };
    },

    'notebooks/runs': ({ path, limit, pageToken }: CheckedParams<'notebooks/runs'>): Result<'notebooks/runs'> => {
      const before = pageToken === undefined ? Number.MAX_SAFE_INTEGER : Number(decodeToken(pageToken)[0]);
      const records = db
        .prepare<[string, number, number], RunRecord>(
          `SELECT ${RUN_COLUMNS} FROM facts f JOIN runs r USING (run_seq) JOIN experiments e USING (experiment_id)
           WHERE f.section = 'notebook' AND f.key = 'path' AND f.value = ? AND r.run_seq < ?
             AND r.deleted_ms IS NULL
           ORDER BY r.run_seq DESC LIMIT ?`,
        )
        .all(JSON.stringify(path), before, limit + 1);
      const { items, nextPageToken } = cutPage(records, limit, toRow, (last) => encodeToken([last.run_seq]));
      return { runs: items, nextPageToken };
    },

    'notebooks/durations': ({ path }: CheckedParams<'notebooks/durations'>): Result<'notebooks/durations'> => {
      const seqs = recent.all(JSON.stringify(path));
      const rows = db
        .prepare<number[], { cellId: string | null; cellIndex: number | null; ms: number }>(
          `SELECT cell_id AS cellId, cell_index AS cellIndex, end_ms - start_ms AS ms FROM executions
           WHERE run_seq IN (${seqs.map(() => '?').join(', ')}) AND state = 'ok' AND end_ms IS NOT NULL
           ORDER BY run_seq DESC, ordinal LIMIT 20000`,
        )
        .all(...seqs);
      const byCell = new Map<string, { cellId: string | null; cellIndex: number | null; ms: number[] }>();
      for (const { ms, ...cell } of rows) {
        const key = cell.cellId ?? `#${String(cell.cellIndex)}`;
        const known = byCell.get(key);
        if (known) known.ms.push(ms);
        else if (byCell.size < MAX_PAGE) byCell.set(key, { ...cell, ms: [ms] });
      }
      const cells = [...byCell.values()].map(({ ms, ...cell }): CellDuration => ({ ...cell, medianMs: median(ms) }));
      return { runCount: seqs.length, cells };
    },
  };
}

function toExecution(row: Record<string, unknown>, outputs: readonly Record<string, unknown>[]): Execution {
  const json = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : null);
  return Execution.parse({
    ...row,
    isSourceCut: row.isSourceCut === 1,
    tags: json(row.tags),
    error: json(row.error),
    outputs: outputs.map((output) => CellOutput.parse({ ...output, isCut: output.isCut === 1 })),
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
