/** What the commands about notebooks do. */
import * as vscode from 'vscode';
import type { CommandId } from '../commands/ids';
import { type OnRuns, runsIn } from '../commands/onRuns';
import type { Handler } from '../commands/registry';
import type { ComparePanels } from '../panels/comparePanel';
import type { Stores } from '../stores/stores';
import { lastRuns, notebookMeant, withTheOneBefore } from './compareChoose';
import type { NotebookFindings } from './diagnostics';
import type { FollowCommands } from './followCommands';
import { isRule } from './ignored';
import { goToFailingCell } from './runCellPlace';
import { activeNotebook, chooseNotebook, givenNotebook } from './runChoose';
import { openExecuted } from './runExecuted';
import { markParameters } from './runMark';
import type { NotebookRuns } from './runWhole';

export interface NotebookHandlerParts {
  readonly stores: Stores;
  readonly runs: NotebookRuns;
  readonly compare: ComparePanels;
  readonly findings: NotebookFindings;
  readonly follow: FollowCommands;
  readonly onRuns: OnRuns;
}

export function notebookHandlers({ stores, runs, compare, findings, follow, onRuns }: NotebookHandlerParts) {
  const runNotebook =
    (title: string): Handler =>
    async (given) => {
      const file = await chooseNotebook(given, title);
      if (file) await runs.run(file);
    };

  return {
    ...follow.handlers,
    'loopwright.runNotebook': runNotebook(vscode.l10n.t('Run Notebook as Tracked Run')),
    'loopwright.runCells': runNotebook(vscode.l10n.t('Run Cells as Tracked Notebook')),
    'loopwright.runNotebookWithParameters': async (given) => {
      const file = await chooseNotebook(given, vscode.l10n.t('Run Notebook with Parameters'));
      if (file) await runs.runWithParameters(file);
    },
    'loopwright.markParameters': () => markParameters(),
    'loopwright.stopNotebook': async (given) => {
      const runId = typeof given === 'string' ? given : undefined;
      const file = givenNotebook(given) ?? activeNotebook()?.uri;
      await runs.stop(runId, file?.fsPath);
    },
    'loopwright.goToFailingCell': onRuns.one('all', vscode.l10n.t('Go to Failing Cell'), (run) => goToFailingCell(run)),
    'loopwright.openExecutedNotebook': onRuns.one('all', vscode.l10n.t('Open Executed Notebook'), (run) =>
      openExecuted(run),
    ),
    'loopwright.compareNotebookRuns': async (...given) => {
      const [run] = runsIn(given);
      const file = run ? undefined : notebookMeant(given[0]);
      if (file) {
        compare.show(await lastRuns(stores, file));
        return;
      }
      const chosen = run ?? (await onRuns.pick('all', vscode.l10n.t('Compare with Last Run')));
      if (chosen) compare.show(await withTheOneBefore(chosen));
    },
    'loopwright.ignoreFinding': async (rule, notebook, everywhere) => {
      if (isRule(rule) && notebook instanceof vscode.Uri) await findings.ignore(rule, notebook, everywhere === true);
    },
  } as const satisfies Partial<Record<CommandId, Handler>>;
}
