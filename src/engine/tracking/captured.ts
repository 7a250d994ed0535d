/** Rows for what a run knows beyond its own words: facts, files, loaded sources, the work that went on beside it. */
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import type { Batch } from './batch';

export class CapturedRows {
  private readonly statements;

  constructor(db: Database) {
    this.statements = {
      setFact: db.prepare(
        `INSERT INTO facts (run_seq, section, key, value) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET value = excluded.value`,
      ),
      setBranch: db.prepare('UPDATE runs SET branch = ? WHERE run_seq = ?'),
      // The first to see a file says what it was like then; others add how they saw it.
      setFile: db.prepare(
        `INSERT INTO files (run_seq, direction, path, kind, via, first_ms, size_bytes, mtime_ns, file_count)
         VALUES (@runSeq, @direction, @path, @kind, json_array(@via), @firstMs, @size, @mtimeNs, @files)
         ON CONFLICT DO UPDATE SET
           via = CASE WHEN EXISTS (SELECT 1 FROM json_each(files.via) WHERE value = @via) THEN files.via
                 ELSE json_insert(files.via, '$[#]', @via) END,
           kind = CASE WHEN excluded.kind = 'folder' THEN 'folder' ELSE files.kind END,
           first_ms = min(files.first_ms, excluded.first_ms),
           size_bytes = coalesce(files.size_bytes, excluded.size_bytes),
           mtime_ns = coalesce(files.mtime_ns, excluded.mtime_ns),
           file_count = nullif(max(coalesce(files.file_count, 0), coalesce(excluded.file_count, 0)), 0)`,
      ),
      setDigest: db.prepare(
        `UPDATE files SET md5 = @md5, size_bytes = coalesce(@size, size_bytes), file_count = coalesce(@files, file_count),
           row_count = @rows, columns = @columns, pinned = @pinned, problem = @problem
         WHERE run_seq = @runSeq AND direction = @direction AND path = @path`,
      ),
      setLoaded: db.prepare(
        'INSERT INTO loaded (run_seq, path, mtime_ns, size_bytes) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
      ),
      setWork: db.prepare(
        `INSERT INTO work (run_seq, kind, state, at_ms, reason) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET state = excluded.state, at_ms = excluded.at_ms, reason = excluded.reason`,
      ),
    };
  }

  /** Runs inside a transaction of the writer. */
  add(runSeq: number, batch: Batch): void {
    const { setFact, setFile, setDigest, setLoaded } = this.statements;
    for (const { section, key, value } of batch.facts) {
      setFact.run(runSeq, section, key, JSON.stringify(value));
      if (section === 'code' && key === 'repository') this.statements.setBranch.run(branchIn(value), runSeq);
    }
    for (const file of batch.files) {
      for (const direction of DIRECTIONS[file.mode]) {
        setFile.run({
          runSeq,
          direction,
          path: file.path,
          kind: file.kind,
          via: file.via,
          firstMs: Math.trunc(file.timestampMs),
          size: file.size ?? null,
          mtimeNs: file.mtime_ns ?? null,
          files: file.files ?? null,
        });
      }
    }
    for (const { path, mtimeNs, sizeBytes } of batch.loaded)
      setLoaded.run(runSeq, path, mtimeNs, Math.trunc(sizeBytes));
    for (const { columns, pinned, ...digest } of batch.digests)
      setDigest.run({
        ...digest,
        runSeq,
        pinned: pinned ? 1 : 0,
        columns: columns === null ? null : JSON.stringify(columns),
      });
    for (const { kind, reason, timestampMs } of batch.done) this.setWork(runSeq, kind, reason, timestampMs);
  }

  /** @param reason why it failed; null if it was done */
  setWork(runSeq: number, kind: string, reason: string | null, atMs: number): void {
    this.statements.setWork.run(runSeq, kind, reason === null ? 'done' : 'failed', Math.trunc(atMs), reason);
  }
}

/** A record may hold anything. */
function branchIn(repository: unknown): string | null {
  const { branch } = z.object({ branch: z.string() }).safeParse(repository).data ?? { branch: null };
  return branch;
}

const DIRECTIONS = { r: ['in'], w: ['out'], rw: ['in', 'out'] } as const;
