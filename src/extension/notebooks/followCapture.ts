/** Capture inside the kernel, for those who want more than the events of cells: a cell that switches it on. */
import * as vscode from 'vscode';
import { captureCell, type HookLink, LOAD } from './followHook';

/**
 * Inserts the cell at the top, or shows the one that is there.
 *
 * @returns whether one was inserted
 */
export async function insertCaptureCell(document: vscode.NotebookDocument, link: HookLink): Promise<boolean> {
  await link.make();
  const at = document.getCells().findIndex((cell) => cell.document.getText().includes(LOAD));
  if (at < 0) {
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, captureCell(link.source), 'python');
    const edit = new vscode.WorkspaceEdit();
    edit.set(document.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
    await vscode.workspace.applyEdit(edit);
  }
  const editor = vscode.window.visibleNotebookEditors.find(({ notebook }) => notebook === document);
  const range = new vscode.NotebookRange(Math.max(at, 0), Math.max(at, 0) + 1);
  if (editor) {
    editor.selections = [range];
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  }
  return at < 0;
}
