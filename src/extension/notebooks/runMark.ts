/** Giving a cell the tag `parameters`, by which papermill and we know what a run may set. */
import * as vscode from 'vscode';
import { LoopwrightError } from '../../protocol/errors';
import type { CommandId } from '../commands/ids';
import { activeNotebook } from './runChoose';
import { tagsOf } from './runCellMeta';

export const PARAMETERS_TAG = 'parameters';
const RUN: CommandId = 'loopwright.runNotebookWithParameters';

/** Whether the cell that is selected could hold the parameters of this notebook. */
export function canMark(file: vscode.Uri): boolean {
  const cell = selectedCell();
  return cell?.kind === vscode.NotebookCellKind.Code && cell.notebook.uri.toString() === file.toString();
}

/**
 * Marks the selected cell; one that had the tag loses it, for there is one such cell. An edit as any other: it can be
 * undone, and nothing is saved.
 *
 * @throws LoopwrightError `bad_request` where no code cell is selected
 */
export async function markParameters(): Promise<void> {
  const cell = selectedCell();
  if (cell?.kind !== vscode.NotebookCellKind.Code)
    throw new LoopwrightError('bad_request', vscode.l10n.t('Select the code cell that assigns the parameters.'));
  const others = cell.notebook.getCells().filter((other) => other !== cell && tagsOf(other).includes(PARAMETERS_TAG));
  const edits = others.map((other) => withTags(other, without(tagsOf(other))));
  if (!tagsOf(cell).includes(PARAMETERS_TAG)) edits.push(withTags(cell, [...tagsOf(cell), PARAMETERS_TAG]));
  const edit = new vscode.WorkspaceEdit();
  edit.set(cell.notebook.uri, edits);
  if (edits.length > 0 && !(await vscode.workspace.applyEdit(edit)))
    throw new LoopwrightError('bad_request', vscode.l10n.t('The notebook could not be changed: it may be read-only.'));
  const run = vscode.l10n.t('Run with Parameters…');
  const text = vscode.l10n.t('What cell {0} assigns are the parameters of this notebook now.', cell.index + 1);
  // Not awaited: the mark is made, the offer may stand for as long as the user likes.
  void vscode.window.showInformationMessage(text, run).then((chosen) => {
    if (chosen === run) void vscode.commands.executeCommand(RUN, cell.notebook.uri);
  });
}

function selectedCell(): vscode.NotebookCell | undefined {
  const notebook = activeNotebook();
  const at = vscode.window.activeNotebookEditor?.selection.start;
  return notebook && at !== undefined && at < notebook.cellCount ? notebook.cellAt(at) : undefined;
}

/** The rest of the cell's metadata stays as it is. */
function withTags(cell: vscode.NotebookCell, tags: readonly string[]): vscode.NotebookEdit {
  const { metadata } = cell.metadata as { metadata?: Record<string, unknown> };
  const { tags: _, ...others } = metadata ?? {};
  const own = tags.length === 0 ? others : { ...others, tags };
  return vscode.NotebookEdit.updateCellMetadata(cell.index, { ...cell.metadata, metadata: own });
}

const without = (tags: readonly string[]) => tags.filter((tag) => tag !== PARAMETERS_TAG);
