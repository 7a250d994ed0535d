/** Going to a cell of the notebook that a run was started from: in the user's own file, as it is now. */
import { extname } from 'node:path';
import { access } from 'node:fs/promises';
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { Execution } from '../../protocol/notebooks';
import type { RunRef } from '../commands/pickRun';
import { sourceFileOf } from '../sourceFile';
import { cellIdOf, tagsOf } from './runCellMeta';
import { type CellPlace, findCell, injectedIndexOf, ownIndex, percentCellLines } from './runCellMatch';

/** Few enough that one answer stays small, whatever stands in the cells. */
const PAGE = 25;

/** @throws LoopwrightError `not_found` where the notebook or the cell is gone */
export async function goToCell(run: RunRef, place: CellPlace): Promise<void> {
  const { session, row } = run;
  const { provenance } = await session.request('runs/get', { runId: row.runId });
  await showCell(sourceFileOf(provenance), place, await executionsOf(run));
}

/** @throws LoopwrightError `not_found` where no cell of the run failed */
export async function goToFailingCell(run: RunRef): Promise<void> {
  const failed = (await executionsOf(run)).find(({ state }) => state === 'failed' || state === 'interrupted');
  if (!failed) throw new LoopwrightError('not_found', vscode.l10n.t('No cell of this run failed.'));
  await goToCell(run, failed);
}

/** Everything that was executed in a run, without what came out. */
export async function executionsOf({ session, row }: RunRef, from = 0): Promise<Execution[]> {
  const found: Execution[] = [];
  for (let pageToken: string | null | undefined; pageToken !== null;) {
    const page: { executions: Execution[]; nextPageToken: string | null } = await session.request(
      'notebooks/executions',
      { runId: row.runId, from, withOutputs: false, limit: PAGE, ...(pageToken === undefined ? {} : { pageToken }) },
    );
    found.push(...page.executions);
    pageToken = page.nextPageToken;
  }
  return found;
}

async function showCell(file: string, place: CellPlace, executions: readonly Execution[]): Promise<void> {
  try {
    await access(file);
  } catch (error) {
    throw new LoopwrightError('not_found', vscode.l10n.t('{0} is not there any more.', file), { cause: error });
  }
  if (extname(file).toLowerCase() !== '.ipynb') return showPercentCell(file, place, executions);
  const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(file));
  const cells = notebook.getCells();
  const injected = injectedIndexOf(executions, cells.map(tagsOf));
  const own = { cellId: place.cellId, cellIndex: ownIndex(place.cellIndex, injected) };
  const index = findCell(cells.map(cellIdOf), own);
  if (index === undefined) throw gone(file);
  const range = new vscode.NotebookRange(index, index + 1);
  // Where it is shown already, that tab is taken.
  const column = columnOf(notebook.uri);
  const options = { selections: [range], ...(column === undefined ? {} : { viewColumn: column }) };
  const editor = await vscode.window.showNotebookDocument(notebook, options);
  editor.selection = range;
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
}

async function showPercentCell(file: string, place: CellPlace, executions: readonly Execution[]): Promise<void> {
  const cellIndex = ownIndex(place.cellIndex, injectedIndexOf(executions, []));
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const line = cellIndex === null ? undefined : percentCellLines(document.getText())[cellIndex];
  if (line === undefined) throw gone(file);
  const selection = new vscode.Range(line, 0, line, 0);
  const editor = await vscode.window.showTextDocument(document, { selection });
  editor.revealRange(selection, vscode.TextEditorRevealType.AtTop);
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  return vscode.window.visibleNotebookEditors.find(({ notebook }) => notebook.uri.toString() === uri.toString())
    ?.viewColumn;
}

const gone = (file: string) =>
  new LoopwrightError('not_found', vscode.l10n.t('This cell is not in {0} any more.', file));
