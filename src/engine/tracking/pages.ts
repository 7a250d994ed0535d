/** Paging: tokens that say where a page ended, and pages that stay small whatever people name things. */
import type { Database } from 'better-sqlite3';
import * as z from 'zod';
import { LoopwrightError } from '../../protocol/errors';

/** A page stops early when it reaches this, in bytes: a message stays below 1 MB. */
const MAX_PAGE_TEXT = 400_000;

const Token = z.array(z.union([z.string(), z.number()])).max(64);

export interface PageRequest {
  readonly limit: number;
  readonly pageToken?: string | undefined;
}

export interface Page<Item> {
  readonly items: Item[];
  readonly nextPageToken: string | null;
}

export function encodeToken(values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/** @throws LoopwrightError `bad_request` */
export function decodeToken(token: string): (string | number)[] {
  try {
    return Token.parse(JSON.parse(Buffer.from(token, 'base64url').toString('utf8')));
  } catch (error) {
    throw new LoopwrightError('bad_request', 'The page token is not one of this store. Ask for the first page again.', {
      cause: error,
    });
  }
}

/** A page of what was read with one row too many, shorter where its texts are long, with the token of the next. */
export function cutPage<Row, Item>(
  rows: readonly Row[],
  limit: number,
  toItem: (row: Row) => Item,
  tokenOf: (last: Row) => string,
): Page<Item> {
  const items: Item[] = [];
  let size = 0;
  for (const row of rows.slice(0, limit)) {
    const item = toItem(row);
    size += Buffer.byteLength(JSON.stringify(item));
    if (items.length > 0 && size > MAX_PAGE_TEXT) break;
    items.push(item);
  }
  const last = rows[items.length - 1];
  return { items, nextPageToken: items.length < rows.length && last ? tokenOf(last) : null };
}

export interface PageSql {
  readonly columns: string;
  /** Or a query in brackets, whose places `values` fill. */
  readonly table: string;
  readonly order: string;
  readonly values?: readonly (string | number)[];
}

/** A page of a table that belongs to a run; `order` is a column that is unique within the run. */
export function pageOfRun(db: Database, sql: PageSql, seq: number, page: PageRequest): Page<Record<string, unknown>>;
export function pageOfRun<Item>(
  db: Database,
  sql: PageSql,
  seq: number,
  page: PageRequest,
  toItem: (row: Record<string, unknown>) => Item,
): Page<Item>;
export function pageOfRun(
  db: Database,
  sql: PageSql,
  seq: number,
  page: PageRequest,
  toItem: (row: Record<string, unknown>) => unknown = (row) => row,
): Page<unknown> {
  const [after] = page.pageToken === undefined ? [] : decodeToken(page.pageToken);
  const rows = db
    .prepare<(string | number)[], Record<string, unknown> & { readonly page_key: string | number }>(
      `SELECT ${sql.order} AS page_key, ${sql.columns} FROM ${sql.table}
       WHERE run_seq = ? ${after === undefined ? '' : `AND ${sql.order} > ?`} ORDER BY ${sql.order} LIMIT ?`,
    )
    .all(...(sql.values ?? []), seq, ...(after === undefined ? [] : [after]), page.limit + 1);
  return cutPage(rows, page.limit, toItem, (row) => encodeToken([row.page_key]));
}
