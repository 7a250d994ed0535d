/** What a gate needs to know of versions, and what it says to them now. Runs in a reader. */
import type { Database } from 'better-sqlite3';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelPlace } from '../../protocol/requests';
import { type AskedGate, Gates, type Judged, type Move, StaleGate } from '../clients';
import { VersionPlaces } from './place';

/** A version that a gate compares, and where its files may be. */
export interface Party {
  readonly version: number;
  readonly places: readonly ModelPlace[];
}

export function gateQueries(db: Database) {
  const gates = new Gates(db);
  const places = new VersionPlaces(db);
  const isThere = db
    .prepare<[string, number], number>(
      'SELECT 1 FROM model_versions WHERE name = ? AND version = ? AND deleted_ms IS NULL',
    )
    .pluck();

  return {
    /** The version that would move, and the one that it is compared with. */
    'registry/parties': ({ move, against }: { move: Move; against: string }): Party[] => {
      if (isThere.get(move.name, move.version) === undefined) return [];
      const other = gates.incumbent(move, against);
      return [...new Set([move.version, ...(other === null ? [] : [other])])].map((version) => ({
        version,
        places: places.all(move.name, version),
      }));
    },
    /** null where what was read for it is not of those any more that it compares. */
    'registry/verdict': ({ move, asked, nowMs }: { move: Move; asked: AskedGate; nowMs: number }): Judged | null => {
      if (isThere.get(move.name, move.version) === undefined)
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
