/** The status bar item of the notebook that is being run: `fraud.ipynb: cell 3 of 10, about 40s left`. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { CommandId } from '../commands/ids';
import { type Disposable, Disposables } from '../signal';
import { escapeMarkdown, plain, withoutIcons } from '../text';
import { describeProgress } from './runProgress';
import type { NotebookWatch, WatchedRun } from './runWatch';

const OPEN: CommandId = 'loopwright.openRun';
const STOP: CommandId = 'loopwright.stopNotebook';
const SECOND_MS = 1000;

export class NotebookStatus implements Disposable {
  private readonly disposables = new Disposables();
  private readonly item: vscode.StatusBarItem;
  private clock: NodeJS.Timeout | null = null;

  constructor(private readonly watch: NotebookWatch) {
    this.item = this.disposables.track(
      vscode.window.createStatusBarItem('loopwright.notebook', vscode.StatusBarAlignment.Left, 0),
    );
    this.item.name = vscode.l10n.t('Loopwright Notebook');
    this.disposables.track(watch.onDidChange(() => this.show()));
    this.disposables.track(vscode.window.onDidChangeActiveNotebookEditor(() => this.show()));
  }

  dispose(): void {
    if (this.clock) clearInterval(this.clock);
    this.disposables.dispose();
  }

  private show(): void {
    const active = this.watch.active.filter(({ run }) => !this.isOfSweep(run.row.parentRunId));
    const looked = vscode.window.activeNotebookEditor?.notebook.uri.fsPath;
    const shown = active.find(({ file }) => file === looked) ?? active[0];
    if (!shown) {
      this.item.hide();
      if (this.clock) clearInterval(this.clock);
      this.clock = null;
      return;
    }
    // The time that is left goes down between two cells, too.
    this.clock ??= setInterval(() => this.show(), SECOND_MS);
    const text = textOf(shown);
    const more = active.length > 1 ? ` ${vscode.l10n.t('+{0} more', active.length - 1)}` : '';
    this.item.text = `$(loading~spin) ${withoutIcons(text)}${more}`;
    this.item.accessibilityInformation = { label: vscode.l10n.t('Loopwright runs {0}', text) };
    this.item.command = { command: OPEN, title: vscode.l10n.t('Open Run'), arguments: [shown.run] };
    this.item.tooltip = tooltipOf(active);
    this.item.show();
  }

  /** Runs of a sweep are shown as one. */
  private isOfSweep(parentRunId: string | null): boolean {
    return this.watch.active.some(({ run, progress }) => run.row.runId === parentRunId && progress.sweep !== null);
  }
}

const textOf = ({ file, progress }: WatchedRun) =>
  `${plain(basename(file), 40)}: ${describeProgress(progress, Date.now(), vscode.l10n)}`;

function tooltipOf(active: readonly WatchedRun[]): vscode.MarkdownString {
  const lines = active.slice(0, 10).map((watched) => {
    const stop = `command:${STOP}?${encodeURIComponent(JSON.stringify([watched.run.row.runId]))}`;
    return `${escapeMarkdown(textOf(watched))} &nbsp; [$(debug-stop) ${vscode.l10n.t('Stop')}](${stop})`;
  });
  const tooltip = new vscode.MarkdownString(lines.join('\n\n'), true);
  tooltip.isTrusted = { enabledCommands: [STOP] };
  return tooltip;
}
