/** What the user sees of following: the toggle, the state in the status bar, the offer to capture more. */
import * as vscode from 'vscode';
import type { CommandId } from '../commands/ids';
import type { RunRef } from '../commands/pickRun';
import type { Handler } from '../commands/registry';
import type { Context } from '../context';
import { inBackground, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { plain, withoutIcons } from '../text';
import type { NotebookFollower } from './follow';
import { insertCaptureCell } from './followCapture';
import type { HookLink } from './followHook';

type OwnCommands =
  | 'loopwright.trackNotebook'
  | 'loopwright.stopTrackingNotebook'
  | 'loopwright.openTrackedRun'
  | 'loopwright.captureInKernel';

export interface FollowCommandsParts {
  readonly follower: NotebookFollower;
  readonly link: HookLink;
  readonly keys: Context;
  /** What was offered once is not offered again. */
  readonly memory: vscode.Memento;
  readonly openPage: (run: RunRef) => void;
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
  readonly log: Log;
}

const OFFERED = 'loopwright.offeredCaptureInKernel';
const OFFERED_MLFLOW = 'loopwright.offeredMlflowInKernel';
const OPEN_RUN: CommandId = 'loopwright.openTrackedRun';

export class FollowCommands implements Disposable {
  private readonly disposables = new Disposables();
  private readonly item: vscode.StatusBarItem;

  constructor(private readonly parts: FollowCommandsParts) {
    this.item = this.disposables.track(
      vscode.window.createStatusBarItem('loopwright.tracking', vscode.StatusBarAlignment.Left, 0),
    );
    this.item.name = vscode.l10n.t('Loopwright Notebook Tracking');
    this.item.command = OPEN_RUN;
    this.disposables.track(vscode.window.onDidChangeActiveNotebookEditor(() => this.show()));
    this.disposables.track(parts.follower.onDidChange((document) => document === active() && this.show()));
    inBackground(parts.log, 'link to the hook', parts.link.renew());
    this.show();
  }

  get handlers(): Readonly<Record<OwnCommands, Handler>> {
    const { follower, openPage } = this.parts;
    return {
      'loopwright.trackNotebook': async (given) => {
        const document = notebookOf(given);
        if (document && (await follower.start(document))) this.offer(document);
      },
      'loopwright.stopTrackingNotebook': (given) => {
        const document = notebookOf(given);
        if (document) follower.stop(document);
        return Promise.resolve();
      },
      'loopwright.openTrackedRun': async (given) => {
        const document = notebookOf(given);
        const run = document && (await follower.runOf(document));
        if (run) openPage(run);
        else tellNothingYet();
      },
      'loopwright.captureInKernel': async (given) => {
        const document = notebookOf(given);
        if (document) await this.captureIn(document);
      },
    };
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private async captureIn(document: vscode.NotebookDocument): Promise<void> {
    if (!(await this.parts.follower.start(document))) return;
    await insertCaptureCell(document, this.parts.link);
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        'Run the first cell, after each restart of the kernel too: from then on files, parameters, models, figures and what MLflow logs are captured.',
      ),
    );
  }

  private offer(document: vscode.NotebookDocument): void {
    const { memory, attempt } = this.parts;
    if (!isPython(document)) return;
    // A notebook that logs by MLflow has more to gain, also for those who were asked about another one.
    const offered = usesMlflow(document) ? OFFERED_MLFLOW : OFFERED;
    if (memory.get<boolean>(offered) === true) return;
    void memory.update(offered, true);
    const capture = vscode.l10n.t('Capture Inside This Kernel');
    const text =
      offered === OFFERED
        ? vscode.l10n.t(
            'The cells that you run from now on are tracked, with their outputs and errors. Files, parameters and models are seen from inside the kernel only.',
          )
        : vscode.l10n.t(
            'The cells that you run from now on are tracked, with their outputs and errors. What they log by MLflow goes into the same run once this kernel is told so, by a cell at the top.',
          );
    // Not awaited: the notebook is tracked, the offer may stand for as long as the user likes.
    void vscode.window.showInformationMessage(text, capture).then((chosen) => {
      if (chosen === capture) void attempt(capture, () => this.captureIn(document));
    });
  }

  private show(): void {
    const document = active();
    const count = document ? this.parts.follower.countOf(document) : null;
    this.parts.keys.set('loopwright.tracksNotebook', count !== null);
    if (!document || count === null) {
      this.item.hide();
      return;
    }
    const text = countText(count);
    this.item.text = `$(record) ${text}`;
    const name = withoutIcons(plain(document.uri.path.split('/').pop() ?? '', 60));
    this.item.tooltip =
      count === 0
        ? vscode.l10n.t('{0} is tracked by Loopwright from the next cell that is run.', name)
        : vscode.l10n.t('{0} is tracked by Loopwright. Click to open its run.', name);
    this.item.accessibilityInformation = { label: vscode.l10n.t('Loopwright: {0}', text), role: 'button' };
    this.item.show();
  }
}

function countText(count: number): string {
  if (count === 0) return vscode.l10n.t('Tracking');
  return count === 1 ? vscode.l10n.t('Tracking · 1 cell') : vscode.l10n.t('Tracking · {0} cells', count);
}

function tellNothingYet(): void {
  void vscode.window.showInformationMessage(vscode.l10n.t('Its run begins with the next cell that you run.'));
}

const active = (): vscode.NotebookDocument | undefined => vscode.window.activeNotebookEditor?.notebook;

const IMPORTS_MLFLOW = /^\s*(?:import|from)\s+mlflow\b/m;

const usesMlflow = (document: vscode.NotebookDocument): boolean =>
  document
    .getCells()
    .some(({ kind, document: cell }) => kind === vscode.NotebookCellKind.Code && IMPORTS_MLFLOW.test(cell.getText()));

const isPython = (document: vscode.NotebookDocument): boolean =>
  document
    .getCells()
    .some(({ kind, document: { languageId } }) => kind === vscode.NotebookCellKind.Code && languageId === 'python');

/** The notebook whose toolbar was used, else the active one. */
function notebookOf(given: unknown): vscode.NotebookDocument | undefined {
  const editor: unknown =
    typeof given === 'object' && given !== null && 'notebookEditor' in given ? given.notebookEditor : null;
  const uri: unknown =
    typeof editor === 'object' && editor !== null && 'notebookUri' in editor ? editor.notebookUri : null;
  const named = uri instanceof vscode.Uri ? uri.toString() : null;
  return vscode.workspace.notebookDocuments.find((one) => one.uri.toString() === named) ?? active();
}
