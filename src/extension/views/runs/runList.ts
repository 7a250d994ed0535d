/** A list of runs below an experiment or a run, of which the newest pages are loaded. */
import type { RunRow } from '../../../protocol/entities';
import { MAX_PAGE } from '../../../protocol/requests';
import type { StoreSession } from '../../stores/session';
import type { RunNode } from './nodes';

/** Rows that one "Load more" brings. */
export const PAGE = 50;

export class RunList {
  nodes: readonly RunNode[] = [];
  hasMore = false;
  isLoaded = false;
  /** How many rows the user asked to see. */
  wanted = PAGE;

  constructor(readonly query: { readonly experimentId?: number; readonly parentRunId?: string }) {}

  /** The newest rows, as many as are wanted. */
  async fetch(session: StoreSession): Promise<{ rows: RunRow[]; hasMore: boolean }> {
    return fetchPages(this.wanted, async (limit, pageToken) => {
      const { runs, nextPageToken } = await session.request('runs/list', { ...this.query, limit, ...pageToken });
      return { rows: runs, nextPageToken };
    });
  }
}

/** Asks for pages until there are enough rows, or no more. */
export async function fetchPages<Row>(
  wanted: number,
  ask: (limit: number, page: { pageToken?: string }) => Promise<{ rows: Row[]; nextPageToken: string | null }>,
): Promise<{ rows: Row[]; hasMore: boolean }> {
  const rows: Row[] = [];
  let next: string | null = null;
  do {
    const page = await ask(Math.min(wanted - rows.length, MAX_PAGE), next === null ? {} : { pageToken: next });
    rows.push(...page.rows);
    next = page.nextPageToken;
  } while (next !== null && rows.length < wanted);
  return { rows, hasMore: next !== null };
}
