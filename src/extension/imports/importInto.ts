/** Importing what MLflow has tracked: from where, how far it has come, what came of it. */
import * as vscode from 'vscode';
import { formatNumber } from '../../protocol/format';
import type { ImportResult, ImportSource, ImportState } from '../../protocol/imports';
import { makeStore } from '../../protocol/node/storeFolder';
import { adoptWithConsent, needsAdoption } from '../commands/adoption';
import type { Log } from '../log';
import { followWork } from '../longWork';
import type { StoreSession } from '../stores/session';
import type { Stores } from '../stores/stores';
import { plain } from '../text';
import { importableIn } from './importable';

export interface ImportParts {
  readonly stores: Stores;
  readonly showLog: () => void;
  readonly log: Log;
}

/** Asks what is to be imported, and imports it into the store of the folder that it lies in, else the window's first. */
export async function chooseAndImport(parts: ImportParts): Promise<void> {
  const chosen = await choose();
  if (chosen) await importInto(parts.stores.forFile(chosen), { path: chosen.fsPath }, parts);
}

async function choose(): Promise<vscode.Uri | undefined> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const found = folders.flatMap(({ uri }) => importableIn(uri.fsPath));
  const title = vscode.l10n.t('Import');
  const file = { label: vscode.l10n.t('$(database) Database File…'), detail: vscode.l10n.t('A mlflow.db') };
  const folder = { label: vscode.l10n.t('$(folder) Folder…'), detail: vscode.l10n.t('A folder mlruns') };
  const items: readonly (vscode.QuickPickItem & { readonly path?: string })[] = [
    ...found.map((path) => ({ label: vscode.workspace.asRelativePath(path), detail: path, path })),
    file,
    folder,
  ];
  const item = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: vscode.l10n.t(
      'Runs and models of MLflow. Nothing is changed there; importing again takes what is new.',
    ),
  });
  if (!item) return undefined;
  if (item.path !== undefined) return vscode.Uri.file(item.path);
  const isFile = item === file;
  const [picked] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: vscode.l10n.t('Import'),
      canSelectFiles: isFile,
      canSelectFolders: !isFile,
      ...(isFile
        ? {
            filters: { [vscode.l10n.t('Databases')]: ['db', 'sqlite', 'sqlite3'], [vscode.l10n.t('All Files')]: ['*'] },
          }
        : {}),
      ...(folders[0] ? { defaultUri: folders[0].uri } : {}),
    })) ?? [];
  return picked;
}

/** @throws LoopwrightError what is wrong with the source; `cancelled` is no error */
export async function importInto(
  session: StoreSession,
  source: ImportSource,
  { showLog, log }: ImportParts,
): Promise<void> {
  const why = vscode.l10n.t('Runs are imported into the store of this folder, which came from elsewhere.');
  if (needsAdoption(session) && !(await adoptWithConsent(session, why))) return;
  makeStore(session.paths.root);
  const result = await followWork({
    title: vscode.l10n.t('Importing'),
    start: () => session.request('import/start', source),
    look: async () => {
      const state = await session.request('import/state', {});
      const { doneRuns, totalRuns } = state;
      return { message: wordsOf(state), ...(totalRuns === 0 ? {} : { part: (100 * doneRuns) / totalRuns }) };
    },
    cancel: () => session.request('import/cancel', {}),
  });
  if (result) tell(result, showLog, log);
}

function wordsOf({ step, doneRuns, totalRuns }: ImportState): string {
  switch (step) {
    case null:
    case 'look':
      return vscode.l10n.t('looking at what there is');
    case 'runs':
      return totalRuns === 0
        ? vscode.l10n.t('{0} runs', formatNumber(doneRuns))
        : vscode.l10n.t('{0} of {1} runs', formatNumber(doneRuns), formatNumber(totalRuns));
    case 'models':
      return vscode.l10n.t('files of models');
    case 'registry':
      return vscode.l10n.t('experiments and models');
  }
}

function tell({ path, runs, problems, problemCount }: ImportResult, showLog: () => void, log: Log): void {
  const counts = [
    runs.imported === 1
      ? vscode.l10n.t('1 run imported')
      : vscode.l10n.t('{0} runs imported', formatNumber(runs.imported)),
    ...(runs.updated > 0 ? [vscode.l10n.t('{0} had something new', formatNumber(runs.updated))] : []),
    ...(runs.unchanged > 0 ? [vscode.l10n.t('{0} had nothing new', formatNumber(runs.unchanged))] : []),
    ...(runs.unreadable > 0 ? [vscode.l10n.t('{0} could not be read', formatNumber(runs.unreadable))] : []),
  ].join(', ');
  const [first] = problems;
  if (first === undefined) {
    void vscode.window.showInformationMessage(`${counts}.`);
    return;
  }
  for (const problem of problems) log.warn(`import of ${path}: ${problem}`);
  const more = problemCount > 1 ? vscode.l10n.t(' ({0} more in the log)', formatNumber(problemCount - 1)) : '';
  const look = vscode.l10n.t('Show Log');
  void vscode.window.showWarningMessage(`${counts}. ${plain(first, 300)}${more}`, look).then((chosen) => {
    if (chosen === look) showLog();
  });
}
