/** A server's experiments and runs as rows of the Runs tree, each page asked for when it is seen. */
import * as vscode from 'vscode';
import type { RunRow } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { Result, ServerExperiment, ServerRun } from '../../protocol/requests';
import { plain } from '../text';
import { runItem } from '../views/runs/collect';
import type { OtherNode } from '../views/runs/otherNodes';
import { accessTo, askingSession } from './access';
import type { Servers } from '.';

const { None, Collapsed } = vscode.TreeItemCollapsibleState;
/** Pages without a run of the top level that are read at once, before the user is asked to go on. */
const MAX_PAGES = 10;

export class ServerTree {
  private readonly nodes = new Map<string, ServerNode>();

  constructor(private readonly servers: Servers) {}

  roots(urls: readonly string[]): ServerNode[] {
    return urls.map((url) => {
      const node = this.nodes.get(url) ?? new ServerNode(url, this.servers);
      this.nodes.set(url, node);
      return node;
    });
  }
}

/** A list that grows page by page. */
abstract class PagedNode implements OtherNode {
  readonly kind = 'other';
  private shown: OtherNode[] | null = null;
  private nextPage: string | null | undefined;

  constructor(
    readonly id: string,
    readonly servers: Servers,
    readonly url: string,
    readonly parent: OtherNode | undefined,
  ) {}

  abstract item(nowMs: number): vscode.TreeItem;
  /** Takes in a page. @returns the next page's token, and the rows that there are now */
  protected abstract page(token: string | undefined): Promise<{ next: string | null; rows: OtherNode[] }>;

  async children(): Promise<readonly OtherNode[]> {
    if (this.shown !== null) return this.shown;
    try {
      const { next, rows } = await this.page(this.nextPage ?? undefined);
      this.nextPage = next;
      this.shown = next === null ? rows : [...rows, this.more()];
      return this.shown.length > 0 ? this.shown : [new MessageNode(this, vscode.l10n.t('Nothing here'), 'info')];
    } catch (thrown) {
      return [new FailureNode(this, LoopwrightError.from(thrown))];
    }
  }

  /** Asks for what comes next, or again for what could not be had. */
  again(): void {
    this.shown = null;
    this.servers.tell(this);
  }

  private more(): OtherNode {
    return new ButtonNode(this, vscode.l10n.t('Load more…'), 'ellipsis', () => this.again());
  }
}

export class ServerNode extends PagedNode {
  private readonly experiments: ServerExperimentNode[] = [];

  constructor(url: string, servers: Servers) {
    super(`server:${url}`, servers, url, undefined);
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.url.replace(/^https?:\/\//, ''), Collapsed);
    item.id = this.id;
    item.description = vscode.l10n.t('MLflow server');
    item.iconPath = new vscode.ThemeIcon('server-environment');
    item.contextValue = 'server';
    item.tooltip = this.url;
    return item;
  }

  protected async page(token: string | undefined) {
    const { experiments, nextPageToken } = await askingSession(this.servers.parts.stores).request(
      'servers/experiments',
      {
        server: await accessTo(this.url, this.servers.parts),
        ...(token === undefined ? {} : { pageToken: token }),
      },
    );
    for (const one of experiments) this.experiments.push(new ServerExperimentNode(one, this));
    return { next: nextPageToken, rows: [...this.experiments] };
  }
}

export class ServerExperimentNode extends PagedNode {
  private readonly top: ServerRunNode[] = [];
  private readonly byId = new Map<string, ServerRunNode>();
  /** Children come before their parent: they were begun later. */
  private orphans: ServerRun[] = [];

  constructor(
    readonly experiment: ServerExperiment,
    server: ServerNode,
  ) {
    super(`${server.id}:${experiment.id}`, server.servers, server.url, server);
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(plain(this.experiment.name), Collapsed);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon('beaker');
    item.contextValue = 'serverExperiment';
    return item;
  }

  protected async page(token: string | undefined) {
    let next: string | null | undefined = token;
    const before = this.top.length;
    for (let count = 0; count < MAX_PAGES && next !== null && this.top.length === before; count++) {
      const page: Result<'servers/runs'> = await askingSession(this.servers.parts.stores).request('servers/runs', {
        server: await accessTo(this.url, this.servers.parts),
        experimentId: this.experiment.id,
        ...(next === undefined ? {} : { pageToken: next }),
      });
      this.take(page.runs, page.nextPageToken === null);
      next = page.nextPageToken;
    }
    return { next: next ?? null, rows: [...this.top] };
  }

