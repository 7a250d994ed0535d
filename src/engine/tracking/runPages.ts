/**
 * Pages of runs in any order by any selection, fast with very many of them. There are two ways to a page: along the
 * index of the order until it is full, or from the few runs that meet a condition. A condition that few meet would let
 * the first way go far; that is found out by asking its index for the first so many.
 */
import type { Database } from 'better-sqlite3';
import { fromWireNumber, toWireNumber, WireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { type Condition, onColumn, sql, type Sql } from './conditions';
import { type OrderKey, type OrderOfRuns, orderKey, type OrderPiece } from './runOrder';
import { foundBy, type Selection } from './selection';

/** Up to so many runs are sorted rather than looked for along the order. */
const FEW = 10_000;
/** So many are asked of each condition's index before more are asked of any. */
const SIZES = [250, 2500, FEW];
/** That runs are not deleted and stand in the tree: most do. */
const BASE_CONDITIONS = 2;

export type Place = readonly (string | number)[];

export interface Found {
  readonly seq: number;
  /** Where it stands, for the token of what follows. */
  readonly place: Place;
}

interface Step {
  readonly piece: OrderPiece;
  readonly conditions: readonly Condition[];
}

/** Pinned ones, those that run, the others. */
const STACK: readonly (readonly Condition[])[] = [
  [onColumn('pinned', '= 1')],
  [
    onColumn('pinned', '= 0'),
    { ...sql('+r.end_ms IS NULL'), found: sql('SELECT run_seq FROM runs WHERE end_ms IS NULL') },
  ],
  [sql('+r.pinned = 0'), sql('+r.end_ms IS NOT NULL')],
];

/**
 * The first runs of a selection behind a place.
 *
 * @throws LoopwrightError `bad_request` for a place that is none of this order
 */
export function runsInOrder(
  db: Database,
  { conditions, isOfTree }: Selection,
  { orderBy, stacked, limit, after }: { orderBy: OrderOfRuns; stacked: boolean; limit: number; after: Place | null },
): Found[] {
  const steps = (stacked ? STACK : [[]]).flatMap((more) =>
    orderBy.pieces.map((piece): Step => ({ piece, conditions: [...conditions, ...more] })),
  );
  const few = new FewRuns(db, isOfTree);
  // Along the order of time a page costs no more than looking at all runs does.
  const fewOfAll = orderBy.isByTime ? () => null : () => few.amongAll(conditions);
  const found: Found[] = [];
  const [first = 0, ...place] = after ?? [];
  if (typeof first !== 'number' || (after !== null && !steps[first])) throw noSuchPlace();
  for (let at = first; at < steps.length && found.length < limit; at++) {
    const step = steps[at];
    if (!step) break;
    const behind = at === first && after !== null ? place : null;
    found.push(...along(db, step, few.of(step.conditions) ?? fewOfAll(), at, limit - found.length, behind));
  }
  return found;
}

function along(
  db: Database,
  { piece, conditions }: Step,
  few: readonly number[] | null,
  at: number,
  limit: number,
  behind: Place | null,
): Found[] {
  if (few?.length === 0) return [];
  const { keyed } = piece;
  const seq = keyed !== null && few === null ? 'k.run_seq' : 'r.run_seq';
  const keys = piece.tie === null ? piece.keys : [...piece.keys, orderKey('number', sql(seq), piece.tie === 'DESC')];
  const from =
    few === null
      ? sql(keyed === null ? 'runs r' : `${keyed} k CROSS JOIN runs r ON r.run_seq = k.run_seq`)
      : sql(
          `json_each(?) c CROSS JOIN runs r ON r.run_seq = c.value${keyed === null ? '' : ` CROSS JOIN ${keyed} k ON k.run_seq = r.run_seq`}`,
          JSON.stringify(few),
        );
  const where: Sql[] = [piece.where, ...conditions];
  if (behind !== null) where.push(isBehind(keys, behind));
  const rows = db
    .prepare<(string | number)[], (string | number)[]>(
      `SELECT ${[seq, ...keys.map((key) => key.sql)].join(', ')} FROM ${from.sql}
       WHERE ${where.map((one) => one.sql).join(' AND ')} ORDER BY ${keys.map(inOrder).join(', ')} LIMIT ?`,
    )
    .raw()
    .all(...keys.flatMap((key) => key.values), ...from.values, ...where.flatMap((one) => one.values), limit);
  return rows.map(([runSeq, ...values]) => ({
    seq: Number(runSeq),
    place: [at, ...values.map((value) => (typeof value === 'number' ? toWireNumber(value) : value))],
  }));
}

/** By its place in the result where it has values, which would have to be bound once more. */
const inOrder = ({ sql: text, values, descending }: OrderKey, index: number): string =>
  `${values.length === 0 ? text : String(index + 2)} ${descending ? 'DESC' : 'ASC'}`;

function isBehind(keys: readonly OrderKey[], place: Place): Sql {
  if (place.length !== keys.length) throw noSuchPlace();
  const values = place.map((value, index) => (keys[index]?.is === 'number' ? numberOf(value) : value));
  const sign = ({ descending }: OrderKey) => (descending ? '<' : '>');
  const [first] = keys;
  if (first && keys.every(({ descending }) => descending === first.descending))
    return sql(
      `(${keys.map((key) => key.sql).join(', ')}) ${sign(first)} (${keys.map(() => '?').join(', ')})`,
      ...keys.flatMap((key) => key.values),
      ...values,
    );
  // Equal in the keys up to one, and behind in that. The first alone bounds the range of an index.
  const pairs = keys.map((key, index) => ({ key, value: values[index] ?? 0 }));
  const either = pairs.map(({ key, value }, index) => {
    const equal = pairs.slice(0, index).map((one) => sql(`${one.key.sql} = ?`, ...one.key.values, one.value));
    const parts = [...equal, sql(`${key.sql} ${sign(key)} ?`, ...key.values, value)];
    return sql(`(${parts.map((one) => one.sql).join(' AND ')})`, ...parts.flatMap((one) => one.values));
  });
  const bound = pairs.slice(0, 1).map(({ key, value }) => sql(`${key.sql} ${sign(key)}= ?`, ...key.values, value));
  return sql(
    [...bound.map((one) => one.sql), `(${either.map((one) => one.sql).join(' OR ')})`].join(' AND '),
    ...[...bound, ...either].flatMap((one) => one.values),
  );
}

/** The runs that meet all conditions and more, where an index tells that these are few. */
class FewRuns {
  private readonly known = new Map<Condition, { readonly few: readonly number[] | null; readonly size: number }>();
  private all: { readonly seqs: readonly number[] | null } | null = null;

  constructor(
    private readonly db: Database,
    private readonly isOfTree: boolean,
  ) {}

  of(conditions: readonly Condition[]): readonly number[] | null {
    for (const size of SIZES) {
      for (const condition of conditions) {
        const few = this.by(condition, size);
        if (few !== null) return few;
      }
    }
    return null;
  }

  /** The same where no index tells: by looking at the rows one after the other, until it is clear that they are many. */
  amongAll(conditions: readonly Condition[]): readonly number[] | null {
    if (conditions.length <= BASE_CONDITIONS) return null;
    this.all ??= {
      seqs: this.first(
        sql(
          `SELECT r.run_seq FROM runs r NOT INDEXED WHERE ${conditions.map((one) => one.sql).join(' AND ')}`,
          ...conditions.flatMap((one) => one.values),
        ),
        FEW,
      ),
    };
    return this.all.seqs;
  }

  private first({ sql: text, values }: Sql, size: number): readonly number[] | null {
    const seqs = this.db
      .prepare<(string | number)[], number>(`${text} LIMIT ?`)
      .pluck()
      .all(...values, size + 1);
    // Parts that are joined by OR may find the same run.
    return seqs.length <= size ? [...new Set(seqs)] : null;
  }

  private by(condition: Condition, size: number): readonly number[] | null {
    const known = this.known.get(condition);
    if (known && (known.few !== null || known.size >= size)) return known.few;
    const found = foundBy(condition, this.isOfTree);
    const few = found ? this.first(found, size) : null;
    this.known.set(condition, { few, size: found ? size : FEW });
    return few;
  }
}

function numberOf(value: string | number): number {
  const number = WireNumber.safeParse(value);
  if (!number.success) throw noSuchPlace();
  return fromWireNumber(number.data);
}

const noSuchPlace = () =>
  new LoopwrightError('bad_request', 'The page token is not one of this list. Ask for the first page again.');
