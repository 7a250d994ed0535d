/** Cells of a table as SQL: what a model takes of them, what goes into the output, and which are neither. Pure. */
import { type Datatype } from '../inference/datatype';
import { identifier } from '../tables/duck';

export interface CellSql {
  readonly value: string;
  /** True where the cell has no such value; null where that can't be. */
  readonly bad: string | null;
}

interface Whole {
  readonly sql: string;
}

/** Whole numbers are compared as these: more digits than any of the types below has, and what stands behind the point. */
const EXACT = 'DECIMAL(38, 9)';

const WHOLE: Readonly<Partial<Record<Datatype, Whole>>> = {
  INT8: { sql: 'TINYINT' },
  INT16: { sql: 'SMALLINT' },
  INT32: { sql: 'INTEGER' },
  INT64: { sql: 'BIGINT' },
  UINT8: { sql: 'UTINYINT' },
  UINT16: { sql: 'USMALLINT' },
  UINT32: { sql: 'UINTEGER' },
  UINT64: { sql: 'UBIGINT' },
};

/** What a model's values are called in DuckDB. Half floats have no type there: they are made of floats. */
export const SQL_TYPES: Readonly<Record<Datatype, string>> = {
  BOOL: 'BOOLEAN',
  INT8: 'TINYINT',
  INT16: 'SMALLINT',
  INT32: 'INTEGER',
  INT64: 'BIGINT',
  UINT8: 'UTINYINT',
  UINT16: 'USMALLINT',
  UINT32: 'UINTEGER',
  UINT64: 'UBIGINT',
  FP16: 'FLOAT',
  FP32: 'FLOAT',
  FP64: 'DOUBLE',
  BYTES: 'VARCHAR',
};

const isText = (type: string): boolean => type === 'VARCHAR';
const isFloat = (type: string): boolean => type === 'FLOAT' || type === 'DOUBLE';
const isNumber = (type: string): boolean =>
  /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\))$/.test(type);

/** Whether a model can take something of a column of this type. */
export const isTakable = (type: string, datatype: Datatype): boolean =>
  isText(type) || type === 'JSON' || type === 'BOOLEAN' || isNumber(type) || (datatype === 'BYTES' && isScalar(type));

/** Neither a list nor a record. */
export const isScalar = (type: string): boolean => !/[[({<]|STRUCT|MAP|UNION/.test(type.replace(/^DECIMAL\(.*\)$/, ''));

/**
 * A cell as a model takes it. Nothing is NaN where it takes floats, the empty text where it takes texts, and no whole number.
 *
 * @param type DuckDB's type of the column
 */
export function feedCell(name: string, type: string, datatype: Datatype): CellSql {
  // A text of JSON is its value, in a column of texts.
  const [cell, of] = type === 'JSON' ? [`(${identifier(name)} ->> '$')`, 'VARCHAR'] : [identifier(name), type];
  const whole = WHOLE[datatype];
  if (datatype === 'BYTES') return { value: `coalesce(CAST(${cell} AS VARCHAR), '')`, bad: null };
  if (whole) return wholeCell(cell, of, whole.sql);
  if (datatype === 'BOOL') return truthCell(cell, of);
  return floatCell(cell, of, SQL_TYPES[datatype]);
}

function floatCell(cell: string, type: string, sql: string): CellSql {
  const nan = `CAST('nan' AS ${sql})`;
  if (isText(type)) {
    // As pandas has it: a double first.
    const number = `coalesce(TRY_CAST(${cell} AS DOUBLE), CAST(TRY_CAST(${cell} AS BOOLEAN) AS DOUBLE))`;
    return {
      value: `coalesce(CAST(${number} AS ${sql}), ${nan})`,
      bad: `(trim(${cell}) <> '' AND ${number} IS NULL)`,
    };
  }
  const value = type === 'BOOLEAN' ? `CAST(CAST(${cell} AS TINYINT) AS ${sql})` : `CAST(${cell} AS ${sql})`;
  return { value: `coalesce(${value}, ${nan})`, bad: null };
}

function wholeCell(cell: string, type: string, sql: string): CellSql {
  const truth = `CAST(TRY_CAST(${cell} AS BOOLEAN) AS TINYINT)`;
  if (type === 'BOOLEAN') return { value: `CAST(CAST(${cell} AS TINYINT) AS ${sql})`, bad: `(${cell} IS NULL)` };
  if (isFloat(type))
    return {
      value: `TRY_CAST(${cell} AS ${sql})`,
      bad: `coalesce(${cell} <> trunc(${cell}) OR TRY_CAST(${cell} AS ${sql}) IS NULL, true)`,
    };
  if (isText(type)) {
    const value = `coalesce(${wholeIn(cell, sql)}, CAST(${truth} AS ${sql}))`;
    return { value, bad: `(${value} IS NULL)` };
  }
  const exact = `TRY_CAST(${cell} AS ${EXACT})`;
  return {
    value: `TRY_CAST(${exact} AS ${sql})`,
    bad: `coalesce(${exact} <> trunc(${exact}) OR TRY_CAST(${exact} AS ${sql}) IS NULL, true)`,
  };
}

/** Null where it is none: of 1.5 DuckDB would make 2. */
function wholeIn(cell: string, sql: string): string {
  const exact = `TRY_CAST(${cell} AS ${EXACT})`;
  const whole = `CASE WHEN ${exact} = trunc(${exact}) THEN TRY_CAST(${exact} AS ${sql}) END`;
  return `CASE WHEN contains(${cell}, '.') OR contains(lower(${cell}), 'e') THEN ${whole} ELSE TRY_CAST(${cell} AS ${sql}) END`;
}

function truthCell(cell: string, type: string): CellSql {
  const value = type === 'BOOLEAN' ? cell : `TRY_CAST(${cell} AS BOOLEAN)`;
  return { value, bad: `(${value} IS NULL)` };
}

/**
 * A cell as it goes into the output.
 *
 * @param from DuckDB's type of the column as it was read; `to` the type that it is to have there
 */
export function keptCell(name: string, from: string, to: string): CellSql {
  const cell = identifier(name);
  if (from === to || (!isText(from) && to === 'VARCHAR'))
    return { value: from === to ? cell : `CAST(${cell} AS VARCHAR)`, bad: null };
  if (!isText(from)) return { value: `CAST(${cell} AS ${to})`, bad: null };
  const value = to.includes('INT') ? wholeIn(cell, to) : `TRY_CAST(${cell} AS ${to})`;
  return { value, bad: `(trim(${cell}) <> '' AND ${value} IS NULL)` };
}
