/** Which columns of the two tables are compared, and as what. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { DriftOrder, FeatureRole, FeatureType, LeftColumn } from '../protocol/drift';
import { identifier } from '../tables/duck';
import type { SideName, Table } from './table';

export interface ComparedColumn {
  readonly name: string;
  readonly type: FeatureType;
  readonly role: FeatureRole;
  /** Its value in each table as SQL: a double for numbers and dates, else a text; null where there is none. */
  readonly sql: Readonly<Record<SideName, string>>;
  /** How many different values each table has of it, about; null where nobody has counted. */
  readonly distinct: Readonly<Record<SideName, number | null>>;
  readonly notes: readonly string[];
}

export interface Chosen {
  readonly columns: readonly ComparedColumn[];
  readonly left: readonly LeftColumn[];
}

/** A column of texts is numbers, or dates, where nearly all of it is: what is not, is told of. */
const NEARLY_ALL = 0.95;
/** Texts longer than that, in the mean, that mostly differ, are sentences, not names of anything. */
const SENTENCE_CHARS = 30;
const MOSTLY = 0.5;
/** Columns that one query looks at. */
const AT_ONCE = 64;
/** What people write where there is nothing. */
const NOTHING = ['', 'na', 'n/a', 'nan', 'null', 'none'];

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
    if (own.current === undefined) left.push({ name, in: 'reference', why: 'The current table does not have it.' });
    else if (own.reference === undefined) left.push({ name, in: 'current', why: 'The reference does not have it.' });
    else if (isNested(own.reference) || isNested(own.current))
      left.push({ name, in: 'both', why: 'What it holds has parts of its own.' });
    else shared.push(name);
  }
  const [ofReference, ofCurrent] = await Promise.all([
    contentsOf(one, 'reference', shared, types.reference),
    contentsOf(other, 'current', shared, types.current),
  ]);
  const found = { reference: ofReference, current: ofCurrent };
  const columns = shared.map((name): ComparedColumn => {
    const role = name === order.prediction ? 'prediction' : name === order.label ? 'label' : 'feature';
    const [before, now] = [found.reference.get(name) ?? NONE, found.current.get(name) ?? NONE];
    return { name, role, ...together(name, before, now, order.types[name] ?? null) };
  });
  return { columns, left };
}

