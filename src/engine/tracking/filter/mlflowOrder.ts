/**
 * MLflow's `order_by`: items one after the other, runs without a value last in both directions and NaN before them,
 * parameters and tags as text; equal runs by start time, the newest first, and then by their ids.
 */
import { LoopwrightError } from '../../../protocol/errors';
import { type MlflowOrder, readMlflowOrder } from '../../../protocol/filter';
import { KEYED, lacksKeyed, sql, type Sql } from '../conditions';
import { ALL, type OrderKey, orderKey, type OrderOfRuns, type OrderPiece } from '../runOrder';
import { ARTIFACT_URI } from './columns';

/** @throws LoopwrightError `bad_request` where MLflow's server answers INVALID_PARAMETER_VALUE */
export function parseMlflowOrder(items: readonly string[]): OrderOfRuns {
  const orders = items.map(readMlflowOrder);
  const names = orders.map(({ subject: { entity, key } }) => `${entity}.${key}`);
  if (new Set(names).size < names.length)
    throw new LoopwrightError('bad_request', `\`order_by\` contains duplicate fields: ${items.join(', ')}`);
  const ends: OrderKey[] = [
    ...(names.includes('attribute.start_time') ? [] : [orderKey('number', sql('r.start_ms'), true)]),
    orderKey('text', sql('r.run_id'), false),
  ];
  const [first, ...others] = orders;
  const rest = [...others.flatMap(keysOf), ...ends];
  const pieces = first ? firstPieces(first) : [{ keyed: null, where: ALL, keys: [] }];
  return {
    pieces: pieces.map((piece) => ({ ...piece, keys: [...piece.keys, ...rest], tie: null })),
    isByTime: first === undefined || names[0] === 'attribute.start_time',
  };
}

type Piece = Omit<OrderPiece, 'tie'>;

/** What is sorted by first can be had from an index, piece by piece. */
function firstPieces({ subject: { entity, key }, descending }: MlflowOrder): Piece[] {
  const ofRuns = (where: Sql, keys: OrderKey[] = []): Piece => ({ keyed: null, where, keys });
  switch (entity) {
    case 'metric': {
      const last = orderKey('number', sql('k.last'), descending);
      return [
        { keyed: 'metrics', where: sql('k.key = ? AND k.last IS NOT NULL', key), keys: [last] },
        { keyed: 'metrics', where: sql('k.key = ? AND k.last IS NULL', key), keys: [] },
        ofRuns(lacksKeyed('metric', key)),
      ];
    }
    case 'param':
    case 'tag': {
      const { table: keyed, counts } = KEYED[entity];
      const value = orderKey('text', sql('k.value'), descending);
      return [{ keyed, where: sql(`k.key = ? AND k.${counts}`, key), keys: [value] }, ofRuns(lacksKeyed(entity, key))];
    }
    case 'attribute':
    case 'dataset': {
      const { column, is } = columnOf(key);
      const by = orderKey(is, sql(column), descending);
      if (key !== 'end_time') return [ofRuns(ALL, [by])];
      return [ofRuns(sql('r.end_ms IS NOT NULL'), [by]), ofRuns(sql('r.end_ms IS NULL'))];
    }
  }
}

/** What is sorted by later: first whether there is such a value, then the value. */
function keysOf({ subject: { entity, key }, descending }: MlflowOrder): OrderKey[] {
  const keys = (is: OrderKey['is'], rank: Sql, value: Sql) => [
    orderKey('number', rank, false),
    orderKey(is, value, descending),
  ];
  switch (entity) {
    case 'metric': {
      const ofRun = 'FROM metrics m WHERE m.run_seq = r.run_seq AND m.key = ?';
      return keys(
        'number',
        sql(`ifnull((SELECT m.last IS NULL ${ofRun}), 2)`, key),
        sql(`ifnull((SELECT m.last ${ofRun}), 0)`, key),
      );
    }
    case 'param':
    case 'tag': {
      const { table, counts } = KEYED[entity];
      const value = `(SELECT p.value FROM ${table} p WHERE p.run_seq = r.run_seq AND p.key = ? AND p.${counts})`;
      return keys('text', sql(`(${value} IS NULL)`, key), sql(`ifnull(${value}, '')`, key));
    }
    case 'attribute':
    case 'dataset': {
      const { column, is } = columnOf(key);
      if (key !== 'end_time') return [orderKey(is, sql(column), descending)];
      return keys('number', sql('(r.end_ms IS NULL)'), sql('ifnull(r.end_ms, 0)'));
    }
  }
}

function columnOf(key: string): { readonly column: string; readonly is: OrderKey['is'] } {
  switch (key) {
    case 'start_time':
      return { column: 'r.start_ms', is: 'number' };
    case 'end_time':
      return { column: 'r.end_ms', is: 'number' };
    case 'artifact_uri':
      return { column: ARTIFACT_URI, is: 'text' };
    case 'user_id':
      return { column: 'r.user', is: 'text' };
    default:
      return { column: `r.${key}`, is: 'text' };
  }
}
