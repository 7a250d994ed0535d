/** Running a notebook from its first cell to its last, as it stands or with parameters of the user's. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { inspectNotebook } from '../../client/inspection';
import type { PythonParts } from '../../client/launch';
import { LoopwrightError } from '../../protocol/errors';
import type { NotebookOptions } from '../../protocol/notebooks';
import type { Launcher, Place } from '../commands/launcher';
import type { ParameterForms } from './runForm';
import { canMark, markParameters } from './runMark';
import type { Choice } from './runParameters';
import type { NotebookWatch } from './runWatch';

export interface NotebookRunsParts {
  readonly launcher: Launcher;
  readonly python: PythonParts;
  readonly forms: ParameterForms;
  readonly watch: NotebookWatch;
  /** Does something for the user; an error becomes a message. */
  readonly attempt: (what: string, work: () => Promise<void>) => Promise<void>;
}

const DEFAULTS: Choice = { params: {}, sweep: {} };

export class NotebookRuns {
  constructor(private readonly parts: NotebookRunsParts) {}

  /** @param file saved, and with cells */
  async run(file: vscode.Uri, choice: Choice = DEFAULTS): Promise<void> {
    await this.parts.launcher.run(placeOf(file), { args: [], ...choice });
  }

  async runWithParameters(file: vscode.Uri): Promise<void> {
    const { launcher, forms, python: parts } = this.parts;
    const { python } = await launcher.lookUp(placeOf(file), {});
    const { parameters, language } = await inspectNotebook(python, parts, { path: file.fsPath });
    if (language !== 'python')
      throw new LoopwrightError(
        'bad_request',
        vscode.l10n.t('Parameters are known of notebooks in Python; {0} is in {1}.', basename(file.fsPath), language),
      );
    if (parameters.length === 0) {
      void this.parts.attempt('parameters', () => this.offerMark(file));
      return;
    }
    const choice = await forms.ask(file, parameters);
    if (choice) await this.run(file, choice);
  }

  /** Stops what goes on of a notebook; of a sweep the whole. @param runId of one that is meant */
  async stop(runId: string | undefined, file: string | undefined): Promise<void> {
    const { active } = this.parts.watch;
    const ids = new Set(active.map(({ run }) => run.row.runId));
    const meant = active.filter((watched) => {
      if (runId !== undefined) return watched.run.row.runId === runId;
      const { parentRunId } = watched.run.row;
      return (file === undefined || watched.file === file) && (parentRunId === null || !ids.has(parentRunId));
    });
    if (meant.length === 0) throw new LoopwrightError('run_over', vscode.l10n.t('No run of this notebook goes on.'));
    await Promise.all(meant.map(({ run }) => run.session.request('runs/stop', { runId: run.row.runId })));
  }

  private async offerMark(file: vscode.Uri): Promise<void> {
    const mark = vscode.l10n.t('Mark This Cell as Parameters');
    const run = vscode.l10n.t('Run without Parameters');
    const chosen = await vscode.window.showWarningMessage(
      vscode.l10n.t(
        '{0} has no parameters: they are what the cell with the tag parameters assigns.',
        vscode.workspace.asRelativePath(file),
      ),
      ...(canMark(file) ? [mark] : []),
      run,
    );
    if (chosen === mark) await markParameters();
    if (chosen === run) await this.run(file);
  }
}

function placeOf(file: vscode.Uri): Place {
  return { kind: 'notebook', at: file, options: optionsOf(file) };
}

function optionsOf(file: vscode.Uri): NotebookOptions {
  const settings = vscode.workspace.getConfiguration('loopwright.notebooks', file);
  return {
    timeLimitS: seconds(settings.get('timeLimit')),
    cellTimeLimitS: seconds(settings.get('cellTimeLimit')),
    kernel: null,
  };
}

/** `settings.json` takes anything; what is no limit is none. */
const seconds = (value: unknown): number | null =>
  typeof value === 'number' && value > 0 && Number.isFinite(value) ? value : null;