/** Lists of numbers are embeddings. */
const isEmbedding = (type: string): boolean => /^(FLOAT|DOUBLE|DECIMAL\(.*\)|U?\w*INT(EGER)?)\[\d*\]$/.test(type);
const isNested = (type: string): boolean => !isEmbedding(type) && /[[{]|^(STRUCT|MAP|UNION|BLOB|VARIANT)/.test(type);

/** What a column of one table holds. */
interface Content {
  readonly type: FeatureType;
  /** DuckDB's. */
  readonly of: string;
  /** Values that there are; null where they need not be counted. */
  readonly filled: number | null;
  /** Of them, those that are not of the type. */
  readonly odd: number;
  /** How many differ, about; null where nobody has counted. */
  readonly distinct: number | null;
}

const NONE: Content = { type: 'category', of: 'VARCHAR', filled: 0, odd: 0, distinct: 0 };

async function contentsOf(
  connection: DuckDBConnection,
  side: SideName,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): Promise<Map<string, Content>> {
  const contents = new Map<string, Content>();
  const texts: string[] = [];
  for (const name of names) {
    const of = types.get(name) ?? 'VARCHAR';
    const type = typeOf(of);
    if (type === null) texts.push(name);
    else contents.set(name, { type, of, filled: null, odd: 0, distinct: null });
  }
  for (let from = 0; from < texts.length; from += AT_ONCE)
    for (const [name, content] of await textContents(connection, side, texts.slice(from, from + AT_ONCE)))
      contents.set(name, content);
  return contents;
}

/** Null: it is a text, which may be anything. */
function typeOf(type: string): FeatureType | null {
  if (isEmbedding(type)) return 'embedding';
  if (/^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type)) return 'number';
  if (type === 'BOOLEAN') return 'boolean';
  if (/^(DATE|TIME)/.test(type)) return 'date';
  return type === 'VARCHAR' || type === 'JSON' ? null : 'category';
}

/** A text without the words for nothing. */
const filledSql = (name: string): string => {
  const cell = identifier(name);
  return `CASE WHEN lower(trim(${cell})) IN (${NOTHING.map((word) => `'${word}'`).join(', ')}) THEN NULL ELSE ${cell} END`;
};

async function textContents(
  connection: DuckDBConnection,
  side: SideName,
  names: readonly string[],
): Promise<Map<string, Content>> {
  const cells = names.map((name, at) => `${filledSql(name)} AS t${String(at)}`);
  const figures = names.flatMap((_, at) => {
    const cell = `t${String(at)}`;
    // Texts that are none cost most to be read as numbers: how they begin says enough of nearly all.
    const mayBeNumber = `(ascii(${cell}) <= 57 OR lower(left(${cell}, 3)) = 'inf')`;
    const mayBeDate = `ascii(${cell}) BETWEEN 48 AND 57 AND TRY_CAST(${cell} AS DOUBLE) IS NULL`;
    return [
      `count(${cell})`,
      `count(CASE WHEN ${mayBeNumber} THEN TRY_CAST(${cell} AS DOUBLE) END)`,
      `count(CASE WHEN lower(${cell}) IN ('true', 'false') THEN 1 END)`,
      `count(CASE WHEN ${mayBeDate} THEN TRY_CAST(${cell} AS TIMESTAMP) END)`,
      `coalesce(avg(length(${cell})), 0)`,
      `approx_count_distinct(${cell})`,
    ];
  });
  const result = await connection.runAndReadAll(
    `SELECT ${figures.join(', ')} FROM (SELECT ${cells.join(', ')} FROM ${side})`,
  );
  const row = (result.getRowsJson()[0] ?? []).map(Number);
  return new Map(
    names.map((name, at) => {
      const own = row.slice(at * 6, at * 6 + 6);
      return [name, contentIn(own)];
    }),
  );
}

function contentIn([
  filled = 0,
  numbers = 0,
  truths = 0,
  dates = 0,
  chars = 0,
  distinct = 0,
]: readonly number[]): Content {
  const own = { of: 'VARCHAR', filled, odd: 0, distinct };
  if (filled === 0) return { type: 'category', ...own };
  if (truths === filled) return { type: 'boolean', ...own };
  if (numbers >= filled * NEARLY_ALL) return { type: 'number', ...own, odd: filled - numbers };
  if (dates >= filled * NEARLY_ALL) return { type: 'date', ...own, odd: filled - dates };
  const isText = chars > SENTENCE_CHARS && distinct > filled * MOSTLY;
  return { type: isText ? 'text' : 'category', ...own };
}

/** What both are compared as. Where they differ they are texts: that they differ is what there is to see. */
function together(
  name: string,
  reference: Content,
  current: Content,
  wished: FeatureType | null,
): Pick<ComparedColumn, 'type' | 'sql' | 'distinct' | 'notes'> {
  const notes: string[] = [];
  const filled = [reference, current].filter((one) => one.filled !== 0);
  const [first, second] = filled;
  const isAlike = !first || !second || first.type === second.type;
  const ofTexts = [reference.type, current.type].every((type) => type === 'text' || type === 'category');
  const own = isAlike ? (first?.type ?? 'category') : ofTexts ? 'text' : 'category';
  const type = wished ?? own;
  if (!isAlike && !ofTexts && wished === null)
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
  const sql = { reference: valueSql(name, reference.of, type), current: valueSql(name, current.of, type) };
  const distinct = { reference: reference.distinct, current: current.distinct };
  return { type, sql, distinct, notes };
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

function valueSql(name: string, of: string, type: FeatureType): string {
  const cell = identifier(name);
  const isText = of === 'VARCHAR' || of === 'JSON';
  const value = isText ? filledSql(name) : cell;
  switch (type) {
    case 'number':
      return of === 'BOOLEAN' ? `CAST(CAST(${cell} AS TINYINT) AS DOUBLE)` : `TRY_CAST(${value} AS DOUBLE)`;
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

/** Milliseconds since 1970; times of a day since its beginning. */
function dateSql(value: string, of: string): string {
  if (/^TIME($| |_NS)/.test(of)) return `CAST(epoch_us(CAST(${value} AS TIME)) / 1000 AS DOUBLE)`;
  if (of.includes('TIME ZONE')) return `CAST(epoch_ms(${value}) AS DOUBLE)`;
  return `CAST(epoch_ms(TRY_CAST(${value} AS TIMESTAMP)) AS DOUBLE)`;
}
