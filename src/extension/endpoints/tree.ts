/** The endpoints of all stores as rows. What they have to do is asked for only while somebody looks. */
import * as vscode from 'vscode';
import type { EndpointRow } from '../../protocol/endpoints';
import { LOOK } from '../models/tree';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { describeEndpoint, iconOf, isOver, tooltipOf } from './words';

export const ENDPOINTS_VIEW = 'loopwright.endpoints';
const LOOK_AGAIN_MS = 2_000;

export class EndpointNode {
  constructor(
    readonly session: StoreSession,
    readonly row: EndpointRow,
  ) {}

  get id(): string {
    return `${this.session.paths.root}:${this.row.name}`;
  }

  /** @param store named where there are several */
  item(store: string | null): vscode.TreeItem {
    const { row } = this;
    const item = new vscode.TreeItem(row.name, vscode.TreeItemCollapsibleState.None);
    const { icon, color } = iconOf(row.state);
    item.id = this.id;
    item.description = describeEndpoint(row, store);
    item.iconPath = new vscode.ThemeIcon(icon, color === null ? undefined : new vscode.ThemeColor(color));
    item.tooltip = tooltipOf(row);
    item.contextValue = [
      'endpoint',
      isOver(row) ? 'ended' : 'living',
      row.state,
      ...(row.log === null ? [] : ['logged']),
    ].join(' ');
    item.accessibilityInformation = { label: `${row.name}. ${item.description}` };
    const title = vscode.l10n.t('Open Endpoint');
    item.command = { command: 'loopwright.openEndpoint', title, arguments: [this, LOOK] };
    return item;
  }
}

export class EndpointsTree implements vscode.TreeDataProvider<EndpointNode>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<EndpointNode | undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly view: vscode.TreeView<EndpointNode>;
  private nodes: readonly EndpointNode[] = [];
  private readonly known = new Map<StoreSession, readonly EndpointNode[]>();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> | null = null;
  private isDisposed = false;

  constructor(
    private readonly stores: Stores,
    window: Pick<typeof vscode.window, 'createTreeView'>,
  ) {
    this.view = window.createTreeView(ENDPOINTS_VIEW, { treeDataProvider: this });
    this.view.onDidChangeVisibility(() => this.refresh());
  }

  refresh(): void {
    void this.look();
  }

  async getChildren(node?: EndpointNode): Promise<EndpointNode[]> {
    if (node) return [];
    await this.looking;
    return [...this.nodes];
  }

  getTreeItem(node: EndpointNode): vscode.TreeItem {
    return node.item(this.stores.sessions.length > 1 ? node.session.label : null);
  }

  dispose(): void {
    this.isDisposed = true;
    if (this.timer) clearTimeout(this.timer);
    this.view.dispose();
    this.emitter.dispose();
  }

  /** One look at a time; whoever asks meanwhile gets one of its own afterwards. */
  private async look(): Promise<void> {
    const before = this.looking;
    const mine = (before ?? Promise.resolve()).then(() => this.collect());
    this.looking = mine;
    await mine;
    if (this.looking !== mine) return;
    this.looking = null;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    if (this.view.visible && !this.isDisposed) this.timer = setTimeout(() => this.refresh(), LOOK_AGAIN_MS);
  }

  private async collect(): Promise<void> {
    if (!this.view.visible || this.isDisposed) return;
    const open = this.stores.sessions.filter(({ state }) => state.kind === 'open');
    await Promise.all(
      open.map(async (session) => {
        try {
          const { endpoints } = await session.request('endpoints/rows', {});
          this.known.set(
            session,
            endpoints.map((row) => new EndpointNode(session, row)),
          );
        } catch {
          // What was known last stays: why the store can't be asked is said by the Runs view.
        }
      }),
    );
    for (const session of this.known.keys()) if (!this.stores.sessions.includes(session)) this.known.delete(session);
    const now = [...this.known.values()].flat();
    const before = this.nodes;
    this.nodes = now;
    if (textOf(now) !== textOf(before)) this.emitter.fire(undefined);
  }
}

const textOf = (nodes: readonly EndpointNode[]): string =>
  JSON.stringify(nodes.map(({ id, row }) => [id, iconOf(row.state), describeEndpoint(row, null), tooltipOf(row)]));
