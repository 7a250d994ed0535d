/** The loaded runs of one store, following its connection: what the tree holds for each session. */
import { problemOf } from '../../stores/problem';
import type { SessionState, StoreSession } from '../../stores/session';
import { inBackground, type Log } from '../../log';
import { type Disposable, Disposables } from '../../signal';
import { RunsModel } from './model';
import { FolderNode } from './nodes';
import type { QueryState } from './query/queryState';
import { Refresher } from './refresher';

export class LiveRuns implements Disposable {
  readonly folder: FolderNode;
  readonly model: RunsModel;
  private readonly disposables = new Disposables();
  private readonly refresher: Refresher;
  private shown: string;

  constructor(
    readonly session: StoreSession,
    query: QueryState,
    isVisible: boolean,
    log: Log,
  ) {
    this.folder = new FolderNode(session);
    this.model = this.disposables.track(new RunsModel(session, () => query.query));
    this.refresher = this.disposables.track(
      new Refresher((changed) => inBackground(log, 'Runs', this.model.refresh(changed)), isVisible),
    );
    this.shown = lookOf(session.state);
    this.disposables.track(query.onDidChange(() => this.model.reset()));
    this.disposables.track(session.onDidChange((changed) => this.refresher.add(changed)));
    this.disposables.track(session.onDidChangeState((state) => this.follow(state)));
  }

  setVisible(isVisible: boolean): void {
    this.refresher.setActive(isVisible);
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private follow(state: SessionState): void {
    // What is shown stays while the connection comes back, and is compared with what is true by then.
    if (state.kind === 'lost') return;
    const look = lookOf(state);
    if (look === this.shown) return;
    const wasConnecting = this.shown === CONNECTING;
    this.shown = look;
    // Whoever asked meanwhile waits for the connection and gets what is true now: drawing again would be once too often.
    if (!wasConnecting) this.model.reset();
  }
}

const CONNECTING = lookOf({ kind: 'connecting' });

function lookOf(state: SessionState): string {
  return `${state.kind}: ${problemOf(state)?.reason ?? ''}`;
}
