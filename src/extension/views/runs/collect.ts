/** From what the engine says to what the tree shows. Pure. */
import type { RunRow } from '../../../protocol/entities';
import { formatNumber } from '../../../protocol/format';
import type { RunColumn } from '../../../protocol/lists';
import type { Problem, WayOut } from '../../stores/problem';
import type { Localizer } from '../../l10n';
import { plain } from '../../text';
import { describeRun, lookOf, speakRun } from './format';

/** A row of the tree before VS Code knows of it. */
export interface Item {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  readonly color: string | null;
  readonly contextValue: string;
  readonly speech: string;
  readonly tooltip?: string;
}

export function runItem(
  row: RunRow,
  nowMs: number,
  canWrite: boolean,
  l10n: Localizer,
  columns: readonly RunColumn[] = [],
): Item {
  const { icon, color } = lookOf(row.timing.status, l10n);
  const marks = [...(row.starred ? ['starred'] : []), ...(row.pinned ? ['pinned'] : [])];
  return {
    label: plain(row.name) || row.runId.slice(0, 8),
    description: describeRun(row, nowMs, l10n, columns),
    icon,
    color,
    contextValue: [
      'run',
      row.timing.endMs === null ? 'running' : 'over',
      row.kind,
      ...marks,
      canWrite ? 'writable' : 'readonly',
    ].join(':'),
    speech: speakRun(row, nowMs, l10n, columns),
  };
}

/** @param reason why the filter is not understood; null if it only leaves nothing */
export function nothingItem(reason: string | null, l10n: Localizer): Item {
  const label = reason === null ? l10n.t('No run matches the filter') : l10n.t('The filter is not understood');
  const way = reason === null ? l10n.t('Clear Filter') : l10n.t('Change Filter…');
  return {
    label,
    description: way,
    icon: reason === null ? 'filter' : 'warning',
    color: reason === null ? null : 'list.warningForeground',
    contextValue: 'nothing',
    speech: [`${label}.`, ...(reason === null ? [] : [plain(reason, 600)]), way].join(' '),
    ...(reason === null ? {} : { tooltip: plain(reason, 600) }),
  };
}

export function problemItem(problem: Problem, l10n: Localizer): Item {
  const label = titleOf(problem, l10n);
  const [mainWayOut] = problem.waysOut;
  const hint = mainWayOut ? wordOf(mainWayOut, l10n) : '';
  return {
    label,
    description: hint || plain(problem.reason, 120),
    icon: problem.severity,
    color: problem.severity === 'error' ? 'list.errorForeground' : 'list.warningForeground',
    contextValue: `problem:${problem.waysOut.join(':')}`,
    speech: `${label}. ${plain(problem.reason, 600)}${hint ? ` ${hint}` : ''}`,
    tooltip: `${label}.\n\n${problem.reason}`,
  };
}

export function moreItem(total: number | null, shown: number, l10n: Localizer): Item {
  const rest = total === null ? '' : l10n.t('{0} not shown', formatNumber(Math.max(total - shown, 1)));
  const label = l10n.t('Load more…');
  return { label, description: rest, icon: 'ellipsis', color: null, contextValue: 'more', speech: `${label} ${rest}` };
}

function titleOf({ code }: Problem, l10n: Localizer): string {
  switch (code) {
    case 'not_adopted':
      return l10n.t('Store from elsewhere');
    case 'store_corrupt':
      return l10n.t('Damaged database');
    case 'store_newer':
      return l10n.t('Store of a newer version');
    case 'store_foreign':
      return l10n.t('Store of another user');
    case 'read_only':
      return l10n.t('Read-only store');
    case 'engine_unavailable':
      return l10n.t('Engine not running');
    default:
      return l10n.t('Store can’t be opened');
  }
}

function wordOf(wayOut: WayOut, l10n: Localizer): string {
  switch (wayOut) {
    case 'adopt':
      return l10n.t('Adopt Store…');
    case 'repair':
      return l10n.t('Repair Store');
    case 'retry':
      return l10n.t('Retry');
    case 'showLog':
      return l10n.t('Show Log');
  }
}

export interface Reconciled<Node> {
  readonly nodes: Node[];
  /** Whether the list itself is another one: members or their order. */
  readonly isOtherList: boolean;
  /** Nodes that were there and show something else now. */
  readonly updated: Node[];
}

/** Takes over what an up-to-date list says into the nodes that are shown, which stay the same objects. */
export function reconcile<Node, Row>(
  nodes: readonly Node[],
  rows: readonly Row[],
  how: {
    readonly idOfNode: (node: Node) => string | number;
    readonly idOfRow: (row: Row) => string | number;
    readonly make: (row: Row) => Node;
    /** @returns whether anything that is shown changed */
    readonly update: (node: Node, row: Row) => boolean;
  },
): Reconciled<Node> {
  const known = new Map(nodes.map((node) => [how.idOfNode(node), node]));
  const updated: Node[] = [];
  const next = rows.map((row) => {
    const node = known.get(how.idOfRow(row));
    if (!node) return how.make(row);
    if (how.update(node, row)) updated.push(node);
    return node;
  });
  const isOtherList = next.length !== nodes.length || next.some((node, index) => node !== nodes[index]);
  return { nodes: next, isOtherList, updated };
}

/** Whether two rows would be shown differently. Both come from the same schema, so that their keys stand in one order. */
export function isSameRow(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
