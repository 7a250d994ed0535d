/** *Export…*: which runs, as what, where to; then the engine writes, and the user goes on with the files. */
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ExportFormat, ExportResult, ExportState, MlflowMajor } from '../../protocol/exports';
import { formatNumber } from '../../protocol/format';
import type { Params } from '../../protocol/requests';
import { followWork } from '../longWork';
import type { StoreSession } from '../stores/session';
import { plain } from '../text';
import type { RunRef } from '../commands/pickRun';

type Order = Params<'export/start'>;
type Selected = Pick<Order, 'runIds' | 'filter' | 'search'>;

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  readonly ending: string;
  readonly mlflow?: MlflowMajor;
}

/** The filter that is in force in the view. */
export interface FilterInForce extends Pick<Order, 'filter' | 'search'> {
  /** As the user typed it; empty for none. */
  readonly text: string;
}

/** @param runs those that the command was called on; none for the store, or what the filter leaves of it */
export async function exportRuns(
  sessions: readonly StoreSession[],
  runs: readonly RunRef[],
  inForce: FilterInForce,
): Promise<void> {
  const [first] = runs;
  const session = first?.session ?? (await chooseStore(sessions));
  if (!session) return;
  // Runs of other stores go into files of their own.
  const runIds = runs.filter((run) => run.session === session).map(({ row }) => row.runId);
  const selected = runIds.length > 0 ? { runIds } : await chooseRuns(inForce);
  const format = selected && (await chooseFormat());
  const place = format && (await choosePlace(session, format));
  if (!selected || !place) return;
  const result = await write(session, {
    ...selected,
    path: place.fsPath,
    format: format.format,
    mlflow: format.mlflow ?? '3',
    // The dialog has asked about this file, and about no other.
    overwrite: await exists(place),
  });
  if (result) await tell(result);
}

/** One that can be read is enough. */
async function chooseStore(sessions: readonly StoreSession[]): Promise<StoreSession | undefined> {
  const open = sessions.filter(({ state }) => state.kind === 'open' && state.store.state !== 'unusable');
  if (open.length === 0) void vscode.window.showInformationMessage(vscode.l10n.t('There are no runs here to export.'));
  if (open.length <= 1) return open[0];
  const items = open.map((session) => ({ label: session.label, detail: session.paths.root, session }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export: Which Store?') }))?.session;
}

async function chooseRuns({ text, ...selection }: FilterInForce): Promise<Selected | undefined> {
  if (text.trim() === '') return {};
  const all: vscode.QuickPickItem = { label: vscode.l10n.t('All Runs') };
  const met: vscode.QuickPickItem = {
    label: vscode.l10n.t('Runs That Meet the Filter'),
    description: plain(text, 100),
  };
  const chosen = await vscode.window.showQuickPick([met, all], { title: vscode.l10n.t('Export: Which Runs?') });
  return chosen === undefined ? undefined : chosen === met ? selection : {};
}

function chooseFormat(): Thenable<FormatItem | undefined> {
  const items: readonly FormatItem[] = [
    {
      label: vscode.l10n.t('MLflow Database'),
      description: '.db',
      detail: vscode.l10n.t('With artifacts and models; for "mlflow ui" and every client from MLflow 3.0 on'),
      format: 'mlflow',
      ending: 'db',
    },
    {
      label: vscode.l10n.t('MLflow 2 Database'),
      description: '.db',
      detail: vscode.l10n.t('With artifacts, without logged models; from MLflow 2.9 on'),
      format: 'mlflow',
      ending: 'db',
      mlflow: '2',
    },
    {
      label: vscode.l10n.t('CSV'),
      description: '.csv',
      detail: vscode.l10n.t('A table of runs, and one of the points of metrics'),
      format: 'csv',
      ending: 'csv',
    },
    {
      label: vscode.l10n.t('Parquet'),
      description: '.parquet',
      detail: vscode.l10n.t('The same two tables, for pandas, Polars, DuckDB'),
      format: 'parquet',
      ending: 'parquet',
    },
    {
      label: vscode.l10n.t('JSON'),
      description: '.json',
      detail: vscode.l10n.t('One document with all that is known of each run'),
      format: 'json',
      ending: 'json',
    },
  ];
  return vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export: As What?'), matchOnDetail: true });
}

function choosePlace(session: StoreSession, { label, format, ending }: FormatItem): Thenable<vscode.Uri | undefined> {
  const name = `${format === 'mlflow' ? 'mlflow' : 'runs'}.${ending}`;
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export'),
    saveLabel: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.file(join(dirname(session.paths.root), name)),
    filters: { [label]: [ending] },
  });
}

/** @returns null if the user has cancelled it */
const write = (session: StoreSession, order: Order): Promise<ExportResult | null> =>
  followWork({
    title: vscode.l10n.t('Exporting {0}', plain(basename(order.path), 60)),
    start: () => session.request('export/start', order),
    look: async () => ({ message: wordsOf(await session.request('export/state', {})) }),
    cancel: () => session.request('export/cancel', {}),
  });

function wordsOf({ step, done, total }: ExportState): string {
  const percent = total === 0 ? '' : `${String(Math.floor((100 * done) / total))} %`;
  switch (step) {
    case null:
      return '';
    case 'runs':
      return vscode.l10n.t('runs {0}', percent);
    case 'artifacts':
      return vscode.l10n.t('artifacts {0}', percent);
    case 'files':
      return vscode.l10n.t('putting the files together');
  }
}

async function tell({ format, files, runs, problems }: ExportResult): Promise<void> {
  const [main = ''] = files;
  const copy = vscode.l10n.t('Copy Command for MLflow');
  const open = vscode.l10n.t('Open Folder');
  const count = runs === 1 ? vscode.l10n.t('1 run') : vscode.l10n.t('{0} runs', formatNumber(runs));
  const said = vscode.l10n.t('{0} exported to {1}.', count, plain(main, 200));
  const buttons = format === 'mlflow' ? [open, copy] : [open];
  const [problem] = problems;
  const chosen = await (problem === undefined
    ? vscode.window.showInformationMessage(said, ...buttons)
    : vscode.window.showWarningMessage(
        vscode.l10n.t('{0} Not all could be taken along: {1}', said, plain(problem, 300)),
        ...buttons,
      ));
  if (chosen === open) await reveal(vscode.Uri.file(main));
  if (chosen === copy) await vscode.env.clipboard.writeText(`mlflow ui --backend-store-uri "sqlite:///${main}"`);
}

/** The system's own window where the files are on the machine that the user sits at, else VS Code's. */
async function reveal(file: vscode.Uri): Promise<void> {
  const isHere = vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  if (isHere) await vscode.commands.executeCommand('revealFileInOS', file);
  else if (vscode.workspace.getWorkspaceFolder(file)) await vscode.commands.executeCommand('revealInExplorer', file);
  else
    await vscode.commands.executeCommand('vscode.openFolder', vscode.Uri.joinPath(file, '..'), {
      forceNewWindow: true,
    });
}

async function exists(file: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}
