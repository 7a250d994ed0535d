/** Registered models and their versions as rows, each page asked for when it is seen. */
import * as vscode from 'vscode';
import { formatNumber, formatRelative } from '../../protocol/format';
import { fromWireNumber } from '../../protocol/entities';
import { LoopwrightError } from '../../protocol/errors';
import type { ModelVersionRow, RegisteredModelRow } from '../../protocol/registry';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { plain } from '../text';
import { countModels, countWords } from './counts';
import type { ModelFilter } from './filterState';

export const MODELS_VIEW = 'loopwright.models';
const PAGE = 100;
const { Collapsed, None } = vscode.TreeItemCollapsibleState;

export type ModelsNode = StoreNode | ModelNode | VersionNode | MoreNode | FailureNode;

export class ModelsTree implements vscode.TreeDataProvider<ModelsNode>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<ModelsNode | undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly view: vscode.TreeView<ModelsNode>;
  /** How many rows of each list were asked for. */
  private readonly wanted = new Map<string, number>();

  constructor(
    private readonly stores: Stores,
    private readonly filter: Pick<ModelFilter, 'text'>,
    window: Pick<typeof vscode.window, 'createTreeView'>,
  ) {
    this.view = window.createTreeView(MODELS_VIEW, {
      treeDataProvider: this,
      showCollapseAll: true,
      canSelectMany: true,
    });
  }

  refresh(): void {
    this.emitter.fire(undefined);
    void this.say();
  }

  /** Above the tree: what chooses among the models, and how much that is. */
  private async say(): Promise<void> {
    const { text } = this.filter;
    const isLost = this.stores.sessions.some(({ state }) => state.kind === 'lost');
    if (text === '' || isLost) {
      this.view.message = isLost ? vscode.l10n.t('The engine ended. Connecting again…') : '';
      return;
    }
    const short = plain(text, 120);
    try {
      const counted = countWords(await countModels(this.stores.sessions, text));
      if (this.filter.text === text) this.view.message = vscode.l10n.t('Filter: {0} ({1})', short, counted);
    } catch {
      // Why it can't be read is a row of the tree.
      this.view.message = vscode.l10n.t('Filter: {0}', short);
    }
  }

  dispose(): void {
    this.view.dispose();
    this.emitter.dispose();
  }

  async getChildren(node?: ModelsNode): Promise<ModelsNode[]> {
    if (!node) {
      const open = this.stores.sessions.filter(({ state }) => state.kind === 'open');
      const failed = this.stores.sessions.flatMap((session) => {
        const { state } = session;
        if (state.kind !== 'failed') return [];
        return [new FailureNode(session.paths.root, state.error.message, () => session.start())];
      });
      if (failed.length > 0) return [...failed, ...open.map((session) => new StoreNode(session))];
      const [only] = open;
      if (open.length === 1 && only) return this.modelsOf(only);
      return open.map((session) => new StoreNode(session));
    }
    if (node instanceof StoreNode) return this.modelsOf(node.session);
    return node instanceof ModelNode ? this.versionsOf(node) : [];
  }

  getTreeItem(node: ModelsNode): vscode.TreeItem {
    return node.item(Date.now());
  }

  private modelsOf(session: StoreSession): Promise<ModelsNode[]> {
    const id = session.paths.root;
    const filter = this.filter.text;
    return this.paged(id, async (limit, pageToken) => {
      const page = await session.request('registry/models', { filter, limit, ...pageToken });
      return { rows: page.models.map((model) => new ModelNode(session, model)), next: page.nextPageToken };
    });
  }

  private versionsOf({ session, model, id }: ModelNode): Promise<ModelsNode[]> {
    const filter = this.filter.text;
    return this.paged(id, async (limit, pageToken) => {
      const page = await session.request('registry/versions', { name: model.name, filter, limit, ...pageToken });
      return { rows: page.versions.map((version) => new VersionNode(session, version)), next: page.nextPageToken };
    });
  }

  /** As many rows as were asked for so far, page by page. */
  private async paged(
    id: string,
    ask: (limit: number, page: { pageToken?: string }) => Promise<{ rows: ModelsNode[]; next: string | null }>,
  ): Promise<ModelsNode[]> {
    const wanted = this.wanted.get(id) ?? PAGE;
    const rows: ModelsNode[] = [];
    let token: string | null = null;
    try {
      do {
        const page = await ask(Math.min(wanted - rows.length, PAGE), token === null ? {} : { pageToken: token });
        rows.push(...page.rows);
        token = page.next;
      } while (token !== null && rows.length < wanted);
    } catch (thrown) {
      return [new FailureNode(id, LoopwrightError.from(thrown).message, () => this.refresh())];
    }
    const more = () => {
      this.wanted.set(id, wanted + PAGE);
      this.refresh();
    };
    return token === null ? rows : [...rows, new MoreNode(id, more)];
  }
}

export class StoreNode {
  constructor(readonly session: StoreSession) {}

  item(): vscode.TreeItem {
    const item = new vscode.TreeItem(plain(this.session.label), vscode.TreeItemCollapsibleState.Expanded);
    item.id = this.session.paths.root;
    item.iconPath = new vscode.ThemeIcon('root-folder');
    return item;
  }
}

