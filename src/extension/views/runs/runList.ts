/** A list of runs below a group or a run, of which the first pages are loaded. */
import type { RunRow } from '../../../protocol/entities';
import type { RunGrouping } from '../../../protocol/lists';
import { MAX_PAGE, type Params } from '../../../protocol/requests';
import type { StoreSession } from '../../stores/session';
import type { RunNode } from './nodes';
import { selectionOf, selectionWith, type TreeQuery } from './query/query';

/** Rows that one "Load more" brings. */
export const PAGE = 50;
/** Runs shown out of their turn, each in one list. */
const MAX_REVEALED = 3;

type Place = { readonly group: { grouping: RunGrouping; value: string | null } } | { readonly parentRunId: string };

export class RunList {
  nodes: readonly RunNode[] = [];
  hasMore = false;
  isLoaded = false;
  /** Whether its rows are in the tree; those of a folded parent are not. */
  isOpen = false;
  /** Something changed while nobody could see it: asked for again when it is unfolded. */
  isStale = false;
  /** How many rows the user asked to see. */
  wanted = PAGE;
  /** Runs further down that were revealed: they stand behind the others. */
  private revealed: readonly string[] = [];

  constructor(readonly place: Place) {}

  reveal(runId: string): void {
    this.revealed = [...this.revealed.filter((id) => id !== runId), runId].slice(-MAX_REVEALED);
  }

  /** The first rows, as many as are wanted, and those that were revealed. */
  async fetch(session: StoreSession, query: TreeQuery): Promise<{ rows: RunRow[]; hasMore: boolean }> {
    const { columns } = query;
    const { rows, hasMore } = await fetchPages(this.wanted, async (limit, pageToken) => {
      const { runs, nextPageToken } = await session.request('runs/list', {
        ...this.placed(query),
        orderBy: query.order,
        stacked: true,
        columns,
        limit,
        ...pageToken,
      });
      return { rows: runs, nextPageToken };
    });
    const further = this.revealed.filter((id) => rows.every(({ runId }) => runId !== id));
    if (!hasMore || further.length === 0) return { rows, hasMore };
    const found = await Promise.all(
      further.map((runId) => session.request('runs/list', { ...this.placed(query, runId), columns, limit: 1 })),
    );
    return { rows: [...rows, ...found.flatMap(({ runs }) => runs)], hasMore };
  }

  /** @param only the one run that is asked for */
  private placed(query: TreeQuery, only?: string): Params<'runs/list'> {
    // The filter chooses among the runs on top; below one that is shown all its children are.
    const choice = 'group' in this.place ? query : { text: '' };
    return { ...this.place, ...(only === undefined ? selectionOf(choice) : selectionWith(choice, only)) };
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
