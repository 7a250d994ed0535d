/** Which columns of the two tables are compared, and as what. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DriftOrder, FeatureRole, FeatureType, LeftColumn } from '../protocol/drift';
import { identifier } from '../tables/duck';
import { type Content, contentsOf, filledSql, isNested, NO_CONTENT } from './contents';
import type { SideName, Table } from './table';

export interface ComparedColumn {
  readonly name: string;
  readonly type: FeatureType;
  readonly role: FeatureRole;
  /** Its value in each table as SQL: a double for numbers and dates, else a text; null where there is none. */
  readonly sql: Readonly<Record<SideName, string>>;
  /** How many different values each table has of it, about; null where nobody has counted. */
  readonly distinct: Readonly<Record<SideName, number | null>>;
  /** Whether so few differ that rows are best counted by value before anything else is done with them. */
  readonly isGrouped: Readonly<Record<SideName, boolean>>;
  readonly notes: readonly string[];
}

export interface Chosen {
  readonly columns: readonly ComparedColumn[];
  readonly left: readonly LeftColumn[];
}

/** @param connections one for each of the tables */
export async function chosenColumns(
  [one, other]: readonly [DuckDBConnection, DuckDBConnection],
  [reference, current]: readonly [Table, Table],
  order: Pick<DriftOrder, 'columns' | 'ignored' | 'prediction' | 'label' | 'types'>,
): Promise<Chosen> {
  const types = {
    reference: new Map(reference.columns.map(({ name, type }) => [name, type])),
    current: new Map(current.columns.map(({ name, type }) => [name, type])),
  };
  const all = [...new Set([...types.reference.keys(), ...types.current.keys()])];
  const left: LeftColumn[] = (order.columns ?? [])
    .filter((name) => !all.includes(name))
    .map((name) => ({ name, in: 'both', why: 'Neither table has it.' }));
  const wanted = all.filter((name) => !order.ignored.includes(name) && (order.columns?.includes(name) ?? true));
  const shared: string[] = [];
  for (const name of wanted) {
    const own = { reference: types.reference.get(name), current: types.current.get(name) };
    if (own.current === undefined)
      left.push({ name, in: 'reference', why: lacking('The current table', name, types.current) });
    else if (own.reference === undefined)
      left.push({ name, in: 'current', why: lacking('The reference', name, types.reference) });
    else if (isNested(own.reference) || isNested(own.current))
      left.push({ name, in: 'both', why: 'What it holds has parts of its own.' });
    else shared.push(name);
  }
  const [ofReference, ofCurrent] = await Promise.all([
    contentsOf(one, reference, shared, types.reference),
    contentsOf(other, current, shared, types.current),
  ]);
  const found = { reference: ofReference, current: ofCurrent };
  const columns = shared.map((name): ComparedColumn => {
    const role = name === order.prediction ? 'prediction' : name === order.label ? 'label' : 'feature';
    const [before, now] = [found.reference.get(name) ?? NO_CONTENT, found.current.get(name) ?? NO_CONTENT];
    return { name, role, ...together(name, before, now, order.types[name] ?? null) };
  });
  return { columns, left };
}

/** What may be the same by another name is said. */
function lacking(table: string, name: string, columns: ReadonlyMap<string, string>): string {
  const alike = [...columns.keys()].find((other) => other.toLowerCase().trim() === name.toLowerCase().trim());
  return `${table} does not have it${alike === undefined ? '' : `, but "${alike}"`}.`;
}

