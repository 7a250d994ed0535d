/** Asking in which order runs stand, and below what. */
import * as vscode from 'vscode';
import type { RunGrouping, RunOrder } from '../../../../protocol/lists';
import type { StoreSession } from '../../../stores/session';
import { keyItem, knownKeys, leftOutRow, type Offered, offered, underHeadings } from './keys';
import { pickLive } from './livePick';
import { directionsOf, type OrderBy, wordOfGrouping, wordOfOrder } from './query';
import type { QueryState } from './queryState';

const KEYS_LIMIT = 200;

interface OrderRow extends vscode.QuickPickItem {
  readonly types?: string;
  readonly order?: Pick<RunOrder, 'by' | 'key'>;
}

export async function chooseOrder(state: QueryState, sessions: readonly StoreSession[]): Promise<void> {
  const current = state.query.order;
  for (;;) {
    const chosen = await chooseWhat(current, sessions);
    if (chosen === undefined || chosen === 'back') return;
    const descending = await chooseDirection(chosen, current);
    if (descending === undefined) return;
    if (descending === 'back') continue;
    await state.change({ order: { ...chosen, descending } });
    return;
  }
}

function chooseWhat(current: RunOrder, sessions: readonly StoreSession[]) {
  const isCurrent = ({ by, key }: Pick<RunOrder, 'by' | 'key'>) => by === current.by && key === current.key;
  const attributes = (['start', 'end', 'duration', 'name', 'status'] as const satisfies OrderBy[]).map(
    (by): OrderRow => {
      const order = { by, key: '' };
      return { label: wordOfOrder(order, vscode.l10n), ...mark(isCurrent(order)), order };
    },
  );
  return pickLive<OrderRow, Pick<RunOrder, 'by' | 'key'>>({
    title: vscode.l10n.t('Sort Runs'),
    placeholder: vscode.l10n.t('Sort by'),
    now: () => attributes,
    later: async (value) => {
      const found = offered(await knownKeys(sessions, value.trim(), ['metric', 'param', 'tag'], KEYS_LIMIT), value);
      const rows = found.keys.map((key) => {
        const order = { by: key.kind, key: key.key };
        return { ...keyItem(key), ...(isCurrent(order) ? mark(true) : {}), order };
      });
      return { items: [...attributes, ...underHeadings(rows), ...leftOutRow(found)], isWhole: isWhole(value, found) };
    },
    accept: (item) => goOn(item) ?? (item?.order && { answer: item.order }),
  });
}

const isWhole = (value: string, { keys, leftOut }: Offered): boolean =>
  value === '' && leftOut === 0 && keys.length < KEYS_LIMIT;

const goOn = (item: { readonly types?: string } | undefined) =>
  item?.types === undefined ? undefined : { value: item.types };

const mark = (isCurrent: boolean) => (isCurrent ? { description: vscode.l10n.t('current') } : {});

interface DirectionRow extends vscode.QuickPickItem {
  readonly descending: boolean;
}

async function chooseDirection(
  by: Pick<RunOrder, 'by' | 'key'>,
  current: RunOrder,
): Promise<boolean | 'back' | undefined> {
  const rows = directionsOf(by.by, vscode.l10n).map(({ descending, word }): DirectionRow => {
    const isCurrent = by.by === current.by && by.key === current.key && descending === current.descending;
    const iconPath = new vscode.ThemeIcon(descending ? 'arrow-down' : 'arrow-up');
    return { label: word, descending, iconPath, ...mark(isCurrent) };
  });
  const answer = await pickLive<DirectionRow, { descending: boolean }>({
    title: vscode.l10n.t('Sort by {0}', wordOfOrder(by, vscode.l10n)),
    placeholder: vscode.l10n.t('Runs that lack the value stand behind the others'),
    canGoBack: true,
    now: () => rows,
    later: () => Promise.resolve({ items: rows, isWhole: true }),
    accept: (item) => item && { answer: item },
  });
  return answer === undefined || answer === 'back' ? answer : answer.descending;
}

interface GroupingRow extends vscode.QuickPickItem {
  readonly types?: string;
  readonly grouping?: RunGrouping;
}

const GROUPING_ICONS = {
  experiment: 'beaker',
  script: 'file-code',
  branch: 'git-branch',
  day: 'calendar',
  status: 'circle-outline',
} as const;

export async function chooseGrouping(state: QueryState, sessions: readonly StoreSession[]): Promise<void> {
  const current = state.query.grouping;
  const isCurrent = ({ by, key }: RunGrouping) => by === current.by && key === current.key;
  const fixed = Object.entries(GROUPING_ICONS).map(([by, icon]): GroupingRow => {
    const grouping: RunGrouping = { by: by as keyof typeof GROUPING_ICONS, key: '' };
    return {
      label: wordOfGrouping(grouping, vscode.l10n),
      iconPath: new vscode.ThemeIcon(icon),
      ...mark(isCurrent(grouping)),
      grouping,
    };
  });
  const grouping = await pickLive<GroupingRow, RunGrouping>({
    title: vscode.l10n.t('Group Runs'),
    placeholder: vscode.l10n.t('Group by'),
    now: () => fixed,
    later: async (value) => {
      const found = offered(await knownKeys(sessions, value.trim(), ['tag'], KEYS_LIMIT), value);
      const tags = found.keys.map((known) => {
        const byTag: RunGrouping = { by: 'tag', key: known.key };
        return { ...keyItem(known), ...(isCurrent(byTag) ? mark(true) : {}), grouping: byTag };
      });
      return { items: [...fixed, ...underHeadings(tags), ...leftOutRow(found)], isWhole: isWhole(value, found) };
    },
    accept: (item) => goOn(item) ?? (item?.grouping && { answer: item.grouping }),
  });
  if (grouping !== undefined && grouping !== 'back') await state.change({ grouping });
}
