/** What the store knows of a run's files, read beside the writer. */
import { openForReading } from '../store';

export interface RunFile {
  readonly direction: 'in' | 'out';
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'remote';
  readonly firstMs: number;
  readonly sizeBytes: number | null;
  readonly mtimeNs: string | null;
  readonly md5: string | null;
}

/** @returns the files and when the run ended. The database is closed again: a job must not hold up its writer. */
export function readRunFiles(database: string, runId: string): { files: RunFile[]; endMs: number | null } {
  const db = openForReading(database);
  try {
    const files = db
      .prepare<[string], RunFile>(
        `SELECT direction, path, f.kind, first_ms AS firstMs, size_bytes AS sizeBytes, mtime_ns AS mtimeNs, md5
         FROM files f JOIN runs USING (run_seq) WHERE run_id = ?`,
      )
      .all(runId);
    const endMs = db.prepare<[string], number | null>('SELECT end_ms FROM runs WHERE run_id = ?').pluck().get(runId);
    return { files, endMs: endMs ?? null };
  } finally {
    db.close();
  }
}
