/** Rows for what was executed of notebooks. Runs inside a transaction of the writer. */
import type { Database } from 'better-sqlite3';
import type { Batch } from './batch';

export class ExecutionRows {
  private readonly setExecution;
  private readonly setOutput;

  constructor(db: Database) {
    this.setExecution = db.prepare(
      `INSERT INTO executions (run_seq, ordinal, cell_id, cell_index, state, start_ms, end_ms, count, source, is_source_cut, tags, error)
       VALUES (@runSeq, @ordinal, @cellId, @cellIndex, @state, @startMs, @endMs, @count, coalesce(@source, ''), @isSourceCut, coalesce(@tags, '[]'), @error)
       ON CONFLICT DO UPDATE SET
         state = excluded.state, start_ms = excluded.start_ms, end_ms = excluded.end_ms, count = excluded.count,
         error = excluded.error, source = coalesce(@source, source), tags = coalesce(@tags, tags),
         is_source_cut = CASE WHEN @source IS NULL THEN is_source_cut ELSE excluded.is_source_cut END`,
    );
    this.setOutput = db.prepare(
      `INSERT INTO outputs (run_seq, execution, ordinal, kind, name, mime, data, path, alternative, size_bytes, is_cut)
       VALUES (@runSeq, @n, @i, @kind, @name, @mime, @data, @path, @alternative, @size, @cut)
       ON CONFLICT DO UPDATE SET
         kind = excluded.kind, name = excluded.name, mime = excluded.mime, data = excluded.data, path = excluded.path,
         alternative = excluded.alternative, size_bytes = excluded.size_bytes, is_cut = excluded.is_cut`,
    );
  }

  add(runSeq: number, { executions, outputs }: Batch): void {
    for (const execution of executions) {
      this.setExecution.run({
        runSeq,
        ordinal: execution.n,
        cellId: execution.cell,
        cellIndex: execution.index,
        state: execution.state,
        startMs: Math.trunc(execution.start_ms),
        endMs: execution.end_ms === null ? null : Math.trunc(execution.end_ms),
        count: execution.count,
        source: execution.source ?? null,
        isSourceCut: execution.source_cut ? 1 : 0,
        tags: execution.tags === undefined ? null : JSON.stringify(execution.tags),
        error: execution.error === null ? null : JSON.stringify(execution.error),
      });
    }
    for (const output of outputs)
      this.setOutput.run({ ...output, runSeq, size: Math.trunc(output.size), cut: output.cut ? 1 : 0 });
  }
}
