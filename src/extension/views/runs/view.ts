/** The Runs view: when it is drawn again, and what it says about its connections. */
import * as vscode from 'vscode';
import type { StoreSession } from '../../stores/session';
import { problemOf } from '../../stores/problem';
import type { Stores } from '../../stores/stores';
import { inBackground, type Log } from '../../log';
import { type Disposable, Disposables } from '../../signal';
import { plain } from '../../text';
import { type Node } from './nodes';
import { RunsProvider } from './provider';
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

export class RunsView implements Disposable {
  private readonly disposables = new Disposables();
  readonly provider: RunsProvider;
  private readonly view: vscode.TreeView<Node>;
  private clock: NodeJS.Timeout | null = null;
  private seconds = 0;
  private readonly storeSize = new StoreSize();
  private lostTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly stores: Stores,
    private readonly log: Log,
  ) {
    this.provider = this.disposables.track(new RunsProvider(stores, log));
    this.view = this.disposables.track(
      vscode.window.createTreeView(RUNS_VIEW, {
        treeDataProvider: this.provider,
        canSelectMany: true,
        showCollapseAll: true,
      }),
    );
    this.disposables.track(this.view.onDidChangeVisibility(({ visible }) => this.setVisible(visible)));
    this.disposables.track(stores.onDidChangeState(() => this.sayState()));
    this.setVisible(this.view.visible);
  }

  /** Selects a run that was just started, if the view is open; it does not open it. */
  revealIfVisible(session: StoreSession, runId: string, experiment: string): void {
    if (!this.view.visible) return;
    const reveal = async () => {
      const node = await this.provider.find(session, runId, experiment);
      if (node && this.view.visible) await this.view.reveal(node, { select: true, focus: false });
    };
    inBackground(this.log, 'showing the run in the view', reveal());
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
      for (const session of this.stores.sessions) if (session.state.kind === 'absent') session.start();
    }, SECOND_MS);
  }

  private saySize(): void {
    const look = async () => {
      const size = await this.storeSize.look(this.stores.sessions, Date.now());
      // A description is not shown while the view is the only one of its container.
      if (size !== null) this.view.title = vscode.l10n.t('Runs · {0}', size);
    };
    inBackground(this.log, "the stores' size", look());
  }

  /** What is wrong with a store is a row of the tree; the reason, which no row has room for, stands above it. */
  private sayState(): void {
    const states = this.stores.sessions.map(({ state }) => state);
    if (!states.some(({ kind }) => kind === 'lost')) {
      if (this.lostTimer) clearTimeout(this.lostTimer);
      this.lostTimer = null;
      const problem = states.map((state) => problemOf(state)).find((found) => found !== null);
      this.view.message = problem ? plain(problem.reason, REASON_LIMIT) : '';
      return;
    }
    this.lostTimer ??= setTimeout(() => {
      this.view.message = vscode.l10n.t('The engine ended. Connecting again… Runs go on meanwhile.');
    }, LOST_MS);
  }
}
