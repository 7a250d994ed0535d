/** What can be done with a run, wherever it was asked for: tree, palette, page. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { runnerOf, type PythonParts } from '../../client/launch';
import type { Interpreters } from '../interpreters/interpreters';
import type { RunTerminals } from '../terminals/runTerminals';
import { plain } from '../text';
import type { Launcher } from './launcher';
import type { RunRef } from './pickRun';

export interface RunActionsParts {
  readonly launcher: Launcher;
  readonly terminals: RunTerminals;
  readonly interpreters: Interpreters;
  readonly python: PythonParts;
  readonly openPage: (run: RunRef) => void;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
}

export class RunActions {
  constructor(private readonly parts: RunActionsParts) {}

  open(run: RunRef): void {
    this.parts.openPage(run);
  }

  runAgain(run: RunRef): Promise<void> {
    return this.parts.launcher.runAgain(run);
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

  async delete(runs: readonly RunRef[]): Promise<void> {
    const [first] = runs;
    if (!first) return;
    await Promise.all(runs.map(({ session, row }) => session.request('runs/delete', { runIds: [row.runId] })));
    const text =
      runs.length === 1
        ? vscode.l10n.t('Deleted {0}.', plain(first.row.name, 60))
        : vscode.l10n.t('Deleted {0} runs.', runs.length);
    const undo = vscode.l10n.t('Undo');
    // Not awaited: deleting is done, the offer may stand for as long as the user likes.
    void vscode.window.showInformationMessage(text, undo).then((chosen) => {
      if (chosen === undo) void this.parts.attempt(undo, () => this.restore(runs));
    });
  }

  async restore(runs: readonly RunRef[]): Promise<void> {
    await Promise.all(runs.map(({ session, row }) => session.request('runs/restore', { runIds: [row.runId] })));
  }

  async copyId(runs: readonly RunRef[]): Promise<void> {
    await vscode.env.clipboard.writeText(runs.map(({ row }) => row.runId).join('\n'));
  }
}
