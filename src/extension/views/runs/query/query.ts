/** What the Runs view shows and how: which runs, in which order, below what, with which values. Pure. */
import * as z from 'zod';
import { MAX_COLUMNS, NEWEST_FIRST, RunColumn, RunGrouping, RunOrder } from '../../../../protocol/lists';
import type { Localizer } from '../../../l10n';
import { plain } from '../../../text';
import { type Meant, meaningOf } from './filterText';

export const TreeQuery = z.object({
  /** As the user typed it; empty for all runs. */
  text: z.string(),
  order: RunOrder,
  grouping: RunGrouping,
  columns: z.array(RunColumn).max(MAX_COLUMNS),
});
export type TreeQuery = z.infer<typeof TreeQuery>;

export const BY_EXPERIMENT: RunGrouping = { by: 'experiment', key: '' };
export const EVERYTHING: TreeQuery = { text: '', order: NEWEST_FIRST, grouping: BY_EXPERIMENT, columns: [] };

export const SavedFilter = z.object({ name: z.string(), text: z.string() });
export type SavedFilter = z.infer<typeof SavedFilter>;

export const isFiltered = ({ text }: Pick<TreeQuery, 'text'>): boolean => text.trim() !== '';

/** What requests take of the filter; one that is not finished yet selects nothing more than its finished part. */
export function selectionOf({ text }: Pick<TreeQuery, 'text'>): Pick<Meant, 'filter' | 'search'> {
  const { filter, search } = meaningOf(text);
  return { ...(filter === undefined ? {} : { filter }), ...(search === undefined ? {} : { search }) };
}

/** The same selection, of which only one run is left if it is a part of that. */
export function selectionWith(query: Pick<TreeQuery, 'text'>, runId: string): Pick<Meant, 'filter' | 'search'> {
  const { filter, ...rest } = selectionOf(query);
  const only = `run_id = '${runId}'`;
  return { ...rest, filter: filter === undefined ? only : `${filter} AND ${only}` };
}

export type OrderBy = RunOrder['by'];

export function wordOfOrder({ by, key }: Pick<RunOrder, 'by' | 'key'>, l10n: Localizer): string {
  switch (by) {
    case 'start':
      return l10n.t('Start Time');
    case 'end':
      return l10n.t('End Time');
    case 'duration':
      return l10n.t('Duration');
    case 'name':
      return l10n.t('Name');
    case 'status':
      return l10n.t('Status');
    case 'param':
    case 'metric':
    case 'tag':
      return plain(key, 80);
  }
}

/** The two directions, the one that is wanted more often first. */
export function directionsOf(by: OrderBy, l10n: Localizer): { descending: boolean; word: string }[] {
  const [first, second] = wordsOfDirection(by, l10n);
  return [
    { descending: first.descending, word: first.word },
    { descending: !first.descending, word: second },
  ];
}

function wordsOfDirection(by: OrderBy, l10n: Localizer): [{ descending: boolean; word: string }, string] {
  switch (by) {
    case 'start':
    case 'end':
      return [{ descending: true, word: l10n.t('Newest First') }, l10n.t('Oldest First')];
    case 'duration':
      return [{ descending: true, word: l10n.t('Longest First') }, l10n.t('Shortest First')];
    case 'metric':
      return [{ descending: true, word: l10n.t('Highest First') }, l10n.t('Lowest First')];
    case 'name':
    case 'status':
    case 'param':
    case 'tag':
      return [{ descending: false, word: l10n.t('Ascending') }, l10n.t('Descending')];
  }
}

export function wordOfGrouping({ by, key }: RunGrouping, l10n: Localizer): string {
  switch (by) {
    case 'experiment':
      return l10n.t('Experiment');
    case 'script':
      return l10n.t('Script');
    case 'branch':
      return l10n.t('Branch');
    case 'day':
      return l10n.t('Day');
    case 'status':
      return l10n.t('Status');
    case 'tag':
      return l10n.t('Tag {0}', plain(key, 80));
  }
}

/** What stands above the tree while a filter is on; empty otherwise. */
export function messageOf(query: TreeQuery, matching: number | null, l10n: Localizer): string {
  if (!isFiltered(query)) return '';
  const text = plain(query.text, 120);
  if (matching === null) return l10n.t('Filter: {0}', text);
  if (matching === 0) return l10n.t('Filter: {0} (no run)', text);
  return matching === 1 ? l10n.t('Filter: {0} (1 run)', text) : l10n.t('Filter: {0} ({1} runs)', text, matching);
}
