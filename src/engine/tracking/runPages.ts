/**
 * Pages of runs in any order by any selection, fast with very many of them. There are two ways to a page: along the
 * index of the order until it is full, or from the few runs that meet a condition. A condition that few meet would let
 * the first way go far; that is found out by asking its index for the first so many. Where no index tells, the page may be among
 * the first of the order; if it is not, all runs are looked at.
 */
import type { Database } from 'better-sqlite3';
import { fromWireNumber, toWireNumber, WireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import { type Condition, onColumn, sql, type Sql } from './conditions';
import { type OrderKey, type OrderOfRuns, orderKey, type OrderPiece } from './runOrder';
import { foundBy, type Selection } from './selection';

export interface Reach {
  /** Up to so many runs are sorted rather than looked for along the order: the first are asked of each condition's index before
   * more are asked of any. */
  readonly few: readonly number[];
  /** The first of an order among which a page is looked for before all runs are. */
  readonly near: number;
}
/** What it is decides how fast a page is found, and never which. */
const REACH: Reach = { few: [250, 2500, 10_000], near: 5_000 };
/** That runs are not deleted and stand in the tree: most do. */
const BASE_CONDITIONS = 2;

export type Place = readonly (string | number)[];

export interface Found {
  readonly seq: number;
  /** Where it stands, for the token of what follows. */
  readonly place: Place;
}

/** What is wanted of a step. */
interface Part {
  readonly at: number;
  readonly limit: number;
  readonly behind: Place | null;
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
  reach = REACH,
): Found[] {
  const steps = (stacked ? STACK : [[]]).flatMap((more) =>
    orderBy.pieces.map((piece): Step => ({ piece, conditions: [...conditions, ...more] })),
  );
  const few = new FewRuns(db, isOfTree, reach.few);
  // Along the order of time a page costs no more than looking at all runs does.
  const fewOfAll = orderBy.isByTime ? () => null : () => few.amongAll(conditions);
  const found: Found[] = [];
  const [first = 0, ...place] = after ?? [];
  if (typeof first !== 'number' || (after !== null && !steps[first])) throw noSuchPlace();
  for (let at = first; at < steps.length && found.length < limit; at++) {
    const step = steps[at];
    if (!step) break;
    const part: Part = { at, limit: limit - found.length, behind: at === first && after !== null ? place : null };
    const mayBeNear =
      !orderBy.isByTime && !few.isLookedThrough && few.of(step.conditions, reach.few.slice(0, 1)) === null;
    const early = mayBeNear ? near(db, step, part, reach.near) : null;
    found.push(...(early ?? along(db, step, few.of(step.conditions) ?? fewOfAll(), part)));
  }
  return found;
}

/** A page if it is among the first of the order, as far as an index has that. */
function near(db: Database, step: Step, part: Part, count: number): Found[] | null {
  const { piece, conditions } = step;
  const [by] = piece.keys;
  if (piece.keyed === null || !by?.sql.startsWith('k.') || conditions.length <= BASE_CONDITIONS) return null;
  const where = [piece.where, ...boundOf(by, part.behind?.[0])];
  const value = db
    .prepare<(string | number)[], string | number>(
      `SELECT ${by.sql} FROM ${piece.keyed} k WHERE ${allOf(where)} ORDER BY ${by.sql} ${directionOf(by)} LIMIT 1 OFFSET ?`,
    )
    .pluck();
  const values = where.flatMap((one) => one.values);
  const last = value.get(...values, count);
  if (last === undefined) return along(db, step, null, part);
  // With very many that are equal, no part of the order is short.
  if (value.get(...values, 2 * count) === last) return null;
  const within = sql(`${by.sql} ${by.descending ? '>' : '<'}= ?`, last);
  const found = along(db, { piece, conditions: [...conditions, within] }, null, part);
  return found.length === part.limit ? found : null;
}

function along(
  db: Database,
  { piece, conditions }: Step,
  few: readonly number[] | null,
  { at, limit, behind }: Part,
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
       WHERE ${allOf(where)} ORDER BY ${keys.map(inOrder).join(', ')} LIMIT ?`,
    )
    .raw()
    .all(...keys.flatMap((key) => key.values), ...from.values, ...where.flatMap((one) => one.values), limit);
  return rows.map(([runSeq, ...values]) => ({
    seq: Number(runSeq),
    place: [at, ...values.map((value) => (typeof value === 'number' ? toWireNumber(value) : value))],
  }));
}

const allOf = (conditions: readonly Sql[]): string => conditions.map((one) => one.sql).join(' AND ');
const directionOf = ({ descending }: OrderKey): string => (descending ? 'DESC' : 'ASC');

/** By its place in the result where it has values, which would have to be bound once more. */
const inOrder = (key: OrderKey, index: number): string =>
  `${key.values.length === 0 ? key.sql : String(index + 2)} ${directionOf(key)}`;

function isBehind(keys: readonly OrderKey[], place: Place): Sql {
  if (place.length !== keys.length) throw noSuchPlace();
  const values = place.map((value, index) => valueOf(keys[index], value));
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
  const bound = first ? boundOf(first, place[0]) : [];
  return sql(
    [...bound.map((one) => one.sql), `(${either.map((one) => one.sql).join(' OR ')})`].join(' AND '),
    ...[...bound, ...either].flatMap((one) => one.values),
  );
}

/** What is not before a place in the first key of the order. */
const boundOf = (key: OrderKey, place: string | number | undefined): Sql[] =>
  place === undefined ? [] : [sql(`${key.sql} ${key.descending ? '<' : '>'}= ?`, ...key.values, valueOf(key, place))];

const valueOf = (key: OrderKey | undefined, value: string | number): string | number =>
  key?.is === 'number' ? numberOf(value) : value;

/** The runs that meet all conditions and more, where an index tells that these are few. */
class FewRuns {
  private readonly known = new Map<Condition, { readonly few: readonly number[] | null; readonly size: number }>();
  private all: { readonly seqs: readonly number[] | null } | null = null;

  constructor(
    private readonly db: Database,
    private readonly isOfTree: boolean,
    private readonly sizes: readonly number[],
  ) {}

  private get many(): number {
    return this.sizes.at(-1) ?? 0;
  }

  get isLookedThrough(): boolean {
    return this.all !== null;
  }

  of(conditions: readonly Condition[], sizes = this.sizes): readonly number[] | null {
    for (const size of sizes) {
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
          `SELECT r.run_seq FROM runs r NOT INDEXED WHERE ${allOf(conditions)}`,
          ...conditions.flatMap((one) => one.values),
        ),
        this.many,
      ),
    };
    return this.all.seqs;
  }

  private first({ sql: text, values }: Sql, size: number): readonly number[] | null {
    // In one text: row by row they would take longer than the database does.
    const whole = this.db.prepare<(string | number)[], string>(
      `SELECT json_group_array(run_seq) FROM (${text} LIMIT ?)`,
    );
    const found = JSON.parse(whole.pluck().get(...values, size + 1) ?? '[]') as number[];
    // Parts that are joined by OR may find the same run.
    return found.length <= size ? [...new Set(found)] : null;
  }

  private by(condition: Condition, size: number): readonly number[] | null {
    const known = this.known.get(condition);
    if (known && (known.few !== null || known.size >= size)) return known.few;
    const found = foundBy(condition, this.isOfTree);
    const few = found ? this.first(found, size) : null;
    this.known.set(condition, { few, size: found ? size : this.many });
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
