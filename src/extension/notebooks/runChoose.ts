/** Which notebook shall be run: an `.ipynb`, or a Python script whose cells begin with `# %%`. */
import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import { NOT_SCRIPTS, savedOnDisk } from '../commands/chooseFile';
import { LoopwrightError } from '../../protocol/errors';
import { hasCells } from './runCellMatch';

export const NOTEBOOK_TYPE = 'jupyter-notebook';
const FILES_LIMIT = 500;

/**
 * The notebook that the command was called for, else the active editor's, else one of the folder's; saved.
 *
 * @returns undefined if the user chose none
 * @throws LoopwrightError `bad_request` for a file without cells
 */
export async function chooseNotebook(given: unknown, title: string): Promise<vscode.Uri | undefined> {
  const chosen = givenNotebook(given) ?? activeWithCells() ?? (await pickNotebook(title));
  const file = chosen && (await savedOnDisk(chosen));
  if (file) await refuseWithoutCells(file);
  return file;
}

/** The notebook of an editor in which something of ours was clicked, or the active one. */
export function activeNotebook(): vscode.NotebookDocument | undefined {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook?.notebookType === NOTEBOOK_TYPE ? notebook : undefined;
}

/** A file of the explorer or a title bar, or what VS Code hands over from a notebook's toolbar. */
export function givenNotebook(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  const { notebookEditor } = (given ?? {}) as { notebookEditor?: { notebookUri?: unknown } };
  const uri = notebookEditor?.notebookUri;
  return uri instanceof vscode.Uri ? uri : undefined;
}

function activeWithCells(): vscode.Uri | undefined {
  const notebook = activeNotebook();
  if (notebook && ['file', 'untitled'].includes(notebook.uri.scheme)) return notebook.uri;
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === 'python' && document.uri.scheme === 'file' && hasCells(document.getText())
    ? document.uri
    : undefined;
}

async function pickNotebook(title: string): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles('**/*.ipynb', NOT_SCRIPTS, FILES_LIMIT);
  if (files.length === 0) {
    const filters = { [vscode.l10n.t('Notebooks')]: ['ipynb', 'py'] };
    const [chosen] = (await vscode.window.showOpenDialog({ title, filters, canSelectMany: false })) ?? [];
    return chosen;
  }
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((left, right) => left.label.localeCompare(right.label));
  const placeHolder = vscode.l10n.t('Choose a notebook');
  return (await vscode.window.showQuickPick(items, { title, placeHolder }))?.uri;
}

async function refuseWithoutCells(file: vscode.Uri): Promise<void> {
  if (extname(file.fsPath).toLowerCase() === '.ipynb') return;
  const document = await vscode.workspace.openTextDocument(file);
  if (document.languageId === 'python' && hasCells(document.getText())) return;
  throw new LoopwrightError(
    'bad_request',
    vscode.l10n.t(
      '{0} has no cells. Begin each with a line # %%, or run it with Run File as Tracked Run.',
      basename(file.fsPath),
    ),
  );
}
