/** The files that a run left behind: as a list, as a tree, and those that are looked at one step after the other. */
import type { Database } from 'better-sqlite3';
import { Artifact } from '../../protocol/entities';
import { ArtifactEntry, type CheckedParams, Figure, type Result } from '../../protocol/requests';
import { pageOfRun } from './pages';

const COLUMNS = 'path, kind, size_bytes AS sizeBytes, name, step';

/** One row for each name: `is_named` keeps a path apart from a name that reads the same. */
const FIGURES = `(
  SELECT run_seq, title || char(0) || kind || is_named AS place, kind, count(*) AS count, path, size_bytes, name, step,
    -- SQLite takes the other columns from the row of the maximum.
    max(coalesce(step, ${String(Number.MIN_SAFE_INTEGER)}))
  FROM (SELECT *, coalesce(name, path) AS title, name IS NOT NULL AS is_named FROM artifacts
    WHERE run_seq = ? AND kind IN ('figure', 'chart'))
  GROUP BY title, kind, is_named)`;

export function countFigures(db: Database, runSeq: number): number {
  return Number(db.prepare<[number]>(`SELECT count(*) FROM ${FIGURES}`).pluck().get(runSeq));
}

export function artifactQueries(db: Database, seqOf: (runId: string) => number) {
  return {
    'runs/artifacts': ({ runId, search, ...page }: CheckedParams<'runs/artifacts'>): Result<'runs/artifacts'> => {
      const words = search.trim().split(/\s+/).filter(Boolean);
      const seq = seqOf(runId);
      const table = `(SELECT * FROM artifacts WHERE run_seq = ? ${words.map(() => "AND path LIKE ? ESCAPE '\\'").join(' ')})`;
      const values = [seq, ...words.map((word) => `%${word.replaceAll(/[\\%_]/g, '\\$&')}%`)];
      const found = pageOfRun(db, { columns: COLUMNS, table, order: 'path', values }, seq, page);
      return { artifacts: found.items.map((item) => Artifact.parse(item)), nextPageToken: found.nextPageToken };
    },

    'runs/artifactFolder': (params: CheckedParams<'runs/artifactFolder'>): Result<'runs/artifactFolder'> => {
      const { runId, under, ...page } = params;
      const seq = seqOf(runId);
      const { items, nextPageToken } = pageOfRun(
        db,
        {
          columns: 'entry, kind, size_bytes, name, step, count, below_bytes',
          ...folderTable(seq, under),
          order: 'place',
        },
        seq,
        page,
        (row) => toEntry(row, under),
      );
      return { entries: items, nextPageToken };
    },

    'runs/figures': ({ runId, ...page }: CheckedParams<'runs/figures'>): Result<'runs/figures'> => {
      const seq = seqOf(runId);
      const { items, nextPageToken } = pageOfRun(
        db,
        {
          columns: `kind, count, ${COLUMNS.replace('kind, ', '')}`,
          table: FIGURES,
          order: 'place',
          values: [seq],
        },
        seq,
        page,
        ({ kind, count, path, sizeBytes, name, step }) =>
          Figure.parse({ kind, count, last: { path, kind, sizeBytes, name, step } }),
      );
      return { figures: items, nextPageToken };
    },

    'runs/figureAt': ({ runId, name, kind, index }: CheckedParams<'runs/figureAt'>): Result<'runs/figureAt'> => {
      const found = db
        .prepare<[number, string, string, number]>(
          `SELECT ${COLUMNS} FROM artifacts WHERE run_seq = ? AND name = ? AND kind = ?
           ORDER BY step NULLS FIRST, path LIMIT 1 OFFSET ?`,
        )
        .get(seqOf(runId), name, kind, index);
      return { artifact: found === undefined ? null : Artifact.parse(found) };
    },
  };
}

/** What is directly below a folder: the first part of each path behind it, once. */
function folderTable(seq: number, under: string): { table: string; values: (string | number)[] } {
  const table = `(
    SELECT run_seq, entry, (CASE WHEN count > 0 THEN '0' ELSE '1' END) || entry AS place, kind, size_bytes, name, step,
      count, below_bytes
    FROM (
      SELECT run_seq, entry, max(CASE WHEN rest = entry THEN kind END) AS kind,
        max(CASE WHEN rest = entry THEN size_bytes END) AS size_bytes,
        max(CASE WHEN rest = entry THEN name END) AS name, max(CASE WHEN rest = entry THEN step END) AS step,
        sum(rest <> entry) AS count, sum(CASE WHEN rest <> entry THEN size_bytes ELSE 0 END) AS below_bytes
      FROM (
        SELECT *, CASE instr(rest, '/') WHEN 0 THEN rest ELSE substr(rest, 1, instr(rest, '/') - 1) END AS entry
        FROM (
          SELECT *, substr(path, length(?) + 1) AS rest FROM artifacts
          WHERE run_seq = ? ${under === '' ? '' : 'AND path > ? AND path < ?'}))
      GROUP BY entry))`;
  // `0` is the character behind `/`: what begins with the folder lies between them.
  const range = under === '' ? [] : [under, `${under.slice(0, -1)}0`];
  return { table, values: [under, seq, ...range] };
}

function toEntry(row: Record<string, unknown>, under: string): ArtifactEntry {
  const { entry, kind, size_bytes: sizeBytes, name, step, count, below_bytes: belowBytes } = row;
  const path = `${under}${String(entry)}`;
  const artifact = kind === null ? null : { path, kind, sizeBytes, name, step };
  return ArtifactEntry.parse({ name: entry, path, artifact, count, sizeBytes: belowBytes });
}
