/** What a run that goes on makes of each cell, in the cells' own status bars. */
import * as vscode from 'vscode';
import type { CommandId } from '../commands/ids';
import { type Disposable, Disposables } from '../signal';
import { NOTEBOOK_TYPE } from './runChoose';
import { cellIdOf, tagsOf } from './runCellMeta';
import { describeCell, type OwnCell } from './runProgress';
import type { NotebookWatch } from './runWatch';

const OPEN: CommandId = 'loopwright.openRun';
const SECOND_MS = 1000;

export class CellStatus implements Disposable, vscode.NotebookCellStatusBarItemProvider {
  private readonly disposables = new Disposables();
  private readonly changed = this.disposables.track(new vscode.EventEmitter<void>());
  readonly onDidChangeCellStatusBarItems = this.changed.event;
  private clock: NodeJS.Timeout | null = null;

  constructor(private readonly watch: NotebookWatch) {
    this.disposables.track(vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, this));
    this.disposables.track(
      watch.onDidChange(() => {
        this.changed.fire();
        this.tick();
      }),
    );
    this.disposables.track(vscode.window.onDidChangeVisibleNotebookEditors(() => this.tick()));
    this.disposables.track(vscode.workspace.onDidCloseNotebookDocument(({ uri }) => watch.forget(uri.fsPath)));
    this.disposables.track(
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
        // Executed by its owner: from now on the editor's own marks are what counts.
        if (cellChanges.some(({ executionSummary }) => executionSummary?.timing)) watch.forget(notebook.uri.fsPath);
        else if (cellChanges.some(({ document }) => document)) this.changed.fire();
      }),
    );
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const { notebook } = cell;
    const shown = notebook.uri.scheme === 'file' ? this.watch.shownIn(notebook.uri.fsPath) : undefined;
    const progress = shown?.progress.ofCells(notebook.getCells().map(ownCell))[cell.index];
    if (!shown || !progress) return [];
    const { text, tooltip } = describeCell(progress, Date.now(), vscode.l10n);
    const item = new vscode.NotebookCellStatusBarItem(text, vscode.NotebookCellStatusBarAlignment.Left);
    item.tooltip = tooltip;
    item.command = { command: OPEN, title: vscode.l10n.t('Open Run'), arguments: [shown.run] };
    return [item];
  }

  dispose(): void {
    if (this.clock) clearInterval(this.clock);
    this.disposables.dispose();
  }

  /** The seconds of the cell that runs go on while somebody sees them. */
  private tick(): void {
    const isSeen = vscode.window.visibleNotebookEditors.some(
      ({ notebook }) => this.watch.activeOf(notebook.uri.fsPath).length > 0,
    );
    if (isSeen) this.clock ??= setInterval(() => this.changed.fire(), SECOND_MS);
    else if (this.clock) {
      clearInterval(this.clock);
      this.clock = null;
    }
  }
}

function ownCell(cell: vscode.NotebookCell): OwnCell {
  return {
    id: cellIdOf(cell),
    index: cell.index,
    isCode: cell.kind === vscode.NotebookCellKind.Code,
    source: cell.document.getText(),
    tags: tagsOf(cell),
  };
}
