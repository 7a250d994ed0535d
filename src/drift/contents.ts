/** What the columns of a table hold. Of texts all values say it, not the first. */
import type { DuckDBConnection } from '@duckdb/node-api';
import type { FeatureType } from '../protocol/drift';
import { identifier } from '../tables/duck';
import type { SideName, Table } from './table';

export interface Content {
  readonly type: FeatureType;
  /** DuckDB's. */
  readonly of: string;
  /** Values that there are; null where they need not be counted. */
  readonly filled: number | null;
  /** Of them, those that are not of the type. */
  readonly odd: number;
  /** How many differ, about; null where nobody has counted. */
  readonly distinct: number | null;
  /** Whether so few differ that rows are best counted by value before anything else is done with them. */
  readonly isGrouped: boolean;
}

export const NO_CONTENT: Content = {
  ...{ type: 'category', of: 'VARCHAR', filled: 0, odd: 0, distinct: 0, isGrouped: false },
};

/** A column of texts is numbers, or dates, where nearly all of it is: what is not, is told of. */
const NEARLY_ALL = 0.95;
/** Texts longer than that, in the mean, that mostly differ, are sentences, not names of anything. */
const SENTENCE_CHARS = 30;
const MOSTLY = 0.5;
/** Columns that one query looks at. */
const AT_ONCE = 64;
/** What people write where there is nothing. */
const NOTHING = '\\s*(?i:na|n/a|nan|null|none)?\\s*';

/** Lists of numbers are embeddings. */
const isEmbedding = (type: string): boolean => /^(FLOAT|DOUBLE|DECIMAL\(.*\)|U?\w*INT(EGER)?)\[\d*\]$/.test(type);
export const isNested = (type: string): boolean =>
  !isEmbedding(type) && /[[{]|^(STRUCT|MAP|UNION|BLOB|VARIANT)/.test(type);

/** @param types DuckDB's, by the names of columns */
export async function contentsOf(
  connection: DuckDBConnection,
  { side, rows }: Table,
  names: readonly string[],
  types: ReadonlyMap<string, string>,
): Promise<Map<string, Content>> {
  const contents = new Map<string, Content>();
  const texts: string[] = [];
  for (const name of names) {
    const of = types.get(name) ?? 'VARCHAR';
    const type = typeOf(of);
    if (type === null) texts.push(name);
    else contents.set(name, { type, of, filled: null, odd: 0, distinct: null, isGrouped: type === 'boolean' });
  }
  for (let from = 0; from < texts.length; from += AT_ONCE) {
    const some = texts.slice(from, from + AT_ONCE);
    const few = await ofFewValues(connection, side, rows, some);
    for (const name of few)
      contents.set(name, (await textContents(connection, groupedSql(name, side), [name], true))[0] ?? NO_CONTENT);
    const many = some.filter((name) => !few.has(name));
    for (const [at, content] of (await textContents(connection, side, many, false)).entries())
      contents.set(many[at] ?? '', content);
  }
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

/**
 * A text without the words for nothing. Not by IN: of more than a few values DuckDB makes a join of it, whose rows come in no order, and
 * columns that are read one after the other have to be of the same rows.
 */
export const filledSql = (name: string): string => {
  const cell = identifier(name);
  return `CASE WHEN regexp_full_match(${cell}, '${NOTHING}') THEN NULL ELSE ${cell} END`;
};

/** How many rows have a value, beside the column itself. */
export const timesOf = (name: string): string => (name === 'times' ? 'rows' : 'times');

/** The column's values, each once, with how many rows have it. */
export const groupedSql = (name: string, side: SideName): string =>
  `(SELECT ${identifier(name)}, count(*) AS ${timesOf(name)} FROM ${side} GROUP BY 1)`;

/** Rows from all over a table that tell whether a column has few values. */
const LOOKED_AT = 20_000;
const FEW = 4000;

/** Those whose values seem to be few. */
async function ofFewValues(
  connection: DuckDBConnection,
  side: SideName,
  rows: number,
  names: readonly string[],
): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set();
  const share = Math.max(Math.min((LOOKED_AT / Math.max(rows, 1)) * 100, 100), 0.001);
  const columns = names.map((name) => identifier(name)).join(', ');
  const counted = names.map((name) => `approx_count_distinct(${identifier(name)})`).join(', ');
  const sample =
    share === 100 ? side : `(SELECT ${columns} FROM ${side} USING SAMPLE ${share.toFixed(3)} PERCENT (system, 7))`;
  const result = await connection.runAndReadAll(`SELECT ${counted} FROM ${sample}`);
  const [found = []] = result.getRowsJson();
  return new Set(names.filter((_, at) => Number(found[at]) <= FEW));
}

/** @param source with the columns, and, where it is grouped, how many rows have a value */
async function textContents(
  connection: DuckDBConnection,
  source: string,
  names: readonly string[],
  isGrouped: boolean,
): Promise<Content[]> {
  if (names.length === 0) return [];
  const times = isGrouped ? timesOf(names[0] ?? '') : '1';
  const cells = names.map((name, at) => `${filledSql(name)} AS t${String(at)}`);
  const rowsWhere = (condition: string): string => `coalesce(sum(CASE WHEN ${condition} THEN ${times} END), 0)`;
  const figures = names.flatMap((_, at) => {
    const cell = `t${String(at)}`;
    // Texts that are none cost most to be read as numbers: how they begin says enough of nearly all.
    const mayBeNumber = `ascii(${cell}) <= 57 OR lower(left(${cell}, 3)) = 'inf'`;
    const isNumber = `TRY_CAST(${cell} AS DOUBLE) IS NOT NULL`;
    const mayBeDate = `ascii(${cell}) BETWEEN 48 AND 57 AND NOT ${isNumber}`;
    return [
      rowsWhere(`${cell} IS NOT NULL`),
      rowsWhere(`CASE WHEN ${mayBeNumber} THEN ${isNumber} END`),
      rowsWhere(`lower(${cell}) IN ('true', 'false')`),
      rowsWhere(`CASE WHEN ${mayBeDate} THEN TRY_CAST(${cell} AS TIMESTAMP) IS NOT NULL END`),
      `coalesce(sum(length(${cell}) * ${times}), 0)`,
      isGrouped ? `count(${cell})` : `approx_count_distinct(${cell})`,
    ];
  });
  const inner = isGrouped ? [...cells, times] : cells;
  const result = await connection.runAndReadAll(
    `SELECT ${figures.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${source})`,
  );
  const row = (result.getRowsJson()[0] ?? []).map(Number);
  return names.map((_, at) => contentIn(row.slice(at * 6, at * 6 + 6), isGrouped));
}

function contentIn(
  [filled = 0, numbers = 0, truths = 0, dates = 0, chars = 0, distinct = 0]: readonly number[],
  isGrouped: boolean,
): Content {
  const own = { of: 'VARCHAR', filled, odd: 0, distinct, isGrouped };
  if (filled === 0) return { type: 'category', ...own };
  if (truths === filled) return { type: 'boolean', ...own };
  if (numbers >= filled * NEARLY_ALL) return { type: 'number', ...own, odd: filled - numbers };
  if (dates >= filled * NEARLY_ALL) return { type: 'date', ...own, odd: filled - dates };
  const isText = chars > SENTENCE_CHARS * filled && distinct > filled * MOSTLY;
  return { type: isText ? 'text' : 'category', ...own };
}
