/** The SQL that makes of a file's rows what is scored and what is kept. Pure. */
import type { Datatype } from '../inference/datatype';
import type { ScorePlan } from '../protocol/score';
import { feedCell, keptCell, SQL_TYPES } from './cells';
import { identifier } from '../tables/duck';

export interface Check {
  /** Of the input. */
  readonly column: number;
  /** What it should have been: `a number`. */
  readonly wanted: string;
}

export interface RowsSql {
  /** `feed0` and so on, `kept0` and so on, `digest` where that is wanted, and `bad`: 1 for the first of the checks that fails, null where none does. */
  readonly columns: string;
  readonly checks: readonly Check[];
}

export function rowsSql({ inputs, kept, columns, order }: ScorePlan): RowsSql {
  const checks: (Check & { readonly sql: string })[] = [];
  const noted = (column: number, wanted: string, sql: string | null) => {
    if (sql !== null && !checks.some((check) => check.sql === sql)) checks.push({ column, wanted, sql });
  };
  const column = (at: number) => columns[at] ?? { name: '', type: 'VARCHAR' };
  const feeds = inputs.map(({ at, datatype }, index) => {
    const of = datatype as Datatype;
    const cells = at.map((place) => {
      const { value, bad } = feedCell(column(place).name, column(place).type, of);
      noted(place, wantedWords(of), bad);
      return value;
    });
    return `[${cells.join(', ')}]::${SQL_TYPES[of]}[${String(at.length)}] AS feed${String(index)}`;
  });
  const keeps = kept.map((place, index) => {
    const { name, type } = column(place);
    const to = keptType(type, order.format, columns[place]?.sniffed ?? type);
    const { value, bad } = keptCell(name, type, to);
    noted(place, `of the type ${to}, as those before it`, bad);
    return `${value} AS kept${String(index)}`;
  });
  const cases = checks.map(({ sql }, at) => `WHEN ${sql} THEN ${String(at + 1)}`);
  const bad = cases.length === 0 ? 'NULL::INTEGER AS bad' : `CASE ${cases.join(' ')} END AS bad`;
  const digest = order.withDigest ? [`${digestSql(columns)} AS digest`] : [];
  return { columns: [...feeds, ...keeps, ...digest, bad].join(', '), checks };
}

/** Cells as texts with U+001F between them; nothing is U+0000. */
function digestSql(columns: ScorePlan['columns']): string {
  const cells = columns.map(({ name }) => `coalesce(CAST(${identifier(name)} AS VARCHAR), chr(0))`);
  return `sha256(concat_ws(chr(31), ${cells.join(', ')}))`;
}

/** Texts of a CSV file stay as they are in texts; Parquet's columns have types. */
function keptType(read: string, format: ScorePlan['order']['format'], sniffed: string): string {
  if (format === 'csv') return 'VARCHAR';
  return read === 'VARCHAR' ? sniffed : read;
}

function wantedWords(datatype: Datatype): string {
  if (datatype === 'BOOL') return 'true or false';
  if (datatype === 'FP16' || datatype === 'FP32' || datatype === 'FP64') return 'a number';
  return `a whole number that ${datatype} holds`;
}

/** What the output has of each row: what is kept, then what the model says. */
export function outputSql({ kept, columns, outputs, order }: ScorePlan): string {
  const names = kept.map((at, index) => `kept${String(index)} AS ${identifier(columns[at]?.name ?? '')}`);
  const number = order.isNumbered ? ['number AS "row"'] : [];
  const digest = order.withDigest ? ['digest AS row_digest'] : [];
  const isJson = order.format === 'jsonl';
  const answers = outputs.flatMap(({ columns: own, datatype }, index) =>
    own.map((name, at) => {
      const cell = `answer${String(index)}_${String(at)}`;
      const isFloat = datatype.startsWith('FP');
      // JSON has no word for what is no number.
      const value = isJson && isFloat ? `CASE WHEN isfinite(${cell}) THEN ${cell} END` : cell;
      return `${value} AS ${identifier(name)}`;
    }),
  );
  const { version, label } = order.model;
  const text = (version ? `${version.name}/${String(version.version)}` : label).replaceAll("'", "''");
  return [
    ...names,
    ...number,
    ...digest,
    ...answers,
    ...(order.withVersion ? [`'${text}' AS model_version`] : []),
  ].join(', ');
}
