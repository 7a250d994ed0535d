/** What a gate needs to know of versions, and what it says to them now. Runs in a reader. */
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import { type AskedGate, Gates, type Judged, type Move, StaleGate } from '../clients';
import type { ModelFolder } from './signatures';

/** A version that a gate compares, and where its files may be. */
export interface Party {
  readonly version: number;
  readonly folders: readonly ModelFolder[];
}

interface Found {
  readonly source: string;
  readonly modelId: string | null;
  /** Those that are kept for the version. */
  readonly files: string | null;
}

const FOUND = `SELECT source, model_id AS modelId, iif(digest IS NULL, NULL, files) AS files
  FROM model_versions WHERE name = ? AND version = ?`;

/** A version may be a copy of a copy. */
const MAX_STEPS = 10;

export function gateQueries(db: Database) {
  const gates = new Gates(db);
  const find = db.prepare<[string, number], Found>(`${FOUND} AND deleted_ms IS NULL`);
  // A copy is there although the version that it was made of is deleted.
  const findSource = db.prepare<[string, number], Found>(FOUND);
  const foldersOf = (name: string, version: number): ModelFolder[] => {
    let found = findSource.get(name, version);
    if (typeof found?.files === 'string') return [{ owner: { kind: 'version', files: found.files }, path: '' }];
    const modelId = found?.modelId;
    for (let step = 0; found && step < MAX_STEPS; step++) {
      const [, other, number] = /^models:\/([^/@]+)\/(\d+)$/.exec(found.source) ?? [];
      if (other === undefined) break;
      found = findSource.get(other, Number(number));
    }
    const folder = found ? folderIn(found.source) : null;
    return [
      ...(typeof modelId === 'string' ? [{ owner: { kind: 'model' as const, modelId }, path: '' }] : []),
      ...(folder ? [folder] : []),
    ];
  };

  return {
    /** The version that would move, and the one that it is compared with. */
    'registry/parties': ({ move, against }: { move: Move; against: string }): Party[] => {
      if (!find.get(move.name, move.version)) return [];
      const other = gates.incumbent(move, against);
      return [...new Set([move.version, ...(other === null ? [] : [other])])].map((version) => ({
        version,
        folders: foldersOf(move.name, version),
      }));
    },
    /** null where what was read for it is not of those any more that it compares. */
    'registry/verdict': ({ move, asked, nowMs }: { move: Move; asked: AskedGate; nowMs: number }): Judged | null => {
      if (!find.get(move.name, move.version))
        throw new LoopwrightError('not_found', `${move.name} has no version ${String(move.version)}.`);
      try {
        return gates.judge(move, asked, nowMs);
      } catch (error) {
        if (error instanceof StaleGate) return null;
        throw error;
      }
    },
  };
}

/** Where the files of a version are in this store. Null for a place elsewhere. Pure. */
export function folderIn(source: string): ModelFolder | null {
  const [, model] = /^models:\/(m-[^/@]+)\/?$/.exec(source) ?? [];
  if (model !== undefined) return { owner: { kind: 'model', modelId: model }, path: '' };
  const [, run, path = ''] = /^runs:\/+([^/]+)(?:\/(.*))?$/.exec(source) ?? [];
  if (run !== undefined) return { owner: { kind: 'run', runId: run }, path };
  const [, below] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.+)$/.exec(source) ?? [];
  const [, first, second, third, ...rest] = below?.split('/') ?? [];
  if (first === 'models' && second !== undefined && third === 'artifacts')
    return { owner: { kind: 'model', modelId: second }, path: rest.join('/') };
  if (first !== undefined && second === 'artifacts')
    return { owner: { kind: 'run', runId: first }, path: [third, ...rest].filter(Boolean).join('/') };
  return null;
}
