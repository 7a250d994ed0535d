/** How often columns of categories have each of their values, in both tables. */
import type { DuckDBConnection } from '@duckdb/node-api';
import { identifier, quoted } from '../tables/duck';
import type { ComparedColumn } from './columns';
import { groupedSql, timesOf } from './contents';
import type { PairedCategories } from './samples';
import type { SideName, Table } from './table';

/** Of more values than that only the frequent ones are told apart; all others are in so many buckets. */
const MAX_VALUES = 20_000;
const BUCKETS = 4096;
/** Values of each table that may be frequent, and what share of either has one that is. */
const CANDIDATES = 200;
const FREQUENT = 0.001;
/** Longer values are no names of anything. */
const MAX_CHARS = 200;

export interface CountedValues extends PairedCategories {
  readonly missing: Readonly<Record<SideName, number>>;
  /** How many values there are in all; an estimate where they were put into buckets. */
  readonly distinct: Readonly<Record<SideName, number>>;
  /** How many of `values`, at their end, stand for rare ones. */
  readonly buckets: number;
  /** A row's place among the values, as SQL of the reference: the text of `keys`. */
  readonly keySql: string;
  readonly keys: readonly string[];
}

export async function categoriesOf(
  connection: DuckDBConnection,
  column: ComparedColumn,
  tables: readonly [Table, Table],
): Promise<CountedValues> {
  const { name, sql, isGrouped } = column;
  const [inReference, inCurrent] = [
    await differingIn(connection, column, tables[0]),
    await differingIn(connection, column, tables[1]),
  ];
  const isHuge = Math.max(inReference, inCurrent) > MAX_VALUES;
  const candidates = isHuge ? await candidatesIn(connection, column) : [];
  const keyOf = (side: SideName): string => (isHuge ? bucketSql(sql[side], candidates) : sql[side]);
  const keyed = (side: SideName): string => {
    if (!isGrouped[side]) return `SELECT ${keyOf(side)} AS key, 1 AS times FROM ${side}`;
    return `SELECT ${keyOf(side)} AS key, ${timesOf(name)} AS times FROM ${groupedSql(name, side)}`;
  };
  const result = await connection.runAndReadAll(
    `SELECT key, sum(one), sum(other) FROM (
       SELECT key, sum(times) AS one, 0 AS other FROM (${keyed('reference')}) GROUP BY 1
       UNION ALL SELECT key, 0 AS one, sum(times) AS other FROM (${keyed('current')}) GROUP BY 1)
     GROUP BY key ORDER BY sum(one) + sum(other) DESC, key`,
  );
  const found = result.getRowsJson().map(([key, one, other]) => ({
    key: typeof key === 'string' ? key : null,
    reference: Number(one),
    current: Number(other),
  }));
  const there = found.flatMap(({ key, ...counts }) => (key === null ? [] : [{ key, ...counts }]));
  const sum = (side: SideName) => there.reduce((all, one) => all + one[side], 0);
  const [referenceCount, currentCount] = [sum('reference'), sum('current')];
  const isNamed = ({ key, reference, current }: (typeof there)[number]): boolean =>
    !isHuge ||
    (key.startsWith(NAMED) && (reference >= referenceCount * FREQUENT || current >= currentCount * FREQUENT));
  const named = there.filter(isNamed);
  const ordered = [...named, ...there.filter((one) => !isNamed(one))];
  const nothing = found.find(({ key }) => key === null);
  const distinctIn = (side: SideName): number => there.filter((one) => one[side] > 0).length;
  return {
    values: ordered.map(({ key }) => (isHuge ? key.slice(1) : key)),
    reference: Float64Array.from(ordered, ({ reference }) => reference),
    current: Float64Array.from(ordered, ({ current }) => current),
    ...{ referenceCount, currentCount },
    missing: { reference: nothing?.reference ?? 0, current: nothing?.current ?? 0 },
    distinct: isHuge
      ? { reference: inReference, current: inCurrent }
      : { reference: distinctIn('reference'), current: distinctIn('current') },
    buckets: there.length - named.length,
    keySql: keyOf('reference'),
    keys: ordered.map(({ key }) => key),
  };
}

