/** The table that is asked about: what DuckDB reads, or a JSON document in one of pandas' forms, as MLflow keeps examples. */
import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { isRecord, tableOfRecords, tableOfSplit } from '../../inference/given';
import { parseJson } from '../../inference/json';
import { Refused } from '../../inference/refused';
import type { Table } from '../../inference/table';
import { LoopwrightError } from '../../protocol/errors';
import { type OpenTable, withRows } from '../data';

/** Parsed as a whole. */
const MAX_DOCUMENT_BYTES = 30_000_000;
const PART = 1000;

/** @throws LoopwrightError as `withRows` */
export function withTable<T>(path: string, signal: AbortSignal, work: (table: OpenTable) => Promise<T>): Promise<T> {
  const table = documentIn(path);
  return table ? work(openOf(table)) : withRows(path, signal, work);
}

/** Null for what is left to others, who say what is wrong with it. */
function documentIn(path: string): Table | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isFile() || found.size === 0 || !/\.json$/i.test(path)) return null;
  const name = basename(path);
  const wrong = (why: string) => new LoopwrightError('bad_request', `${name} is no table: ${why}`);
  if (found.size > MAX_DOCUMENT_BYTES)
    throw wrong('a JSON document of more than 30 MB is not read. Give JSON lines, CSV or Parquet.');
  try {
    return tableOf(parseJson(readFileSync(path, 'utf8'), { exactIntegers: true }));
  } catch (error) {
    if (error instanceof Refused) throw wrong(error.message.replace(/^The body/, 'it'));
    throw error;
  }
}

function tableOf(json: unknown): Table {
  const refuse = (why: string) => new Refused(why);
  const inner = isRecord(json)
    ? (json.dataframe_split ?? json.dataframe_records ?? json.inputs ?? json.instances ?? json)
    : json;
  if (isRecord(inner) && 'data' in inner) return tableOfSplit(inner, refuse);
  if (isRecord(inner)) return tableOfColumns(inner);
  if (!Array.isArray(inner)) throw refuse('it is neither a list of rows nor an object with "columns" and "data".');
  const rows = inner as unknown[];
  return rows.length > 0 && rows.every(isRecord) ? tableOfRecords(rows) : tableOfSplit({ data: rows }, refuse);
}

/** A list for each column. */
function tableOfColumns(lists: Readonly<Record<string, unknown>>): Table {
  const columns = Object.keys(lists);
  const [first, ...others] = Object.values(lists);
  if (!Array.isArray(first) || others.some((list) => !Array.isArray(list) || list.length !== first.length))
    throw new Refused('it is neither a list of rows nor an object with "columns" and "data".');
  const all = Object.values(lists) as (readonly unknown[])[];
  return { columns, rows: first.map((_, row) => all.map((list) => list[row])) };
}

function openOf({ columns, rows }: Table): OpenTable {
  return {
    columns,
    width: columns?.length ?? rows[0]?.length ?? 0,
    rows: function* () {
      for (let from = 0; from < rows.length; from += PART) yield rows.slice(from, from + PART);
    },
    count: () => Promise.resolve(rows.length),
  };
}
