/** From the tree's nodes to VS Code's items. */
import * as vscode from 'vscode';
import type { WayOut } from '../../stores/problem';
import type { RunColumn } from '../../../protocol/lists';
import { type Item, moreItem, nothingItem, problemItem, runItem } from './collect';
import { groupItem } from './groups';
import type { FolderNode, GroupNode, MoreNode, NothingNode, ProblemNode, RunNode } from './nodes';

const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;

const COMMAND_OF: Readonly<Record<WayOut, string>> = {
  adopt: 'loopwright.adoptStore',
  repair: 'loopwright.repairStore',
  retry: 'loopwright.retryEngine',
  showLog: 'loopwright.showLog',
};

export function folderTreeItem(node: FolderNode): vscode.TreeItem {
  const item = new vscode.TreeItem(node.session.label, Expanded);
  item.id = node.id;
  item.iconPath = vscode.ThemeIcon.Folder;
  item.contextValue = 'folder';
  item.tooltip = node.session.paths.root;
  return item;
}

export function problemTreeItem(node: ProblemNode): vscode.TreeItem {
  const item = toTreeItem(problemItem(node.problem, vscode.l10n), node.id, None);
  const [mainWayOut] = node.problem.waysOut;
  if (mainWayOut)
    item.command = { command: COMMAND_OF[mainWayOut], title: String(item.description), arguments: [node] };
  return item;
}

export function nothingTreeItem(node: NothingNode): vscode.TreeItem {
  const item = toTreeItem(nothingItem(node.reason, vscode.l10n), node.id, None);
  const command = node.reason === null ? 'loopwright.clearRunFilter' : 'loopwright.filterRuns';
  item.command = { command, title: String(item.description) };
  return item;
}

/** @param isOpen whether it comes unfolded, where VS Code does not know it already */
export function groupTreeItem(node: GroupNode, isOpen: boolean, nowMs: number): vscode.TreeItem {
  const item = groupItem(node.grouping, node.group, nowMs, vscode.l10n, formatDay);
  return toTreeItem(item, node.id, isOpen ? Expanded : Collapsed);
}

const formatDay = (timeMs: number): string =>
  new Date(timeMs).toLocaleDateString(vscode.env.language, { dateStyle: 'medium' });

export function runTreeItem(node: RunNode, nowMs: number, columns: readonly RunColumn[]): vscode.TreeItem {
  const { row, session } = node;
  const item = toTreeItem(
    runItem(row, nowMs, session.canWrite, vscode.l10n, columns),
    node.id,
    row.childCount > 0 ? Collapsed : None,
  );
  item.command = { command: 'loopwright.showRunPage', title: vscode.l10n.t('Open Run'), arguments: [node] };
  node.shown = String(item.description);
  return item;
}

export function moreTreeItem(node: MoreNode): vscode.TreeItem {
  const { parent } = node;
  const item = toTreeItem(
    parent === null
      ? moreItem(null, 0, vscode.l10n)
      : parent.kind === 'group'
        ? moreItem(parent.group.runCount, parent.runs.nodes.length, vscode.l10n)
        : moreItem(parent.row.childCount, parent.children.nodes.length, vscode.l10n),
    node.id,
    None,
  );
  item.command = { command: 'loopwright.loadMore', title: vscode.l10n.t('Load more…'), arguments: [node] };
  return item;
}

function toTreeItem(from: Item, id: string, collapsibleState: vscode.TreeItemCollapsibleState): vscode.TreeItem {
  const item = new vscode.TreeItem(from.label, collapsibleState);
  item.id = id;
  item.description = from.description;
  item.iconPath = new vscode.ThemeIcon(from.icon, from.color === null ? undefined : new vscode.ThemeColor(from.color));
  item.contextValue = from.contextValue;
  item.accessibilityInformation = { label: from.speech };
  if (from.tooltip !== undefined) item.tooltip = from.tooltip;
  return item;
}