/** What both are compared as. Where they differ they are texts: that they differ is what there is to see. */
function together(
  name: string,
  reference: Content,
  current: Content,
  wished: FeatureType | null,
): Pick<ComparedColumn, 'type' | 'sql' | 'distinct' | 'isGrouped' | 'notes'> {
  const notes: string[] = [];
  const filled = [reference, current].filter((one) => one.filled !== 0);
  const [first, second] = filled;
  const isAlike = !first || !second || first.type === second.type;
  const ofTexts = [reference.type, current.type].every((type) => type === 'text' || type === 'category');
  // As models take it: truth is 1 and 0.
  const areCounted = filled.every((one) => one.type === 'number' || one.type === 'boolean');
  const own = isAlike ? (first?.type ?? 'category') : ofTexts ? 'text' : areCounted ? 'number' : 'category';
  const type = wished ?? own;
  if (!isAlike && areCounted && wished === null) notes.push('True and false are taken as 1 and 0.');
  else if (!isAlike && !ofTexts && wished === null)
    notes.push(
      `It holds ${PLURALS[reference.type]} in the reference, and ${PLURALS[current.type]} in the current table.`,
    );
  for (const [side, { type: kind, odd }] of [
    ['reference', reference],
    ['current', current],
  ] as const)
    if (odd > 0 && kind === type)
      notes.push(
        `${odd === 1 ? 'A value' : `${String(odd)} values`} of the ${side === 'reference' ? 'reference' : 'current table'} ` +
          `${odd === 1 ? `is no ${SINGULARS[kind]}` : `are no ${PLURALS[kind]}`}: taken as missing.`,
      );
  const zones = [reference, current].map(({ of }) => of.includes('TIME ZONE'));
  if (type === 'date' && zones[0] !== zones[1])
    notes.push('Its times have a time zone in one of the tables: UTC is taken in the other.');
  // What one of them has in single precision the other has, too: 0.1 is not another value than the nearest to it.
  const isSingle = type === 'number' && [reference, current].some(({ of }) => of === 'FLOAT');
  const sqlOf = (of: Content): string => valueSql(name, of, type, isSingle);
  const sql = { reference: sqlOf(reference), current: sqlOf(current) };
  const distinct = { reference: reference.distinct, current: current.distinct };
  const isGrouped = { reference: reference.isGrouped, current: current.isGrouped };
  return { type, sql, distinct, isGrouped, notes };
}

const PLURALS: Readonly<Record<FeatureType, string>> = {
  number: 'numbers',
  category: 'texts',
  boolean: 'true and false',
  date: 'dates',
  text: 'texts',
  embedding: 'vectors',
};
const SINGULARS: Readonly<Record<FeatureType, string>> = {
  ...{ number: 'number', category: 'text', boolean: 'true or false', date: 'date', text: 'text', embedding: 'vector' },
};

function valueSql(name: string, { of, type: own }: Content, type: FeatureType, isSingle: boolean): string {
  const cell = identifier(name);
  const isText = of === 'VARCHAR' || of === 'JSON';
  const value = isText ? filledSql(name) : cell;
  switch (type) {
    case 'number':
      return own === 'boolean' ? truthSql(value, isText) : numberSql(value, isSingle);
    case 'date':
      return dateSql(value, of);
    case 'boolean':
      return isText ? `lower(trim(${value}))` : `CAST(${cell} AS VARCHAR)`;
    case 'embedding':
      return `CAST(${cell} AS DOUBLE[])`;
    case 'category':
    case 'text':
      return isText ? value : `CAST(${cell} AS VARCHAR)`;
  }
}

const numberSql = (value: string, isSingle: boolean): string =>
  isSingle ? `CAST(TRY_CAST(${value} AS FLOAT) AS DOUBLE)` : `TRY_CAST(${value} AS DOUBLE)`;

const truthSql = (value: string, isText: boolean): string =>
  isText
    ? `CAST(CASE lower(trim(${value})) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END AS DOUBLE)`
    : `CAST(CAST(${value} AS TINYINT) AS DOUBLE)`;

/** Milliseconds since 1970; times of a day since its beginning. */
function dateSql(value: string, of: string): string {
  if (/^TIME($| |_NS)/.test(of)) return `CAST(epoch_us(CAST(${value} AS TIME)) / 1000 AS DOUBLE)`;
  if (of.includes('TIME ZONE')) return `CAST(epoch_ms(${value}) AS DOUBLE)`;
  return `CAST(epoch_ms(TRY_CAST(${value} AS TIMESTAMP)) AS DOUBLE)`;
}
