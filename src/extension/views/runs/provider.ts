/** The Runs tree as VS Code asks for it: what is below a node, and how a node looks. */
import * as vscode from 'vscode';
import type { StoreSession } from '../../stores/session';
import type { Stores } from '../../stores/stores';
import { describeError, inBackground, type Log } from '../../log';
import { type Disposable, Disposables, Signal } from '../../signal';
import { describeRun } from './format';
import { LiveRuns } from './liveRuns';
import { type Found, type Parent } from './model';
import { type Node, ProblemNode, type RunNode } from './nodes';
import type { OtherRoots } from './otherNodes';
import type { QueryState } from './query/queryState';
import { runDetails } from './runDetails';
import { tooltipOf } from './tooltip';
import {
  folderTreeItem,
  groupTreeItem,
  moreTreeItem,
  nothingTreeItem,
  problemTreeItem,
  runTreeItem,
} from './treeItems';

export class RunsProvider implements vscode.TreeDataProvider<Node>, Disposable {
  private readonly disposables = new Disposables();
  private readonly emitter = this.disposables.track(new vscode.EventEmitter<Node | Node[] | undefined>());
  readonly onDidChangeTreeData = this.emitter.event;
  private readonly loaded = this.disposables.track(new Signal<null>());
  /** What is loaded may be another than it was: rows were asked for, or told to be drawn again. */
  readonly onDidLoad = this.loaded.on;
  private readonly held = new Map<StoreSession, { readonly runs: LiveRuns; readonly parts: Disposables }>();
  private isVisible = false;
  private wasAsked = false;

  constructor(
    private readonly stores: Stores,
    private readonly query: QueryState,
    private readonly others: OtherRoots,
    private readonly log: Log,
  ) {
    this.disposables.track(others.onDidChange((node) => this.emitter.fire(node)));
    this.disposables.track(stores.onDidChangeList(() => this.takeStores()));
    this.takeStores();
  }

  /** While nobody looks, changes are only remembered. */
  setVisible(isVisible: boolean): void {
    this.isVisible = isVisible;
    for (const { runs } of this.held.values()) runs.setVisible(isVisible);
  }

  async getChildren(node?: Node): Promise<Node[]> {
    this.wasAsked = true;
    if (!node) return [...(await this.roots()), ...(await this.others.roots())];
    switch (node.kind) {
      case 'folder':
        return this.orProblem(node.session, (runs) => runs.model.roots());
      case 'group':
      case 'run':
        return this.orProblem(node.session, (runs) => runs.model.childrenOf(node));
      case 'other':
        return [...(await node.children())];
      case 'problem':
      case 'nothing':
      case 'more':
        return [];
    }
  }

  getParent(node: Node): Node | undefined {
    switch (node.kind) {
      case 'run':
      case 'other':
        return node.parent;
      case 'more':
        return node.parent ?? this.folderOf(node.session);
      case 'problem':
      case 'nothing':
      case 'group':
        return this.folderOf(node.session);
      case 'folder':
        return undefined;
    }
  }

  getTreeItem(node: Node): vscode.TreeItem {
    switch (node.kind) {
      case 'folder':
        return folderTreeItem(node);
      case 'problem':
        return problemTreeItem(node);
      case 'nothing':
        return nothingTreeItem(node);
      case 'group':
        return groupTreeItem(node, this.held.get(node.session)?.runs.model.isUnfolded(node) === true, Date.now());
      case 'run':
        return runTreeItem(node, Date.now(), this.query.query.columns);
      case 'more':
        return moreTreeItem(node);
      case 'other':
        return node.item(Date.now());
    }
  }

  async resolveTreeItem(item: vscode.TreeItem, node: Node): Promise<vscode.TreeItem> {
    if (node.kind !== 'run') return item;
    try {
      const facts = await runDetails(node.session, node.row.runId);
      const formatTime = (timeMs: number) => new Date(timeMs).toLocaleString(vscode.env.language);
      const markdown = new vscode.MarkdownString(tooltipOf(facts, Date.now(), vscode.l10n, formatTime));
      markdown.isTrusted = false;
      markdown.supportHtml = false;
      item.tooltip = markdown;
    } catch (error) {
      this.log.warn(`tooltip of ${node.row.runId}: ${describeError(error)}`);
      item.tooltip = describeRun(node.row, Date.now(), vscode.l10n);
    }
    return item;
  }

