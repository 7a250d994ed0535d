/** What was captured of one run: facts, files, and the work that went on beside it. */
import type { Database } from 'better-sqlite3';
import { RunOrigin } from '../../protocol/imports';
import { LineageFile, Work } from '../../protocol/capture';
import type { CheckedParams, Result } from '../../protocol/requests';
import { pageOfRun } from './pages';

const FILE_COLUMNS = `path, direction, kind, via, first_ms AS firstMs, size_bytes AS sizeBytes, file_count AS fileCount,
  md5, row_count AS rowCount, columns, pinned, problem`;

export function captureQueries(db: Database, seqOf: (runId: string) => number) {
  return {
    'runs/facts': ({ runId, section }: CheckedParams<'runs/facts'>): Result<'runs/facts'> => {
      const rows = db
        .prepare<[number, string], { key: string; value: string }>(
          'SELECT key, value FROM facts WHERE run_seq = ? AND section = ?',
        )
        .all(seqOf(runId), section);
      return { facts: Object.fromEntries(rows.map(({ key, value }) => [key, JSON.parse(value) as unknown])) };
    },

    'runs/files': ({ runId, direction, ...page }: CheckedParams<'runs/files'>): Result<'runs/files'> => {
      const table = `(SELECT * FROM files WHERE direction = '${direction}')`;
      const { items, nextPageToken } = pageOfRun(
        db,
        { columns: FILE_COLUMNS, table, order: 'path' },
        seqOf(runId),
        page,
      );
      return { files: items.map(toFile), nextPageToken };
    },
  };
}

function toFile(row: Record<string, unknown>): LineageFile {
  const json = (text: unknown): unknown => (typeof text === 'string' ? JSON.parse(text) : null);
  return LineageFile.parse({ ...row, via: json(row.via), columns: json(row.columns), pinned: row.pinned === 1 });
}

/** How far the work beside a run has come, and how many files it read and wrote. */
export function captureState(db: Database, seq: number) {
  const files = db
    .prepare<[number], { direction: 'in' | 'out'; count: number }>(
      'SELECT direction, count(*) AS count FROM files WHERE run_seq = ? GROUP BY direction',
    )
    .all(seq);
  const count = (direction: 'in' | 'out') => files.find((row) => row.direction === direction)?.count ?? 0;
  const work = db
    .prepare<[number]>('SELECT kind, state, at_ms AS atMs, reason FROM work WHERE run_seq = ? ORDER BY kind')
    .all(seq)
    .map((row) => Work.parse(row));
  return { inputs: count('in'), outputs: count('out'), work };
}

/** Where a run was imported from; null for one that was tracked here. */
export function originOf(db: Database, runSeq: number): RunOrigin {
  const facts = db
    .prepare<[number], [string, string]>(`SELECT key, value FROM facts WHERE run_seq = ? AND section = 'origin'`)
    .raw()
    .all(runSeq);
  const origin = RunOrigin.safeParse(Object.fromEntries(facts.map(([key, value]) => [key, JSON.parse(value)])));
  return origin.success ? origin.data : null;
}
