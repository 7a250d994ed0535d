/** The Runs view: when it is drawn again, and what it says about its connections. */
import * as vscode from 'vscode';
import type { StoreSession } from '../../stores/session';
import { problemOf } from '../../stores/problem';
import type { Stores } from '../../stores/stores';
import type { Context } from '../../context';
import { inBackground, type Log } from '../../log';
import { type Disposable, Disposables } from '../../signal';
import { plain } from '../../text';
import { DragRuns, type DropEdits } from './dragRuns';
import type { RunRow } from '../../../protocol/entities';
import { type Node, RunNode } from './nodes';
import { RunsProvider } from './provider';
import type { OtherRoots } from './otherNodes';
import { isFiltered, messageOf } from './query/query';
import type { QueryState } from './query/queryState';
import { StoreSize } from './storeSize';

export const RUNS_VIEW = 'loopwright.runs';

const SECOND_MS = 1000;
/** How often ages ("5 min ago") are looked at while nothing runs. */
const AGES_EVERY = 20;
/** How often it is seen whether it is time to look at the stores' size, and whether one can be asked at last. */
const SIZE_EVERY = 5;
/** A connection that comes back sooner than this was never worth a word. */
const LOST_MS = 1500;
const REASON_LIMIT = 300;

export interface RunsViewParts {
  readonly stores: Stores;
  readonly query: QueryState;
  readonly others: OtherRoots;
  readonly keys: Context;
  readonly log: Log;
  /** Runs were dropped somewhere. */
  readonly drop: DropEdits;
}

export class RunsView implements Disposable {
  private readonly disposables = new Disposables();
  readonly provider: RunsProvider;
  private readonly view: vscode.TreeView<Node>;
  private clock: NodeJS.Timeout | null = null;
  private seconds = 0;
  private readonly storeSize = new StoreSize();
  private lostTimer: NodeJS.Timeout | null = null;
  private isLost = false;

  constructor(private readonly parts: RunsViewParts) {
    const { stores, query, others, log, drop } = parts;
    this.provider = this.disposables.track(new RunsProvider(stores, query, others, log));
    this.view = this.disposables.track(
      vscode.window.createTreeView(RUNS_VIEW, {
        treeDataProvider: this.provider,
        canSelectMany: true,
        showCollapseAll: true,
        dragAndDropController: new DragRuns(drop),
      }),
    );
    this.disposables.track(this.view.onDidExpandElement(({ element }) => this.provider.setOpen(element, true)));
    this.disposables.track(this.view.onDidCollapseElement(({ element }) => this.provider.setOpen(element, false)));
    this.disposables.track(this.provider.onDidLoad(() => this.say()));
    this.disposables.track(query.onDidChange(() => this.say()));
    this.disposables.track(this.view.onDidChangeVisibility(({ visible }) => this.setVisible(visible)));
    this.disposables.track(stores.onDidChangeState(() => this.say()));
    this.setVisible(this.view.visible);
    this.say();
  }

  /** The runs that are selected. */
  get selectedRuns(): readonly RunNode[] {
    return this.view.selection.filter((node) => node instanceof RunNode);
  }

  /** Selects a run that was just started, if the view is open; it does not open it. */
  revealIfVisible(session: StoreSession, runId: string): void {
    if (!this.view.visible) return;
    const reveal = async () => {
      const node = await this.provider.locate(session, runId);
      if (node instanceof RunNode && this.view.visible) await this.view.reveal(node, { select: true, focus: false });
    };
    inBackground(this.parts.log, 'showing the run in the view', reveal());
  }

  /** Opens the view and selects a run in it, wherever it is. */
  async reveal(session: StoreSession, row: Pick<RunRow, 'runId' | 'name'>): Promise<void> {
    await vscode.commands.executeCommand(`${RUNS_VIEW}.focus`);
    const node = await this.provider.locate(session, row.runId);
    if (node instanceof RunNode) {
      await this.view.reveal(node, { select: true, focus: true });
      return;
    }
    const name = plain(row.name, 60);
    if (node === 'gone') {
      void vscode.window.showInformationMessage(vscode.l10n.t('{0} was deleted: the view does not show it.', name));
      return;
    }
    const clear = vscode.l10n.t('Clear Filter');
    const text = vscode.l10n.t('{0} does not match the filter of the view.', name);
    if ((await vscode.window.showInformationMessage(text, clear)) !== clear) return;
    await this.parts.query.change({ text: '' });
    await this.reveal(session, row);
  }

  /** How many runs go on, on the icon of the view. */
  setRunning(count: number): void {
    const tooltip = count === 1 ? vscode.l10n.t('1 run goes on') : vscode.l10n.t('{0} runs go on', count);
    this.view.badge = count === 0 ? undefined : { value: count, tooltip };
  }

  dispose(): void {
    if (this.clock) clearInterval(this.clock);
    if (this.lostTimer) clearTimeout(this.lostTimer);
    this.disposables.dispose();
  }

  private setVisible(isVisible: boolean): void {
    this.provider.setVisible(isVisible);
    if (this.clock) clearInterval(this.clock);
    this.clock = null;
    if (!isVisible) return;
    this.provider.tick(Date.now());
    this.saySize();
    this.clock = setInterval(() => {
      this.seconds++;
      if (this.provider.hasRunning || this.seconds % AGES_EVERY === 0) this.provider.tick(Date.now());
      if (this.seconds % SIZE_EVERY === 0) this.saySize();
      // A run from a terminal may have made the store, and the word of the file watcher may be late or lost.
      for (const session of this.parts.stores.sessions) if (session.state.kind === 'absent') session.start();
    }, SECOND_MS);
  }

  private saySize(): void {
    const look = async () => {
      const size = await this.storeSize.look(this.parts.stores.sessions, Date.now());
      // A description is not shown while the view is the only one of its container.
      if (size !== null) this.view.title = size === '' ? vscode.l10n.t('Runs') : vscode.l10n.t('Runs · {0}', size);
    };
    inBackground(this.parts.log, "the stores' size", look());
  }

  /** Above the tree: what has no room in a row. */
  private say(): void {
    const { query } = this.parts.query;
    this.parts.keys.set('loopwright.filtersRuns', isFiltered(query));
    this.view.message = this.trouble() || messageOf(query, this.provider.runCount, vscode.l10n);
  }

  /** What is wrong with a store is a row of the tree; the reason, which no row has room for, stands above it. */
  private trouble(): string {
    const states = this.parts.stores.sessions.map(({ state }) => state);
    if (states.some(({ kind }) => kind === 'lost')) {
      this.lostTimer ??= setTimeout(() => {
        this.isLost = true;
        this.say();
      }, LOST_MS);
      if (this.isLost) return vscode.l10n.t('The engine ended. Connecting again… Runs go on meanwhile.');
    } else {
      if (this.lostTimer) clearTimeout(this.lostTimer);
      this.lostTimer = null;
      this.isLost = false;
    }
    if (states.some((state) => state.kind === 'connecting' && state.isUpgrading === true))
      return vscode.l10n.t(
        'The store is being brought to the form of this version. With very many runs this takes a minute or more; what runs meanwhile loses nothing.',
      );
    const problem = states.map((state) => problemOf(state)).find((found) => found !== null);
    return problem ? plain(problem.reason, REASON_LIMIT) : '';
  }
}
