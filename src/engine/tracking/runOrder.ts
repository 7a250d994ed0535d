/**
 * An order of runs as pieces that follow each other, each of which an index can give: those that have a number, those
 * that have text, those that have nothing (last, whichever the direction, the newest first). Pure.
 */
import { RunStatus } from '../../protocol/entities';
import type { RunOrder } from '../../protocol/lists';
import { KEYED, lacksKeyed, sql, type Sql } from './conditions';

export interface OrderPiece {
  /** The table `k` of what is sorted by; null for a column of `runs r` itself. */
  readonly keyed: 'metrics' | 'params' | 'tags' | null;
  readonly where: Sql;
  /** Runs that are equal in these are in the order of their `run_seq`, in the same direction. */
  readonly keys: readonly string[];
  readonly descending: boolean;
}

const ALL = sql('TRUE');

export function piecesOf({ by, key, descending }: RunOrder): OrderPiece[] {
  const ofRuns = (where: Sql, column: string): OrderPiece => ({ keyed: null, where, keys: [column], descending });
  const newestFirst = (where: Sql): OrderPiece => ({ keyed: null, where, keys: ['r.start_ms'], descending: true });
  switch (by) {
    case 'start':
      return [ofRuns(ALL, 'r.start_ms')];
    case 'name':
      return [ofRuns(ALL, 'r.name COLLATE NOCASE')];
    case 'end':
      return [ofRuns(sql('r.end_ms IS NOT NULL'), 'r.end_ms'), newestFirst(sql('r.end_ms IS NULL'))];
    case 'duration': {
      const duration = 'r.end_ms - r.start_ms';
      return [ofRuns(sql(`${duration} IS NOT NULL`), duration), newestFirst(sql('r.end_ms IS NULL'))];
    }
    case 'status': {
      const statuses = RunStatus.options.toSorted();
      if (descending) statuses.reverse();
      return statuses.map((status) => newestFirst(sql(`r.status = '${status}'`)));
    }
    case 'metric': {
      const keyed = 'metrics';
      return [
        { keyed, where: sql('k.key = ? AND k.last IS NOT NULL', key), keys: ['k.last'], descending },
        // Not a number, but there: before those that have no such metric.
        { keyed, where: sql('k.key = ? AND k.last IS NULL', key), keys: ['r.start_ms'], descending: true },
        newestFirst(lacksKeyed('metric', key)),
      ];
    }
    case 'param':
    case 'tag': {
      const { table: keyed, counts } = KEYED[by];
      const has = `k.key = ? AND k.${counts}`;
      return [
        // Different texts of the same number stand as the index has them.
        { keyed, where: sql(`${has} AND k.number IS NOT NULL`, key), keys: ['k.number', 'k.value'], descending },
        { keyed, where: sql(`${has} AND k.number IS NULL`, key), keys: ['k.value'], descending },
        newestFirst(lacksKeyed(by, key)),
      ];
    }
  }
}