  private take(runs: readonly ServerRun[], isLast: boolean): void {
    for (const run of runs) {
      const node = new ServerRunNode(run, this);
      this.byId.set(run.id, node);
      if (run.parentId === null) this.top.push(node);
      else this.orphans.push(run);
    }
    this.orphans = this.orphans.filter((run) => {
      const node = this.byId.get(run.id);
      const parent = this.byId.get(run.parentId ?? '');
      if (!node || (!parent && !isLast)) return true;
      // The parent of some is deleted, or of another experiment.
      if (parent) parent.adopt(node);
      else this.top.push(node);
      return false;
    });
  }
}

export class ServerRunNode implements OtherNode {
  readonly kind = 'other';
  private readonly below: ServerRunNode[] = [];
  private above: ServerRunNode | null = null;

  constructor(
    readonly run: ServerRun,
    readonly experiment: ServerExperimentNode,
  ) {}

  get parent(): OtherNode {
    return this.above ?? this.experiment;
  }

  get id(): string {
    return `${this.experiment.id}:${this.run.id}`;
  }

  get url(): string {
    return this.experiment.url;
  }

  adopt(child: ServerRunNode): void {
    this.below.push(child);
    child.above = this;
  }

  item(nowMs: number): vscode.TreeItem {
    const { run } = this;
    const { label, description, icon, color, speech } = runItem(
      rowOf(run, this.below.length),
      nowMs,
      false,
      vscode.l10n,
    );
    const item = new vscode.TreeItem(label, this.below.length > 0 ? Collapsed : None);
    item.id = this.id;
    item.description = description;
    item.iconPath = new vscode.ThemeIcon(icon, color === null ? undefined : new vscode.ThemeColor(color));
    item.contextValue = 'serverRun';
    item.accessibilityInformation = { label: speech };
    const began = new Date(run.timing.startMs).toLocaleString(vscode.env.language);
    item.tooltip = [plain(run.name), run.id, plain(run.user), began].filter((line) => line !== '').join('\n');
    return item;
  }

  children(): Promise<readonly OtherNode[]> {
    return Promise.resolve(this.below);
  }
}

/** As a run of this machine is shown. */
const rowOf = ({ id, name, timing, headline }: ServerRun, childCount: number): RunRow => ({
  runId: id,
  experimentId: 0,
  experiment: '',
  parentRunId: null,
  childCount,
  name,
  kind: 'client',
  timing,
  exitCode: null,
  signal: null,
  reason: null,
  stoppedAt: null,
  headline,
  starred: false,
  pinned: false,
  deleted: false,
  values: [],
});

class MessageNode implements OtherNode {
  readonly kind = 'other';

  constructor(
    readonly parent: PagedNode,
    private readonly text: string,
    private readonly icon: string,
  ) {}

  get id(): string {
    return `${this.parent.id}:${this.icon}`;
  }

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(this.text, None);
    item.id = this.id;
    item.iconPath = new vscode.ThemeIcon(this.icon);
    return item;
  }

  children(): Promise<readonly OtherNode[]> {
    return Promise.resolve([]);
  }
}

/** A row that does something when it is clicked. */
class ButtonNode extends MessageNode {
  constructor(
    parent: PagedNode,
    private readonly title: string,
    icon: string,
    private readonly act: () => void,
  ) {
    super(parent, title, icon);
  }

  override item(): vscode.TreeItem {
    const item = super.item();
    item.command = { command: 'loopwright.loadMore', title: this.title, arguments: [this] };
    return item;
  }

  load(): Promise<void> {
    this.act();
    return Promise.resolve();
  }
}

/** Says in its place why something can't be read, and what can be done. */
class FailureNode implements OtherNode {
  readonly kind = 'other';

  constructor(
    readonly parent: PagedNode,
    private readonly error: LoopwrightError,
  ) {}

  get id(): string {
    return `${this.parent.id}:failure`;
  }

  item(): vscode.TreeItem {
    const wantsToken = this.error.code === 'server_refused';
    const label = wantsToken ? vscode.l10n.t('The server wants a token') : vscode.l10n.t('The server can’t be read');
    const way = wantsToken ? vscode.l10n.t('Change Token…') : vscode.l10n.t('Retry');
    const item = new vscode.TreeItem(label, None);
    item.id = this.id;
    item.description = way;
    item.tooltip = plain(this.error.message, 600);
    item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    item.accessibilityInformation = { label: `${label}. ${plain(this.error.message, 600)} ${way}` };
    item.command = wantsToken
      ? { command: 'loopwright.changeServerToken', title: way, arguments: [this] }
      : { command: 'loopwright.loadMore', title: way, arguments: [this] };
    return item;
  }

  get url(): string {
    return this.parent.url;
  }

  load(): Promise<void> {
    this.parent.again();
    return Promise.resolve();
  }

  children(): Promise<readonly OtherNode[]> {
    return Promise.resolve([]);
  }
}