/** Values of a slice that are counted. */
const SLICE = 50_000;

/**
 * How many values differ. Of many rows those of a slice of all values, by their hashes, are counted, and taken for as many as there
 * are slices: within some thousandths, where DuckDB's own estimate is off by more than a tenth.
 */
async function differingIn(
  connection: DuckDBConnection,
  { sql, distinct, isGrouped }: ComparedColumn,
  { side, rows }: Table,
): Promise<number> {
  const known = distinct[side];
  if (known !== null && (isGrouped[side] || known < MAX_VALUES / 2)) return known;
  const slices = Math.max(1, Math.floor(rows / SLICE));
  const slice = `(hash(${sql[side]}) >> 20) % ${String(slices)} = 0`;
  const found = await connection.runAndReadAll(`SELECT count(DISTINCT ${sql[side]}) FROM ${side} WHERE ${slice}`);
  return Number(found.getRowsJson()[0]?.[0]) * slices;
}

/** Values that may be frequent in either table (Metwally, Agrawal & El Abbadi 2005, "space saving", as DuckDB has it). */
async function candidatesIn(connection: DuckDBConnection, { sql }: ComparedColumn): Promise<string[]> {
  const found = new Set<string>();
  for (const side of ['reference', 'current'] as const) {
    const cell = sql[side];
    const result = await connection.runAndReadAll(
      `SELECT unnest(approx_top_k(${cell}, ${String(CANDIDATES)})) FROM ${side} WHERE length(${cell}) <= ${String(MAX_CHARS)}`,
    );
    for (const [value] of result.getRowsJson()) if (typeof value === 'string') found.add(value);
  }
  return [...found];
}

/** What the key of a value that has one of its own begins with. */
const NAMED = '=';

/** The same bucket for the same value in both tables: what is in it moves together. */
function bucketSql(cell: string, candidates: readonly string[]): string {
  const bucket = `'#' || CAST(hash(${cell}) % ${String(BUCKETS)} AS VARCHAR)`;
  if (candidates.length === 0) return bucket;
  return `CASE WHEN ${cell} IN (${candidates.map(quoted).join(', ')}) THEN '${NAMED}' || ${cell} ELSE ${bucket} END`;
}

/** Parts of the reference, one after the other: rows of each, and the row that the first begins with. */
export interface Parts {
  readonly size: number;
  readonly from: number;
}

/**
 * How often each of some values is in parts of the reference. Its rows are numbered before anything is done with them: what looks a value
 * up may bring them in another order.
 *
 * @returns a list for each part that has any, in the order of the values
 */
export async function countsInParts(
  connection: DuckDBConnection,
  { name }: Pick<ComparedColumn, 'name'>,
  { keys, keySql }: Pick<CountedValues, 'keys' | 'keySql'>,
  { size, from }: Parts,
): Promise<Float64Array[]> {
  const place = timesOf(name);
  const numbered = `SELECT ${identifier(name)}, row_number() OVER () - 1 AS ${place} FROM reference`;
  const found = await connection.runAndReadAll(
    `SELECT key, part, count(*) FROM (
       SELECT ${keySql} AS key, (${place} - ${String(from)}) // ${String(size)} AS part FROM (${numbered}) WHERE ${place} >= ${String(from)})
     WHERE key IS NOT NULL GROUP BY 1, 2`,
  );
  const places = new Map(keys.map((key, at) => [key, at]));
  const parts = new Map<number, Float64Array>();
  for (const [key, part, count] of found.getRowsJson()) {
    const at = typeof key === 'string' ? places.get(key) : undefined;
    if (at === undefined) continue;
    const counts = parts.get(Number(part)) ?? new Float64Array(keys.length);
    parts.set(Number(part), counts);
    counts[at] = Number(count);
  }
  return [...parts.values()];
}
