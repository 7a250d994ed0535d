/** What can be done with a run, wherever it was asked for: tree, palette, page. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { runnerOf, type PythonParts } from '../../client/launch';
import { LoopwrightError } from '../../protocol/errors';
import type { Interpreters } from '../interpreters/interpreters';
import type { RunTerminals } from '../terminals/runTerminals';
import { askForArguments } from './askForArguments';
import type { Launcher } from './launcher';
import type { RunRef } from './pickRun';

export interface RunActionsParts {
  readonly launcher: Launcher;
  readonly terminals: RunTerminals;
  readonly interpreters: Interpreters;
  readonly python: PythonParts;
  readonly openPage: (run: RunRef, how?: PageFocus) => void;
  readonly reveal: (run: RunRef) => Promise<void>;
}

export interface PageFocus {
  /** The page is shown, and the keyboard stays where it is. */
  readonly preserveFocus: boolean;
}

/** More at the same time would only stand in each other's way. */
const MAX_AGAIN = 20;

export class RunActions {
  constructor(private readonly parts: RunActionsParts) {}

  open(run: RunRef, how?: PageFocus): void {
    this.parts.openPage(run, how);
  }

  runAgain(run: RunRef): Promise<void> {
    return this.parts.launcher.runAgain(run);
  }

  /** Each starts in a terminal of its own, as each would alone. */
  async runAllAgain(runs: readonly RunRef[]): Promise<void> {
    if (runs.length > MAX_AGAIN)
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('{0} runs would be started at the same time. Choose at most {1}.', runs.length, MAX_AGAIN),
      );
    for (const run of runs) await this.runAgain(run);
  }

  /** With arguments that the user changes first. */
  runAgainWithArguments(run: RunRef): Promise<void> {
    return this.parts.launcher.runAgain(run, askForArguments);
  }

  /** Selects it in the Runs view. */
  reveal(run: RunRef): Promise<void> {
    return this.parts.reveal(run);
  }

  async stop(runs: readonly RunRef[]): Promise<void> {
    await Promise.all(runs.map(({ session, row }) => session.request('runs/stop', { runId: row.runId })));
  }

  /** The run's terminal, or another one on the same run. */
  async showTerminal({ session, row }: RunRef): Promise<void> {
    if (this.parts.terminals.show(row.runId)) return;
    const { spec } = await session.request('runs/spec', { runId: row.runId });
    const at = vscode.Uri.file(spec.cwd);
    const python = await this.parts.interpreters.forFile(
      at,
      spec.cwd,
      vscode.workspace.getWorkspaceFolder(at)?.uri.fsPath,
    );
    const folder = session.paths.runFolder(row.runId);
    const command = [...runnerOf(python, this.parts.python), 'attach', folder, '--hold'];
    // Not the script's own folder: that may be gone, and the terminal shows the run all the same.
    const cwd = dirname(session.paths.root);
    this.parts.terminals.open({ runId: row.runId, name: row.name, command, cwd }, false);
  }

  async copyId(runs: readonly RunRef[]): Promise<void> {
    await vscode.env.clipboard.writeText(runs.map(({ row }) => row.runId).join('\n'));
  }
}