  /** Draws those runs again whose text grew old: durations and ages. */
  tick(nowMs: number): void {
    const { columns } = this.query.query;
    const old = [...this.loadedRuns()].filter(
      (node) => node.shown !== '' && node.shown !== describeRun(node.row, nowMs, vscode.l10n, columns),
    );
    if (old.length > 0) this.emitter.fire(old);
  }

  get hasRunning(): boolean {
    for (const node of this.loadedRuns()) if (node.row.timing.endMs === null) return true;
    return false;
  }

  /** Asks for everything again. */
  reset(): void {
    for (const { runs } of this.held.values()) runs.model.reset();
  }

  /** Something was changed here: where runs stand is looked at again. */
  relist(): void {
    for (const { runs } of this.held.values())
      inBackground(this.log, 'Runs', runs.model.refresh({ structure: true, runIds: [] }));
  }

  /** The node of a run, loaded if need be. */
  async locate(session: StoreSession, runId: string): Promise<Found> {
    return (await this.held.get(session)?.runs.model.locate(runId)) ?? 'gone';
  }

  /** A row was unfolded or folded. */
  setOpen(node: Node, isOpen: boolean): void {
    if (isParent(node)) this.held.get(node.session)?.runs.model.setOpen(node, isOpen);
  }

  /** How many runs are shown in all stores; null where that is not known. */
  get runCount(): number | null {
    let sum = 0;
    for (const { runs } of this.held.values()) {
      if (runs.session.state.kind === 'absent') continue;
      const { runCount } = runs.model;
      if (runCount === null) return null;
      sum += runCount;
    }
    return sum;
  }

  dispose(): void {
    for (const { parts } of this.held.values()) parts.dispose();
    this.disposables.dispose();
  }

  private async roots(): Promise<Node[]> {
    const sessions = [...this.held.keys()];
    const [only] = sessions;
    if (!only) return [];
    if (sessions.length === 1) return this.orProblem(only, (runs) => runs.model.roots());
    return [...this.held.values()]
      .filter(({ runs }) => runs.session.state.kind !== 'absent')
      .map(({ runs }) => runs.folder);
  }

  private folderOf(session: StoreSession): Node | undefined {
    return this.held.size > 1 ? this.held.get(session)?.runs.folder : undefined;
  }

  /** A list that can't be read says so in its own place. */
  private async orProblem(session: StoreSession, work: (runs: LiveRuns) => Promise<Node[]>): Promise<Node[]> {
    const held = this.held.get(session);
    if (!held) return [];
    try {
      const nodes = await work(held.runs);
      this.loaded.fire(null);
      return nodes;
    } catch (error) {
      // The connection went away in between: everything is asked for again when it is back.
      if (session.state.kind !== 'open') return [];
      const reason = describeError(error);
      this.log.error(`runs of ${session.paths.root}: ${reason}`);
      return [new ProblemNode(session, { severity: 'error', code: 'internal', reason, waysOut: ['retry', 'showLog'] })];
    }
  }

  private *loadedRuns(): Generator<RunNode> {
    for (const { runs } of this.held.values()) yield* runs.model.loadedRuns;
  }

  private takeStores(): void {
    const sessions = new Set(this.stores.sessions);
    for (const [session, { parts }] of this.held) {
      if (sessions.has(session)) continue;
      parts.dispose();
      this.held.delete(session);
    }
    for (const session of sessions) if (!this.held.has(session)) this.hold(session);
    // VS Code draws the tree for the first time by itself. Told to draw it again, it forgets the rows a fifth of a second
    // later, in the midst of asking what is below them, and logs an error for each.
    if (this.wasAsked) this.emitter.fire(undefined);
  }

  private hold(session: StoreSession): void {
    const parts = new Disposables();
    const runs = parts.track(new LiveRuns(session, this.query, this.isVisible, this.log));
    parts.track(
      runs.model.onDidChange((nodes) => {
        this.emitter.fire(nodes === 'root' ? this.folderOf(session) : [...nodes]);
        this.loaded.fire(null);
      }),
    );
    // With several folders, those without a store are left out: the list itself depends on the states.
    let wasAbsent = session.state.kind === 'absent';
    parts.track(
      session.onDidChangeState(({ kind }) => {
        const isAbsent = kind === 'absent';
        if (isAbsent !== wasAbsent && this.held.size > 1) this.emitter.fire(undefined);
        wasAbsent = isAbsent;
      }),
    );
    this.held.set(session, { runs, parts });
  }
}

const isParent = (node: Node): node is Parent => node.kind === 'group' || node.kind === 'run';
