/** What another model has said of the same rows: the outputs of two jobs, row by row. */
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { extname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { LoopwrightError } from '../protocol/errors';
import type { ComparedColumn, ScoreComparison, ScorePlan } from '../protocol/score';
import { duckSays, identifier, quoted } from '../tables/duck';
import type { JobFolder } from './folder';
import { predicted } from './outputs';

const SHOWN_COLUMNS = 6;
const SHOWN_CHANGES = 10;
/** Numbers that differ by less than that share of them, or by less than that, are the same: sums are added up in another order. */
const SAME = 1e-6;

/** Null where nothing was to be compared. */
export async function comparisonOf(
  plan: ScorePlan,
  connection: DuckDBConnection,
  folder: JobFolder,
): Promise<ScoreComparison | null> {
  const { against, output } = plan.order;
  if (!against) return null;
  const none = { with: against, rows: null, columns: [] };
  if (!existsSync(against.output)) return { ...none, problem: `${against.output} is not there any more.` };
  try {
    const [own, other] = [sourceOf(output, folder.at('own')), sourceOf(against.output, folder.at('other'))];
    const names = await namesIn(connection, other);
    const common = predicted(plan)
      .filter(({ column }) => names.includes(column))
      .slice(0, SHOWN_COLUMNS);
    if (common.length === 0) return { ...none, problem: 'They have no column of predictions in common.' };
    const both = joined(
      own,
      other,
      common.map(({ column }) => column),
    );
    const [rows = 0, others = 0] = await numbers(connection, `SELECT count(own0), count(other0) FROM ${both}`);
    if (rows !== others)
      return {
        ...none,
        problem: `They have ${String(rows)} and ${String(others)} rows: one of them could not score rows that the other could.`,
      };
    const columns: ComparedColumn[] = [];
    for (const [at, { column, isNumber }] of common.entries())
      columns.push(
        isNumber
          ? await ofNumbers(connection, both, at, column, rows)
          : await ofClasses(connection, both, at, column, rows),
      );
    return { with: against, rows, columns, problem: null };
  } catch (error) {
    return { ...none, problem: error instanceof LoopwrightError ? error.message : duckSays(error) };
  }
}

/** Under a plain name: the path may have characters that mean something in a pattern. */
function sourceOf(path: string, stem: string): string {
  const ending = extname(path).toLowerCase();
  const link = `${stem}${ending}`;
  rmSync(link, { force: true });
  symlinkSync(path, link);
  if (ending === '.parquet' || ending === '.pq') return `read_parquet(${quoted(link)}, hive_partitioning = false)`;
  if (ending === '.csv')
    return `read_csv(${quoted(link)}, header = true, all_varchar = true, delim = ',', quote = '"', escape = '"', hive_partitioning = false)`;
  if (ending === '.jsonl' || ending === '.ndjson') return `read_ndjson(${quoted(link)}, hive_partitioning = false)`;
  throw new LoopwrightError('bad_request', `${path} is no output that can be compared: .csv, .jsonl or .parquet.`);
}

async function namesIn(connection: DuckDBConnection, source: string): Promise<string[]> {
  const found = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${source}`);
  return found.getRowsJson().flatMap(([name]) => (typeof name === 'string' ? [name] : []));
}

/** Nothing is an empty text here: CSV knows no difference, and a row that is there has to count. */
function joined(own: string, other: string, columns: readonly string[]): string {
  const select = (side: string, source: string) =>
    `(SELECT ${columns.map((column, at) => `coalesce(CAST(${identifier(column)} AS VARCHAR), '') AS ${side}${String(at)}`).join(', ')} FROM ${source})`;
  return `${select('own', own)} POSITIONAL JOIN ${select('other', other)}`;
}

async function numbers(connection: DuckDBConnection, sql: string): Promise<number[]> {
  const [row = []] = (await connection.runAndReadAll(sql)).getRowsJson();
  return row.map((value) => Number(value ?? 0));
}

async function ofNumbers(
  connection: DuckDBConnection,
  both: string,
  at: number,
  column: string,
  rows: number,
): Promise<ComparedColumn> {
  const cell = (side: 'own' | 'other') => `TRY_CAST(${side}${String(at)} AS DOUBLE)`;
  const pair = `SELECT ${cell('own')} AS one, ${cell('other')} AS two FROM ${both}`;
  const isOther = `coalesce(abs(one - two) > ${String(SAME)} * greatest(1, abs(one)), (one IS NULL) <> (two IS NULL))`;
  const [differ = 0, mean = 0, largest = 0] = await numbers(
    connection,
    `SELECT count(*) FILTER (${isOther}), avg(abs(one - two)) FILTER (isfinite(one) AND isfinite(two)), max(abs(one - two)) FILTER (isfinite(one) AND isfinite(two)) FROM (${pair})`,
  );
  return { kind: 'numbers', column, differ: share(differ, rows), mean, largest };
}

async function ofClasses(
  connection: DuckDBConnection,
  both: string,
  at: number,
  column: string,
  rows: number,
): Promise<ComparedColumn> {
  const [own, other] = [`own${String(at)}`, `other${String(at)}`];
  const [differ = 0] = await numbers(connection, `SELECT count(*) FILTER (${own} <> ${other}) FROM ${both}`);
  const found = await connection.runAndReadAll(
    `SELECT ${other}, ${own}, count(*) FROM ${both} WHERE ${own} <> ${other} GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT ${String(SHOWN_CHANGES)}`,
  );
  const changes = found
    .getRowsJson()
    .map(([from, to, count]) => ({ from: cut(from), to: cut(to), rows: Number(count) }));
  return { kind: 'classes', column, differ: share(differ, rows), changes };
}

const share = (count: number, rows: number): number => (rows === 0 ? 0 : count / rows);
const cut = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 100) : '');