export class ModelNode {
  constructor(
    readonly session: StoreSession,
    readonly model: RegisteredModelRow,
  ) {}

  get id(): string {
    return `${this.session.paths.root}:${this.model.name}`;
  }

  item(nowMs: number): vscode.TreeItem {
    const { name, versionCount, aliases, updatedMs, description } = this.model;
    const item = new vscode.TreeItem(plain(name), Collapsed);
    item.id = this.id;
    const count = versionCount === 1 ? vscode.l10n.t('1 version') : vscode.l10n.t('{0} versions', versionCount);
    const named = aliases.map(({ alias, version }) => `@${alias} v${String(version)}`);
    item.description = plain([count, ...named].join(' · '), 200);
    item.iconPath = new vscode.ThemeIcon('package');
    item.contextValue = 'model';
    item.tooltip = [name, plain(description, 600), formatRelative(updatedMs, nowMs)].filter(Boolean).join('\n');
    return item;
  }
}

export class VersionNode {
  constructor(
    readonly session: StoreSession,
    readonly version: ModelVersionRow,
  ) {}

  item(nowMs: number): vscode.TreeItem {
    const { name, version, run, aliases } = this.version;
    const item = new vscode.TreeItem(`v${String(version)}`, None);
    item.id = `${this.session.paths.root}:${name}/${String(version)}`;
    item.description = describeVersion(this.version, nowMs);
    item.iconPath = iconOf(this.version);
    item.contextValue = [
      'modelVersion',
      ...(aliases.length > 0 ? ['aliased'] : []),
      ...(runNameOf(run) === null ? [] : ['withRun']),
    ].join(' ');
    item.tooltip = tooltipOf(this.version);
    item.accessibilityInformation = { label: `${plain(name)} v${String(version)}. ${item.description}` };
    const title = vscode.l10n.t('Open Model Version');
    item.command = { command: 'loopwright.openModelVersion', title, arguments: [this, LOOK] };
    return item;
  }
}

/** What the command is called with where it is a click: the page is for a look. */
export const LOOK = 'look';

function iconOf({ status, aliases, stage }: ModelVersionRow): vscode.ThemeIcon {
  switch (status) {
    case 'PENDING_REGISTRATION':
      return new vscode.ThemeIcon('loading~spin');
    case 'FAILED_REGISTRATION':
      return new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
    case 'READY':
      return new vscode.ThemeIcon(aliases.includes('champion') || stage === 'Production' ? 'star-full' : 'versions');
  }
}

function statusWords(status: ModelVersionRow['status']): string[] {
  switch (status) {
    case 'PENDING_REGISTRATION':
      return [vscode.l10n.t('its files are being kept')];
    case 'FAILED_REGISTRATION':
      return [vscode.l10n.t('its files could not be kept')];
    case 'READY':
      return [];
  }
}

const runNameOf = (run: ModelVersionRow['run']): string | null => run?.name ?? null;

/** `@champion · auc 0.941 · from fraud-rf` */
export function describeVersion(version: ModelVersionRow, nowMs: number): string {
  const { aliases, stage, status, headline, run, createdMs } = version;
  return plain(
    [
      ...statusWords(status),
      ...aliases.map((alias) => `@${alias}`),
      ...(stage === 'None' ? [] : [stage]),
      ...(headline === null ? [] : [`${headline.key} ${formatNumber(fromWireNumber(headline.value))}`]),
      ...(runNameOf(run) === null ? [] : [vscode.l10n.t('from {0}', runNameOf(run) ?? '')]),
      formatRelative(createdMs, nowMs),
    ].join(' · '),
    300,
  );
}

function tooltipOf({ name, version, createdMs, user, source, statusMessage, description }: ModelVersionRow): string {
  const when = new Date(createdMs).toLocaleString(vscode.env.language);
  return [
    `models:/${name}/${String(version)}`,
    user === '' ? when : vscode.l10n.t('{0} by {1}', when, plain(user, 60)),
    plain(source, 300),
    plain(statusMessage, 600),
    plain(description, 600),
  ]
    .filter(Boolean)
    .join('\n');
}

/** A row that does something when it is clicked. */
abstract class ButtonNode {
  readonly kind = 'other';

  constructor(
    private readonly list: string,
    private readonly act: () => void,
  ) {}

  protected button(label: string, icon: string): vscode.TreeItem {
    const item = new vscode.TreeItem(label, None);
    item.id = `${this.list}:${icon}`;
    item.iconPath = new vscode.ThemeIcon(icon);
    item.command = { command: 'loopwright.loadMore', title: label, arguments: [this] };
    return item;
  }

  load(): Promise<void> {
    this.act();
    return Promise.resolve();
  }
}

export class MoreNode extends ButtonNode {
  item(): vscode.TreeItem {
    return this.button(vscode.l10n.t('Load more…'), 'ellipsis');
  }
}

export class FailureNode extends ButtonNode {
  constructor(
    list: string,
    private readonly why: string,
    again: () => void,
  ) {
    super(list, again);
  }

  item(): vscode.TreeItem {
    const item = this.button(vscode.l10n.t('The models can’t be read'), 'warning');
    item.description = vscode.l10n.t('{0} Click to try again.', plain(this.why, 200));
    item.tooltip = plain(this.why, 600);
    return item;
  }
}
