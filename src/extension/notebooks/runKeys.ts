/** What the menus of notebooks ask for: whether one is being run, and whether a script has cells. */
import * as vscode from 'vscode';
import type { Context } from '../context';
import { type Disposable, Disposables } from '../signal';
import { hasCells } from './runCellMatch';
import type { NotebookWatch } from './runWatch';

const TYPING_MS = 400;

export class NotebookKeys implements Disposable {
  private readonly disposables = new Disposables();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly watch: NotebookWatch,
    private readonly keys: Context,
  ) {
    this.disposables.track(watch.onDidChange(() => this.lookAtRuns()));
    this.disposables.track(vscode.window.onDidChangeActiveTextEditor(() => this.lookAtText()));
    this.disposables.track(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document !== vscode.window.activeTextEditor?.document) return;
        if (this.timer) clearTimeout(this.timer);
        this.timer = setTimeout(() => this.lookAtText(), TYPING_MS);
      }),
    );
    this.lookAtText();
  }

  dispose(): void {
    if (this.timer) clearTimeout(this.timer);
    this.disposables.dispose();
  }

  private lookAtRuns(): void {
    const files = new Set(this.watch.active.map(({ file }) => vscode.Uri.file(file).toString()));
    this.keys.set('loopwright.runningNotebooks', [...files].sort());
  }

  private lookAtText(): void {
    const document = vscode.window.activeTextEditor?.document;
    this.keys.set('loopwright.hasCells', document?.languageId === 'python' && hasCells(document.getText()));
  }
}
