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

/** Of one execution: what has more is a loop that shows something each time. */
const MAX_OUTPUTS = 500;
/** Of one execution, in bytes: a page holds one execution at least, and a message must stay below 1 MB. */
const MAX_OUTPUT_TEXT = 300_000;

/** Durations are looked up in so many runs at most. */
const RECENT_RUNS = 10;

export function executionQueries(db: Database, seqOf: (runId: string) => number, toRow: (record: RunRecord) => RunRow) {
  const outputsOf = db.prepare<[number, number], Record<string, unknown>>(
    `SELECT ${OUTPUT_COLUMNS} FROM outputs WHERE run_seq = ? AND execution = ? ORDER BY ordinal LIMIT ${String(MAX_OUTPUTS)}`,
  );
  const countOutputs = db
    .prepare<[number, number], number>('SELECT count(*) FROM outputs WHERE run_seq = ? AND execution = ?')
    .pluck();
  const longest = db
    .prepare<[number], number | null>('SELECT max(end_ms - start_ms) FROM executions WHERE run_seq = ?')
    .pluck();
  const whole = (seq: number, row: Record<string, unknown>): Execution => {
    const ordinal = Number(row.ordinal);
    const outputs = outputsOf.all(seq, ordinal);
    const total = outputs.length < MAX_OUTPUTS ? outputs.length : (countOutputs.get(seq, ordinal) ?? 0);
    return toExecution(row, outputs, total - outputs.length);
  };
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
        (row) => (withOutputs ? whole(seq, row) : toExecution(row, [], 0)),
      );
      return { executions: items, longestMs: Math.max(0, longest.get(seq) ?? 0), nextPageToken };
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

function toExecution(
  row: Record<string, unknown>,
  outputs: readonly Record<string, unknown>[],
  moreOutputs: number,
): Execution {
  const json = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : null);
  return Execution.parse({
    ...row,
    isSourceCut: row.isSourceCut === 1,
    tags: json(row.tags),
    error: json(row.error),
    outputs: limited(outputs.map((output) => CellOutput.parse({ ...output, isCut: output.isCut === 1 }))),
    moreOutputs,
  });
}

/** The first outputs as they are; of those that would not fit into a message only what they are. */
function limited(outputs: readonly CellOutput[]): CellOutput[] {
  let size = 0;
  return outputs.map((output) => {
    const text = Buffer.byteLength(output.data ?? '') + Buffer.byteLength(output.alternative ?? '');
    if (size + text > MAX_OUTPUT_TEXT) return { ...output, data: null, alternative: null, isCut: true };
    size += text;
    return output;
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
