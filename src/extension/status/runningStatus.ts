/** The status bar item that is there while something runs. */
import * as vscode from 'vscode';
import { activeRuns } from '../commands/pickRun';
import type { CommandId } from '../commands/ids';
import type { Stores } from '../stores/stores';
import { describeError, type Log } from '../log';
import { type Disposable, Disposables } from '../signal';
import { plain, withoutIcons } from '../text';
import { Refresher } from '../views/runs/refresher';

const COMMAND: CommandId = 'loopwright.showRunning';
const LIMIT = 100;

export class RunningStatus implements Disposable {
  private readonly disposables = new Disposables();
  private readonly item: vscode.StatusBarItem;
  private readonly refresher: Refresher;

  constructor(
    private readonly stores: Stores,
    private readonly log: Log,
    private readonly onCount: (running: number) => void,
  ) {
    this.item = this.disposables.track(
      vscode.window.createStatusBarItem('loopwright.running', vscode.StatusBarAlignment.Left, 0),
    );
    this.item.name = vscode.l10n.t('Loopwright Runs');
    this.item.command = COMMAND;
    this.refresher = this.disposables.track(new Refresher(() => void this.refresh(), true));
    this.disposables.track(stores.onDidChangeList(() => this.look()));
    this.disposables.track(stores.onDidChangeState(() => this.look()));
    // A run that logs changes all the time; whether it runs, only with the structure.
    this.disposables.track(stores.onDidChange(({ changed }) => changed.structure && this.look()));
    this.look();
  }

  dispose(): void {
    this.disposables.dispose();
  }

  private look(): void {
    this.refresher.add({ structure: true, runIds: [] });
  }

  private async refresh(): Promise<void> {
    // Not known right now: what was true stays until the connection is back.
    if (this.stores.sessions.some(({ state }) => state.kind === 'lost')) return;
    try {
      this.show((await activeRuns(this.stores.sessions, LIMIT)).map(({ row }) => row.name));
    } catch (error) {
      this.log.debug(`running runs: ${describeError(error)}`); // the connection comes back, and this is asked again
    }
  }

  private show(names: readonly string[]): void {
    this.onCount(names.length);
    if (names.length === 0) {
      this.item.hide();
      return;
    }
    const count = `${String(names.length)}${names.length === LIMIT ? '+' : ''}`;
    const text = names.length === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', count);
    this.item.text = `$(loading~spin) ${text}`;
    const shown = names.slice(0, 10).map((name) => withoutIcons(plain(name, 60)));
    this.item.tooltip = [vscode.l10n.t('Running with Loopwright:'), ...shown].join('\n');
    this.item.accessibilityInformation = { label: vscode.l10n.t('Loopwright: {0} going on', text) };
    this.item.show();
  }
}
