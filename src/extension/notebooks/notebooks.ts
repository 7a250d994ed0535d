/** Everything about notebooks, put together: running them whole, following them, distrusting and comparing them. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { PythonParts } from '../../client/launch';
import { stateFolder } from '../../protocol/node/addresses';
import type { Launcher } from '../commands/launcher';
import type { OnRuns } from '../commands/onRuns';
import type { RunActions } from '../commands/runActions';
import type { Context } from '../context';
import type { Interpreters } from '../interpreters/interpreters';
import type { Log } from '../log';
import { ComparePanels } from '../panels/comparePanel';
import type { RunPanels } from '../panels/runPanel';
import { type Disposable, Disposables } from '../signal';
import type { Stores } from '../stores/stores';
import type { RunsView } from '../views/runs/view';
import { CELL_SCHEME, CellDocuments } from './cellDocuments';
import { NotebookFindings } from './diagnostics';
import { FindingFixes } from './fixes';
import { NotebookFollower } from './follow';
import { FollowCommands } from './followCommands';
import { HookLink } from './followHook';
import { FollowIndex } from './followIndex';
import { notebookHandlers } from './handlers';
import { CellStatus } from './runCellStatus';
import { NotebookEnd } from './runEnd';
import { ARTIFACT_SCHEME, ArtifactFiles } from './runExecuted';
import { ParameterForms } from './runForm';
import { NotebookKeys } from './runKeys';
import { NotebookStatus } from './runStatus';
import { NotebookWatch } from './runWatch';
import { NotebookRuns } from './runWhole';

export interface NotebookParts {
  readonly context: vscode.ExtensionContext;
  readonly stores: Stores;
  readonly launcher: Launcher;
  readonly interpreters: Interpreters;
  readonly view: RunsView;
  readonly panels: RunPanels;
  readonly actions: RunActions;
  readonly keys: Context;
  readonly python: PythonParts;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly showLog: () => void;
  readonly log: Log;
}

export class Notebooks implements Disposable {
  private readonly disposables = new Disposables();
  private readonly stores: Stores;
  private readonly findings: NotebookFindings;
  private readonly runs: NotebookRuns;
  private readonly follower: NotebookFollower;
  private readonly follow: FollowCommands;
  private readonly compare: ComparePanels;

  constructor(parts: NotebookParts) {
    const { context, stores, launcher, interpreters, view, panels, actions, keys, python, attempt, showLog, log } =
      parts;
    const track = this.disposables.track.bind(this.disposables);
    this.stores = stores;

    this.findings = track(new NotebookFindings({ interpreters, python, log }));
    track(new FindingFixes(this.findings).register());

    const watch = track(new NotebookWatch(stores, log));
    track(new NotebookEnd({ launcher, watch, memory: context.workspaceState, actions: () => actions, attempt, log }));
    const forms = new ParameterForms(context.workspaceState);
    this.runs = new NotebookRuns({ launcher, python, forms, watch, attempt });
    track(new CellStatus(watch));
    track(new NotebookStatus(watch));
    track(new NotebookKeys(watch, keys));

    const index = new FollowIndex(join(stateFolder(), 'followed'), process.pid, log);
    this.follower = track(new NotebookFollower({ stores, view, python, index, log }));
    this.follow = track(
      new FollowCommands({
        follower: this.follower,
        link: new HookLink(stateFolder(), context.asAbsolutePath('python/hook'), log),
        keys,
        memory: context.globalState,
        openPage: (run) => panels.show(run),
        attempt,
        log,
      }),
    );

    this.compare = track(
      new ComparePanels({ extension: context.extensionUri, stores, actions: () => actions, attempt, showLog, log }),
    );
    track(vscode.workspace.registerTextDocumentContentProvider(CELL_SCHEME, new CellDocuments(stores)));
    const artifacts = new ArtifactFiles(stores);
    track(vscode.workspace.registerFileSystemProvider(ARTIFACT_SCHEME, artifacts, { isReadonly: true }));
  }

  handlers(onRuns: OnRuns) {
    const { stores, runs, compare, findings, follow } = this;
    return notebookHandlers({ stores, runs, compare, findings, follow, onRuns });
  }

  /** What looks at notebooks by itself; only where the folder is trusted. */
  start(): void {
    this.findings.start();
  }

  /** Tells what is not told yet, when the window closes. */
  stopFollowing(): Promise<void> {
    return this.follower.stopAll();
  }

  dispose(): void {
    this.disposables.dispose();
  }
}
