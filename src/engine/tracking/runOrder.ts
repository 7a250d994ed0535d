/**
 * An order of runs as pieces that follow each other, each of which an index can give: those that have a number, those
 * that have text, those that have nothing (last, whichever the direction, the newest first). Pure.
 */
import { RunStatus } from '../../protocol/entities';
import type { RunOrder } from '../../protocol/lists';
import { KEYED, lacksKeyed, sql, type Sql } from './conditions';

export interface OrderKey extends Sql {
  readonly is: 'number' | 'text';
  readonly descending: boolean;
}

export interface OrderPiece {
  /** The table `k` of what is sorted by; null for a column of `runs r` itself. */
  readonly keyed: 'metrics' | 'params' | 'tags' | null;
  readonly where: Sql;
  /** None of them NULL. */
  readonly keys: readonly OrderKey[];
  /** The direction of `run_seq` among runs that are equal in the keys; null where no two runs can be. */
  readonly tie: 'ASC' | 'DESC' | null;
}

export interface OrderOfRuns {
  readonly pieces: readonly OrderPiece[];
  readonly isByTime: boolean;
}

export const ALL = sql('TRUE');

export const orderKey = (is: OrderKey['is'], by: Sql, descending: boolean): OrderKey => ({ ...by, is, descending });

export const orderOf = (order: RunOrder): OrderOfRuns => ({ pieces: piecesOf(order), isByTime: order.by === 'start' });

function piecesOf({ by, key, descending }: RunOrder): OrderPiece[] {
  const piece = (keyed: OrderPiece['keyed'], where: Sql, keys: [OrderKey['is'], string][], down = descending) => ({
    keyed,
    where,
    keys: keys.map(([is, column]) => orderKey(is, sql(column), down)),
    tie: down ? ('DESC' as const) : ('ASC' as const),
  });
  const ofRuns = (where: Sql, column: string) => piece(null, where, [['number', column]]);
  const newestFirst = (where: Sql) => piece(null, where, [['number', 'r.start_ms']], true);
  switch (by) {
    case 'start':
      return [ofRuns(ALL, 'r.start_ms')];
    case 'name':
      return [piece(null, ALL, [['text', 'r.name COLLATE NOCASE']])];
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
        piece(keyed, sql('k.key = ? AND k.last IS NOT NULL', key), [['number', 'k.last']]),
        // Not a number, but there: before those that have no such metric.
        piece(keyed, sql('k.key = ? AND k.last IS NULL', key), [['number', 'r.start_ms']], true),
        newestFirst(lacksKeyed('metric', key)),
      ];
    }
    case 'param':
    case 'tag': {
      const { table: keyed, counts } = KEYED[by];
      const has = `k.key = ? AND k.${counts}`;
      return [
        // Different texts of the same number stand as the index has them.
        piece(keyed, sql(`${has} AND k.number IS NOT NULL`, key), [
          ['number', 'k.number'],
          ['text', 'k.value'],
        ]),
        piece(keyed, sql(`${has} AND k.number IS NULL`, key), [['text', 'k.value']]),
        newestFirst(lacksKeyed(by, key)),
      ];
    }
  }
}
